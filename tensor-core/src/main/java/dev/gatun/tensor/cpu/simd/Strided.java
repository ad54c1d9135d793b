package dev.gatun.tensor.cpu.simd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Copies between strided and dense memory, for elements of 1, 2, 4 or 8 bytes. Stateless. */
final class Strided {
  private static final ValueLayout.OfByte I8 = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED;

  /** Rows and columns of a block of a transposition: both sides stay in the L1 cache. */
  private static final int SQUARE = 16;

  private Strided() {}

  /**
   * Copies the elements of a strided block, in row-major order, to dense memory.
   *
   * @param size bytes of an element
   * @param position the block's first element
   * @param sizes the block's sizes from axis {@code axis} on
   * @param first the size to use for the first axis instead of {@code sizes[axis]}
   */
  static void gather(
      int size,
      MemorySegment from,
      long position,
      long[] sizes,
      long[] strides,
      int axis,
      int rank,
      long first,
      MemorySegment to,
      long toByte) {
    if (axis >= rank) {
      MemorySegment.copy(from, position * size, to, toByte, size);
      return;
    }
    long step = strides[axis];
    if (axis == rank - 1) {
      run(size, from, position, step, to, toByte, 1, first);
      return;
    }
    if (axis == rank - 2 && strides[axis] == 1 && strides[rank - 1] != 0) {
      transpose(size, from, position, strides[rank - 1], to, toByte, first, sizes[rank - 1]);
      return;
    }
    long inner = 1;
    for (int a = axis + 1; a < rank; a++) {
      inner *= sizes[a];
    }
    if (step == 0) {
      // One copy of the inner block, then that copy repeated.
      gather(size, from, position, sizes, strides, axis + 1, rank, sizes[axis + 1], to, toByte);
      repeat(to, toByte, inner * size, first);
      return;
    }
    for (long i = 0; i < first; i++) {
      gather(
          size,
          from,
          position + i * step,
          sizes,
          strides,
          axis + 1,
          rank,
          sizes[axis + 1],
          to,
          toByte + i * inner * size);
    }
  }

  /** Copies a strided block to another strided block. */
  static void copy(
      int size,
      MemorySegment from,
      long position,
      long[] strides,
      MemorySegment to,
      long toPosition,
      long[] toStrides,
      long[] sizes,
      int axis,
      int rank) {
    if (axis >= rank) {
      MemorySegment.copy(from, position * size, to, toPosition * size, size);
      return;
    }
    if (axis == rank - 1) {
      run(size, from, position, strides[axis], to, toPosition * size, toStrides[axis], sizes[axis]);
      return;
    }
    for (long i = 0; i < sizes[axis]; i++) {
      copy(
          size,
          from,
          position + i * strides[axis],
          strides,
          to,
          toPosition + i * toStrides[axis],
          toStrides,
          sizes,
          axis + 1,
          rank);
    }
  }

  /** Copies the first {@code bytes} bytes over and over, until there are {@code times} of them. */
  private static void repeat(MemorySegment to, long at, long bytes, long times) {
    long all = bytes * times;
    for (long done = bytes; done < all; ) {
      long n = Math.min(done, all - done);
      MemorySegment.copy(to, at, to, at + done, n);
      done += n;
    }
  }

  /** One line of {@code n} elements; steps in elements. */
  static void run(
      int size,
      MemorySegment from,
      long position,
      long step,
      MemorySegment to,
      long toByte,
      long toStep,
      long n) {
    if (step == 1 && toStep == 1) {
      MemorySegment.copy(from, position * size, to, toByte, n * size);
      return;
    }
    int count = Math.toIntExact(n);
    long at = position * size;
    if (step == 0 && toStep == 1) {
      fill(size, from, at, to, toByte, count);
      return;
    }
    long by = step * size;
    long toBy = toStep * size;
    switch (size) {
      case 1 -> bytes(from, at, by, to, toByte, toBy, count);
      case 2 -> shorts(from, at, by, to, toByte, toBy, count);
      case 4 -> ints(from, at, by, to, toByte, toBy, count);
      default -> longs(from, at, by, to, toByte, toBy, count);
    }
  }

  /** One element repeated: loops that C2 vectorises. */
  private static void fill(
      int size, MemorySegment from, long at, MemorySegment to, long toAt, int n) {
    switch (size) {
      case 1 -> to.asSlice(toAt, n).fill(from.get(I8, at));
      case 2 -> {
        short v = from.get(I16, at);
        for (int i = 0; i < n; i++) {
          to.set(I16, toAt + i * 2L, v);
        }
      }
      case 4 -> {
        int v = from.get(I32, at);
        for (int i = 0; i < n; i++) {
          to.set(I32, toAt + i * 4L, v);
        }
      }
      default -> {
        long v = from.get(I64, at);
        for (int i = 0; i < n; i++) {
          to.set(I64, toAt + i * 8L, v);
        }
      }
    }
  }

  private static void bytes(
      MemorySegment from, long at, long by, MemorySegment to, long toAt, long toBy, int n) {
    for (int i = 0; i < n; i++) {
      to.set(I8, toAt + i * toBy, from.get(I8, at + i * by));
    }
  }

  private static void shorts(
      MemorySegment from, long at, long by, MemorySegment to, long toAt, long toBy, int n) {
    for (int i = 0; i < n; i++) {
      to.set(I16, toAt + i * toBy, from.get(I16, at + i * by));
    }
  }

  private static void ints(
      MemorySegment from, long at, long by, MemorySegment to, long toAt, long toBy, int n) {
    for (int i = 0; i < n; i++) {
      to.set(I32, toAt + i * toBy, from.get(I32, at + i * by));
    }
  }

  private static void longs(
      MemorySegment from, long at, long by, MemorySegment to, long toAt, long toBy, int n) {
    for (int i = 0; i < n; i++) {
      to.set(I64, toAt + i * toBy, from.get(I64, at + i * by));
    }
  }

  /**
   * Rows of the target are columns of the source: {@code to[i][j] = from[position + i + j * step]},
   * in small squares so that a cache line is read once.
   */
  private static void transpose(
      int size,
      MemorySegment from,
      long position,
      long step,
      MemorySegment to,
      long toByte,
      long rows,
      long columns) {
    if (size == 4) {
      long at = position * 4;
      Transposes.run(from, at, step * 4, to, toByte, columns * 4, rows, columns);
      return;
    }
    for (long i = 0; i < rows; i += SQUARE) {
      long height = Math.min(SQUARE, rows - i);
      for (long j = 0; j < columns; j += SQUARE) {
        long width = Math.min(SQUARE, columns - j);
        for (long r = 0; r < height; r++) {
          run(
              size,
              from,
              position + i + r + j * step,
              step,
              to,
              toByte + ((i + r) * columns + j) * size,
              1,
              width);
        }
      }
    }
  }
}
