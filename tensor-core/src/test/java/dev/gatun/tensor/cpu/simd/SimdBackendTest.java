package dev.gatun.tensor.cpu.simd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.Engine;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.BinaryKind;
import dev.gatun.tensor.op.BinaryScalar;
import dev.gatun.tensor.op.Dims;
import dev.gatun.tensor.op.Distribution;
import dev.gatun.tensor.op.Effect;
import dev.gatun.tensor.op.Gelu;
import dev.gatun.tensor.op.LogSoftmax;
import dev.gatun.tensor.op.Op;
import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.op.ReduceKind;
import dev.gatun.tensor.op.ScatterKind;
import dev.gatun.tensor.op.Silu;
import dev.gatun.tensor.op.Softmax;
import dev.gatun.tensor.op.UnaryKind;
import dev.gatun.tensor.op.Window;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The SIMD kernels against the scalar reference, on sizes and strides that are not vectors. */
class SimdBackendTest {
  private static final Set<DType> FLOATS = EnumSet.of(DType.FLOAT32, DType.FLOAT64);
  private static final Set<DType> INTS = EnumSet.of(DType.INT64, DType.INT32, DType.UINT8);
  private static final long[] SIZES = {0, 1, 2, 15, 16, 17, 100, 2049, 40_001};

  private final Random random = new Random(7);
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  /** Random values on the scalar device; floats include the special ones now and then. */
  private Tensor values(DType dtype, boolean special, long... dims) {
    Shape shape = Shape.of(dims);
    double[] v = new double[(int) shape.numel()];
    double[] odd = {
      0,
      -0.0,
      1,
      -1,
      0.5,
      1.5,
      2.5,
      -2.5,
      1e-40,
      3e38,
      Double.NaN,
      Double.POSITIVE_INFINITY,
      Double.NEGATIVE_INFINITY,
      8388609,
      -8388609
    };
    for (int i = 0; i < v.length; i++) {
      v[i] =
          dtype.isFloat()
              ? special && random.nextInt(8) == 0
                  ? odd[random.nextInt(odd.length)]
                  : random.nextGaussian() * 2
              : random.nextInt(10);
    }
    return Tensor.of(v, shape).to(Device.SCALAR).to(dtype);
  }

  /** Views of the tensor [a, b, c] that are not plain. */
  private static List<Tensor> views(Tensor x) {
    List<Tensor> all = new ArrayList<>();
    all.add(x);
    all.add(x.permute(2, 0, 1));
    all.add(x.permute(0, 2, 1));
    all.add(x.slice(1, x.size(1) > 1 ? 1 : 0, x.size(1), 1));
    all.add(x.slice(2, x.size(2) > 1 ? 1 : 0, x.size(2), 1).permute(1, 2, 0));
    all.add(x.flip(0));
    return all;
  }

  private static void check(String what, double ulps, Op op, Tensor... scalar) {
    Tensor[] want = Engine.callAll(op, scalar);
    Tensor[] moved = new Tensor[scalar.length];
    for (int i = 0; i < moved.length; i++) {
      moved[i] = mirror(scalar[i]);
    }
    Tensor[] got = Engine.callAll(op, moved);
    for (int o = 0; o < want.length; o++) {
      compare(what + " " + op + " output " + o, ulps, got[o], want[o]);
    }
  }

  /** The tensor on the SIMD device with the same strides. */
  private static Tensor mirror(Tensor x) {
    Tensor base = x.to(Device.CPU);
    int rank = x.rank();
    if (x.isContiguous() || rank < 2) {
      return base;
    }
    // Order the axes by falling stride, copy, and turn back.
    Integer[] order = new Integer[rank];
    for (int i = 0; i < rank; i++) {
      order[i] = i;
    }
    java.util.Arrays.sort(
        order,
        (a, b) ->
            Long.compare(
                Math.abs(x.buf().layout().stride(b)), Math.abs(x.buf().layout().stride(a))));
    int[] forth = new int[rank];
    int[] back = new int[rank];
    for (int i = 0; i < rank; i++) {
      forth[i] = order[i];
      back[order[i]] = i;
    }
    return base.permute(forth).contiguous().permute(back);
  }

