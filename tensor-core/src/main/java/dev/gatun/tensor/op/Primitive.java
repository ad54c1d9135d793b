package dev.gatun.tensor.op;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Shape;
import java.util.Locale;

/**
 * The operations every backend must have. Each record says what it computes; {@link ShapeRules}
 * gives the output types. "Index" operands are int64.
 */
public sealed interface Primitive extends Op {

  @Override
  default String name() {
    return getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  // Elementwise.

  /** {@code y = f(x)}. */
  record Unary(UnaryKind kind) implements Primitive {
    @Override
    public String name() {
      return kind.label();
    }
  }

  /** {@code y = f(a, b)} with broadcasting; both of one dtype. */
  record Binary(BinaryKind kind) implements Primitive {
    @Override
    public String name() {
      return kind.label();
    }
  }

  /** {@code condition ? a : b} with broadcasting; the condition is bool. */
  record Where() implements Primitive {}

  /**
   * Conversion to another dtype: float to integer as in Java (truncates, NaN gives 0, saturates at
   * int64 or else int32, then wraps to the narrower types), integers wrap, to bool is {@code x !=
   * 0}, to a narrower float rounds to nearest even.
   */
  record Cast(DType to) implements Primitive {}

  /** The same bits read as another dtype of the same size. */
  record Bitcast(DType to) implements Primitive {}

  /** A dense row-major copy. */
  record Contiguous() implements Primitive {}

  // Views: the engine makes them without a backend.

  /** Ops that give another layout of the same storage. */
  sealed interface View extends Primitive {}

  /** The same elements in row-major order under another shape; copies where strides cannot. */
  record Reshape(Shape shape) implements View {}

  /** Axis i of the output is axis {@code order[i]} of the input. */
  record Permute(Dims order) implements View {}

  /** Axes of size 1 (and new leading axes) repeated. */
  record Expand(Shape shape) implements View {}

  /** Along axis i, {@code sizes[i]} elements from {@code starts[i]}, {@code steps[i]} apart. */
  record Slice(Dims starts, Dims sizes, Dims steps) implements View {}

  // Moving data.

  /** The input with {@code value} before and after it along each axis. */
  record Pad(Dims low, Dims high, double value) implements Primitive {}

  /** The inputs one after another along an axis. */
  record Concat(int axis) implements Primitive {}

  // Folding.

  /** One value for all elements of the reduced axes. */
  record Reduce(ReduceKind kind, Dims axes, boolean keepDims) implements Primitive {
    @Override
    public String name() {
      return kind.name().toLowerCase(Locale.ROOT);
    }
  }

  /** Each element combined with all before it along an axis (all after it when reversed). */
  record Scan(ScanKind kind, int axis, boolean reverse) implements Primitive {}

  // Indexing.

  /**
   * {@code y[i][j] = x[index[i][j]][j]} for axis 0, and alike: input (x, index), the index has x's
   * rank and is nowhere larger but along the axis.
   */
  record Gather(int axis) implements Primitive {}

  /**
   * A copy of x in which the places {@code x[index[i][j]][j]} are combined with {@code
   * source[i][j]}: input (x, index, source).
   */
  record Scatter(int axis, ScatterKind kind) implements Primitive {}

  /** Whole slices along an axis: input (x, index [n]); the axis gets size n. */
  record IndexSelect(int axis) implements Primitive {}

  /** A copy of x with slices of source added at index: input (x, index [n], source). */
  record IndexAdd(int axis) implements Primitive {}

  /** Stable sort along an axis; outputs (values, int64 indices); NaN is greatest. */
  record Sort(int axis, boolean descending) implements Primitive {}

  /** The indices [n, rank] of the elements that are not zero, row-major order. */
  record NonZero() implements Primitive {}

  // Contraction.

  /** [..., M, K] times [..., K, N] is [..., M, N]; leading axes broadcast. */
  record MatMul() implements Primitive {}

  /**
   * Cross-correlation: input [N, C, spatial...], weight [O, C / groups, kernel...] to [N, O,
   * out...]. Whether padding meets an infinite weight as 0 times infinity or is left out is not
   * defined.
   */
  record Convolution(Window window, int groups) implements Primitive {}

  /**
   * The gradient of {@link Convolution} with respect to its input, which has spatial sizes {@code
   * inputSize}; also the transposed convolution. Input (gradient [N, O, out...], weight).
   */
  record ConvolutionInputGrad(Window window, int groups, Dims inputSize) implements Primitive {}

  /** The gradient with respect to the weight: input (input, gradient [N, O, out...]). */
  record ConvolutionWeightGrad(Window window, int groups) implements Primitive {}

  // Pooling over [N, C, spatial...].

  /**
   * The greatest of each window; padding never wins. Outputs (values, int64 row-major index in the
   * spatial plane; the first of equals, the last NaN if any).
   */
  record MaxPool(Window window) implements Primitive {}

  /**
   * The mean of each window. The divisor is {@code divisor} when not 0; else the number of elements
   * inside the input, or inside input and declared padding if {@code countPadding}. {@code ceilPad}
   * is how much of padHigh (per axis) was added only by ceil mode and never counts.
   */
  record AvgPool(Window window, boolean countPadding, long divisor, Dims ceilPad)
      implements Primitive {}

  /** The gradient of {@link AvgPool}; input (gradient), spatial sizes of the pooled input. */
  record AvgPoolGrad(
      Window window, boolean countPadding, long divisor, Dims ceilPad, Dims inputSize)
      implements Primitive {}

  // Creation: no inputs.

  /** A constant; a Long is exact for every integer dtype. */
  record Full(Shape shape, DType dtype, Number value) implements Primitive {}

  /** {@code start + i * step} for i = 0 … n - 1, computed in float64 or exactly in int64. */
  record Iota(long size, DType dtype, double start, double step) implements Primitive {}

  /**
   * Element i is made from element {@code offset + i} of the Philox4x32-10 stream of {@code seed},
   * the same on every backend and number of threads.
   */
  record Random(Distribution distribution, Shape shape, DType dtype, long seed, long offset)
      implements Primitive {}

  // Linear algebra over the last two axes.

  /** The lower triangle L of A = L·Lᵀ. */
  record Cholesky() implements Primitive {}

  /** X of A·X = B by LU with partial pivoting: input (A [..., n, n], B [..., n, k]). */
  record Solve() implements Primitive {}

  /**
   * The determinants [...] of [..., n, n] as outputs (sign: -1, 0 or 1; logarithm of the absolute
   * value), by LU with partial pivoting.
   */
  record SignLogDet() implements Primitive {}

  /**
   * Eigenvalues [..., n], ascending, and eigenvectors [..., n, n] in columns, of symmetric matrices
   * (the lower triangle is read). A vector's component of greatest magnitude is positive.
   */
  record Eigh() implements Primitive {}
}
