package dev.gatun.tensor.cpu.simd;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.op.Dims;
import dev.gatun.tensor.op.Window;
import dev.gatun.tensor.spi.Backend;
import dev.gatun.tensor.spi.Buf;
import dev.gatun.tensor.spi.Storage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Convolutions by matrix products with the windows of an image as a matrix: a row for each channel
 * and kernel element, a column for each output position (known as im2col). Up to three spatial
 * axes; float32 and float64. Immutable.
 */
final class WindowMatrix {
  private final int images;
  private final int groups;
  private final int channels;
  private final int filters;
  private final int[] in;
  private final int[] out;
  private final int[] kernel;
  private final int[] stride;
  private final int[] pad;
  private final int[] dilation;
  private final int window;
  private final int k;
  private final int positions;
  private final long inPlane;

  WindowMatrix(Window w, int groups, Shape x, Shape y) {
    this.groups = groups;
    images = Math.toIntExact(x.size(0));
    channels = Math.toIntExact(x.size(1)) / groups;
    filters = Math.toIntExact(y.size(1)) / groups;
    in = three(Dims.of(x.slice(2, x.rank()).toArray()), 1);
    out = three(Dims.of(y.slice(2, y.rank()).toArray()), 1);
    kernel = three(w.kernel(), 1);
    stride = three(w.stride(), 1);
    pad = three(w.padLow(), 0);
    dilation = three(w.dilation(), 1);
    window = kernel[0] * kernel[1] * kernel[2];
    k = channels * window;
    positions = Math.multiplyExact(Math.multiplyExact(out[0], out[1]), out[2]);
    inPlane = (long) in[0] * in[1] * in[2];
  }

  private static int[] three(Dims d, int missing) {
    int[] v = {missing, missing, missing};
    for (int i = 0; i < d.size(); i++) {
      v[3 - d.size() + i] = d.getInt(i);
    }
    return v;
  }

  void forward(Backend backend, Buf x, Buf w, Buf y) {
    ThreadPool.parallelFor(
        images * groups,
        t -> {
          int g = t % groups;
          Storage matrix = matrix(backend, x.dtype());
          try {
            fill(x, (long) t * channels * inPlane, matrix.segment());
            multiply(
                x.dtype(),
                filters,
                positions,
                k,
                w.segment(),
                w.offset() + (long) g * filters * k,
                k,
                1,
                matrix.segment(),
                0,
                positions,
                1,
                y.segment(),
                y.offset() + (long) t * filters * positions,
                positions,
                false);
          } finally {
            matrix.release();
          }
        });
  }

  void inputGrad(Backend backend, Buf grad, Buf w, Buf y) {
    Copies.full(0.0, y);
    ThreadPool.parallelFor(
        images * groups,
        t -> {
          int g = t % groups;
          Storage matrix = matrix(backend, y.dtype());
          try {
            multiply(
                y.dtype(),
                k,
                positions,
                filters,
                w.segment(),
                w.offset() + (long) g * filters * k,
                1,
                k,
                grad.segment(),
                grad.offset() + (long) t * filters * positions,
                positions,
                1,
                matrix.segment(),
                0,
                positions,
                false);
            addBack(matrix.segment(), y, (long) t * channels * inPlane);
          } finally {
            matrix.release();
          }
        });
  }

  void weightGrad(Backend backend, Buf x, Buf grad, Buf y) {
    Copies.full(0.0, y);
    Storage matrix = matrix(backend, x.dtype());
    try {
      for (int t = 0; t < images * groups; t++) {
        int g = t % groups;
        fill(x, (long) t * channels * inPlane, matrix.segment());
        multiply(
            x.dtype(),
            filters,
            k,
            positions,
            grad.segment(),
            grad.offset() + (long) t * filters * positions,
            positions,
            1,
            matrix.segment(),
            0,
            1,
            positions,
            y.segment(),
            y.offset() + (long) g * filters * k,
            k,
            true);
      }
    } finally {
      matrix.release();
    }
  }

  private Storage matrix(Backend backend, DType dtype) {
    return backend.allocate((long) k * positions * dtype.byteSize());
  }

