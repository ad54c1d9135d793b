package dev.gatun.tensor.cpu.simd;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.cpu.Halves;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Converts dense blocks between dtypes: float to integer truncates, integers wrap, to bool is
 * {@code x != 0}. Offsets are in bytes. Stateless; plain loops, most of which C2 vectorises.
 */
final class Convert {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE_UNALIGNED;
  private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final ValueLayout.OfByte I8 = ValueLayout.JAVA_BYTE;

  /** Elements of the pieces in which two dtypes meet through a wide one. */
  private static final int PIECE = Scratch.BLOCK;

  private static final int BUFFER = 7;

  private Convert() {}

  /** Converts {@code n} elements. */
  static void run(
      DType from, DType to, MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    if (from == to) {
      MemorySegment.copy(x, xAt, y, yAt, (long) n * from.byteSize());
    } else if (to == DType.FLOAT32) {
      toFloat(from, x, xAt, y, yAt, n);
    } else if (from == DType.FLOAT32) {
      fromFloat(to, x, xAt, y, yAt, n);
    } else if (to == DType.FLOAT64) {
      toDouble(from, x, xAt, y, yAt, n);
    } else if (from == DType.FLOAT64) {
      fromDouble(to, x, xAt, y, yAt, n);
    } else if (to == DType.INT64) {
      toLong(from, x, xAt, y, yAt, n);
    } else if (from == DType.INT64) {
      fromLong(to, x, xAt, y, yAt, n);
    } else {
      // Both are narrow: an integer goes through int64, a half through float64, exactly.
      DType wide = from.isFloat() ? DType.FLOAT64 : DType.INT64;
      MemorySegment buffer = Scratch.local().buffer(BUFFER);
      for (int i = 0; i < n; i += PIECE) {
        int piece = Math.min(PIECE, n - i);
        run(from, wide, x, xAt + (long) i * from.byteSize(), buffer, 0, piece);
        run(wide, to, buffer, 0, y, yAt + (long) i * to.byteSize(), piece);
      }
    }
  }

  private static void toFloat(
      DType from, MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    switch (from) {
      case FLOAT64 -> {
        for (int i = 0; i < n; i++) {
          y.set(F32, yAt + i * 4L, (float) x.get(F64, xAt + i * 8L));
        }
      }
      case FLOAT16 -> {
        for (int i = 0; i < n; i++) {
          y.set(F32, yAt + i * 4L, Float.float16ToFloat(x.get(I16, xAt + i * 2L)));
        }
      }
      case BFLOAT16 -> {
        for (int i = 0; i < n; i++) {
          y.set(I32, yAt + i * 4L, x.get(I16, xAt + i * 2L) << 16);
        }
      }
      case INT8 -> {
        for (int i = 0; i < n; i++) {
          y.set(F32, yAt + i * 4L, x.get(I8, xAt + i));
        }
      }
      case UINT8 -> {
        for (int i = 0; i < n; i++) {
          y.set(F32, yAt + i * 4L, x.get(I8, xAt + i) & 0xff);
        }
      }
      case BOOL -> {
        for (int i = 0; i < n; i++) {
          y.set(F32, yAt + i * 4L, x.get(I8, xAt + i) != 0 ? 1 : 0);
        }
      }
      case INT16 -> {
        for (int i = 0; i < n; i++) {
          y.set(F32, yAt + i * 4L, x.get(I16, xAt + i * 2L));
        }
      }
      case INT32 -> {
        for (int i = 0; i < n; i++) {
          y.set(F32, yAt + i * 4L, (float) x.get(I32, xAt + i * 4L));
        }
      }
      default -> {
        for (int i = 0; i < n; i++) {
          y.set(F32, yAt + i * 4L, (float) x.get(I64, xAt + i * 8L));
        }
      }
    }
  }

  private static void fromFloat(
      DType to, MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    switch (to) {
      case FLOAT64 -> {
        for (int i = 0; i < n; i++) {
          y.set(F64, yAt + i * 8L, x.get(F32, xAt + i * 4L));
        }
      }
      case FLOAT16 -> {
        for (int i = 0; i < n; i++) {
          y.set(I16, yAt + i * 2L, Float.floatToFloat16(x.get(F32, xAt + i * 4L)));
        }
      }
      case BFLOAT16 -> {
        for (int i = 0; i < n; i++) {
          y.set(I16, yAt + i * 2L, Halves.floatToBfloat16(x.get(F32, xAt + i * 4L)));
        }
      }
      case INT8, UINT8 -> {
        for (int i = 0; i < n; i++) {
          y.set(I8, yAt + i, (byte) (int) x.get(F32, xAt + i * 4L));
        }
      }
      case BOOL -> {
        for (int i = 0; i < n; i++) {
          y.set(I8, yAt + i, (byte) (x.get(F32, xAt + i * 4L) != 0 ? 1 : 0));
        }
      }
      case INT16 -> {
        for (int i = 0; i < n; i++) {
          y.set(I16, yAt + i * 2L, (short) (int) x.get(F32, xAt + i * 4L));
        }
      }
      case INT32 -> {
        for (int i = 0; i < n; i++) {
          y.set(I32, yAt + i * 4L, (int) x.get(F32, xAt + i * 4L));
        }
      }
      default -> {
        for (int i = 0; i < n; i++) {
          y.set(I64, yAt + i * 8L, (long) x.get(F32, xAt + i * 4L));
        }
      }
    }
  }

