package dev.gatun.tensor.cpu;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.op.Distribution;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The counter-based random numbers of Gatun: Philox4x32-10 (Salmon, Moraes, Dror and Shaw, Parallel
 * random numbers: as easy as 1, 2, 3, SC 2011).
 *
 * <p>Element {@code e} of a stream depends on the seed (the key, low word first) and {@code e}
 * alone, and is made by operations that IEEE 754 rounds exactly, so that every device can give the
 * same bits. Numbers of at most 32 bits take word {@code e % 4} of the block with counter words
 * {@code (low(e / 4), high(e / 4), 0, 0)}; float64 numbers take words {@code 2 * (e % 2)} and the
 * next of the block {@code (low(e / 2), high(e / 2), 1, 0)}. A pair of normal numbers (even and odd
 * element) is made of the pair's words by Box and Muller's transform. 16-bit normal numbers are the
 * float32 ones, rounded.
 *
 * <p>Stateless.
 */
final class Philox {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE_UNALIGNED;
  private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED;

  private static final long M0 = 0xD2511F53L;
  private static final long M1 = 0xCD9E8D57L;
  private static final int W0 = 0x9E3779B9;
  private static final int W1 = 0xBB67AE85;
  private static final long WORD = 0xffffffffL;
  private static final double LN2 = 0.6931471805599453;
  private static final double HALF_PI = 1.5707963267948966;

  private Philox() {}

  /**
   * Fills elements {@code from} to {@code to - 1} of an array of {@code dtype} that starts at
   * {@code base} bytes with elements {@code offset + from} and on of the stream.
   */
  static void fill(
      Distribution distribution,
      DType dtype,
      long seed,
      long offset,
      MemorySegment target,
      long base,
      long from,
      long to) {
    int perBlock = dtype == DType.FLOAT64 ? 2 : 4;
    int domain = dtype == DType.FLOAT64 ? 1 : 0;
    int[] words = new int[4];
    double[] normals = new double[4];
    long e = offset + from;
    long end = offset + to;
    while (e < end) {
      long block = Long.divideUnsigned(e, perBlock);
      block((int) block, (int) (block >>> 32), domain, 0, (int) seed, (int) (seed >>> 32), words);
      if (distribution == Distribution.NORMAL) {
        normals(words, perBlock, normals);
      }
      for (int lane = (int) (e - block * perBlock); lane < perBlock && e < end; lane++, e++) {
        long at = base + (e - offset) * dtype.byteSize();
        switch (distribution) {
          case BITS -> target.set(I32, at, words[lane]);
          case UNIFORM -> uniform(dtype, words, lane, target, at);
          case NORMAL -> normal(dtype, normals[lane], target, at);
        }
      }
    }
  }

  /** The four words of one block. */
  static void block(int c0, int c1, int c2, int c3, int k0, int k1, int[] words) {
    for (int round = 0; round < 10; round++) {
      long p0 = M0 * (c0 & WORD);
      long p1 = M1 * (c2 & WORD);
      c0 = (int) (p1 >>> 32) ^ c1 ^ k0;
      c2 = (int) (p0 >>> 32) ^ c3 ^ k1;
      c1 = (int) p1;
      c3 = (int) p0;
      k0 += W0;
      k1 += W1;
    }
    words[0] = c0;
    words[1] = c1;
    words[2] = c2;
    words[3] = c3;
  }

  /** As many of the word's high bits as the format has digits, so that rounding never gives 1. */
  private static void uniform(DType dtype, int[] words, int lane, MemorySegment target, long at) {
    int w = words[dtype == DType.FLOAT64 ? 0 : lane];
    switch (dtype) {
      case FLOAT32 -> target.set(F32, at, (w >>> 8) * 0x1p-24f);
      case FLOAT16 -> target.set(I16, at, Float.floatToFloat16((w >>> 21) * 0x1p-11f));
      case BFLOAT16 -> target.set(I16, at, Halves.floatToBfloat16((w >>> 24) * 0x1p-8f));
      case FLOAT64 -> target.set(F64, at, bits53(words, 2 * lane) * 0x1p-53);
      default -> throw new IllegalStateException("uniform " + dtype);
    }
  }

  private static void normal(DType dtype, double value, MemorySegment target, long at) {
    switch (dtype) {
      case FLOAT32 -> target.set(F32, at, (float) value);
      case FLOAT16 -> target.set(I16, at, Float.floatToFloat16((float) value));
      case BFLOAT16 -> target.set(I16, at, Halves.floatToBfloat16((float) value));
      case FLOAT64 -> target.set(F64, at, value);
      default -> throw new IllegalStateException("normal " + dtype);
    }
  }

  private static long bits53(int[] words, int i) {
    return ((words[i] & WORD) << 21) | (words[i + 1] >>> 11);
  }

  /** Box and Muller: sqrt(-2 ln u) times the cosine and the sine of 2 pi v; u is never 0. */
  private static void normals(int[] words, int count, double[] out) {
    for (int i = 0; i < count; i += 2) {
      double u;
      double v;
      if (count == 2) {
        u = (bits53(words, 0) + 1) * 0x1p-53;
        v = bits53(words, 2) * 0x1p-53;
      } else {
        u = ((words[i] & WORD) + 1) * 0x1p-32;
        v = (words[i + 1] & WORD) * 0x1p-32;
      }
      double radius = Math.sqrt(-2 * log(u));
      double turns = 4 * v; // quarters of the circle
      int quarter = (int) (turns + 0.5);
      double x = (turns - quarter) * HALF_PI; // [-pi/4, pi/4]
      double s = sin(x);
      double c = cos(x);
      out[i] = radius * ((quarter & 1) == 0 ? sign(quarter & 2, c) : sign(~quarter & 2, s));
      out[i + 1] = radius * ((quarter & 1) == 0 ? sign(quarter & 2, s) : sign(quarter & 2, c));
    }
  }

  private static double sign(int negative, double x) {
    return negative != 0 ? -x : x;
  }

  /** ln x for a normal x in (0, 1]: exponent and the series of artanh for the mantissa. */
  static double log(double x) {
    long bits = Double.doubleToRawLongBits(x);
    int exponent = (int) (bits >>> 52) - 1023;
    double m = Double.longBitsToDouble((bits & 0xfffffffffffffL) | 0x3ff0000000000000L);
    if (m > 1.4142135623730951) {
      m = m * 0.5;
      exponent++;
    }
    double s = (m - 1) / (m + 1);
    double z = s * s;
    double sum = 1.0 / 23;
    for (int k = 21; k >= 3; k -= 2) {
      sum = sum * z + 1.0 / k;
    }
    return exponent * LN2 + (2 * s + 2 * s * (z * sum));
  }

  /** Taylor's series on [-pi/4, pi/4]. */
  static double sin(double x) {
    double z = x * x;
    double y = 1;
    for (int k = 18; k >= 2; k -= 2) {
      y = 1 - y * z / (k * (k + 1));
    }
    return x * y;
  }

  /** Taylor's series on [-pi/4, pi/4]. */
  static double cos(double x) {
    double z = x * x;
    double y = 1;
    for (int k = 17; k >= 1; k -= 2) {
      y = 1 - y * z / (k * (k + 1));
    }
    return y;
  }
}
