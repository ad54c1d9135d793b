package dev.gatun.tensor.cpu.simd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Copies blocks of strided matrices into the panels of {@link Gemm}. */
final class Packing {

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final VectorSpecies<Float> SPECIES = SimdSpecies.floats();
  private static final int LANES = SPECIES.length();
  private static final long LANES_BYTES = SPECIES.vectorByteSize();
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

  private static void transposedB(
      MemorySegment from, long off, long col, int columns, int k, float[] to, int toOff) {
    int j = 0;
    for (; j <= columns - 4; j += 4) {
      fourColumnsB(from, off + j * col, col, k, to, toOff + j);
    }
    for (; j < columns; j++) {
      long at = (off + j * col) * Float.BYTES;
      for (int p = 0; p < k; p++) {
        to[toOff + j + p * Gemm.NR] = from.get(FLOAT, at + (long) p * Float.BYTES);
      }
    }
    for (; j < Gemm.NR; j++) {
      for (int p = 0; p < k; p++) {
        to[toOff + j + p * Gemm.NR] = 0f;
      }
    }
  }

  private static void fourColumnsB(
      MemorySegment from, long off, long col, int k, float[] to, int toOff) {
    long c0 = off * Float.BYTES;
    long c1 = (off + col) * Float.BYTES;
    long c2 = (off + 2 * col) * Float.BYTES;
    long c3 = (off + 3 * col) * Float.BYTES;
    for (int p = 0; p < k; p++) {
      long at = (long) p * Float.BYTES;
      int q = toOff + p * Gemm.NR;
      to[q] = from.get(FLOAT, c0 + at);
      to[q + 1] = from.get(FLOAT, c1 + at);
      to[q + 2] = from.get(FLOAT, c2 + at);
      to[q + 3] = from.get(FLOAT, c3 + at);
    }
  }

  /** Any strides: {@code width} elements for each of k steps, zeros beyond {@code count}. */
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
      for (int i = count; i < width; i++) {
        to[q + i] = 0f;
      }
    }
  }
}
