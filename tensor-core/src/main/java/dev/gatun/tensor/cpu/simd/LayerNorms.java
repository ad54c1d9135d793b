package dev.gatun.tensor.cpu.simd;

import dev.gatun.tensor.spi.Buf;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Layer normalisation of the rows of dense float32 tensors, three passes over a row that stays in
 * the cache: its sum, the squares of what differs from the mean, and the result. The lanes of a sum
 * are added in order, so that the result is the same compiled or not. Stateless.
 */
final class LayerNorms {
  private static final VectorSpecies<Float> SPECIES = SimdSpecies.floats();
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;

  /**
   * Floats are summed over at most this many elements a lane, then doubles: long rows stay exact.
   */
  private static final int PIECE = 1 << 12;

  private LayerNorms() {}

  /**
   * Over runs of {@code n} elements; all tensors are contiguous.
   *
   * @param affine weight and bias of n elements, or nothing
   */
  static void forward(int n, double epsilon, Buf x, Buf[] affine, Buf y) {
    long rows = x.numel() / n;
    int tasks = x.numel() < Elementwise.PARALLEL / 4 ? 1 : (int) Math.min(rows, ThreadPool.size());
    MemorySegment w = affine.length == 0 ? x.segment() : affine[0].segment();
    MemorySegment b = affine.length == 0 ? x.segment() : affine[1].segment();
    long wAt = affine.length == 0 ? 0 : affine[0].byteOffset();
    long bAt = affine.length == 0 ? 0 : affine[1].byteOffset();
    ThreadPool.parallelFor(
        tasks,
        t -> {
          for (long r = rows * t / tasks; r < rows * (t + 1) / tasks; r++) {
            long at = x.byteOffset() + r * n * Float.BYTES;
            long yAt = y.byteOffset() + r * n * Float.BYTES;
            float mean = (float) (FloatFolds.run(FloatFolds.SUM, x.segment(), at, n) / n);
            double variance = squares(x.segment(), at, n, mean) / n;
            float scale = (float) (1 / Math.sqrt(variance + epsilon));
            if (affine.length == 0) {
              plain(x.segment(), at, y.segment(), yAt, n, mean, scale);
            } else {
              affine(x.segment(), at, w, wAt, b, bAt, y.segment(), yAt, n, mean, scale);
            }
          }
        });
  }

  private static double squares(MemorySegment x, long at, int n, float mean) {
    double sum = 0;
    for (int from = 0; from < n; from += PIECE) {
      sum += piece(x, at + (long) from * Float.BYTES, Math.min(PIECE, n - from), mean);
    }
    return sum;
  }

  private static double piece(MemorySegment x, long at, int n, float mean) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    int i = 0;
    for (; i <= n - 2 * LANES; i += 2 * LANES) {
      FloatVector a = load(x, at, i).sub(mean);
      FloatVector c = load(x, at, i + LANES).sub(mean);
      s0 = a.fma(a, s0);
      s1 = c.fma(c, s1);
    }
    for (; i <= n - LANES; i += LANES) {
      FloatVector a = load(x, at, i).sub(mean);
      s0 = a.fma(a, s0);
    }
    FloatVector s = s0.add(s1);
    double sum = 0;
    for (int lane = 0; lane < LANES; lane++) {
      sum += s.lane(lane);
    }
    for (; i < n; i++) {
      double d = x.get(F32, at + (long) i * Float.BYTES) - mean;
      sum += d * d;
    }
    return sum;
  }

  private static void plain(
      MemorySegment x, long at, MemorySegment y, long yAt, int n, float mean, float scale) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      load(x, at, i).sub(mean).mul(scale).intoMemorySegment(y, yAt + (long) i * Float.BYTES, ORDER);
    }
    for (; i < n; i++) {
      long o = (long) i * Float.BYTES;
      y.set(F32, yAt + o, (x.get(F32, at + o) - mean) * scale);
    }
  }

  private static void affine(
      MemorySegment x,
      long at,
      MemorySegment w,
      long wAt,
      MemorySegment b,
      long bAt,
      MemorySegment y,
      long yAt,
      int n,
      float mean,
      float scale) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      load(x, at, i)
          .sub(mean)
          .mul(scale)
          .mul(load(w, wAt, i))
          .add(load(b, bAt, i))
          .intoMemorySegment(y, yAt + (long) i * Float.BYTES, ORDER);
    }
    for (; i < n; i++) {
      long o = (long) i * Float.BYTES;
      float unit = (x.get(F32, at + o) - mean) * scale;
      y.set(F32, yAt + o, unit * w.get(F32, wAt + o) + b.get(F32, bAt + o));
    }
  }

  private static FloatVector load(MemorySegment x, long at, int i) {
    return FloatVector.fromMemorySegment(SPECIES, x, at + (long) i * Float.BYTES, ORDER);
  }
}