  private static void multiply(
      DType dtype,
      int m,
      int n,
      int k,
      MemorySegment a,
      long aAt,
      long aRow,
      long aCol,
      MemorySegment b,
      long bAt,
      long bRow,
      long bCol,
      MemorySegment c,
      long cAt,
      long ldc,
      boolean add) {
    if (dtype == DType.FLOAT64) {
      GemmDouble.gemm(m, n, k, a, aAt, aRow, aCol, b, bAt, bRow, bCol, c, cAt, ldc, add);
    } else {
      Gemm.gemm(m, n, k, a, aAt, aRow, aCol, b, bAt, bRow, bCol, c, cAt, ldc, add);
    }
  }

  /** The first output index whose input lies inside the plane. */
  private int firstInside(int axis, int element) {
    int shift = pad[axis] - element * dilation[axis];
    return shift <= 0 ? 0 : Math.min(out[axis], (shift + stride[axis] - 1) / stride[axis]);
  }

  /** One more than the last output index whose input lies inside the plane. */
  private int endInside(int axis, int element) {
    int last = in[axis] - 1 + pad[axis] - element * dilation[axis];
    return last < 0 ? 0 : Math.min(out[axis], last / stride[axis] + 1);
  }

  /** Called with each run of positions along the last axis whose inputs are inside the image. */
  private interface Run {
    void visit(long input, long position, int n);
  }

  /** Visits the row of a kernel element (and channel): what it does not visit is padding. */
  private void row(int element, Run run) {
    int e0 = element / kernel[2] / kernel[1];
    int e1 = element / kernel[2] % kernel[1];
    int e2 = element % kernel[2];
    int from = firstInside(2, e2);
    int n = endInside(2, e2) - from;
    if (n <= 0) {
      return;
    }
    long column = (long) from * stride[2] - pad[2] + (long) e2 * dilation[2];
    for (int i = firstInside(0, e0); i < endInside(0, e0); i++) {
      long plane = (long) i * stride[0] - pad[0] + (long) e0 * dilation[0];
      for (int j = firstInside(1, e1); j < endInside(1, e1); j++) {
        long line = (long) j * stride[1] - pad[1] + (long) e1 * dilation[1];
        run.visit(
            (plane * in[1] + line) * in[2] + column, ((long) i * out[1] + j) * out[2] + from, n);
      }
    }
  }

  private void fill(Buf x, long image, MemorySegment matrix) {
    int size = x.dtype().byteSize();
    matrix.asSlice(0, (long) k * positions * size).fill((byte) 0);
    for (int r = 0; r < k; r++) {
      long from = x.offset() + image + r / window * inPlane;
      long to = (long) r * positions;
      row(
          r % window,
          (input, position, n) ->
              Strided.run(
                  size,
                  x.segment(),
                  from + input,
                  stride[2],
                  matrix,
                  (to + position) * size,
                  1,
                  n));
    }
  }

  private void addBack(MemorySegment matrix, Buf y, long image) {
    boolean isDouble = y.dtype() == DType.FLOAT64;
    for (int r = 0; r < k; r++) {
      long to = y.offset() + image + r / window * inPlane;
      long from = (long) r * positions;
      row(
          r % window,
          (input, position, n) -> {
            if (isDouble) {
              addDoubles(matrix, from + position, y.segment(), to + input, stride[2], n);
            } else {
              addFloats(matrix, from + position, y.segment(), to + input, stride[2], n);
            }
          });
    }
  }

  private static void addFloats(
      MemorySegment from, long at, MemorySegment to, long toAt, int step, int n) {
    for (int i = 0; i < n; i++) {
      long p = (toAt + (long) i * step) * 4;
      to.set(
          ValueLayout.JAVA_FLOAT,
          p,
          to.get(ValueLayout.JAVA_FLOAT, p) + from.get(ValueLayout.JAVA_FLOAT, (at + i) * 4));
    }
  }

  private static void addDoubles(
      MemorySegment from, long at, MemorySegment to, long toAt, int step, int n) {
    for (int i = 0; i < n; i++) {
      long p = (toAt + (long) i * step) * 8;
      to.set(
          ValueLayout.JAVA_DOUBLE,
          p,
          to.get(ValueLayout.JAVA_DOUBLE, p) + from.get(ValueLayout.JAVA_DOUBLE, (at + i) * 8));
    }
  }
}
