package dev.gatun.tensor.cpu.simd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The product of few rows with a transposed matrix, C = A·Bᵀ (+ C), for float32: the rows of both
 * are adjacent elements, so that every element of C is a dot product along them. Nothing is packed,
 * which would cost more than the product. Stateless.
 */
final class Dots {
  /** Rows of A up to which this is the fastest way. */
  static final int MOST_ROWS = 8;

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final VectorSpecies<Float> SPECIES = SimdSpecies.floats();
  private static final int LANES = SPECIES.length();

  /** Rows of A and of B in a tile. */
  private static final int A_ROWS = 4;

  private static final int B_ROWS = 2;

  /** Multiply-adds below which a product stays on one thread. */
  private static final long PARALLEL_WORK = 1L << 18;

  private Dots() {}

  /**
   * Offsets and distances between rows in elements.
   *
   * @param m rows of A and C
   * @param n rows of B, columns of C
   * @param k columns of A and B
   */
  static void multiply(
      int m,
      int n,
      int k,
      MemorySegment a,
      long aOff,
      long aRow,
      MemorySegment b,
      long bOff,
      long bRow,
      MemorySegment c,
      long cOff,
      long ldc,
      boolean accumulate) {
    long aAt = Memory.at(a, aOff * 4, ((m - 1) * aRow + k) * 4);
    long bAt = Memory.at(b, bOff * 4, ((n - 1) * bRow + k) * 4);
    MemorySegment as = Memory.of(a);
    MemorySegment bs = Memory.of(b);
    int pairs = (n + B_ROWS - 1) / B_ROWS;
    boolean alone = (long) m * n * k < PARALLEL_WORK;
    int tasks = alone ? 1 : Math.min(pairs, ThreadPool.size());
    ThreadPool.parallelFor(
        tasks,
        t -> {
          float[] lanes = new float[A_ROWS * B_ROWS * LANES];
          int end = (int) ((long) pairs * (t + 1) / tasks);
          for (int p = (int) ((long) pairs * t / tasks); p < end; p++) {
            int j = p * B_ROWS;
            long b0 = bAt + j * bRow * 4;
            long b1 = bAt + Math.min(j + 1, n - 1) * bRow * 4;
            for (int i = 0; i < m; i += A_ROWS) {
              // Rows that are missing are computed twice and not stored.
              long a0 = aAt + i * aRow * 4;
              long a1 = aAt + Math.min(i + 1, m - 1) * aRow * 4;
              long a2 = aAt + Math.min(i + 2, m - 1) * aRow * 4;
              long a3 = aAt + Math.min(i + 3, m - 1) * aRow * 4;
              tile(k, as, a0, a1, a2, a3, bs, b0, b1, lanes);
              for (int r = i; r < Math.min(m, i + A_ROWS); r++) {
                for (int s = j; s < Math.min(n, j + B_ROWS); s++) {
                  float v = sum(lanes, ((r - i) * B_ROWS + s - j) * LANES);
                  long x = aAt + r * aRow * 4;
                  long y = bAt + s * bRow * 4;
                  for (int q = k / LANES * LANES; q < k; q++) {
                    v = Math.fma(as.get(FLOAT, x + q * 4L), bs.get(FLOAT, y + q * 4L), v);
                  }
                  long to = (cOff + r * ldc + s) * 4;
                  c.set(FLOAT, to, accumulate ? c.get(FLOAT, to) + v : v);
                }
              }
            }
          }
        });
  }

  private static void tile(
      int k,
      MemorySegment a,
      long a0,
      long a1,
      long a2,
      long a3,
      MemorySegment b,
      long b0,
      long b1,
      float[] lanes) {
    FloatVector c00 = FloatVector.zero(SPECIES);
    FloatVector c01 = c00;
    FloatVector c10 = c00;
    FloatVector c11 = c00;
    FloatVector c20 = c00;
    FloatVector c21 = c00;
    FloatVector c30 = c00;
    FloatVector c31 = c00;
    for (int p = 0; p <= k - LANES; p += LANES) {
      long o = p * 4L;
      FloatVector x = load(b, b0 + o);
      FloatVector y = load(b, b1 + o);
      FloatVector v = load(a, a0 + o);
      c00 = v.fma(x, c00);
      c01 = v.fma(y, c01);
      v = load(a, a1 + o);
      c10 = v.fma(x, c10);
      c11 = v.fma(y, c11);
      v = load(a, a2 + o);
      c20 = v.fma(x, c20);
      c21 = v.fma(y, c21);
      v = load(a, a3 + o);
      c30 = v.fma(x, c30);
      c31 = v.fma(y, c31);
    }
    c00.intoArray(lanes, 0);
    c01.intoArray(lanes, LANES);
    c10.intoArray(lanes, 2 * LANES);
    c11.intoArray(lanes, 3 * LANES);
    c20.intoArray(lanes, 4 * LANES);
    c21.intoArray(lanes, 5 * LANES);
    c30.intoArray(lanes, 6 * LANES);
    c31.intoArray(lanes, 7 * LANES);
  }

  /** The lanes in a fixed order. */
  private static float sum(float[] lanes, int at) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    for (int i = at; i < at + LANES; i += 4) {
      a += lanes[i];
      b += lanes[i + 1];
      c += lanes[i + 2];
      d += lanes[i + 3];
    }
    return (a + b) + (c + d);
  }

  private static FloatVector load(MemorySegment s, long at) {
    return FloatVector.fromMemorySegment(SPECIES, Memory.of(s), at, ORDER);
  }
}
