package dev.gatun.nn.format;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.FormatException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The element types of safetensors files, and what Gatun loads them as. */
enum Encoding {
  F32(32, DType.FLOAT32, true),
  F64(64, DType.FLOAT64, true),
  F16(16, DType.FLOAT16, true),
  BF16(16, DType.BFLOAT16, true),
  I8(8, DType.INT8, true),
  U8(8, DType.UINT8, true),
  I16(16, DType.INT16, true),
  I32(32, DType.INT32, true),
  I64(64, DType.INT64, true),
  BOOL(8, DType.BOOL, true),
  // No dtype of their own, but a wider one that holds every value (U64: every one below 2^63).
  U16(16, DType.INT32, false),
  U32(32, DType.INT64, false),
  U64(64, DType.INT64, false),
  F8_E4M3(8, DType.FLOAT32, false),
  F8_E5M2(8, DType.FLOAT32, false),
  // Known to the format, not to Gatun.
  F4(4, null, false),
  F6_E2M3(6, null, false),
  F6_E3M2(6, null, false),
  F8_E8M0(8, null, false),
  C64(64, null, false);

  private final int bits;
  private final @Nullable DType dtype;
  private final boolean exact;

  Encoding(int bits, @Nullable DType dtype, boolean exact) {
    this.bits = bits;
    this.dtype = dtype;
    this.exact = exact;
  }

  /** The size of an element; less than 8 for packed types. */
  int bits() {
    return bits;
  }

  /** What it is loaded as; null when it cannot be. */
  @Nullable DType dtype() {
    return dtype;
  }

  /** True when the bytes of the file are those of the dtype. */
  boolean isExact() {
    return exact;
  }

  static Encoding of(DType dtype) {
    return switch (dtype) {
      case FLOAT32 -> F32;
      case FLOAT64 -> F64;
      case FLOAT16 -> F16;
      case BFLOAT16 -> BF16;
      case INT8 -> I8;
      case UINT8 -> U8;
      case INT16 -> I16;
      case INT32 -> I32;
      case INT64 -> I64;
      case BOOL -> BOOL;
    };
  }

  static Encoding of(String name, String where) {
    for (Encoding e : values()) {
      if (e.name().equals(name)) {
        return e;
      }
    }
    throw new FormatException(
        where
            + " has the unknown dtype '"
            + name
            + "'; expected one of "
            + Arrays.toString(values()));
  }
}
