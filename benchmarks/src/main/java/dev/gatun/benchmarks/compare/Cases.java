package dev.gatun.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;

/** Every case of every bench. */
public final class Cases {
  /** Rows and columns of the tensors that no cache holds. */
  private static final int SIDE = 4096;

  /** Floating-point operations of one call of the roofline's {@code fma}, all threads together. */
  public static final double FMA = 1L << 28;

  /** In the order of the tables. */
  public static final List<Case> ALL = all();

  private Cases() {}

  private static List<Case> all() {
    List<Case> cases = new ArrayList<>();
    for (String name :
        List.of(
            "64x64x64",
            "128x128x128",
            "256x256x256",
            "512x512x512",
            "1024x1024x1024",
            "2048x2048x2048",
            "64x784x512",
            "256x784x512",
            "1024x384x1536")) {
      cases.add(gemm(name));
    }
    for (String name : List.of("2048x2048x2048", "4096x4096x4096", "8192x8192x8192")) {
      for (String dtype : List.of("float16", "bfloat16")) {
        cases.add(new Case("gemm16", name + ' ' + dtype, gemm(name).work(), Unit.GFLOPS));
      }
    }
    double large = 4.0 * SIDE * SIDE;
    // Layer normalisation takes a quarter of the columns.
    double norm = large / 4;
    double parameters = (double) SIDE;
    cases.add(square("mem", "add", 3 * large));
    cases.add(square("mem", "relu", 2 * large));
    cases.add(square("mem", "exp", 2 * large));
    cases.add(square("mem", "gelu tanh", 2 * large));
    cases.add(square("mem", "gelu erf", 2 * large));
    cases.add(square("mem", "sum", large));
    cases.add(square("mem", "mean last", large + 4.0 * SIDE));
    cases.add(square("mem", "softmax", 2 * large));
    cases.add(square("mem", "transpose", 2 * large));
    cases.add(square("mem", "layer_norm", 2 * norm + 2 * parameters));
    cases.add(square("mem", "add alloc", 3 * large));
    cases.add(square("mem", "softmax alloc", 2 * large));
    cases.add(square("mem", "softmax bwd", 3 * large));
    cases.add(square("mem", "layer_norm bwd", 3 * norm + 3 * parameters));
    for (int count : new int[] {2048, 65536}) {
      cases.add(new Case("cache", count + " add", 12.0 * count, Unit.GBYTES));
      for (String op : List.of("relu", "exp", "tanh")) {
        cases.add(new Case("cache", count + " " + op, 8.0 * count, Unit.GBYTES));
      }
    }
    cases.add(square("reduce", "argmax last", large + 8.0 * SIDE));
    cases.add(square("reduce", "sum first", large + 4.0 * SIDE));
    cases.add(square("reduce", "var last", large + 4.0 * SIDE));
    for (String name : List.of("add16", "mm8", "add16 grad", "mm8 grad", "mlp16 fwdbwd")) {
      cases.add(new Case("eager", name, 1, Unit.NANOS));
    }
    for (String shape :
        List.of(
            "32x64x56x56 k3 o64",
            "32x128x28x28 k3 o128",
            "32x256x14x14 k3 o256",
            "32x64x56x56 k1 o256")) {
      cases.add(convolution(shape + " fwd", 2));
      cases.add(convolution(shape + " bwd", 4));
    }
    for (String shape : List.of("8x4x128x32", "1x16x2048x64")) {
      cases.add(attention(shape + " fwd", 2));
      cases.add(attention(shape + " bwd", 5));
    }
    for (String name :
        List.of(
            "mlp b64 sgdm",
            "mlp b64 adam",
            "mlp b512 sgdm",
            "mlp b512 adam",
            "lenet b64 sgdm",
            "resnet8 b32 sgdm",
            "gpt b8 adam")) {
      Case c = new Case("train", name, 0, Unit.SAMPLES);
      cases.add(new Case("train", name, c.number('b'), Unit.SAMPLES));
    }
    for (String when : List.of("peak", "end")) {
      cases.add(new Case("rss", "mlp b64 adam 300 " + when, 1, Unit.MEBIBYTES));
    }
    double floats = 4.0 * (1 << 24);
    cases.add(new Case("roofline", "read", floats, Unit.GBYTES));
    cases.add(new Case("roofline", "triad", 3 * floats, Unit.GBYTES));
    cases.add(new Case("roofline", "fma", FMA, Unit.GFLOPS));
    cases.add(new Case("roofline", "first touch 4 KiB pages", floats, Unit.GBYTES));
    cases.add(new Case("roofline", "first touch huge pages", floats, Unit.GBYTES));
    return List.copyOf(cases);
  }

  /**
   * The case of a name.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static Case of(String bench, String name) {
    return ALL.stream()
        .filter(c -> c.bench().equals(bench) && c.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("No case " + bench + ' ' + name));
  }

  private static Case gemm(String name) {
    double work = 2;
    for (int size : new Case("gemm", name, 0, Unit.GFLOPS).sizes()) {
      work *= size;
    }
    return new Case("gemm", name, work, Unit.GFLOPS);
  }

  private static Case square(String bench, String name, double bytes) {
    return new Case(bench, name, SIDE, bytes, Unit.GBYTES);
  }

  /**
   * Causal: half of the products count. Forward takes two products of queries by keys, backward
   * five.
   */
  private static Case attention(String name, int products) {
    int[] s = new Case("attention", name, 0, Unit.GFLOPS).sizes();
    double work = (double) products * s[0] * s[1] * s[2] * s[2] * s[3];
    return new Case("attention", name, work, Unit.GFLOPS);
  }

  /** Stride 1 and same padding: as many output positions as input positions. */
  private static Case convolution(String name, double flopsPerProduct) {
    Case c = new Case("conv", name, 0, Unit.GFLOPS);
    double work = flopsPerProduct * c.number('k') * c.number('k') * c.number('o');
    for (int size : c.sizes()) {
      work *= size;
    }
    return new Case("conv", name, work, Unit.GFLOPS);
  }
}
