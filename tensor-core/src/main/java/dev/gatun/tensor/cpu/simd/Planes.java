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

  /** Copies a line of whole vectors, one vector of every {@code every} of the target's. */
  static void interleave(float[] from, int length, float[] to, int toAt, int every) {
    for (int q = 0; q < length; q += LANES) {
      FloatVector.fromArray(SPECIES, from, q).intoArray(to, toAt + q * every);
    }
  }
}
