package dev.gatun.tensor.cpu.simd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The product of a matrix and a vector, y = A·x (+ y), for float32.
 *
 * <p>A is read once, where it lies: along its rows by dot products when they are contiguous, else
 * along its columns, four at a time, with the sums in a small array.
 */
final class Gemv {

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final VectorSpecies<Float> SPECIES = SimdSpecies.floats();
  private static final int LANES = SPECIES.length();

  /** Elements of y summed together when A is read by columns. */
  private static final int COLUMN_PIECE = 2048;

  /** Elements of y that one task computes at a time: a multiple of the dot products' four. */
  private static final int STEP = 4 * LANES;

  /** Elements of A below which a product stays on one thread. */
  private static final long PARALLEL_WORK = 1L << 17;

  private static final ThreadLocal<float[]> VECTOR = ThreadLocal.withInitial(() -> new float[0]);

  private Gemv() {}

  /**
   * Computes y = A·x, or y += A·x.
   *
   * @param m rows of A
   * @param k columns of A
   * @param a segment of A
   * @param aOff offset of A's first element
   * @param aRow distance between rows of A
   * @param aCol distance between columns of A
   * @param x segment of x
   * @param xOff offset of x
   * @param xStep distance between elements of x
   * @param y segment of y
   * @param yOff offset of y
   * @param yStep distance between elements of y
   * @param add whether to add to y rather than to overwrite it
   */
  static void gemv(
      int m,
      int k,
      MemorySegment a,
      long aOff,
      long aRow,
      long aCol,
      MemorySegment x,
      long xOff,
      long xStep,
      MemorySegment y,
      long yOff,
      long yStep,
      boolean add) {
    float[] vector = VECTOR.get();
    if (vector.length < k) {
      vector = new float[k];
      VECTOR.set(vector);
    }
    Packing.packScalar(x, xOff, 0, xStep, 1, 1, k, vector, 0);
    if ((long) m * k < PARALLEL_WORK || ThreadPool.wouldRunInline()) {
      range(0, m, k, a, aOff, aRow, aCol, vector, y, yOff, yStep, add);
      return;
    }
    int threads = ThreadPool.size();
    int steps = (m + STEP - 1) / STEP;
    float[] shared = vector;
    ThreadPool.parallelFor(
        threads,
        task -> {
          int start = (int) ((long) steps * task / threads) * STEP;
          int end = Math.min(m, (int) ((long) steps * (task + 1) / threads) * STEP);
          range(start, end, k, a, aOff, aRow, aCol, shared, y, yOff, yStep, add);
        });
  }

  private static void range(
      int start,
      int end,
      int k,
      MemorySegment a,
      long aOff,
      long aRow,
      long aCol,
      float[] x,
      MemorySegment y,
      long yOff,
      long yStep,
      boolean add) {
    int i = start;
    if (aCol == 1) {
      float[] lanes = new float[4 * LANES];
      for (; i <= end - 4; i += 4) {
        fourDots(k, a, aOff + i * aRow, aRow, x, lanes, y, yOff + i * yStep, yStep, add);
      }
    } else if (aRow == 1) {
      for (; i < end; i += COLUMN_PIECE) {
        int rows = Math.min(COLUMN_PIECE, end - i);
        columns(rows, k, a, aOff + i, aCol, x, y, yOff + i * yStep, yStep, add);
      }
    }
    for (; i < end; i++) {
      float sum = 0f;
      for (int p = 0; p < k; p++) {
        sum = Math.fma(a.get(FLOAT, (aOff + i * aRow + p * aCol) * Float.BYTES), x[p], sum);
      }
      put(y, yOff + i * yStep, sum, add);
    }
  }

  /** Sums columns of A into a piece of y that stays in the L1 cache. */
  private static void columns(
      int m,
      int k,
      MemorySegment a,
      long aOff,
      long aCol,
      float[] x,
      MemorySegment y,
      long yOff,
      long yStep,
      boolean add) {
    float[] sums = new float[m];
    int p = 0;
    for (; p <= k - 4; p += 4) {
      fourColumns(m, a, aOff + p * aCol, aCol, x, p, sums);
    }
    for (; p < k; p++) {
      oneColumn(m, a, aOff + p * aCol, x[p], sums);
    }
    for (int i = 0; i < m; i++) {
      put(y, yOff + i * yStep, sums[i], add);
    }
  }

  private static void put(MemorySegment y, long off, float value, boolean add) {
    long at = off * Float.BYTES;
    y.set(FLOAT, at, add ? y.get(FLOAT, at) + value : value);
  }

