package dev.gatun.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;

/** Every case of every bench. */
public final class Cases {
  /** Floats of a tensor in the bench {@code mem}. */
  public static final int LARGE = 1 << 24;

  /** Rows and columns of such a tensor where the case needs a shape. */
  public static final int SIDE = 4096;

  /** Columns in the cases of layer normalisation. */
  public static final int NORM_COLUMNS = 1024;

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
    double large = 4.0 * LARGE;
    double norm = 4.0 * SIDE * NORM_COLUMNS;
    double parameters = 4.0 * NORM_COLUMNS;
    cases.add(mem("add", 3 * large));
    cases.add(mem("relu", 2 * large));
    cases.add(mem("exp", 2 * large));
    cases.add(mem("gelu tanh", 2 * large));
    cases.add(mem("gelu erf", 2 * large));
    cases.add(mem("sum", large));
    cases.add(mem("mean last", large + 4.0 * SIDE));
    cases.add(mem("softmax", 2 * large));
    cases.add(mem("transpose", 2 * large));
    cases.add(mem("layer_norm", 2 * norm + 2 * parameters));
    cases.add(mem("add alloc", 3 * large));
    cases.add(mem("softmax alloc", 2 * large));
    cases.add(mem("softmax bwd", 3 * large));
    cases.add(mem("layer_norm bwd", 3 * norm + 3 * parameters));
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
    return List.copyOf(cases);
  }

  private static Case gemm(String name) {
    double work = 2;
    for (int size : new Case("gemm", name, 0, Unit.GFLOPS).sizes()) {
      work *= size;
    }
    return new Case("gemm", name, work, Unit.GFLOPS);
  }

  private static Case mem(String name, double bytes) {
    return new Case("mem", name, bytes, Unit.GBYTES);
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
