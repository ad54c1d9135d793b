package dev.gatun.tensor;

import java.lang.foreign.MemorySegment;

/** Small constant tensors beside an operand. */
final class Constants {
  private Constants() {}

  /** A 1-d int64 index on the device of {@code x}. */
  static Tensor index(Tensor x, long... values) {
    return Tensor.fromHost(
        MemorySegment.ofArray(values), DType.INT64, Shape.of(values.length), x.device());
  }

  /** Values on the device of {@code x}, converted to its dtype. */
  static Tensor values(Tensor x, double[] values, long... shape) {
    return Tensor.fromHost(
            MemorySegment.ofArray(values), DType.FLOAT64, Shape.of(shape), x.device())
        .to(x.dtype());
  }

  /** {@code x} if it is of a float dtype, else converted to float32. */
  static Tensor toFloat(Tensor x) {
    return x.dtype().isFloat() ? x : x.to(DType.FLOAT32);
  }
}
