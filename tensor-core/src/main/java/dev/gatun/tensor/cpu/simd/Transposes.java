package dev.gatun.tensor.cpu.simd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposition of matrices of four-byte elements, in squares of a vector's length: each line of
 * the cache is read and written once, whole, since rows a power of two apart would push each other
 * out of it. Stateless.
 */
final class Transposes {
  private static final VectorSpecies<Float> SPECIES = SimdSpecies.floats();
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED;

  /** Rows and columns that are finished before the next ones: each page is left seldom. */
  private static final int TILE = 4 * LANES;

  private Transposes() {}

  /**
   * {@code to[i][j] = from[j][i]}; rows are adjacent elements.
   *
   * @param step bytes from row to row of the source
   * @param toStep bytes from row to row of the target
   * @param rows of the target
   * @param columns of the target
   */
  static void run(
      MemorySegment from,
      long at,
      long step,
      MemorySegment to,
      long toAt,
      long toStep,
      long rows,
      long columns) {
    float[] lanes = new float[4 * LANES];
    float[] square = new float[LANES * LANES];
    long wholeRows = rows - rows % LANES;
    long wholeColumns = columns - columns % LANES;
    for (long i = 0; i < wholeRows; i += TILE) {
      long bottom = Math.min(wholeRows, i + TILE);
      for (long j = 0; j < wholeColumns; j += TILE) {
        long right = Math.min(wholeColumns, j + TILE);
        for (long r = i; r < bottom; r += LANES) {
          for (long c = j; c < right; c += LANES) {
            square(from, at + r * 4 + c * step, step, lanes, square);
            store(square, to, toAt + r * toStep + c * 4, toStep);
          }
        }
      }
    }
    each(from, at, step, to, toAt, toStep, 0, wholeRows, wholeColumns, columns);
    each(from, at, step, to, toAt, toStep, wholeRows, rows, 0, columns);
  }

  private static void square(
      MemorySegment from, long at, long step, float[] lanes, float[] square) {
    for (int j = 0; j < LANES; j += 4) {
      Packing.interleave(from, at + j * step, step, lanes);
      Packing.scatter(lanes, square, j, LANES);
    }
  }

  private static void store(float[] square, MemorySegment to, long at, long step) {
    for (int i = 0; i < LANES; i++) {
      FloatVector.fromArray(SPECIES, square, i * LANES).intoMemorySegment(to, at + i * step, ORDER);
    }
  }

  private static void each(
      MemorySegment from,
      long at,
      long step,
      MemorySegment to,
      long toAt,
      long toStep,
      long top,
      long bottom,
      long left,
      long right) {
    for (long i = top; i < bottom; i++) {
      for (long j = left; j < right; j++) {
        to.set(I32, toAt + i * toStep + j * 4, from.get(I32, at + i * 4 + j * step));
      }
    }
  }
}
