package dev.gatun.tensor.cpu.simd;

import dev.gatun.tensor.spi.Buf;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Softmax and its logarithm over the rows of dense float32 tensors. Stateless. */
final class Rows {
  private static final VectorSpecies<Float> SPECIES = SimdSpecies.floats();
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;

  private Rows() {}

  /** Over runs of {@code n} elements; both tensors are contiguous. */
  static void softmax(boolean log, int n, Buf x, Buf y) {
    long rows = x.numel() / n;
    int tasks = x.numel() < Elementwise.PARALLEL / 4 ? 1 : (int) Math.min(rows, ThreadPool.size());
    ThreadPool.parallelFor(
        tasks,
        t -> {
          for (long r = rows * t / tasks; r < rows * (t + 1) / tasks; r++) {
            row(
                log,
                x.segment(),
                x.byteOffset() + r * n * 4,
                y.segment(),
                y.byteOffset() + r * n * 4,
                n);
          }
        });
  }

  private static void row(boolean log, MemorySegment x, long at, MemorySegment y, long yAt, int n) {
    float max = (float) FloatFolds.run(FloatFolds.MAX, x, at, n);
    int whole = n & -LANES;
    exponentials(x, at, y, yAt, whole, max);
    if (whole < n) {
      MemorySegment tail = Scratch.local().tail;
      long bytes = (n - whole) * 4L;
      MemorySegment.copy(x, at + whole * 4L, tail, 0, bytes);
      exponentials(tail, 0, tail, 128, LANES, max);
      MemorySegment.copy(tail, 128, y, yAt + whole * 4L, bytes);
    }
    double sum = FloatFolds.run(FloatFolds.SUM, y, yAt, n);
    if (log) {
      float rest = (float) Math.log(sum);
      subtract(x, at, y, yAt, whole, max, rest);
      for (int i = whole; i < n; i++) {
        y.set(F32, yAt + i * 4L, x.get(F32, at + i * 4L) - max - rest);
      }
    } else {
      float total = (float) sum;
      divide(y, yAt, whole, total);
      for (int i = whole; i < n; i++) {
        y.set(F32, yAt + i * 4L, y.get(F32, yAt + i * 4L) / total);
      }
    }
  }

  private static void exponentials(
      MemorySegment x, long at, MemorySegment y, long yAt, int n, float max) {
    for (int i = 0; i < n; i += LANES) {
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, x, at + i * 4L, ORDER);
      Exponentials.exp(v.sub(max)).intoMemorySegment(y, yAt + i * 4L, ORDER);
    }
  }

  private static void subtract(
      MemorySegment x, long at, MemorySegment y, long yAt, int n, float max, float rest) {
    for (int i = 0; i < n; i += LANES) {
      FloatVector.fromMemorySegment(SPECIES, x, at + i * 4L, ORDER)
          .sub(max)
          .sub(rest)
          .intoMemorySegment(y, yAt + i * 4L, ORDER);
    }
  }

  private static void divide(MemorySegment y, long at, int n, float by) {
    for (int i = 0; i < n; i += LANES) {
      FloatVector.fromMemorySegment(SPECIES, y, at + i * 4L, ORDER)
          .div(by)
          .intoMemorySegment(y, at + i * 4L, ORDER);
    }
  }
}