  private static void compare(String what, double ulps, Tensor got, Tensor want) {
    assertThat(got.shape()).as(what).isEqualTo(want.shape());
    assertThat(got.dtype()).as(what).isEqualTo(want.dtype());
    double[] g = got.toDoubleArray();
    double[] w = want.toDoubleArray();
    double eps = got.dtype() == DType.FLOAT64 ? 0x1p-52 : got.dtype().isFloat() ? 0x1p-23 : 0;
    double tiny = got.dtype() == DType.FLOAT64 ? Double.MIN_NORMAL : Float.MIN_NORMAL;
    for (int i = 0; i < g.length; i++) {
      boolean same =
          Double.compare(g[i], w[i]) == 0
              || (g[i] == w[i] && ulps > 0)
              || (Double.isNaN(g[i]) && Double.isNaN(w[i]))
              || Math.abs(g[i] - w[i]) <= ulps * Math.max(tiny, Math.abs(w[i])) * eps;
      if (!same) {
        assertThat(g[i]).as(what + " element " + i).isEqualTo(w[i]);
      }
    }
  }

  @Test
  void unaryFunctionsAgree() {
    for (DType dtype : FLOATS) {
      for (UnaryKind kind : UnaryKind.values()) {
        if (kind.domain() != UnaryKind.Domain.BITS) {
          for (long n : SIZES) {
            check("n=" + n, 4, new Primitive.Unary(kind), values(dtype, true, n));
          }
          for (Tensor v : views(values(dtype, true, 5, 7, 19))) {
            check("view", 4, new Primitive.Unary(kind), v);
          }
        }
      }
    }
    for (DType dtype : INTS) {
      for (UnaryKind kind : UnaryKind.values()) {
        if (kind.domain() == UnaryKind.Domain.NUMERIC) {
          check(dtype.toString(), 0, new Primitive.Unary(kind), values(dtype, false, 1001));
        }
      }
    }
  }

  @Test
  void binaryFunctionsAgree() {
    for (DType dtype : FLOATS) {
      for (BinaryKind kind : BinaryKind.values()) {
        if (kind.domain() == BinaryKind.Domain.BITS || kind.domain() == BinaryKind.Domain.SHIFT) {
          continue;
        }
        Op op = new Primitive.Binary(kind);
        for (long n : SIZES) {
          check("n=" + n, 4, op, values(dtype, true, n), values(dtype, true, n));
        }
        for (Tensor v : views(values(dtype, true, 5, 7, 19))) {
          long[] d = v.shape().toArray();
          check("row", 4, op, v, values(dtype, true, d[2]));
          check("column", 4, op, v, values(dtype, true, d[1], 1));
          check("plane", 4, op, values(dtype, true, d[1], d[2]), v);
          check("scalar", 4, op, v, values(dtype, true));
          check("outer", 4, op, v, values(dtype, true, d[0], 1, 1));
        }
        check("big row", 4, op, values(dtype, true, 37, 1000), values(dtype, true, 1000));
        check("big column", 4, op, values(dtype, true, 37, 5000), values(dtype, true, 37, 1));
        check("number", 4, new BinaryScalar(kind, 2.0, false), values(dtype, true, 333));
        check("number", 4, new BinaryScalar(kind, 1.5, true), values(dtype, true, 33, 77));
      }
    }
    for (DType dtype : INTS) {
      for (BinaryKind kind : BinaryKind.values()) {
        if (kind.domain() != BinaryKind.Domain.FLOAT && kind != BinaryKind.POW) {
          Tensor ones = values(dtype, false, 301).mul(0L).add(3L);
          check(dtype.toString(), 0, new Primitive.Binary(kind), values(dtype, false, 301), ones);
        }
      }
    }
  }

  @Test
  void conversionsAgree() {
    for (DType from : DType.values()) {
      for (DType to : DType.values()) {
        Tensor x = values(DType.FLOAT64, false, 3, 5, 171).mul(20.0);
        if (from == DType.UINT8 || to == DType.UINT8) {
          x = x.abs();
        }
        for (Tensor v : views(x.to(from))) {
          check(from + " to " + to, 0, new Primitive.Cast(to), v);
        }
      }
    }
  }

