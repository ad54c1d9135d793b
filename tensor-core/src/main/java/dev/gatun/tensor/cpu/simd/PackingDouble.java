package dev.gatun.tensor.cpu.simd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** Copies blocks of strided matrices into the panels of {@link GemmDouble}. */
final class PackingDouble {

  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final VectorSpecies<Double> SPECIES = SimdSpecies.doubles();
  private static final int LANES = SPECIES.length();
  private static final long LANES_BYTES = SPECIES.vectorByteSize();
  private static final VectorShuffle<Double> ZIP_LOW = VectorShuffle.makeZip(SPECIES, 0);
  private static final VectorShuffle<Double> ZIP_HIGH = VectorShuffle.makeZip(SPECIES, 1);
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
    if (row == 1) {
      double[] lanes = new double[4 * LANES];
      for (; i <= rows - LANES; i += LANES) {
        rowsA(from, off + i, col, k, to, toOff + i * GemmDouble.KC, lanes);
      }
    }
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

  /** As many rows as a vector has lanes, adjacent in memory, four columns at a time. */
  private static void rowsA(
      MemorySegment from, long off, long col, int k, double[] to, int toOff, double[] lanes) {
    long step = col * Double.BYTES;
    int p = 0;
    for (; p <= k - 4; p += 4) {
      interleave(from, off * Double.BYTES + p * step, step, lanes);
      scatter(lanes, to, toOff + p, GemmDouble.KC);
    }
    for (; p < k; p++) {
      for (int i = 0; i < LANES; i++) {
        to[toOff + p + i * GemmDouble.KC] = from.get(DOUBLE, (off + i) * Double.BYTES + p * step);
      }
    }
  }

  /** Loads four vectors, {@code step} bytes apart, and leaves their first lanes, second lanes, … */
  private static void interleave(MemorySegment from, long at, long step, double[] lanes) {
    DoubleVector v0 = DoubleVector.fromMemorySegment(SPECIES, from, at, ORDER);
    DoubleVector v1 = DoubleVector.fromMemorySegment(SPECIES, from, at + step, ORDER);
    DoubleVector v2 = DoubleVector.fromMemorySegment(SPECIES, from, at + 2 * step, ORDER);
    DoubleVector v3 = DoubleVector.fromMemorySegment(SPECIES, from, at + 3 * step, ORDER);
    DoubleVector even = v0.rearrange(ZIP_LOW, v2);
    DoubleVector odd = v1.rearrange(ZIP_LOW, v3);
    even.rearrange(ZIP_LOW, odd).intoArray(lanes, 0);
    even.rearrange(ZIP_HIGH, odd).intoArray(lanes, LANES);
    even = v0.rearrange(ZIP_HIGH, v2);
    odd = v1.rearrange(ZIP_HIGH, v3);
    even.rearrange(ZIP_LOW, odd).intoArray(lanes, 2 * LANES);
    even.rearrange(ZIP_HIGH, odd).intoArray(lanes, 3 * LANES);
  }

  /** Writes groups of four elements, {@code step} apart. */
  private static void scatter(double[] lanes, double[] to, int toOff, int step) {
    for (int i = 0; i < LANES; i++) {
      for (int j = 0; j < 4; j += QUARTER_LANES) {
        DoubleVector.fromArray(QUARTER, lanes, 4 * i + j).intoArray(to, toOff + i * step + j);
      }
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
      clearB(columns, k, to, toOff);
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

  /** A few rows of the panel at a time, so that they stay in the L1 cache. */
  private static void transposedB(
      MemorySegment from, long off, long col, int columns, int k, double[] to, int toOff) {
    double[] lanes = new double[4 * LANES];
    int p = 0;
    for (; p <= k - LANES; p += LANES) {
      int q = toOff + p * GemmDouble.NR;
      int j = 0;
      for (; j <= columns - 4; j += 4) {
        interleave(from, (off + j * col + p) * Double.BYTES, col * Double.BYTES, lanes);
        scatter(lanes, to, q + j, GemmDouble.NR);
      }
      if (j < columns) {
        packScalar(from, off + j * col + p, col, 1, columns - j, GemmDouble.NR, LANES, to, q + j);
      }
    }
    packScalar(from, off + p, col, 1, columns, GemmDouble.NR, k - p, to, toOff + p * GemmDouble.NR);
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
      double[] to,
      int toOff) {
    for (int p = 0; p < k; p++) {
      long at = off + p * along;
      int q = toOff + p * width;
      for (int i = 0; i < count; i++) {
        to[q + i] = from.get(DOUBLE, (at + i * across) * Double.BYTES);
      }
    }
  }

  private static void clearB(int columns, int k, double[] to, int toOff) {
    for (int p = 0; p < k; p++) {
      for (int j = columns; j < GemmDouble.NR; j++) {
        to[toOff + p * GemmDouble.NR + j] = 0.0;
      }
    }
  }
}
