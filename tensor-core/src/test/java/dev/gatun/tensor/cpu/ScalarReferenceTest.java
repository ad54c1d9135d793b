package dev.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.Engine;
import dev.gatun.tensor.GatunException;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.BinaryKind;
import dev.gatun.tensor.op.Dims;
import dev.gatun.tensor.op.Op;
import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.op.ReduceKind;
import dev.gatun.tensor.op.ScanKind;
import dev.gatun.tensor.op.ScatterKind;
import dev.gatun.tensor.op.UnaryKind;
import dev.gatun.tensor.op.Window;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The reference has no oracle but these: values known by hand or from a plain loop. */
final class ScalarReferenceTest {
  private static final double NAN = Double.NaN;
  private static final double INF = Double.POSITIVE_INFINITY;

  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static Tensor t(Shape shape, double... v) {
    return Tensor.fromHost(MemorySegment.ofArray(v), DType.FLOAT64, shape, Device.SCALAR);
  }

  private static Tensor t(double... v) {
    return t(Shape.of(v.length), v);
  }

  private static Tensor l(Shape shape, long... v) {
    return Tensor.fromHost(MemorySegment.ofArray(v), DType.INT64, shape, Device.SCALAR);
  }

  private static Tensor l(long... v) {
    return l(Shape.of(v.length), v);
  }

  private static double[] run(Op op, Tensor... in) {
    return Engine.call(op, in).toDoubleArray();
  }

  private static long[] runLong(Op op, Tensor... in) {
    return Engine.call(op, in).toLongArray();
  }

  private static Op u(UnaryKind kind) {
    return new Primitive.Unary(kind);
  }

  private static Op b(BinaryKind kind) {
    return new Primitive.Binary(kind);
  }

  @Test
  void integersWrapAtTheirWidth() {
    Tensor uint8 = l(0, 1, 200, 255).to(DType.UINT8);
    assertThat(runLong(u(UnaryKind.NEG), uint8)).containsExactly(0, 255, 56, 1);
    assertThat(runLong(u(UnaryKind.NOT), uint8)).containsExactly(255, 254, 55, 0);
    assertThat(runLong(b(BinaryKind.ADD), uint8, uint8)).containsExactly(0, 2, 144, 254);
    assertThat(runLong(b(BinaryKind.SHR), uint8, uint8.fullLike(1L)))
        .containsExactly(0, 0, 100, 127);
    Tensor int8 = l(-128, 127, -1).to(DType.INT8);
    assertThat(runLong(u(UnaryKind.ABS), int8)).containsExactly(-128, 127, 1);
    assertThat(runLong(b(BinaryKind.MUL), int8, int8)).containsExactly(0, 1, 1);
    Tensor int16 = l(300, -300).to(DType.INT16);
    assertThat(runLong(u(UnaryKind.SQUARE), int16)).containsExactly(24464, 24464);
    assertThat(runLong(b(BinaryKind.ADD), l(Long.MAX_VALUE), l(1))).containsExactly(Long.MIN_VALUE);
  }

  @Test
  void boolsAreAddedAsOrAndMultipliedAsAnd() {
    Tensor a = l(0, 0, 1, 1).to(DType.BOOL);
    Tensor c = l(0, 1, 0, 1).to(DType.BOOL);
    assertThat(runLong(b(BinaryKind.ADD), a, c)).containsExactly(0, 1, 1, 1);
    assertThat(runLong(b(BinaryKind.MUL), a, c)).containsExactly(0, 0, 0, 1);
    assertThat(runLong(b(BinaryKind.MAXIMUM), a, c)).containsExactly(0, 1, 1, 1);
    assertThat(runLong(b(BinaryKind.XOR), a, c)).containsExactly(0, 1, 1, 0);
    assertThat(runLong(b(BinaryKind.LT), a, c)).containsExactly(0, 1, 0, 0);
    assertThat(runLong(u(UnaryKind.NOT), a)).containsExactly(1, 1, 0, 0);
  }