  private static void toDouble(
      DType from, MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    switch (from) {
      case FLOAT16 -> {
        for (int i = 0; i < n; i++) {
          y.set(F64, yAt + i * 8L, Float.float16ToFloat(x.get(I16, xAt + i * 2L)));
        }
      }
      case BFLOAT16 -> {
        for (int i = 0; i < n; i++) {
          y.set(F64, yAt + i * 8L, Float.intBitsToFloat(x.get(I16, xAt + i * 2L) << 16));
        }
      }
      case INT8 -> {
        for (int i = 0; i < n; i++) {
          y.set(F64, yAt + i * 8L, x.get(I8, xAt + i));
        }
      }
      case UINT8 -> {
        for (int i = 0; i < n; i++) {
          y.set(F64, yAt + i * 8L, x.get(I8, xAt + i) & 0xff);
        }
      }
      case BOOL -> {
        for (int i = 0; i < n; i++) {
          y.set(F64, yAt + i * 8L, x.get(I8, xAt + i) != 0 ? 1 : 0);
        }
      }
      case INT16 -> {
        for (int i = 0; i < n; i++) {
          y.set(F64, yAt + i * 8L, x.get(I16, xAt + i * 2L));
        }
      }
      case INT32 -> {
        for (int i = 0; i < n; i++) {
          y.set(F64, yAt + i * 8L, x.get(I32, xAt + i * 4L));
        }
      }
      default -> {
        for (int i = 0; i < n; i++) {
          y.set(F64, yAt + i * 8L, (double) x.get(I64, xAt + i * 8L));
        }
      }
    }
  }

  private static void fromDouble(
      DType to, MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    switch (to) {
      case FLOAT16 -> {
        for (int i = 0; i < n; i++) {
          y.set(I16, yAt + i * 2L, Halves.toFloat16(x.get(F64, xAt + i * 8L)));
        }
      }
      case BFLOAT16 -> {
        for (int i = 0; i < n; i++) {
          y.set(I16, yAt + i * 2L, Halves.toBfloat16(x.get(F64, xAt + i * 8L)));
        }
      }
      case INT8, UINT8 -> {
        for (int i = 0; i < n; i++) {
          y.set(I8, yAt + i, (byte) (int) x.get(F64, xAt + i * 8L));
        }
      }
      case BOOL -> {
        for (int i = 0; i < n; i++) {
          y.set(I8, yAt + i, (byte) (x.get(F64, xAt + i * 8L) != 0 ? 1 : 0));
        }
      }
      case INT16 -> {
        for (int i = 0; i < n; i++) {
          y.set(I16, yAt + i * 2L, (short) (int) x.get(F64, xAt + i * 8L));
        }
      }
      case INT32 -> {
        for (int i = 0; i < n; i++) {
          y.set(I32, yAt + i * 4L, (int) x.get(F64, xAt + i * 8L));
        }
      }
      default -> {
        for (int i = 0; i < n; i++) {
          y.set(I64, yAt + i * 8L, (long) x.get(F64, xAt + i * 8L));
        }
      }
    }
  }

  private static void toLong(
      DType from, MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    switch (from) {
      case FLOAT16 -> {
        for (int i = 0; i < n; i++) {
          y.set(I64, yAt + i * 8L, (long) Float.float16ToFloat(x.get(I16, xAt + i * 2L)));
        }
      }
      case BFLOAT16 -> {
        for (int i = 0; i < n; i++) {
          y.set(I64, yAt + i * 8L, (long) Float.intBitsToFloat(x.get(I16, xAt + i * 2L) << 16));
        }
      }
      case INT8 -> {
        for (int i = 0; i < n; i++) {
          y.set(I64, yAt + i * 8L, x.get(I8, xAt + i));
        }
      }
      case UINT8 -> {
        for (int i = 0; i < n; i++) {
          y.set(I64, yAt + i * 8L, x.get(I8, xAt + i) & 0xff);
        }
      }
      case BOOL -> {
        for (int i = 0; i < n; i++) {
          y.set(I64, yAt + i * 8L, x.get(I8, xAt + i) != 0 ? 1 : 0);
        }
      }
      case INT16 -> {
        for (int i = 0; i < n; i++) {
          y.set(I64, yAt + i * 8L, x.get(I16, xAt + i * 2L));
        }
      }
      default -> {
        for (int i = 0; i < n; i++) {
          y.set(I64, yAt + i * 8L, x.get(I32, xAt + i * 4L));
        }
      }
    }
  }

  private static void fromLong(
      DType to, MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    switch (to) {
      case FLOAT16 -> {
        for (int i = 0; i < n; i++) {
          y.set(I16, yAt + i * 2L, Halves.toFloat16((double) x.get(I64, xAt + i * 8L)));
        }
      }
      case BFLOAT16 -> {
        for (int i = 0; i < n; i++) {
          y.set(I16, yAt + i * 2L, Halves.toBfloat16((double) x.get(I64, xAt + i * 8L)));
        }
      }
      case INT8, UINT8 -> {
        for (int i = 0; i < n; i++) {
          y.set(I8, yAt + i, (byte) x.get(I64, xAt + i * 8L));
        }
      }
      case BOOL -> {
        for (int i = 0; i < n; i++) {
          y.set(I8, yAt + i, (byte) (x.get(I64, xAt + i * 8L) != 0 ? 1 : 0));
        }
      }
      case INT16 -> {
        for (int i = 0; i < n; i++) {
          y.set(I16, yAt + i * 2L, (short) x.get(I64, xAt + i * 8L));
        }
      }
      default -> {
        for (int i = 0; i < n; i++) {
          y.set(I32, yAt + i * 4L, (int) x.get(I64, xAt + i * 8L));
        }
      }
    }
  }
}
