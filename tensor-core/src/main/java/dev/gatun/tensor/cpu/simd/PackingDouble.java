package dev.gatun.tensor.cpu.simd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/** Copies blocks of strided matrices into the panels of {@link GemmDouble}. */
final class PackingDouble {

  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final VectorSpecies<Double> SPECIES = SimdSpecies.doubles();
  private static final int LANES = SPECIES.length();
  private static final long LANES_BYTES = SPECIES.vectorByteSize();
  private static final VectorSpecies<Double> QUARTER = DoubleVector.SPECIES_128;
  private static final int QUARTER_LANES = 2;

  private PackingDouble() {}

  /**
   * Packs rows of A: row i starts at {@code toOff + i * GemmDouble.KC}.
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
      MemorySegment from, long off, long row, long col, int rows, int k, double[] to, int toOff) {
    if (col == 1) {
      for (int i = 0; i < rows; i++) {
        copyRow(from, (off + i * row) * Double.BYTES, k, to, toOff + i * GemmDouble.KC);
      }
      return;
    }
    int i = 0;
    for (; i <= rows - 4; i += 4) {
      fourRowsA(from, off + i * row, row, col, k, to, toOff + i * GemmDouble.KC);
    }
    for (; i < rows; i++) {
      oneRowA(from, off + i * row, col, k, to, toOff + i * GemmDouble.KC);
    }
  }

  private static void copyRow(MemorySegment from, long at, int k, double[] to, int toOff) {
    int p = 0;
    for (; p <= k - LANES; p += LANES) {
      DoubleVector.fromMemorySegment(SPECIES, from, at + p * (long) Double.BYTES, ORDER)
          .intoArray(to, toOff + p);
    }
    for (; p < k; p++) {
      to[toOff + p] = from.get(DOUBLE, at + p * (long) Double.BYTES);
    }
  }

  /** Four rows together: in a transposed A they are adjacent, so each line is read once. */
  private static void fourRowsA(
      MemorySegment from, long off, long row, long col, int k, double[] to, int toOff) {
    long r0 = off * Double.BYTES;
    long r1 = (off + row) * Double.BYTES;
    long r2 = (off + 2 * row) * Double.BYTES;
    long r3 = (off + 3 * row) * Double.BYTES;
    long step = col * Double.BYTES;
    for (int p = 0; p < k; p++) {
      long at = p * step;
      to[toOff + p] = from.get(DOUBLE, r0 + at);
      to[toOff + p + GemmDouble.KC] = from.get(DOUBLE, r1 + at);
      to[toOff + p + 2 * GemmDouble.KC] = from.get(DOUBLE, r2 + at);
      to[toOff + p + 3 * GemmDouble.KC] = from.get(DOUBLE, r3 + at);
    }
  }

  private static void oneRowA(
      MemorySegment from, long off, long col, int k, double[] to, int toOff) {
    for (int p = 0; p < k; p++) {
      to[toOff + p] = from.get(DOUBLE, (off + p * col) * Double.BYTES);
    }
  }

  /**
   * Packs a panel of B: the {@code GemmDouble.NR} elements of row p start at {@code toOff + p *
   * GemmDouble.NR}.
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
      MemorySegment from,
      long off,
      long col,
      long row,
      int columns,
      int k,
      double[] to,
      int toOff) {
    if (col == 1 && columns == GemmDouble.NR) {
      wholeRowsB(from, off, row, k, to, toOff);
    } else if (col == 1) {
      partialRowsB(from, off, row, columns, k, to, toOff);
    } else if (row == 1) {
      transposedB(from, off, col, columns, k, to, toOff);
    } else {
      packScalar(from, off, col, row, columns, GemmDouble.NR, k, to, toOff);
    }
  }

  private static void wholeRowsB(
      MemorySegment from, long off, long row, int k, double[] to, int toOff) {
    for (int p = 0; p < k; p++) {
      long at = (off + p * row) * Double.BYTES;
      int q = toOff + p * GemmDouble.NR;
      DoubleVector.fromMemorySegment(SPECIES, from, at, ORDER).intoArray(to, q);
      DoubleVector.fromMemorySegment(SPECIES, from, at + LANES_BYTES, ORDER)
          .intoArray(to, q + LANES);
    }
  }

  private static void partialRowsB(
      MemorySegment from, long off, long row, int columns, int k, double[] to, int toOff) {
    for (int p = 0; p < k; p++) {
      long at = (off + p * row) * Double.BYTES;
      int q = toOff + p * GemmDouble.NR;
      int j = 0;
      for (; j <= columns - QUARTER_LANES; j += QUARTER_LANES) {
        DoubleVector.fromMemorySegment(QUARTER, from, at + (long) j * Double.BYTES, ORDER)
            .intoArray(to, q + j);
      }
      for (; j < columns; j++) {
        to[q + j] = from.get(DOUBLE, at + (long) j * Double.BYTES);
      }
      for (; j < GemmDouble.NR; j++) {
        to[q + j] = 0.0;
      }
    }
  }

  private static void transposedB(
      MemorySegment from, long off, long col, int columns, int k, double[] to, int toOff) {
    int j = 0;
    for (; j <= columns - 4; j += 4) {
      fourColumnsB(from, off + j * col, col, k, to, toOff + j);
    }
    for (; j < columns; j++) {
      long at = (off + j * col) * Double.BYTES;
      for (int p = 0; p < k; p++) {
        to[toOff + j + p * GemmDouble.NR] = from.get(DOUBLE, at + (long) p * Double.BYTES);
      }
    }
    for (; j < GemmDouble.NR; j++) {
      for (int p = 0; p < k; p++) {
        to[toOff + j + p * GemmDouble.NR] = 0.0;
      }
    }
  }

  private static void fourColumnsB(
      MemorySegment from, long off, long col, int k, double[] to, int toOff) {
    long c0 = off * Double.BYTES;
    long c1 = (off + col) * Double.BYTES;
    long c2 = (off + 2 * col) * Double.BYTES;
    long c3 = (off + 3 * col) * Double.BYTES;
    for (int p = 0; p < k; p++) {
      long at = (long) p * Double.BYTES;
      int q = toOff + p * GemmDouble.NR;
      to[q] = from.get(DOUBLE, c0 + at);
      to[q + 1] = from.get(DOUBLE, c1 + at);
      to[q + 2] = from.get(DOUBLE, c2 + at);
      to[q + 3] = from.get(DOUBLE, c3 + at);
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
      double[] to,
      int toOff) {
    for (int p = 0; p < k; p++) {
      long at = off + p * along;
      int q = toOff + p * width;
      for (int i = 0; i < count; i++) {
        to[q + i] = from.get(DOUBLE, (at + i * across) * Double.BYTES);
      }
      for (int i = count; i < width; i++) {
        to[q + i] = 0.0;
      }
    }
  }
}
