package dev.gatun.tensor.cpu.simd;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.spi.Backend;
import dev.gatun.tensor.spi.Buf;
import dev.gatun.tensor.spi.Layout;
import dev.gatun.tensor.spi.Storage;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Matrix products with batch axes, by {@link Gemm} and {@link GemmDouble}. Stateless. */
final class Products {
  private Products() {}

  /** True where {@link #matmul} has a kernel. */
  static boolean supports(DType dtype) {
    return dtype.isFloat();
  }

  /** {@code y = a·b} over the last two axes; leading axes broadcast. */
  static void matmul(Backend backend, Buf a, Buf b, Buf y) {
    if (y.numel() == 0) {
      return;
    }
    if (y.dtype() == DType.FLOAT32 || y.dtype() == DType.FLOAT64) {
      batched(a, b, y);
      return;
    }
    // Half types are storage types: widen, multiply, round.
    Buf wideA = temporary(backend, a.shape());
    Buf wideB = temporary(backend, b.shape());
    Buf wideY = temporary(backend, y.shape());
    try {
      Copies.cast(a, wideA);
      Copies.cast(b, wideB);
      batched(wideA, wideB, wideY);
      Copies.cast(wideY, y);
    } finally {
      wideA.storage().release();
      wideB.storage().release();
      wideY.storage().release();
    }
  }

  /** {@code y = x·weightᵀ + bias}, the bias added where the product is written. */
  static void linear(Backend backend, Buf[] in, Buf y) {
    if (y.numel() == 0) {
      return;
    }
    Buf x = in[0].shape().rank() == 2 ? in[0] : SimdBackend.contiguous(backend, in[0]);
    Buf bias = in.length > 2 ? SimdBackend.contiguous(backend, in[2]) : null;
    try {
      linear(x, in[1], bias, y);
    } finally {
      SimdBackend.release(x, in[0]);
      if (bias != null) {
        SimdBackend.release(bias, in[2]);
      }
    }
  }

  private static void linear(Buf x, Buf weight, @Nullable Buf bias, Buf y) {
    Layout lx = x.layout();
    Layout lw = weight.layout();
    int n = Math.toIntExact(weight.shape().size(0));
    int k = Math.toIntExact(weight.shape().size(1));
    int m = Math.toIntExact(y.numel() / n);
    long row = lx.stride(lx.rank() - 2);
    long column = lx.stride(lx.rank() - 1);
    MemorySegment b = bias == null ? MemorySegment.NULL : bias.segment();
    long bAt = bias == null ? 0 : bias.offset();
    MemorySegment a = x.segment();
    MemorySegment w = weight.segment();
    MemorySegment c = y.segment();
    long wOff = lw.offset();
    long wRow = lw.stride(1);
    long wCol = lw.stride(0);
    if (y.dtype() == DType.FLOAT64) {
      GemmDouble.gemm(
          m,
          n,
          k,
          a,
          lx.offset(),
          row,
          column,
          w,
          wOff,
          wRow,
          wCol,
          c,
          y.offset(),
          n,
          false,
          b,
          bAt,
          false);
    } else {
      Gemm.gemm(
          m,
          n,
          k,
          a,
          lx.offset(),
          row,
          column,
          w,
          wOff,
          wRow,
          wCol,
          c,
          y.offset(),
          n,
          false,
          b,
          bAt,
          false);
    }
  }

  private static Buf temporary(Backend backend, Shape shape) {
    Storage storage = backend.allocate(shape.numel() * Float.BYTES);
    return new Buf(storage, Layout.contiguous(shape), DType.FLOAT32);
  }

  private static void batched(Buf a, Buf b, Buf y) {
    int rank = y.shape().rank();
    int m = Math.toIntExact(y.shape().size(-2));
    int n = Math.toIntExact(y.shape().size(-1));
    int k = Math.toIntExact(a.shape().size(-1));
    Layout la = a.layout();
    Layout lb = b.layout();
    long[] strides = {
      la.stride(la.rank() - 2), la.stride(la.rank() - 1),
      lb.stride(lb.rank() - 2), lb.stride(lb.rank() - 1)
    };
    if (rank == 2) {
      multiply(1, m, n, k, a, la.offset(), 0, b, lb.offset(), 0, y, y.offset(), 0, strides);
      return;
    }
    Shape batch = y.shape().slice(0, rank - 2);
    LoopNest nest = LoopNest.of(leading(la, batch), leading(lb, batch));
    long plane = (long) m * n;
    int last = nest.rank - 1;
    int count = last < 0 ? 1 : Math.toIntExact(nest.sizes[last]);
    long aStep = last < 0 ? 0 : nest.strides[0][last];
    long bStep = last < 0 ? 0 : nest.strides[1][last];
    long outer = nest.numel() / count;
    for (long i = 0; i < outer; i++) {
      long aAt = la.offset();
      long bAt = lb.offset();
      long row = i;
      for (int x = last - 1; x >= 0; x--) {
        aAt += row % nest.sizes[x] * nest.strides[0][x];
        bAt += row % nest.sizes[x] * nest.strides[1][x];
        row /= nest.sizes[x];
      }
      multiply(
          count,
          m,
          n,
          k,
          a,
          aAt,
          aStep,
          b,
          bAt,
          bStep,
          y,
          y.offset() + i * count * plane,
          plane,
          strides);
    }
  }

  /** The batch axes of an operand, broadcast. */
  private static Layout leading(Layout layout, Shape batch) {
    int axes = layout.rank() - 2;
    long[] s = layout.strides();
    return Layout.of(layout.shape().slice(0, axes), java.util.Arrays.copyOf(s, axes), 0)
        .expand(batch);
  }

  private static void multiply(
      int count,
      int m,
      int n,
      int k,
      Buf a,
      long aAt,
      long aStep,
      Buf b,
      long bAt,
      long bStep,
      Buf y,
      long yAt,
      long yStep,
      long[] s) {
    if (y.dtype() == DType.FLOAT64) {
      GemmDouble.gemmBatched(
          count,
          m,
          n,
          k,
          a.segment(),
          aAt,
          aStep,
          s[0],
          s[1],
          b.segment(),
          bAt,
          bStep,
          s[2],
          s[3],
          y.segment(),
          yAt,
          yStep,
          n,
          false);
    } else {
      Gemm.gemmBatched(
          count,
          m,
          n,
          k,
          a.segment(),
          aAt,
          aStep,
          s[0],
          s[1],
          b.segment(),
          bAt,
          bStep,
          s[2],
          s[3],
          y.segment(),
          yAt,
          yStep,
          n,
          false);
    }
  }
}