  @Test
  void comparisonsAndPredicatesKnowNan() {
    Tensor a = t(1, NAN, INF, -0.0);
    Tensor c = t(1, NAN, -INF, 0.0);
    assertThat(runLong(b(BinaryKind.EQ), a, c)).containsExactly(1, 0, 0, 1);
    assertThat(runLong(b(BinaryKind.NE), a, c)).containsExactly(0, 1, 1, 0);
    assertThat(runLong(b(BinaryKind.GE), a, c)).containsExactly(1, 0, 1, 1);
    assertThat(runLong(b(BinaryKind.LE), a, c)).containsExactly(1, 0, 0, 1);
    assertThat(runLong(u(UnaryKind.IS_NAN), a)).containsExactly(0, 1, 0, 0);
    assertThat(runLong(u(UnaryKind.IS_INF), c)).containsExactly(0, 0, 1, 0);
    assertThat(runLong(u(UnaryKind.IS_FINITE), a)).containsExactly(1, 0, 0, 1);
  }

  @Test
  void whereBroadcasts() {
    Tensor c = l(Shape.of(2, 1), 1, 0).to(DType.BOOL);
    assertThat(run(new Primitive.Where(), c, t(1, 2), t(7))).containsExactly(1, 2, 7, 7);
  }

  @Test
  void casts() {
    Tensor x = t(-1.9, 1.9, 300.7, 3e9, -INF, NAN);
    assertThat(x.to(DType.INT8).toLongArray()).containsExactly(-1, 1, 44, -1, 0, 0);
    assertThat(x.to(DType.UINT8).toLongArray()).containsExactly(255, 1, 44, 255, 0, 0);
    assertThat(x.to(DType.INT32).toLongArray())
        .containsExactly(-1, 1, 300, Integer.MAX_VALUE, Integer.MIN_VALUE, 0);
    assertThat(x.to(DType.INT64).toLongArray())
        .containsExactly(-1, 1, 300, 3_000_000_000L, Long.MIN_VALUE, 0);
    assertThat(x.to(DType.BOOL).toLongArray()).containsExactly(1, 1, 1, 1, 1, 1);
    assertThat(l(511, -1).to(DType.UINT8).toLongArray()).containsExactly(255, 255);
    // Directly to float32, not by way of float64, which would round twice.
    long tie = (1L << 60) + (1L << 36) + 1;
    assertThat(l(tie).to(DType.FLOAT32).toDoubleArray()).containsExactly((float) tie);
    // Rounded once: by way of float32 this would be a tie and go to 1.
    double above = 1 + 0x1p-11 + 0x1p-40;
    assertThat(t(above, 65520, 65519.9, 1e-8).to(DType.FLOAT16).toDoubleArray())
        .containsExactly(1 + 0x1p-10, INF, 65504, 0);
    assertThat(t(1 + 0x1p-8, 1 + 3 * 0x1p-8, 3.4e38).to(DType.BFLOAT16).toDoubleArray())
        .containsExactly(1, 1 + 0x1p-6, INF);
  }

  @Test
  void bitcastKeepsBits() {
    assertThat(runLong(new Primitive.Bitcast(DType.INT32), t(1, -2).to(DType.FLOAT32)))
        .containsExactly(0x3f800000, 0xc0000000);
  }

  @Test
  void createsConstantsAndSequences() {
    Shape two = Shape.of(2);
    long exact = (1L << 53) + 1;
    assertThat(Tensor.full(two, exact, DType.INT64, Device.SCALAR).toLongArray())
        .containsExactly(exact, exact);
    assertThat(Tensor.full(two, 2.7, DType.INT16, Device.SCALAR).toLongArray())
        .containsExactly(2, 2);
    assertThat(
            Engine.create(Device.SCALAR, new Primitive.Iota(4, DType.INT32, 5, -3)).toLongArray())
        .containsExactly(5, 2, -1, -4);
    assertThat(
            Engine.create(Device.SCALAR, new Primitive.Iota(3, DType.FLOAT64, 0.1, 0.2))
                .toDoubleArray())
        .containsExactly(0.1, 0.1 + 0.2, 0.1 + 2 * 0.2);
  }

