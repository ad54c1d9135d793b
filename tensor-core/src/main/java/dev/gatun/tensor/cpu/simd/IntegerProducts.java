package dev.gatun.tensor.cpu.simd;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.op.BinaryKind;
import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.spi.Backend;
import dev.gatun.tensor.spi.Buf;
import dev.gatun.tensor.spi.Layout;
import dev.gatun.tensor.spi.Storage;

/**
 * Products of 8-bit integers by the float32 kernels, exactly: integers of up to 2^24 have no
 * rounding there, so as many products are summed at once as stay within that. It is the fastest way
 * that the Vector API has, which lacks the machines' dot products of bytes: a multiplication of
 * 32-bit integers costs several times a fused multiply-add of floats. Stateless.
 */
final class IntegerProducts {
  private static final int EXACT = 1 << 24;

  private IntegerProducts() {}

  /** {@code y = a·b} over the last two axes; leading axes broadcast; y is contiguous int32. */
  static void matmul(Backend backend, Buf a, Buf b, Buf y) {
    if (y.numel() == 0) {
      return;
    }
    int k = Math.toIntExact(a.shape().size(-1));
    int depth = EXACT / (magnitude(a.dtype()) * magnitude(b.dtype()));
    Buf product = temporary(backend, y.shape(), DType.FLOAT32);
    Buf part = k > depth ? temporary(backend, y.shape(), DType.INT32) : y;
    try {
      for (int p = 0; p < Math.max(1, k); p += depth) {
        int d = Math.min(depth, k - p);
        multiply(backend, slice(a, -1, p, d), slice(b, -2, p, d), product);
        if (p == 0) {
          Copies.cast(product, y);
        } else {
          Copies.cast(product, part);
          Primitive add = new Primitive.Binary(BinaryKind.ADD);
          backend.execute(add, new Buf[] {y, part}, new Buf[] {y});
        }
      }
    } finally {
      product.storage().release();
      if (k > depth) {
        part.storage().release();
      }
    }
  }

  /** The greatest absolute value. */
  private static int magnitude(DType dtype) {
    return dtype == DType.INT8 ? 128 : 255;
  }

  private static void multiply(Backend backend, Buf a, Buf b, Buf y) {
    Buf left = temporary(backend, a.shape(), DType.FLOAT32);
    Buf right = temporary(backend, b.shape(), DType.FLOAT32);
    try {
      Copies.cast(a, left);
      Copies.cast(b, right);
      Products.matmul(backend, left, right, y);
    } finally {
      left.storage().release();
      right.storage().release();
    }
  }

  private static Buf temporary(Backend backend, Shape shape, DType dtype) {
    Storage storage = backend.allocate(shape.numel() * dtype.byteSize());
    return new Buf(storage, Layout.contiguous(shape), dtype);
  }

  /** Some indices of one axis. */
  private static Buf slice(Buf x, int axis, int from, int size) {
    Layout layout = x.layout();
    int at = layout.shape().axis(axis);
    Shape shape = layout.shape().with(at, size);
    long offset = layout.offset() + from * layout.stride(at);
    return x.with(Layout.of(shape, layout.strides(), offset));
  }
}
