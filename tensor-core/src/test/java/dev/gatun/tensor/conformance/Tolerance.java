package dev.gatun.tensor.conformance;

import dev.gatun.tensor.DType;

/**
 * How far a float result may be from the reference, which is computed in float64 and rounded once.
 * Integers and bool must be equal; NaN and infinities must be the same; float32 and float64 results
 * below the smallest normal number may be flushed to zero, as some devices do.
 *
 * @param ulps units in the last place of float32 and float64
 * @param halfUlps units in the last place of float16 and bfloat16, 1 where float32 is rounded
 * @param scale the magnitude of what is added up: smaller results may be off by the ulps of this
 */
public record Tolerance(double ulps, double halfUlps, double scale) {

  /** Correctly rounded. */
  public static Tolerance exact() {
    return new Tolerance(0, 0, 0);
  }

  /** Elementwise: some units in the last place of the result. */
  public static Tolerance ulps(double ulps) {
    return new Tolerance(ulps, 1, 0);
  }

  /** Sums of terms of the given magnitude, in any order. */
  public static Tolerance sum(double ulps, double scale) {
    return new Tolerance(ulps, 2, scale);
  }

  /** Steps that a backend may fuse, or round one by one to the dtype. */
  public static Tolerance steps(double ulps, double halfUlps, double scale) {
    return new Tolerance(ulps, halfUlps, scale);
  }

  /** True when a result is near enough. */
  public boolean accepts(DType dtype, double got, double want) {
    if (got == want || (Double.isNaN(got) && Double.isNaN(want))) {
      return true;
    }
    return dtype.isFloat()
        && Double.isFinite(want)
        && Math.abs(got - want) <= limit(dtype, Math.max(Math.abs(want), scale));
  }

  private double limit(DType dtype, double magnitude) {
    return switch (dtype) {
      case FLOAT64 -> Math.max(ulps * 0x1p-52 * magnitude, Double.MIN_NORMAL);
      case FLOAT32 -> Math.max(ulps * 0x1p-23 * magnitude, Float.MIN_NORMAL);
      case FLOAT16 -> halfUlps * 0x1p-10 * Math.max(magnitude, 0x1p-14);
      case BFLOAT16 -> halfUlps * 0x1p-7 * magnitude;
      default -> 0;
    };
  }
}
