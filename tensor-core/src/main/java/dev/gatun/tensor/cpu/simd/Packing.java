package dev.gatun.tensor.cpu.simd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** Copies blocks of strided matrices into the panels of {@link Gemm}. */
final class Packing {

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final VectorSpecies<Float> SPECIES = SimdSpecies.floats();
  private static final int LANES = SPECIES.length();
  private static final long LANES_BYTES = SPECIES.vectorByteSize();
  private static final VectorShuffle<Float> ZIP_LOW = VectorShuffle.makeZip(SPECIES, 0);
  private static final VectorShuffle<Float> ZIP_HIGH = VectorShuffle.makeZip(SPECIES, 1);
  private static final VectorSpecies<Float> QUARTER = FloatVector.SPECIES_128;
  private static final int QUARTER_LANES = 4;

  private Packing() {}

  /**
   * Packs rows of A: row i starts at {@code toOff + i * Gemm.KC}.
   *
   * @param from the matrix
   * @param off offset of the first element
   * @param row distance between rows
   * @param col distance between columns
   * @param rows how many; rows that a tile has beyond them keep stale values, which the kernel
   *     multiplies and nobody reads
   * @param k columns
   * @param to the buffer
   * @param toOff where the first row starts
   */
  static void packA(
      MemorySegment from, long off, long row, long col, int rows, int k, float[] to, int toOff) {
    if (col == 1) {
      for (int i = 0; i < rows; i++) {
        copyRow(from, (off + i * row) * Float.BYTES, k, to, toOff + i * Gemm.KC);
      }
      return;
    }
    int i = 0;
    if (row == 1) {
      float[] lanes = new float[4 * LANES];
      for (; i <= rows - LANES; i += LANES) {
        rowsA(from, off + i, col, k, to, toOff + i * Gemm.KC, lanes);
      }
    }
    for (; i <= rows - 4; i += 4) {
      fourRowsA(from, off + i * row, row, col, k, to, toOff + i * Gemm.KC);
    }
    for (; i < rows; i++) {
      oneRowA(from, off + i * row, col, k, to, toOff + i * Gemm.KC);
    }
  }

  private static void copyRow(MemorySegment from, long at, int k, float[] to, int toOff) {
    int p = 0;
    for (; p <= k - LANES; p += LANES) {
      FloatVector.fromMemorySegment(SPECIES, from, at + p * (long) Float.BYTES, ORDER)
          .intoArray(to, toOff + p);
    }
    for (; p < k; p++) {
      to[toOff + p] = from.get(FLOAT, at + p * (long) Float.BYTES);
    }
  }

  /** As many rows as a vector has lanes, adjacent in memory, four columns at a time. */
  private static void rowsA(
      MemorySegment from, long off, long col, int k, float[] to, int toOff, float[] lanes) {
    long step = col * Float.BYTES;
    int p = 0;
    for (; p <= k - 4; p += 4) {
      interleave(from, off * Float.BYTES + p * step, step, lanes);
      scatter(lanes, to, toOff + p, Gemm.KC);
    }
    for (; p < k; p++) {
      for (int i = 0; i < LANES; i++) {
        to[toOff + p + i * Gemm.KC] = from.get(FLOAT, (off + i) * Float.BYTES + p * step);
      }
    }
  }

  /**
   * Four lines of whole vectors become four columns: element q of line i goes to {@code toOff + q *
   * step + i}.
   */
  static void columns(float[] lines, int length, float[] to, int toOff, int step, float[] lanes) {
    for (int q = 0; q < length; q += LANES) {
      interleave(
          FloatVector.fromArray(SPECIES, lines, q),
          FloatVector.fromArray(SPECIES, lines, length + q),
          FloatVector.fromArray(SPECIES, lines, 2 * length + q),
          FloatVector.fromArray(SPECIES, lines, 3 * length + q),
          lanes);
      scatter(lanes, to, toOff + q * step, step);
    }
  }

  /** Loads four vectors, {@code step} bytes apart, and leaves their first lanes, second lanes, … */
  static void interleave(MemorySegment from, long at, long step, float[] lanes) {
    FloatVector v0 = FloatVector.fromMemorySegment(SPECIES, from, at, ORDER);
    FloatVector v1 = FloatVector.fromMemorySegment(SPECIES, from, at + step, ORDER);
    FloatVector v2 = FloatVector.fromMemorySegment(SPECIES, from, at + 2 * step, ORDER);
    FloatVector v3 = FloatVector.fromMemorySegment(SPECIES, from, at + 3 * step, ORDER);
    interleave(v0, v1, v2, v3, lanes);
  }

  private static void interleave(
      FloatVector v0, FloatVector v1, FloatVector v2, FloatVector v3, float[] lanes) {
    FloatVector even = v0.rearrange(ZIP_LOW, v2);
    FloatVector odd = v1.rearrange(ZIP_LOW, v3);
    even.rearrange(ZIP_LOW, odd).intoArray(lanes, 0);
    even.rearrange(ZIP_HIGH, odd).intoArray(lanes, LANES);
    even = v0.rearrange(ZIP_HIGH, v2);
    odd = v1.rearrange(ZIP_HIGH, v3);
    even.rearrange(ZIP_LOW, odd).intoArray(lanes, 2 * LANES);
    even.rearrange(ZIP_HIGH, odd).intoArray(lanes, 3 * LANES);
  }

