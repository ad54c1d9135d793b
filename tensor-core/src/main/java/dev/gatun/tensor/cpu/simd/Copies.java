package dev.gatun.tensor.cpu.simd;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.spi.Buf;
import dev.gatun.tensor.spi.Layout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Copies, conversions, concatenation, padding, constants. Stateless. */
final class Copies {
  /** Bytes below which one thread copies. */
  private static final long PARALLEL_BYTES = 1 << 18;

  private Copies() {}

  /** Converts to the (contiguous) output's dtype, or copies. */
  static void cast(Buf x, Buf y) {
    if (x.dtype() == y.dtype()) {
      copy(x, y);
      return;
    }
    DType from = x.dtype();
    DType to = y.dtype();
    Elementwise.run(
        new Buf[] {x},
        new DType[] {from},
        y,
        to,
        (in, at, out, outAt, n) -> Convert.run(from, to, in[0], at[0], out, outAt, n));
  }

  /** Copies between layouts of one shape and element size; neither side need be contiguous. */
  static void copy(Buf x, Buf y) {
    int size = y.dtype().byteSize();
    if (x.numel() == 0) {
      return;
    }
    if (x.isContiguous() && y.isContiguous()) {
      bytes(x.segment(), x.byteOffset(), y.segment(), y.byteOffset(), x.numel() * size);
      return;
    }
    LoopNest nest = LoopNest.of(x.layout(), y.layout());
    boolean dense = y.isContiguous();
    long rows = nest.rank == 0 ? 1 : nest.sizes[0];
    int tasks = 1;
    if (x.numel() * size >= PARALLEL_BYTES && rows >= ThreadPool.size()) {
      tasks = ThreadPool.size();
    }
    int parts = tasks;
    ThreadPool.parallelFor(
        parts,
        t -> {
          long from = rows * t / parts;
          long count = rows * (t + 1) / parts - from;
          long[] sizes = nest.sizes.clone();
          long xAt = x.offset();
          long yAt = y.offset();
          if (nest.rank > 0) {
            sizes[0] = count;
            xAt += from * nest.strides[0][0];
            yAt += from * nest.strides[1][0];
          }
          if (dense) {
            Strided.gather(
                size,
                x.segment(),
                xAt,
                sizes,
                nest.strides[0],
                0,
                nest.rank,
                count,
                y.segment(),
                yAt * size);
          } else {
            Strided.copy(
                size,
                x.segment(),
                xAt,
                nest.strides[0],
                y.segment(),
                yAt,
                nest.strides[1],
                sizes,
                0,
                nest.rank);
          }
        });
  }

  private static void bytes(MemorySegment from, long at, MemorySegment to, long toAt, long n) {
    if (n < PARALLEL_BYTES) {
      MemorySegment.copy(from, at, to, toAt, n);
      return;
    }
    int tasks = ThreadPool.size();
    long lines = (n + 63) / 64;
    ThreadPool.parallelFor(
        tasks,
        t -> {
          long start = lines * t / tasks * 64;
          long end = Math.min(n, lines * (t + 1) / tasks * 64);
          MemorySegment.copy(from, at + start, to, toAt + start, end - start);
        });
  }

  /** The inputs one after another along an axis. */
  static void concat(int axis, Buf[] in, Buf y) {
    Layout layout = y.layout();
    long at = layout.offset();
    for (Buf x : in) {
      if (x.numel() > 0) {
        copy(x, y.with(Layout.of(x.shape(), layout.strides(), at)));
      }
      at += x.shape().size(axis) * layout.stride(axis);
    }
  }

  /** The input with a constant around it. */
  static void pad(Primitive.Pad op, Buf x, Buf y) {
    boolean padded = false;
    long at = y.offset();
    for (int a = 0; a < x.shape().rank(); a++) {
      padded |= op.low().get(a) != 0 || op.high().get(a) != 0;
      at += op.low().get(a) * y.layout().stride(a);
    }
    if (padded) {
      full(op.value(), y);
    }
    copy(x, y.with(Layout.of(x.shape(), y.layout().strides(), at)));
  }

  /** Fills the (contiguous) output. */
  static void full(Number value, Buf y) {
    long n = y.numel();
    int size = y.dtype().byteSize();
    if (n == 0) {
      return;
    }
    // One element of the right bits, then whole words of it.
    MemorySegment one = Scratch.local().buffer(0);
    one.set(ValueLayout.JAVA_DOUBLE, 8, value.doubleValue());
    if (value instanceof Long l && !y.dtype().isFloat()) {
      one.set(ValueLayout.JAVA_LONG, 8, l);
      Convert.run(DType.INT64, y.dtype(), one, 8, one, 0, 1);
    } else {
      Convert.run(DType.FLOAT64, y.dtype(), one, 8, one, 0, 1);
    }
    long bits =
        switch (size) {
          case 1 -> (one.get(ValueLayout.JAVA_BYTE, 0) & 0xffL) * 0x0101010101010101L;
          case 2 -> (one.get(ValueLayout.JAVA_SHORT, 0) & 0xffffL) * 0x0001000100010001L;
          case 4 -> (one.get(ValueLayout.JAVA_INT, 0) & 0xffffffffL) * 0x0000000100000001L;
          default -> one.get(ValueLayout.JAVA_LONG, 0);
        };
    MemorySegment target = y.segment();
    long start = y.byteOffset();
    long bytes = n * size;
    int tasks = bytes < PARALLEL_BYTES ? 1 : ThreadPool.size();
    long words = bytes / 8;
    ThreadPool.parallelFor(
        tasks,
        t -> {
          long from = words * t / tasks;
          long to = words * (t + 1) / tasks;
          if (bits == 0 || size == 1) {
            target.asSlice(start + from * 8, (to - from) * 8).fill((byte) bits);
          } else {
            words(target, start + from * 8, to - from, bits);
          }
        });
    for (long i = words * 8; i < bytes; i++) {
      target.set(ValueLayout.JAVA_BYTE, start + i, (byte) (bits >>> (i % 8 * 8)));
    }
  }

  private static void words(MemorySegment to, long at, long count, long bits) {
    for (long done = 0; done < count; done += 1 << 20) {
      int n = (int) Math.min(1 << 20, count - done);
      long from = at + done * 8;
      for (int i = 0; i < n; i++) {
        to.set(ValueLayout.JAVA_LONG_UNALIGNED, from + i * 8L, bits);
      }
    }
  }
}