  private static Op reduce(ReduceKind kind, boolean keep, int... axes) {
    return new Primitive.Reduce(kind, Dims.of(axes), keep);
  }

  @Test
  void reduces() {
    Tensor x = t(Shape.of(2, 3), 1, -5, 3, 4, 2, 4);
    assertThat(run(reduce(ReduceKind.SUM, false, 0), x)).containsExactly(5, -3, 7);
    assertThat(run(reduce(ReduceKind.SUM, false, 1), x)).containsExactly(-1, 10);
    assertThat(run(reduce(ReduceKind.PROD, true, 0, 1), x)).containsExactly(-480);
    assertThat(run(reduce(ReduceKind.MAX, false, 1), x)).containsExactly(3, 4);
    assertThat(run(reduce(ReduceKind.MIN, false, 0), x)).containsExactly(1, -5, 3);
    assertThat(runLong(reduce(ReduceKind.ARGMAX, false, 1), x)).containsExactly(2, 0);
    assertThat(runLong(reduce(ReduceKind.ARGMIN, false, 0, 1), x)).containsExactly(1);
    assertThat(run(reduce(ReduceKind.SUM, false, 0), x.permute(1, 0))).containsExactly(-1, 10);
    assertThat(run(reduce(ReduceKind.SUM, false, 0), t(Shape.of(0, 2)))).containsExactly(0, 0);
    assertThat(run(reduce(ReduceKind.PROD, false, 0), t(Shape.of(0, 2)))).containsExactly(1, 1);
  }

  @Test
  void reductionsKeepNan() {
    Tensor x = t(3, NAN, 5, NAN);
    assertThat(run(reduce(ReduceKind.MAX, false, 0), x)[0]).isNaN();
    assertThat(run(reduce(ReduceKind.MIN, false, 0), x)[0]).isNaN();
    assertThat(runLong(reduce(ReduceKind.ARGMAX, false, 0), x)).containsExactly(1);
    assertThat(runLong(reduce(ReduceKind.ARGMIN, false, 0), x)).containsExactly(1);
  }

  @Test
  void longFloatSumsKeepTheirDigits() {
    int n = 1_000_000;
    float[] v = new float[n];
    Arrays.fill(v, 0.1f);
    Tensor x = Tensor.fromHost(MemorySegment.ofArray(v), DType.FLOAT32, Shape.of(n), Device.SCALAR);
    assertThat(run(reduce(ReduceKind.SUM, false, 0), x)).containsExactly((float) (0.1f * 1e6));
  }

