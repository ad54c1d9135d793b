package dev.gatun.tensor.cpu;

/** Rounding to the 16-bit float formats, to nearest even, once. Stateless. */
public final class Halves {
  private Halves() {}

  /** The float16 bits nearest to a double (not twice rounded through float32). */
  public static short toFloat16(double value) {
    return Float.floatToFloat16(roundToOdd(value));
  }

  /** The bfloat16 bits nearest to a double. */
  public static short toBfloat16(double value) {
    return floatToBfloat16(roundToOdd(value));
  }

  /** The bfloat16 bits nearest to a float, halves to even; NaN stays NaN. */
  public static short floatToBfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16) | 0x40);
    }
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }

  /**
   * To float32 so that a second rounding to fewer bits is right: an inexact result gets an odd last
   * bit (Boldo and Melquiond 2008).
   */
  private static float roundToOdd(double value) {
    float f = (float) value;
    if (f == value || Double.isNaN(value) || Float.isInfinite(f)) {
      return f;
    }
    if ((Float.floatToRawIntBits(f) & 1) != 0) {
      return f;
    }
    boolean tooLarge = Math.abs((double) f) > Math.abs(value);
    return Float.intBitsToFloat(Float.floatToRawIntBits(f) + (tooLarge ? -1 : 1));
  }
}