  /** Writes groups of four elements, {@code step} apart. */
  static void scatter(float[] lanes, float[] to, int toOff, int step) {
    for (int i = 0; i < LANES; i++) {
      for (int j = 0; j < 4; j += QUARTER_LANES) {
        FloatVector.fromArray(QUARTER, lanes, 4 * i + j).intoArray(to, toOff + i * step + j);
      }
    }
  }

  /** Four rows together: in a transposed A they are adjacent, so each line is read once. */
  private static void fourRowsA(
      MemorySegment from, long off, long row, long col, int k, float[] to, int toOff) {
    long r0 = off * Float.BYTES;
    long r1 = (off + row) * Float.BYTES;
    long r2 = (off + 2 * row) * Float.BYTES;
    long r3 = (off + 3 * row) * Float.BYTES;
    long step = col * Float.BYTES;
    for (int p = 0; p < k; p++) {
      long at = p * step;
      to[toOff + p] = from.get(FLOAT, r0 + at);
      to[toOff + p + Gemm.KC] = from.get(FLOAT, r1 + at);
      to[toOff + p + 2 * Gemm.KC] = from.get(FLOAT, r2 + at);
      to[toOff + p + 3 * Gemm.KC] = from.get(FLOAT, r3 + at);
    }
  }

  private static void oneRowA(
      MemorySegment from, long off, long col, int k, float[] to, int toOff) {
    for (int p = 0; p < k; p++) {
      to[toOff + p] = from.get(FLOAT, (off + p * col) * Float.BYTES);
    }
  }

  /**
   * Packs a panel of B: the {@code Gemm.NR} elements of row p start at {@code toOff + p * Gemm.NR}.
   *
   * @param from the matrix
   * @param off offset of the panel's first element
   * @param col distance between columns
   * @param row distance between rows
   * @param columns columns of the panel; missing ones become zeros
   * @param k rows of the panel
   * @param to the buffer
   * @param toOff index of the panel in the buffer
   */
  static void packB(
      MemorySegment from, long off, long col, long row, int columns, int k, float[] to, int toOff) {
    if (col == 1 && columns == Gemm.NR) {
      wholeRowsB(from, off, row, k, to, toOff);
    } else if (col == 1) {
      partialRowsB(from, off, row, columns, k, to, toOff);
    } else if (row == 1) {
      transposedB(from, off, col, columns, k, to, toOff);
    } else {
      packScalar(from, off, col, row, columns, Gemm.NR, k, to, toOff);
      clearB(columns, k, to, toOff);
    }
  }

  private static void wholeRowsB(
      MemorySegment from, long off, long row, int k, float[] to, int toOff) {
    for (int p = 0; p < k; p++) {
      long at = (off + p * row) * Float.BYTES;
      int q = toOff + p * Gemm.NR;
      FloatVector.fromMemorySegment(SPECIES, from, at, ORDER).intoArray(to, q);
      FloatVector.fromMemorySegment(SPECIES, from, at + LANES_BYTES, ORDER)
          .intoArray(to, q + LANES);
    }
  }

  private static void partialRowsB(
      MemorySegment from, long off, long row, int columns, int k, float[] to, int toOff) {
    for (int p = 0; p < k; p++) {
      long at = (off + p * row) * Float.BYTES;
      int q = toOff + p * Gemm.NR;
      int j = 0;
      for (; j <= columns - QUARTER_LANES; j += QUARTER_LANES) {
        FloatVector.fromMemorySegment(QUARTER, from, at + (long) j * Float.BYTES, ORDER)
            .intoArray(to, q + j);
      }
      for (; j < columns; j++) {
        to[q + j] = from.get(FLOAT, at + (long) j * Float.BYTES);
      }
      for (; j < Gemm.NR; j++) {
        to[q + j] = 0f;
      }
    }
  }

  /** A few rows of the panel at a time, so that they stay in the L1 cache. */
  private static void transposedB(
      MemorySegment from, long off, long col, int columns, int k, float[] to, int toOff) {
    float[] lanes = new float[4 * LANES];
    int p = 0;
    for (; p <= k - LANES; p += LANES) {
      int q = toOff + p * Gemm.NR;
      int j = 0;
      for (; j <= columns - 4; j += 4) {
        interleave(from, (off + j * col + p) * Float.BYTES, col * Float.BYTES, lanes);
        scatter(lanes, to, q + j, Gemm.NR);
      }
      if (j < columns) {
        packScalar(from, off + j * col + p, col, 1, columns - j, Gemm.NR, LANES, to, q + j);
      }
    }
    packScalar(from, off + p, col, 1, columns, Gemm.NR, k - p, to, toOff + p * Gemm.NR);
    clearB(columns, k, to, toOff);
  }

  /** Any strides: {@code count} elements for each of k steps, which are {@code width} apart. */
  static void packScalar(
      MemorySegment from,
      long off,
      long across,
      long along,
      int count,
      int width,
      int k,
      float[] to,
      int toOff) {
    for (int p = 0; p < k; p++) {
      long at = off + p * along;
      int q = toOff + p * width;
      for (int i = 0; i < count; i++) {
        to[q + i] = from.get(FLOAT, (at + i * across) * Float.BYTES);
      }
    }
  }

  private static void clearB(int columns, int k, float[] to, int toOff) {
    for (int p = 0; p < k; p++) {
      for (int j = columns; j < Gemm.NR; j++) {
        to[toOff + p * Gemm.NR + j] = 0f;
      }
    }
  }
}
