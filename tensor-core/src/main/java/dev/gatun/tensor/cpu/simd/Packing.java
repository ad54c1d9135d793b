package dev.gatun.tensor.cpu.simd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Copies a strip of a strided matrix into a panel of {@link Gemm}: {@code width} elements of the
 * strip for each step along k, one step after the other.
 */
final class Packing {

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final VectorSpecies<Float> SPECIES = SimdSpecies.floats();
  private static final int LANES = SPECIES.length();
  private static final int PAIR = 2 * LANES;

  private Packing() {}

  /**
   * Packs one panel.
   *
   * @param from the matrix
   * @param off offset of the strip's first element
   * @param across distance between elements across the strip
   * @param along distance between elements along k
   * @param count elements across the strip; the rest of the panel's width is filled with zeros
   * @param width width of the panel
   * @param k length of the panel
   * @param to the buffer
   * @param toOff index of the panel in the buffer
   */
  static void pack(
      MemorySegment from,
      long off,
      long across,
      long along,
      int count,
      int width,
      int k,
      float[] to,
      int toOff) {
    if (across == 1 && count == PAIR && width == PAIR) {
      packRows(from, off, along, k, to, toOff);
    } else if (along == 1) {
      packTransposed(from, off, across, count, width, k, to, toOff);
    } else {
      packScalar(from, off, across, along, count, width, k, to, toOff);
    }
  }

  /** The strip's elements are adjacent across: two vectors for each step. */
  private static void packRows(
      MemorySegment from, long off, long along, int k, float[] to, int toOff) {
    for (int p = 0; p < k; p++) {
      long at = (off + p * along) * Float.BYTES;
      int q = toOff + p * PAIR;
      FloatVector.fromMemorySegment(SPECIES, from, at, ORDER).intoArray(to, q);
      FloatVector.fromMemorySegment(SPECIES, from, at + LANES * Float.BYTES, ORDER)
          .intoArray(to, q + LANES);
    }
  }

  /** The strip's elements are adjacent along k. */
  private static void packTransposed(
      MemorySegment from, long off, long across, int count, int width, int k, float[] to,
      int toOff) {
    int i = 0;
    for (; i <= count - 4; i += 4) {
      fourRows(from, off + i * across, across, width, k, to, toOff + i);
    }
    for (; i < width; i++) {
      if (i < count) {
        long at = (off + i * across) * Float.BYTES;
        for (int p = 0; p < k; p++) {
          to[toOff + p * width + i] = from.get(FLOAT, at + (long) p * Float.BYTES);
        }
      } else {
        for (int p = 0; p < k; p++) {
          to[toOff + p * width + i] = 0f;
        }
      }
    }
  }

  private static void fourRows(
      MemorySegment from, long off, long across, int width, int k, float[] to, int toOff) {
    long r0 = off * Float.BYTES;
    long r1 = (off + across) * Float.BYTES;
    long r2 = (off + 2 * across) * Float.BYTES;
    long r3 = (off + 3 * across) * Float.BYTES;
    for (int p = 0; p < k; p++) {
      long at = (long) p * Float.BYTES;
      int q = toOff + p * width;
      to[q] = from.get(FLOAT, r0 + at);
      to[q + 1] = from.get(FLOAT, r1 + at);
      to[q + 2] = from.get(FLOAT, r2 + at);
      to[q + 3] = from.get(FLOAT, r3 + at);
    }
  }

  /** Any strides. */
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
