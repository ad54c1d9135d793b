package dev.gatun.tensor;

import java.util.SplittableRandom;

/** Small helpers of the tests that compare with plain loops. */
final class Naive {
  private Naive() {}

  /** Float64 numbers from -1 to 1. */
  static Tensor random(long seed, long... shape) {
    SplittableRandom random = new SplittableRandom(seed);
    Shape s = Shape.of(shape);
    double[] values = new double[Math.toIntExact(s.numel())];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextDouble(-1, 1);
    }
    return Tensor.of(values, s);
  }

  /** The multi-index of a row-major position. */
  static long[] unravel(long position, long[] sizes) {
    long[] index = new long[sizes.length];
    long rest = position;
    for (int i = sizes.length - 1; i >= 0; i--) {
      index[i] = rest % sizes[i];
      rest /= sizes[i];
    }
    return index;
  }

  /** The row-major position of a multi-index, or -1 outside. */
  static int ravel(long[] index, long[] sizes) {
    long position = 0;
    for (int i = 0; i < sizes.length; i++) {
      if (index[i] < 0 || index[i] >= sizes[i]) {
        return -1;
      }
      position = position * sizes[i] + index[i];
    }
    return Math.toIntExact(position);
  }
}
