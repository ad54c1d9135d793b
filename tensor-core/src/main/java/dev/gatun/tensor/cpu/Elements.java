package dev.gatun.tensor.cpu;

import dev.gatun.tensor.spi.Buf;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Reads and writes single elements of any dtype, for the scalar reference. Stateless. */
final class Elements {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE_UNALIGNED;
  private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final ValueLayout.OfByte I8 = ValueLayout.JAVA_BYTE;

  private Elements() {}

  /** The element at a position (in elements, offset included), as a double. */
  static double getDouble(Buf b, long position) {
    MemorySegment s = b.segment();
    return switch (b.dtype()) {
      case FLOAT32 -> s.get(F32, position * 4);
      case FLOAT64 -> s.get(F64, position * 8);
      case FLOAT16 -> Float.float16ToFloat(s.get(I16, position * 2));
      case BFLOAT16 -> Float.intBitsToFloat(s.get(I16, position * 2) << 16);
      default -> getLong(b, position);
    };
  }

  /** The element at a position as a long; floats truncate. */
  static long getLong(Buf b, long position) {
    MemorySegment s = b.segment();
    return switch (b.dtype()) {
      case INT8 -> s.get(I8, position);
      case UINT8 -> s.get(I8, position) & 0xff;
      case BOOL -> s.get(I8, position) != 0 ? 1 : 0;
      case INT16 -> s.get(I16, position * 2);
      case INT32 -> s.get(I32, position * 4);
      case INT64 -> s.get(I64, position * 8);
      default -> (long) getDouble(b, position);
    };
  }

  /**
   * Stores a double, rounded to a float dtype or converted to an integer one as Java does:
   * truncated, NaN to 0, saturated at the range of int64, or of int32 for that and narrower types,
   * which then wrap.
   */
  static void setDouble(Buf b, long position, double value) {
    MemorySegment s = b.segment();
    switch (b.dtype()) {
      case FLOAT32 -> s.set(F32, position * 4, (float) value);
      case FLOAT64 -> s.set(F64, position * 8, value);
      case FLOAT16 -> s.set(I16, position * 2, Halves.toFloat16(value));
      case BFLOAT16 -> s.set(I16, position * 2, Halves.toBfloat16(value));
      case BOOL -> s.set(I8, position, (byte) (value != 0 ? 1 : 0));
      case INT64 -> s.set(I64, position * 8, (long) value);
      case INT8, UINT8, INT16, INT32 -> setLong(b, position, (int) value);
    }
  }

  /** Stores a long; integers wrap, floats round once (16-bit ones from float32, as PyTorch). */
  static void setLong(Buf b, long position, long value) {
    MemorySegment s = b.segment();
    switch (b.dtype()) {
      case INT8, UINT8 -> s.set(I8, position, (byte) value);
      case BOOL -> s.set(I8, position, (byte) (value != 0 ? 1 : 0));
      case INT16 -> s.set(I16, position * 2, (short) value);
      case INT32 -> s.set(I32, position * 4, (int) value);
      case INT64 -> s.set(I64, position * 8, value);
      case FLOAT32 -> s.set(F32, position * 4, (float) value);
      case FLOAT64 -> s.set(F64, position * 8, (double) value);
      case FLOAT16 -> s.set(I16, position * 2, Float.floatToFloat16((float) value));
      case BFLOAT16 -> s.set(I16, position * 2, Halves.floatToBfloat16((float) value));
    }
  }
}