  @Test
  void selectionAgrees() {
    for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64, DType.INT64, DType.UINT8)) {
      for (Tensor v : views(values(dtype, true, 6, 7, 19))) {
        long[] d = v.shape().toArray();
        Tensor condition = values(DType.INT64, false, d).gt(4);
        check("where", 0, new Primitive.Where(), condition, v, values(dtype, true, d));
        check("where", 0, new Primitive.Where(), condition, v, values(dtype, false));
      }
    }
  }

  @Test
  void copiesAgree() {
    for (DType dtype :
        List.of(DType.FLOAT32, DType.FLOAT64, DType.INT16, DType.BOOL, DType.FLOAT16)) {
      for (Tensor v : views(values(DType.FLOAT64, false, 5, 33, 70).to(dtype))) {
        check("contiguous", 0, new Primitive.Contiguous(), v);
        var low = Dims.of(1, 0, 2);
        var high = Dims.of(0, 3, 1);
        check("pad", 0, new Primitive.Pad(low, high, 1.0), v);
        for (int axis = 0; axis < 3; axis++) {
          check("concat", 0, new Primitive.Concat(axis), v, v, v);
        }
      }
      for (long n : SIZES) {
        for (Number value : new Number[] {1.0, 3L, 0L}) {
          Op op = new Primitive.Full(Shape.of(n), dtype, value);
          compare("full", 0, Engine.create(Device.CPU, op), Engine.create(Device.SCALAR, op));
        }
      }
    }
  }

  @Test
  void reductionsAgree() {
    long[][] shapes = {{5, 7, 19}, {1, 40, 300}, {70, 3, 130}, {3, 20_001, 1}, {2, 2, 2100}};
    int[][] axes = {{0}, {1}, {2}, {0, 1}, {1, 2}, {0, 2}, {0, 1, 2}};
    for (DType dtype : FLOATS) {
      for (ReduceKind kind : ReduceKind.values()) {
        for (long[] shape : shapes) {
          Tensor x = values(dtype, kind != ReduceKind.SUM && kind != ReduceKind.PROD, shape);
          if (kind == ReduceKind.SUM) {
            x = x.abs(); // no cancellation: the error is relative
          }
          if (kind == ReduceKind.PROD) {
            x = x.tanh().mul(0.2).add(1.0).to(dtype);
          }
          for (Tensor v : views(x)) {
            for (int[] a : axes) {
              // The reference adds float64 one after another, and multiplies alike.
              boolean exact = kind != ReduceKind.PROD && kind != ReduceKind.SUM;
              double ulps = exact ? 0 : dtype == DType.FLOAT64 || kind != ReduceKind.SUM ? 1e5 : 8;
              check("axes", ulps, new Primitive.Reduce(kind, Dims.of(a), false), v);
            }
          }
        }
      }
    }
  }

  @Test
  void sumsAreAccurate() {
    Tensor x = Tensor.full(Shape.of(10_000_000), 0.1, DType.FLOAT32, Device.CPU);
    double exact = (double) 0.1f * 10_000_000;
    // Adding one after another would give 1087937.
    Offset<Double> near = Offset.offset(5e-7 * exact);
    assertThat(x.sum().item()).isCloseTo(exact, near);
    assertThat(x.reshape(100_000, 100).sum(false, 0).sum().item()).isCloseTo(exact, near);
  }

  @Test
  void productsAgree() {
    for (DType dtype : FLOATS) {
      double ulps = 1000;
      for (long[] s : new long[][] {{1, 1, 1}, {3, 5, 7}, {33, 17, 65}, {64, 100, 10}}) {
        Tensor a = values(dtype, false, s[0], s[2]);
        Tensor b = values(dtype, false, s[2], s[1]).abs();
        check("plain", ulps, new Primitive.MatMul(), a.abs(), b);
        Tensor c = values(dtype, false, 4, 3, s[2], s[0]).abs();
        check("batch", ulps, new Primitive.MatMul(), c.permute(0, 1, 3, 2), b);
        check(
            "both",
            ulps,
            new Primitive.MatMul(),
            c.permute(1, 0, 3, 2),
            values(dtype, false, 3, 1, s[2], s[1]).abs());
      }
    }
    Tensor half = values(DType.FLOAT32, false, 20, 30).abs().to(DType.BFLOAT16);
    check("half", 1 << 17, new Primitive.MatMul(), half, half.permute(1, 0));
  }

  private static Window window(int rank, int kernel, int stride, int pad, int dilation) {
    return new Window(
        Dims.repeat(kernel, rank),
        Dims.repeat(stride, rank),
        Dims.repeat(pad, rank),
        Dims.repeat(pad, rank),
        Dims.repeat(dilation, rank));
  }

  @Test
  void convolutionsAgree() {
    // rank, images, channels, size, filters, kernel, stride, pad, dilation, groups
    int[][] cases = {
      {2, 3, 1, 9, 5, 3, 1, 1, 1, 1},
      {2, 2, 4, 14, 16, 3, 1, 1, 1, 1},
      {2, 37, 3, 7, 6, 3, 1, 0, 1, 1},
      {2, 1, 2, 28, 8, 5, 1, 2, 1, 1},
      {2, 2, 4, 12, 6, 3, 2, 1, 1, 2},
      {2, 2, 4, 12, 6, 3, 1, 2, 2, 2},
      {2, 2, 3, 6, 4, 1, 1, 0, 1, 1},
      {2, 2, 2, 6, 4, 2, 1, 3, 1, 1},
      {2, 1, 3, 5, 3, 5, 1, 0, 1, 3},
      {1, 2, 3, 33, 5, 4, 1, 1, 1, 1},
      {1, 2, 3, 33, 5, 3, 3, 1, 2, 1},
      {3, 2, 2, 6, 3, 3, 1, 1, 1, 1},
      {3, 1, 2, 7, 4, 2, 2, 1, 1, 2},
    };
    for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64, DType.BFLOAT16)) {
      double ulps = dtype == DType.BFLOAT16 ? 1 << 17 : 4000;
      for (int[] c : cases) {
        Window w = window(c[0], c[5], c[6], c[7], c[8]);
        long[] xs = new long[c[0] + 2];
        long[] ws = new long[c[0] + 2];
        java.util.Arrays.fill(xs, c[3]);
        java.util.Arrays.fill(ws, c[5]);
        xs[0] = c[1];
        xs[1] = c[2];
        ws[0] = c[4];
        ws[1] = c[2] / c[9];
        // Of one sign, so that the error is relative.
        Tensor x = values(DType.FLOAT64, false, xs).abs().to(dtype);
        Tensor k = values(DType.FLOAT64, false, ws).abs().to(dtype);
        String name = dtype + " " + java.util.Arrays.toString(c);
        var op = new Primitive.Convolution(w, c[9]);
        check(name, ulps, op, x, k);
        Tensor g = Engine.call(op, x, k).mul(0.5);
        Dims size = Dims.repeat(c[3], c[0]);
        check(name, ulps, new Primitive.ConvolutionInputGrad(w, c[9], size), g, k);
        check(name, ulps, new Primitive.ConvolutionWeightGrad(w, c[9]), x, g);
      }
    }
  }

  @Test
  void poolingAgrees() {
    // rank, size, kernel, stride, low pad, high pad, dilation
    int[][] cases = {
      {2, 8, 2, 2, 0, 0, 1},
      {2, 9, 2, 2, 0, 0, 1},
      {2, 9, 3, 2, 1, 1, 1},
      {2, 7, 3, 1, 1, 2, 2},
      {1, 30, 3, 3, 0, 1, 1},
      {2, 40, 2, 2, 0, 0, 1}
    };
    for (DType dtype : FLOATS) {
      for (int[] c : cases) {
        int r = c[0];
        Window w =
            new Window(
                Dims.repeat(c[2], r),
                Dims.repeat(c[3], r),
                Dims.repeat(c[4], r),
                Dims.repeat(c[5], r),
                Dims.repeat(c[6], r));
        long[] dims = r == 1 ? new long[] {5, 3, c[1]} : new long[] {5, 7, c[1], c[1]};
        Tensor x = values(dtype, true, dims);
        check("max", 0, new Primitive.MaxPool(w), x);
        Tensor even = values(dtype, false, dims).round().to(dtype); // many equals
        check("max", 0, new Primitive.MaxPool(w), even);
        Tensor y = values(dtype, false, dims).abs();
        for (boolean count : new boolean[] {false, true}) {
          Dims ceil = Dims.repeat(c[5] > c[4] ? 1 : 0, r);
          for (long divisor : new long[] {0, 3}) {
            var op = new Primitive.AvgPool(w, count, divisor, ceil);
            check("average", 4, op, y);
            Dims size = Dims.repeat(c[1], r);
            Tensor g = Engine.call(op, y);
            check("gradient", 16, new Primitive.AvgPoolGrad(w, count, divisor, ceil, size), g);
          }
        }
      }
    }
  }

  @Test
  void indexingAgrees() {
    for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64, DType.INT64, DType.BOOL)) {
      Tensor x = values(DType.FLOAT64, false, 9, 12, 35).abs().to(dtype);
      for (int axis = 0; axis < 3; axis++) {
        Tensor index = values(DType.INT64, false, 40).remainder(Tensor.of(9L).to(Device.SCALAR));
        check("select", 0, new Primitive.IndexSelect(axis), x, index);
        Tensor source = values(DType.FLOAT64, false, x.shape().with(axis, 40).toArray()).abs();
        if (dtype != DType.BOOL) {
          check("add", 16, new Primitive.IndexAdd(axis), x, index, source.to(dtype));
        }
        Tensor full = values(DType.INT64, false, x.shape().with(axis, 8).toArray());
        full = full.remainder(Tensor.of(9L).to(Device.SCALAR));
        check("gather", 0, new Primitive.Gather(axis), x, full);
        check("gather", 0, new Primitive.Gather(axis), x, full.slice(0, 0, 3, 1));
        Tensor some = values(DType.FLOAT64, false, x.shape().with(axis, 8).toArray()).abs();
        if (dtype != DType.BOOL) {
          var add = new Primitive.Scatter(axis, ScatterKind.ADD);
          check("scatter", 16, add, x, full, some.to(dtype));
        }
      }
    }
  }

  @Test
  void optimizerStepsAgree() {
    Effect[] effects = {
      new Effect.SgdStep(0.1, 0, 0, 0, false, false),
      new Effect.SgdStep(0.1, 0, 0, 0.01, false, false),
      new Effect.SgdStep(0.1, 0.9, 0.1, 0.01, false, false),
      new Effect.SgdStep(0.1, 0.9, 0, 0.01, true, false),
      new Effect.SgdStep(0.1, 0.9, 0.5, 0, true, true),
      new Effect.AdamStep(1e-3, 0.9, 0.999, 1e-8, 0, false, 1),
      new Effect.AdamStep(1e-3, 0.9, 0.999, 1e-8, 0.1, false, 7),
      new Effect.AdamStep(1e-3, 0.9, 0.99, 1e-6, 0.1, true, 100),
    };
    for (Effect effect : effects) {
      int count =
          effect instanceof Effect.AdamStep
              ? 3
              : effect instanceof Effect.SgdStep s && s.momentum() == 0 ? 1 : 2;
      for (long n : new long[] {1, 17, 33_333}) {
        for (boolean turned : new boolean[] {false, true}) {
          Tensor[] want = new Tensor[count];
          Tensor[] got = new Tensor[count];
          for (int i = 0; i < count; i++) {
            Tensor v = values(DType.FLOAT32, false, 3, n).abs();
            want[i] = v.copy();
            got[i] = v.to(Device.CPU);
            if (turned) {
              want[i] = want[i].permute(1, 0);
              got[i] = got[i].permute(1, 0);
            }
          }
          Tensor g = values(DType.FLOAT32, false, want[0].shape().toArray());
          Engine.apply(effect, want, g);
          Engine.apply(effect, got, g.to(Device.CPU));
          for (int i = 0; i < count; i++) {
            // Differences of numbers of size 1: an absolute error of a few float steps.
            compare(effect + " " + i, 8, got[i].add(8.0), want[i].add(8.0));
          }
        }
      }
    }
  }

  /**
   * The scalar backend takes gelu apart: x times the root of a half is rounded, which erfc makes x
   * squared as great an error; x is below 9 here.
   */
  private static final double GELU =
      System.getProperty("gatun.simd", "auto").equals("scalar") ? 8 + 81 : 8;

  @Test
  void fusedCompositesAgree() {
    for (long[] shape : new long[][] {{3, 5, 10}, {2, 7, 64}, {4, 3, 1001}, {1, 1, 1}}) {
      Tensor x = values(DType.FLOAT32, false, shape);
      for (Tensor v : views(x)) {
        for (int axis = 0; axis < 3; axis++) {
          check("softmax", 32, new Softmax(axis), v);
          Tensor logs = Engine.call(new LogSoftmax(axis), mirror(v));
          Tensor exact = Engine.call(new LogSoftmax(axis), v.to(DType.FLOAT64));
          // Shifted, as near 0 the error is not relative.
          compare("log softmax", 4, logs.sub(8.0), exact.sub(8.0).to(DType.FLOAT32));
        }
        check("silu", 8, new Silu(), v);
        Tensor gelu = Engine.call(new Gelu(false), v.to(DType.FLOAT64)).to(DType.FLOAT32);
        compare("gelu", GELU, Engine.call(new Gelu(false), mirror(v)), gelu);
      }
    }
  }

  @Test
  void theErrorFunctionIsExactToItsLastDigits() {
    double[] x = new double[4001];
    for (int i = 0; i < x.length; i++) {
      x[i] = (i - 2000) / 200.0;
    }
    Tensor t = Tensor.of(x, Shape.of(x.length)).to(Device.SCALAR).to(DType.FLOAT32);
    check("erf", 3, new Primitive.Unary(UnaryKind.ERF), t);
    check("erfc", 8, new Primitive.Unary(UnaryKind.ERFC), t);
  }

  @Test
  void randomNumbersAreTheReferences() {
    for (Distribution d : Distribution.values()) {
      for (long n : new long[] {1, 1001, 70_003}) {
        DType dtype = d == Distribution.BITS ? DType.INT32 : DType.FLOAT32;
        Op op = new Primitive.Random(d, Shape.of(n), dtype, 42, 8);
        compare("random", 0, Engine.create(Device.CPU, op), Engine.create(Device.SCALAR, op));
      }
    }
  }
}
