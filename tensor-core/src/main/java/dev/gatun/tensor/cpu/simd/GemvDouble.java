package dev.gatun.tensor.cpu.simd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The product of a matrix and a vector, y = A·x (+ y), for float64.
 *
 * <p>A is read once, where it lies: along its rows by dot products when they are contiguous, else
 * along its columns, four at a time, with the sums in a small array.
 */
final class GemvDouble {

  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final VectorSpecies<Double> SPECIES = SimdSpecies.doubles();
  private static final int LANES = SPECIES.length();

  /** Elements of y summed together when A is read by columns. */
  private static final int COLUMN_PIECE = 2048;

  /** Elements of y that one task computes at a time: a multiple of the dot products' four. */
  private static final int STEP = 4 * LANES;

  /** Elements of A below which a product stays on one thread. */
  private static final long PARALLEL_WORK = 1L << 17;

  private static final ThreadLocal<double[]> VECTOR = ThreadLocal.withInitial(() -> new double[0]);

  private GemvDouble() {}

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
    double[] vector = VECTOR.get();
    if (vector.length < k) {
      vector = new double[k];
      VECTOR.set(vector);
    }
    PackingDouble.packScalar(x, xOff, 0, xStep, 1, 1, k, vector, 0);
    if ((long) m * k < PARALLEL_WORK || ThreadPool.wouldRunInline()) {
      range(0, m, k, a, aOff, aRow, aCol, vector, y, yOff, yStep, add);
      return;
    }
    int threads = ThreadPool.size();
    int steps = (m + STEP - 1) / STEP;
    double[] shared = vector;
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
      double[] x,
      MemorySegment y,
      long yOff,
      long yStep,
      boolean add) {
    int i = start;
    if (aCol == 1) {
      double[] lanes = new double[4 * LANES];
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
      double sum = 0.0;
      for (int p = 0; p < k; p++) {
        sum = Math.fma(a.get(DOUBLE, (aOff + i * aRow + p * aCol) * Double.BYTES), x[p], sum);
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
      double[] x,
      MemorySegment y,
      long yOff,
      long yStep,
      boolean add) {
    double[] sums = new double[m];
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

  private static void put(MemorySegment y, long off, double value, boolean add) {
    long at = off * Double.BYTES;
    y.set(DOUBLE, at, add ? y.get(DOUBLE, at) + value : value);
  }

  /**
   * Sums the lanes of one vector pair by pair. {@code reduceLanes} leaves the order open, and the
   * interpreter and C2 do choose differently: results would depend on what is compiled.
   */
  private static double sum(double[] lanes, int from) {
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
      double[] x,
      double[] lanes,
      MemorySegment y,
      long yOff,
      long yStep,
      boolean add) {
    long r0 = aOff * Double.BYTES;
    long r1 = (aOff + aRow) * Double.BYTES;
    long r2 = (aOff + 2 * aRow) * Double.BYTES;
    long r3 = (aOff + 3 * aRow) * Double.BYTES;
    DoubleVector v0 = DoubleVector.zero(SPECIES);
    DoubleVector v1 = v0;
    DoubleVector v2 = v0;
    DoubleVector v3 = v0;
    int p = 0;
    for (; p <= k - LANES; p += LANES) {
      long at = (long) p * Double.BYTES;
      DoubleVector v = DoubleVector.fromArray(SPECIES, x, p);
      v0 = DoubleVector.fromMemorySegment(SPECIES, a, r0 + at, ORDER).fma(v, v0);
      v1 = DoubleVector.fromMemorySegment(SPECIES, a, r1 + at, ORDER).fma(v, v1);
      v2 = DoubleVector.fromMemorySegment(SPECIES, a, r2 + at, ORDER).fma(v, v2);
      v3 = DoubleVector.fromMemorySegment(SPECIES, a, r3 + at, ORDER).fma(v, v3);
    }
    v0.intoArray(lanes, 0);
    v1.intoArray(lanes, LANES);
    v2.intoArray(lanes, 2 * LANES);
    v3.intoArray(lanes, 3 * LANES);
    double s0 = sum(lanes, 0);
    double s1 = sum(lanes, LANES);
    double s2 = sum(lanes, 2 * LANES);
    double s3 = sum(lanes, 3 * LANES);
    for (; p < k; p++) {
      long at = (long) p * Double.BYTES;
      s0 = Math.fma(a.get(DOUBLE, r0 + at), x[p], s0);
      s1 = Math.fma(a.get(DOUBLE, r1 + at), x[p], s1);
      s2 = Math.fma(a.get(DOUBLE, r2 + at), x[p], s2);
      s3 = Math.fma(a.get(DOUBLE, r3 + at), x[p], s3);
    }
    put(y, yOff, s0, add);
    put(y, yOff + yStep, s1, add);
    put(y, yOff + 2 * yStep, s2, add);
    put(y, yOff + 3 * yStep, s3, add);
  }

  /** Adds four columns of A, each times its element of x, to a piece of y. */
  private static void fourColumns(
      int m, MemorySegment a, long aOff, long aCol, double[] x, int p, double[] y) {
    long c0 = aOff * Double.BYTES;
    long c1 = (aOff + aCol) * Double.BYTES;
    long c2 = (aOff + 2 * aCol) * Double.BYTES;
    long c3 = (aOff + 3 * aCol) * Double.BYTES;
    double x0 = x[p];
    double x1 = x[p + 1];
    double x2 = x[p + 2];
    double x3 = x[p + 3];
    int i = 0;
    for (; i <= m - LANES; i += LANES) {
      long at = (long) i * Double.BYTES;
      DoubleVector v = DoubleVector.fromArray(SPECIES, y, i);
      v = DoubleVector.fromMemorySegment(SPECIES, a, c0 + at, ORDER).fma(broadcast(x0), v);
      v = DoubleVector.fromMemorySegment(SPECIES, a, c1 + at, ORDER).fma(broadcast(x1), v);
      v = DoubleVector.fromMemorySegment(SPECIES, a, c2 + at, ORDER).fma(broadcast(x2), v);
      v = DoubleVector.fromMemorySegment(SPECIES, a, c3 + at, ORDER).fma(broadcast(x3), v);
      v.intoArray(y, i);
    }
    for (; i < m; i++) {
      long at = (long) i * Double.BYTES;
      double v = Math.fma(a.get(DOUBLE, c0 + at), x0, y[i]);
      v = Math.fma(a.get(DOUBLE, c1 + at), x1, v);
      v = Math.fma(a.get(DOUBLE, c2 + at), x2, v);
      y[i] = Math.fma(a.get(DOUBLE, c3 + at), x3, v);
    }
  }

  private static DoubleVector broadcast(double value) {
    return DoubleVector.broadcast(SPECIES, value);
  }

  private static void oneColumn(int m, MemorySegment a, long aOff, double x, double[] y) {
    for (int i = 0; i < m; i++) {
      y[i] = Math.fma(a.get(DOUBLE, (aOff + i) * Double.BYTES), x, y[i]);
    }
  }
}
