package dev.gatun.gateway.analyze;

import dev.gatun.ai.json.Json;
import java.util.Arrays;

/** Arithmetic on sizes. */
final class Dims {
  private Dims() {}

  /**
   * The product, 1 of none.
   *
   * @throws ArithmeticException when it is beyond a long
   */
  static long product(long... sizes) {
    long out = 1;
    for (long size : sizes) {
      out = Math.multiplyExact(out, size);
    }
    return out;
  }

  /** Sizes as JSON. */
  static Json.Arr json(long... sizes) {
    return new Json.Arr(Arrays.stream(sizes).mapToObj(Json::of).toList());
  }

  /** The output of a window that slides: of a convolution or a pooling. */
  static long window(long input, long kernel, long stride, long before, long after, long dilation) {
    return Math.floorDiv(input + before + after - dilation * (kernel - 1) - 1, stride) + 1;
  }

  /** A number for people, such as {@code 1.2 million}. */
  static String count(long value) {
    if (value < 10_000) {
      return Long.toString(value);
    }
    String[] units = {" thousand", " million", " billion", " trillion"};
    double v = value;
    int unit = -1;
    while (v >= 1000 && unit + 1 < units.length) {
      v /= 1000;
      unit++;
    }
    return String.format(java.util.Locale.ROOT, "%.1f%s", v, units[unit]);
  }
}
