package dev.gatun.nn.format;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Reads numbers of types that Gatun computes in wider ones. */
final class Widening {
  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Widening() {}

  /** Four exponent bits, three of mantissa, no infinity: the "fn" variant of OCP's 8-bit floats. */
  static float e4m3(byte bits) {
    int magnitude = bits & 0x7f;
    int exponent = magnitude >> 3;
    int mantissa = magnitude & 7;
    float value;
    if (magnitude == 0x7f) {
      value = Float.NaN;
    } else if (exponent == 0) {
      value = Math.scalb((float) mantissa, -9);
    } else {
      value = Math.scalb((float) (8 + mantissa), exponent - 10);
    }
    return bits < 0 ? -value : value;
  }

  /** Five exponent bits, two of mantissa: the upper half of a float16. */
  static float e5m2(byte bits) {
    return Float.float16ToFloat((short) (bits << 8));
  }
}
