package dev.gatun.gateway.analyze;

import dev.gatun.gateway.analyze.OnnxModel.Packed;
import dev.gatun.gateway.analyze.OnnxModel.TensorData;
import dev.gatun.tensor.DType;
import dev.gatun.tensor.FormatException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** ONNX's element types and how their numbers are stored. */
enum OnnxTypes {
  UNDEFINED(0, null),
  FLOAT32(32, DType.FLOAT32),
  UINT8(8, DType.UINT8),
  INT8(8, DType.INT8),
  UINT16(16, null),
  INT16(16, DType.INT16),
  INT32(32, DType.INT32),
  INT64(64, DType.INT64),
  STRING(0, null),
  BOOL(8, DType.UINT8),
  FLOAT16(16, DType.FLOAT16),
  FLOAT64(64, DType.FLOAT64),
  UINT32(32, null),
  UINT64(64, null),
  COMPLEX64(64, null),
  COMPLEX128(128, null),
  BFLOAT16(16, DType.BFLOAT16),
  FLOAT8E4M3FN(8, null),
  FLOAT8E4M3FNUZ(8, null),
  FLOAT8E5M2(8, null),
  FLOAT8E5M2FNUZ(8, null),
  UINT4(4, null),
  INT4(4, null),
  FLOAT4E2M1(4, null);

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final int bits;
  private final @Nullable DType dtype;

  OnnxTypes(int bits, @Nullable DType dtype) {
    this.bits = bits;
    this.dtype = dtype;
  }

  static OnnxTypes of(int number) {
    return number > 0 && number < values().length ? values()[number] : UNDEFINED;
  }

  /** What Gatun reads it as; null for types that it does not judge. */
  @Nullable DType dtype() {
    return dtype;
  }

  boolean isFloat() {
    return name().startsWith("FLOAT") || this == BFLOAT16;
  }

  /** The bytes of a tensor's elements. */
  long bytes(TensorData t) {
    return Math.ceilDiv(Math.multiplyExact(t.size(), (long) bits), 8L);
  }

  /**
   * The elements as bytes of the type's {@link #dtype}; null when they are somewhere else.
   *
   * @throws FormatException when there are more or fewer bytes than the shape says
   */
  @Nullable MemorySegment data(TensorData t) {
    MemorySegment out = t.raw();
    Packed packed = t.packed();
    boolean same =
        packed != null
            && ((packed.field() == 4 && this == FLOAT32)
                || (packed.field() == 10 && this == FLOAT64));
    if (out == null && same && packed != null) {
      out = packed.bytes();
    }
    if (out == null || bits == 0) {
      return null;
    }
    if (out.byteSize() != bytes(t)) {
      throw new FormatException(
          "is no ONNX model: tensor '"
              + t.name()
              + "' needs "
              + bytes(t)
              + " bytes of data, has "
              + out.byteSize());
    }
    return out;
  }

  /** The whole numbers of a small tensor, such as a shape; null when it is none. */
  static long @Nullable [] integers(@Nullable TensorData t, int most) {
    if (t == null || t.external() || t.dims().length > 1 || t.size() > most) {
      return null;
    }
    OnnxTypes type = of(t.type());
    MemorySegment raw = t.raw();
    long[] out = new long[(int) t.size()];
    if (raw != null && (type == INT64 || type == INT32)) {
      int width = type == INT64 ? 8 : 4;
      if (raw.byteSize() != (long) width * out.length) {
        return null;
      }
      for (int i = 0; i < out.length; i++) {
        out[i] = width == 8 ? raw.get(LONG, 8L * i) : raw.get(INT, 4L * i);
      }
      return out;
    }
    Packed packed = t.packed();
    if (packed == null || (packed.field() != 7 && packed.field() != 5)) {
      return out.length == 0 ? out : null;
    }
    ProtoReader in = new ProtoReader(packed.bytes());
    for (int i = 0; i < out.length; i++) {
      out[i] = in.single();
    }
    return out;
  }
}