  /**
   * Sums the lanes of one vector pair by pair. {@code reduceLanes} leaves the order open, and the
   * interpreter and C2 do choose differently: results would depend on what is compiled.
   */
  private static float sum(float[] lanes, int from) {
    for (int half = LANES / 2; half > 0; half /= 2) {
      for (int i = from; i < from + half; i++) {
        lanes[i] += lanes[i + half];
      }
    }
    return lanes[from];
  }

  /** Four contiguous rows of A. */
  private static void fourDots(
      int k,
      MemorySegment a,
      long aOff,
      long aRow,
      float[] x,
      float[] lanes,
      MemorySegment y,
      long yOff,
      long yStep,
      boolean add) {
    long r0 = aOff * Float.BYTES;
    long r1 = (aOff + aRow) * Float.BYTES;
    long r2 = (aOff + 2 * aRow) * Float.BYTES;
    long r3 = (aOff + 3 * aRow) * Float.BYTES;
    FloatVector v0 = FloatVector.zero(SPECIES);
    FloatVector v1 = v0;
    FloatVector v2 = v0;
    FloatVector v3 = v0;
    int p = 0;
    for (; p <= k - LANES; p += LANES) {
      long at = (long) p * Float.BYTES;
      FloatVector v = FloatVector.fromArray(SPECIES, x, p);
      v0 = FloatVector.fromMemorySegment(SPECIES, a, r0 + at, ORDER).fma(v, v0);
      v1 = FloatVector.fromMemorySegment(SPECIES, a, r1 + at, ORDER).fma(v, v1);
      v2 = FloatVector.fromMemorySegment(SPECIES, a, r2 + at, ORDER).fma(v, v2);
      v3 = FloatVector.fromMemorySegment(SPECIES, a, r3 + at, ORDER).fma(v, v3);
    }
    v0.intoArray(lanes, 0);
    v1.intoArray(lanes, LANES);
    v2.intoArray(lanes, 2 * LANES);
    v3.intoArray(lanes, 3 * LANES);
    float s0 = sum(lanes, 0);
    float s1 = sum(lanes, LANES);
    float s2 = sum(lanes, 2 * LANES);
    float s3 = sum(lanes, 3 * LANES);
    for (; p < k; p++) {
      long at = (long) p * Float.BYTES;
      s0 = Math.fma(a.get(FLOAT, r0 + at), x[p], s0);
      s1 = Math.fma(a.get(FLOAT, r1 + at), x[p], s1);
      s2 = Math.fma(a.get(FLOAT, r2 + at), x[p], s2);
      s3 = Math.fma(a.get(FLOAT, r3 + at), x[p], s3);
    }
    put(y, yOff, s0, add);
    put(y, yOff + yStep, s1, add);
    put(y, yOff + 2 * yStep, s2, add);
    put(y, yOff + 3 * yStep, s3, add);
  }

  /** Adds four columns of A, each times its element of x, to a piece of y. */
  private static void fourColumns(
      int m, MemorySegment a, long aOff, long aCol, float[] x, int p, float[] y) {
    long c0 = aOff * Float.BYTES;
    long c1 = (aOff + aCol) * Float.BYTES;
    long c2 = (aOff + 2 * aCol) * Float.BYTES;
    long c3 = (aOff + 3 * aCol) * Float.BYTES;
    float x0 = x[p];
    float x1 = x[p + 1];
    float x2 = x[p + 2];
    float x3 = x[p + 3];
    int i = 0;
    for (; i <= m - LANES; i += LANES) {
      long at = (long) i * Float.BYTES;
      FloatVector v = FloatVector.fromArray(SPECIES, y, i);
      v = FloatVector.fromMemorySegment(SPECIES, a, c0 + at, ORDER).fma(broadcast(x0), v);
      v = FloatVector.fromMemorySegment(SPECIES, a, c1 + at, ORDER).fma(broadcast(x1), v);
      v = FloatVector.fromMemorySegment(SPECIES, a, c2 + at, ORDER).fma(broadcast(x2), v);
      v = FloatVector.fromMemorySegment(SPECIES, a, c3 + at, ORDER).fma(broadcast(x3), v);
      v.intoArray(y, i);
    }
    for (; i < m; i++) {
      long at = (long) i * Float.BYTES;
      float v = Math.fma(a.get(FLOAT, c0 + at), x0, y[i]);
      v = Math.fma(a.get(FLOAT, c1 + at), x1, v);
      v = Math.fma(a.get(FLOAT, c2 + at), x2, v);
      y[i] = Math.fma(a.get(FLOAT, c3 + at), x3, v);
    }
  }

  private static FloatVector broadcast(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }

  private static void oneColumn(int m, MemorySegment a, long aOff, float x, float[] y) {
    for (int i = 0; i < m; i++) {
      y[i] = Math.fma(a.get(FLOAT, (aOff + i) * Float.BYTES), x, y[i]);
    }
  }
}
