package dev.gatun.tensor.conformance;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.conformance.OpSpec.Special;
import java.util.Random;

/** Values that ordinary samples do not meet. Stateless. */
final class Specials {
  private static final double[] FEW = {
    Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0.0, -0.0, 1, -1, 0.5
  };

  private Specials() {}

  /** Replaces some of the values, all where an op takes any; never zeros where forbidden. */
  static void sprinkle(double[] values, Input input, DType dtype, Special special, Random random) {
    double[] list = dtype.isFloat() ? floats(dtype, special) : integers(dtype);
    for (int i = 0; i < values.length; i++) {
      double v = list[random.nextInt(list.length)];
      boolean often = special == Special.ALL || random.nextInt(6) == 0;
      if (often && !(input.nonZero() && v == 0)) {
        values[i] = v;
      }
    }
  }

  private static double[] floats(DType dtype, Special special) {
    if (special == Special.FEW) {
      return FEW;
    }
    double max =
        switch (dtype) {
          case FLOAT16 -> 65504;
          case BFLOAT16 -> Float.intBitsToFloat(0x7f7f0000);
          case FLOAT64 -> Double.MAX_VALUE;
          default -> Float.MAX_VALUE;
        };
    double least =
        switch (dtype) {
          case FLOAT16 -> 0x1p-14;
          case FLOAT64 -> Double.MIN_NORMAL;
          default -> Float.MIN_NORMAL;
        };
    double[] more = {max, -max, least, -least, 1e-3, -1e-3, 100, -100, 2.5, -2.5, 3, -2};
    double[] all = java.util.Arrays.copyOf(FEW, FEW.length + more.length);
    System.arraycopy(more, 0, all, FEW.length, more.length);
    return all;
  }

  private static double[] integers(DType dtype) {
    return switch (dtype) {
      case BOOL -> new double[] {0, 1};
      case UINT8 -> new double[] {0, 1, 2, 7, 128, 254, 255};
      case INT8 -> new double[] {-128, 127, -127, -1, 0, 1, 2, 7};
      case INT16 -> new double[] {-32768, 32767, -1, 0, 1, 2, 7};
      case INT32 -> new double[] {Integer.MIN_VALUE, Integer.MAX_VALUE, -1, 0, 1, 2, 7};
      default -> new double[] {Long.MIN_VALUE, Long.MAX_VALUE, -1, 0, 1, 2, 7};
    };
  }
}
