package dev.gatun.tensor.conformance;

import dev.gatun.tensor.Tensor;
import java.util.Arrays;

/** The bits of a tensor's elements, all NaN alike. Stateless. */
final class Bits {
  private Bits() {}

  /** One number for each element: the bits of a float widened to float64, or the integer. */
  static long[] of(Tensor t) {
    return t.dtype().isFloat()
        ? Arrays.stream(t.toDoubleArray()).mapToLong(Double::doubleToLongBits).toArray()
        : t.toLongArray();
  }
}