  @Test
  void scans() {
    Tensor x = t(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
    assertThat(run(new Primitive.Scan(ScanKind.SUM, 1, false), x))
        .containsExactly(1, 3, 6, 4, 9, 15);
    assertThat(run(new Primitive.Scan(ScanKind.SUM, 1, true), x))
        .containsExactly(6, 5, 3, 15, 11, 6);
    assertThat(run(new Primitive.Scan(ScanKind.PROD, 0, false), x))
        .containsExactly(1, 2, 3, 4, 10, 18);
    assertThat(run(new Primitive.Scan(ScanKind.MAX, 0, false), t(1, 3, 2, NAN, 9)))
        .containsExactly(1, 3, 3, NAN, NAN);
    assertThat(run(new Primitive.Scan(ScanKind.MIN, 0, true), t(1, 3, 2))).containsExactly(1, 2, 2);
  }

  @Test
  void padsAndJoins() {
    Tensor x = t(Shape.of(2, 2), 1, 2, 3, 4);
    assertThat(run(new Primitive.Pad(Dims.of(1, 0), Dims.of(0, 1), 9), x))
        .containsExactly(9, 9, 9, 1, 2, 9, 3, 4, 9);
    assertThat(run(new Primitive.Concat(1), x, t(Shape.of(2, 1), 7, 8)))
        .containsExactly(1, 2, 7, 3, 4, 8);
  }

  @Test
  void gathersAndScatters() {
    Tensor x = t(Shape.of(2, 2), 1, 2, 3, 4);
    Tensor index = l(Shape.of(2, 2), 0, 0, 1, 0);
    assertThat(run(new Primitive.Gather(1), x, index)).containsExactly(1, 1, 4, 3);
    assertThat(run(new Primitive.Gather(0), x, index)).containsExactly(1, 2, 3, 2);
    Tensor source = t(Shape.of(2, 2), 10, 20, 30, 40);
    assertThat(run(new Primitive.Scatter(1, ScatterKind.SET), x, index, source))
        .containsExactly(20, 2, 40, 30);
    assertThat(run(new Primitive.Scatter(1, ScatterKind.ADD), x, index, source))
        .containsExactly(31, 2, 43, 34);
    assertThat(run(new Primitive.Scatter(0, ScatterKind.MUL), x, index, source))
        .containsExactly(10, 1600, 90, 4);
    assertThat(run(new Primitive.Scatter(1, ScatterKind.MAX), x, index, source))
        .containsExactly(20, 2, 40, 30);
    assertThat(run(new Primitive.Scatter(1, ScatterKind.MIN), x, index, source))
        .containsExactly(1, 2, 3, 4);
  }

  @Test
  void selectsAndAddsSlices() {
    Tensor x = t(Shape.of(3, 2), 1, 2, 3, 4, 5, 6);
    assertThat(run(new Primitive.IndexSelect(0), x, l(2, 0, 2))).containsExactly(5, 6, 1, 2, 5, 6);
    assertThat(run(new Primitive.IndexSelect(1), x, l(1))).containsExactly(2, 4, 6);
    assertThat(
            run(
                new Primitive.IndexAdd(0),
                x,
                l(2, 2, 0),
                t(Shape.of(3, 2), 10, 20, 30, 40, 50, 60)))
        .containsExactly(51, 62, 3, 4, 45, 66);
  }

  @Test
  void indicesOutOfRangeAreNamed() {
    Tensor x = t(Shape.of(3, 2), 1, 2, 3, 4, 5, 6);
    assertThatThrownBy(() -> run(new Primitive.IndexSelect(0), x, l(1, 3)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("indexselect: index 3 is out of range for axis 0 of size 3 of shape [3, 2]");
    assertThatThrownBy(() -> run(new Primitive.Gather(1), x, l(Shape.of(1, 1), -1)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("gather: index -1 is out of range for axis 1 of size 2");
    assertThatThrownBy(() ->
            run(
                new Primitive.Scatter(0, ScatterKind.ADD),
                x,
                l(Shape.of(1, 1), 9),
                t(Shape.of(1, 1), 1)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("scatter: index 9");
    assertThatThrownBy(() -> run(new Primitive.IndexAdd(0), x, l(4), t(Shape.of(1, 2), 1, 1)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("indexadd: index 4");
  }

  @Test
  void sortsStablyWithNanGreatest() {
    Tensor x = t(3, NAN, 1, 3, -INF, INF, 1);
    Tensor[] up = Engine.callAll(new Primitive.Sort(0, false), x);
    assertThat(up[0].toDoubleArray()).containsExactly(-INF, 1, 1, 3, 3, INF, NAN);
    assertThat(up[1].toLongArray()).containsExactly(4, 2, 6, 0, 3, 5, 1);
    Tensor[] down = Engine.callAll(new Primitive.Sort(0, true), x);
    assertThat(down[0].toDoubleArray()).containsExactly(NAN, INF, 3, 3, 1, 1, -INF);
    assertThat(down[1].toLongArray()).containsExactly(1, 5, 0, 3, 2, 6, 4);
    Tensor[] columns = Engine.callAll(new Primitive.Sort(0, false), l(Shape.of(2, 2), 5, 1, 2, 3));
    assertThat(columns[0].toLongArray()).containsExactly(2, 1, 5, 3);
  }

  @Test
  void findsWhatIsNotZero() {
    Tensor x = t(Shape.of(2, 3), 0, 1, -0.0, NAN, 0, 2);
    Tensor y = Engine.call(new Primitive.NonZero(), x);
    assertThat(y.shape()).isEqualTo(Shape.of(3, 2));
    assertThat(y.toLongArray()).containsExactly(0, 1, 1, 0, 1, 2);
  }

  @Test
  void multipliesMatrices() {
    Tensor a = t(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
    Tensor c = t(Shape.of(3, 2), 7, 8, 9, 10, 11, 12);
    assertThat(run(new Primitive.MatMul(), a, c)).containsExactly(58, 64, 139, 154);
    Tensor batch = t(Shape.of(2, 1, 2), 1, 0, 0, 1);
    assertThat(run(new Primitive.MatMul(), batch, t(Shape.of(2, 2), 5, 6, 7, 8)))
        .containsExactly(5, 6, 7, 8);
    long big = (1L << 53) + 1;
    assertThat(runLong(new Primitive.MatMul(), l(Shape.of(1, 1), big), l(Shape.of(1, 1), 3)))
        .containsExactly(3 * big);
  }

  private static long[] randomLongs(Random random, int n) {
    return random.longs(n, -9, 10).toArray();
  }

  /** Two images, two groups, uneven padding, stride and dilation, against six plain loops. */
  @Test
  void convolutionIsCrossCorrelation() {
    Random random = new Random(1);
    int h = 6;
    int w = 7;
    long[] x = randomLongs(random, 2 * 4 * h * w);
    long[] k = randomLongs(random, 6 * 2 * 2 * 3);
    Window window =
        new Window(Dims.of(2, 3), Dims.of(2, 1), Dims.of(1, 0), Dims.of(0, 2), Dims.of(1, 2));
    Tensor y =
        Engine.call(
            new Primitive.Convolution(window, 2),
            l(Shape.of(2, 4, h, w), x),
            l(Shape.of(6, 2, 2, 3), k));
    int oh = 3; // (6 + 1 - 2) / 2 + 1
    int ow = 5; // (7 + 2 - 5) / 1 + 1
    assertThat(y.shape()).isEqualTo(Shape.of(2, 6, oh, ow));
    long[] got = y.toLongArray();
    for (int n = 0; n < 2; n++) {
      for (int o = 0; o < 6; o++) {
        for (int i = 0; i < oh; i++) {
          for (int j = 0; j < ow; j++) {
            long sum = 0;
            for (int c = 0; c < 2; c++) {
              for (int p = 0; p < 6; p++) {
                int row = 2 * i - 1 + p / 3;
                int column = j + 2 * (p % 3);
                if (row >= 0 && row < h && column < w) {
                  int channel = o / 3 * 2 + c;
                  sum += x[((n * 4 + channel) * h + row) * w + column] * k[(o * 2 + c) * 6 + p];
                }
              }
            }
            assertThat(got[((n * 6 + o) * oh + i) * ow + j]).isEqualTo(sum);
          }
        }
      }
    }
  }

  /** The gradients are the adjoints: the three inner products are one number, exactly. */
  @Test
  void convolutionGradientsAreAdjoint() {
    Random random = new Random(2);
    Window[] windows = {
      new Window(Dims.of(3), Dims.of(2), Dims.of(1), Dims.of(2), Dims.of(1)),
      new Window(Dims.of(2, 3), Dims.of(2, 1), Dims.of(1, 0), Dims.of(0, 2), Dims.of(1, 2)),
      new Window(
          Dims.of(2, 1, 3), Dims.of(1, 2, 2), Dims.of(1, 0, 1), Dims.of(0, 0, 1), Dims.of(1, 1, 1))
    };
    for (Window window : windows) {
      for (int groups = 1; groups <= 2; groups++) {
        Dims size = Dims.of(Arrays.copyOf(new long[] {6, 7, 5}, window.rank()));
        Shape in = Shape.of(2, 4).concat(Shape.of(size.toArray()));
        Shape weights = Shape.of(6, 4 / groups).concat(Shape.of(window.kernel().toArray()));
        Shape out = window.outputShape(in, 6);
        Tensor x = l(in, randomLongs(random, (int) in.numel()));
        Tensor w = l(weights, randomLongs(random, (int) weights.numel()));
        Tensor g = l(out, randomLongs(random, (int) out.numel()));
        long want = inner(Engine.call(new Primitive.Convolution(window, groups), x, w), g);
        Tensor dx = Engine.call(new Primitive.ConvolutionInputGrad(window, groups, size), g, w);
        Tensor dw = Engine.call(new Primitive.ConvolutionWeightGrad(window, groups), x, g);
        assertThat(dx.shape()).isEqualTo(in);
        assertThat(dw.shape()).isEqualTo(weights);
        assertThat(inner(dx, x)).isEqualTo(want);
        assertThat(inner(dw, w)).isEqualTo(want);
      }
    }
  }

  private static long inner(Tensor a, Tensor c) {
    long[] u = a.toLongArray();
    long[] v = c.toLongArray();
    long sum = 0;
    for (int i = 0; i < u.length; i++) {
      sum += u[i] * v[i];
    }
    return sum;
  }

  private static Window square(int kernel, int stride, int low, int high) {
    return new Window(
        Dims.of(kernel, kernel),
        Dims.of(stride, stride),
        Dims.of(low, low),
        Dims.of(high, high),
        Dims.of(1, 1));
  }

  @Test
  void maxPoolTellsWhere() {
    Tensor x = t(Shape.of(1, 1, 3, 3), -1, -2, -3, -4, -5, -6, -7, -8, -9);
    Tensor[] y = Engine.callAll(new Primitive.MaxPool(square(2, 1, 1, 0)), x);
    assertThat(y[0].toDoubleArray()).containsExactly(-1, -1, -2, -1, -1, -2, -4, -4, -5);
    assertThat(y[1].toLongArray()).containsExactly(0, 0, 1, 0, 0, 1, 3, 3, 4);
    Tensor ties = t(Shape.of(1, 1, 2, 2), 5, 5, 5, 5);
    Op all = new Primitive.MaxPool(square(2, 2, 0, 0));
    assertThat(Engine.callAll(all, ties)[1].toLongArray()).containsExactly(0);
    Tensor nan = t(Shape.of(1, 1, 2, 2), 9, NAN, NAN, 10);
    assertThat(Engine.callAll(all, nan)[0].toDoubleArray()).containsExactly(NAN);
    assertThat(Engine.callAll(all, nan)[1].toLongArray()).containsExactly(2);
  }

  /** The corners of a 2x2 image under a 2x2 window with padding, by PyTorch's rules. */
  @Test
  void averagesCountWhatTheyShould() {
    Tensor x = t(Shape.of(1, 1, 2, 2), 4, 8, 12, 16);
    Window window = square(2, 2, 1, 1);
    Dims none = Dims.of(0, 0);
    assertThat(run(new Primitive.AvgPool(window, true, 0, none), x)).containsExactly(1, 2, 3, 4);
    assertThat(run(new Primitive.AvgPool(window, false, 0, none), x)).containsExactly(4, 8, 12, 16);
    assertThat(run(new Primitive.AvgPool(window, true, 8, none), x))
        .containsExactly(0.5, 1, 1.5, 2);
    // The last padding only comes of ceil mode and does not count.
    assertThat(run(new Primitive.AvgPool(window, true, 0, Dims.of(1, 1)), x))
        .containsExactly(1, 4, 6, 16);
    Tensor g = t(Shape.of(1, 1, 2, 2), 1, 1, 1, 1);
    assertThat(run(new Primitive.AvgPoolGrad(window, true, 0, Dims.of(1, 1), Dims.of(2, 2)), g))
        .containsExactly(0.25, 0.5, 0.5, 1);
  }

  @Test
  void overlappingAveragesAddTheirGradients() {
    Window window = new Window(Dims.of(2), Dims.of(1), Dims.of(0), Dims.of(0), Dims.of(1));
    Tensor g = t(Shape.of(1, 1, 3), 1, 2, 4);
    assertThat(run(new Primitive.AvgPoolGrad(window, false, 0, Dims.of(0), Dims.of(4)), g))
        .containsExactly(0.5, 1.5, 3, 2);
  }

  @Test
  void factorises() {
    Tensor a = t(Shape.of(3, 3), 4, 12, -16, 12, 37, -43, -16, -43, 98);
    assertThat(run(new Primitive.Cholesky(), a)).containsExactly(2, 0, 0, 6, 1, 0, -8, 5, 3);
    assertThatThrownBy(() -> run(new Primitive.Cholesky(), t(Shape.of(2, 2), 1, 2, 2, 1)))
        .isInstanceOf(GatunException.class)
        .hasMessage(
            "cholesky: matrix 0 of shape [2, 2] is not positive definite (leading minor 2)");
  }

  @Test
  void solvesWithPivoting() {
    Tensor a = t(Shape.of(2, 2), 0, 2, 4, 0);
    Tensor c = t(Shape.of(2, 2), 6, 2, 8, 4);
    assertThat(run(new Primitive.Solve(), a, c)).containsExactly(2, 1, 3, 1);
    assertThatThrownBy(() -> run(new Primitive.Solve(), t(Shape.of(2, 2), 1, 2, 2, 4), c))
        .isInstanceOf(GatunException.class)
        .hasMessage("solve: matrix 0 of shape [2, 2] is singular");
  }

  @Test
  void findsEigenvectors() {
    Tensor[] plain = Engine.callAll(new Primitive.Eigh(), t(Shape.of(2, 2), 2, 99, 1, 2));
    assertThat(plain[0].toDoubleArray()).containsExactly(new double[] {1, 3}, within(1e-15));
    Random random = new Random(3);
    int n = 12;
    double[] a = new double[n * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        a[i * n + j] = a[j * n + i] = random.nextGaussian();
      }
    }
    Tensor[] y = Engine.callAll(new Primitive.Eigh(), t(Shape.of(n, n), a));
    double[] values = y[0].toDoubleArray();
    double[] v = y[1].toDoubleArray();
    for (int i = 0; i < n; i++) {
      assertThat(i == 0 || values[i - 1] <= values[i]).isTrue();
      for (int j = 0; j < n; j++) {
        double product = 0; // (A V)[i][j] = V[i][j] * value[j]
        double dot = 0; // V is orthogonal
        for (int k = 0; k < n; k++) {
          product += a[i * n + k] * v[k * n + j];
          dot += v[k * n + i] * v[k * n + j];
        }
        assertThat(product).isCloseTo(v[i * n + j] * values[j], within(1e-13));
        assertThat(dot).isCloseTo(i == j ? 1 : 0, within(1e-14));
      }
    }
  }

  @Test
  void assignsToStridedTargets() {
    Tensor x = t(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
    x.slice(1, 0, 3, 2).flip(0).assign(t(10, 20));
    assertThat(x.toDoubleArray()).containsExactly(10, 2, 20, 10, 5, 20);
    x.permute(1, 0).assign(t(Shape.of(3, 2), 1, 2, 3, 4, 5, 6));
    assertThat(x.toDoubleArray()).containsExactly(1, 3, 5, 2, 4, 6);
  }
}
