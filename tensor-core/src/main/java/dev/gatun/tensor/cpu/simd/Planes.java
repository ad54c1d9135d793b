package dev.gatun.tensor.cpu.simd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Moves float32 images between dense tensors and planes with room around every row. Rows are copied
 * in whole vectors: what a vector writes beyond its row is overwritten by what comes after it.
 * Stateless.
 */
final class Planes {
  private static final VectorSpecies<Float> SPECIES = SimdSpecies.floats();
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private Planes() {}

  private static int roundUp(int n) {
    return (n + LANES - 1) / LANES * LANES;
  }

  /**
   * Copies a plane of {@code height} dense rows into a plane of {@code pitch} elements a row, zeros
   * elsewhere. Nothing outside the target plane is touched.
   *
   * @param at where the source plane starts, in bytes
   * @param top rows of zeros before the first
   * @param left zeros before each row
   * @param size elements of the target plane
   */
  static void spread(
      MemorySegment x,
      long at,
      int height,
      int width,
      float[] to,
      int toAt,
      int top,
      int left,
      int pitch,
      int size) {
    if (height == 0 || width == 0) {
      Arrays.fill(to, toAt, toAt + size, 0f);
      return;
    }
    int p = toAt + top * pitch + left;
    Arrays.fill(to, toAt, p, 0f);
    long limit = x.byteSize();
    int reach = roundUp(width);
    int stop = toAt + size;
    for (int h = 0; h < height; h++) {
      long from = at + (long) h * width * Float.BYTES;
      if (from + (long) reach * Float.BYTES <= limit && p + reach <= stop) {
        for (int j = 0; j < width; j += LANES) {
          FloatVector.fromMemorySegment(SPECIES, x, from + (long) j * Float.BYTES, ORDER)
              .intoArray(to, p + j);
        }
      } else {
        MemorySegment.copy(x, FLOAT, from, to, p, width);
      }
      int end = p + width;
      p += pitch;
      for (int j = end; j < Math.min(p, stop); j++) {
        to[j] = 0f;
      }
    }
    int done = p - pitch + width;
    Arrays.fill(to, done, stop, 0f);
  }

  /**
   * Copies every so many rows and columns of a plane into a smaller one, zeros where there is
   * nothing: {@code to[u][v] = x[u * strideHeight - top][v * strideWidth - left]}.
   *
   * @param at where the source plane starts, in bytes
   * @param rows of the target
   * @param pitch columns of the target
   */
  static void spread(
      MemorySegment x,
      long at,
      int height,
      int width,
      float[] to,
      int toAt,
      int top,
      int left,
      int strideHeight,
      int strideWidth,
      int rows,
      int pitch) {
    int first = Math.clamp(Math.ceilDiv(left, strideWidth), 0, pitch);
    int end = Math.clamp(Math.floorDiv(width - 1 + left, strideWidth) + 1L, first, pitch);
    for (int u = 0; u < rows; u++) {
      int p = toAt + u * pitch;
      int h = u * strideHeight - top;
      if (h < 0 || h >= height) {
        Arrays.fill(to, p, p + pitch, 0f);
        continue;
      }
      Arrays.fill(to, p, p + first, 0f);
      long row = at + ((long) h * width - left) * Float.BYTES;
      for (int v = first; v < end; v++) {
        to[p + v] = x.get(FLOAT, row + (long) v * strideWidth * Float.BYTES);
      }
      Arrays.fill(to, p + end, p + pitch, 0f);
    }
  }

  /**
   * Copies rows of {@code width} elements that are {@code pitch} apart to a dense plane.
   *
   * @param at where the target plane starts, in bytes
   */
  static void gather(
      float[] from, int fromAt, int pitch, MemorySegment y, long at, int height, int width) {
    int reach = roundUp(width);
    long end = at + (long) height * width * Float.BYTES;
    for (int h = 0; h < height; h++) {
      int p = fromAt + h * pitch;
      long to = at + (long) h * width * Float.BYTES;
      if (to + (long) reach * Float.BYTES <= end && p + reach <= from.length) {
        for (int j = 0; j < width; j += LANES) {
          FloatVector.fromArray(SPECIES, from, p + j)
              .intoMemorySegment(y, to + (long) j * Float.BYTES, ORDER);
        }
      } else {
        MemorySegment.copy(from, p, y, FLOAT, to, width);
      }
    }
  }

  /** Copies rows that are {@code pitch} apart to places {@code row} and {@code column} apart. */
  static void scatter(
      float[] from,
      int fromAt,
      int pitch,
      MemorySegment y,
      long first,
      long row,
      long column,
      int height,
      int width) {
    for (int h = 0; h < height; h++) {
      long to = (first + h * row) * Float.BYTES;
      int p = fromAt + h * pitch;
      for (int j = 0; j < width; j++) {
        y.set(FLOAT, to + j * column * Float.BYTES, from[p + j]);
      }
    }
  }

  /** Copies a line of whole vectors, one vector of every {@code every} of the target's. */
  static void interleave(float[] from, int length, float[] to, int toAt, int every) {
    for (int q = 0; q < length; q += LANES) {
      FloatVector.fromArray(SPECIES, from, q).intoArray(to, toAt + q * every);
    }
  }
}
