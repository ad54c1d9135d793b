package dev.gatun.tensor;

import java.util.Arrays;

/** Resampling of inputs [N, C, spatial...], and the shuffles of pixels and channels. */
public final class Interpolation {
  private Interpolation() {}

  /** How a value between elements is made. */
  public enum Mode {
    /** The element at {@code floor(i * scale)}. */
    NEAREST,
    /** The element at {@code floor((i + 0.5) * scale)}, as image libraries do it. */
    NEAREST_EXACT,
    /** Linear along each axis: linear, bilinear or trilinear. */
    LINEAR,
    /** Cubic convolution along each axis with a = -0.75 (Keys 1981). */
    CUBIC,
    /** The mean of what an output covers, as adaptive average pooling. */
    AREA
  }

  /**
   * Resized to the given spatial sizes.
   *
   * @param alignCorners the centres of the corner elements stay in place (linear and cubic only);
   *     else the corners' outer edges do
   * @throws ShapeException when the sizes are not positive or not one for each spatial axis
   */
  public static Tensor interpolate(Tensor x, long[] size, Mode mode, boolean alignCorners) {
    int axes = spatialAxes(x, size.length);
    double[] scale = new double[axes];
    for (int i = 0; i < axes; i++) {
      scale[i] = (double) x.size(i + 2) / size[i];
    }
    return resize(x, size, scale, mode, alignCorners);
  }

  /**
   * Resized by factors: an axis of size n becomes {@code floor(n * factor)}, and places are
   * computed with the factor itself.
   *
   * @param factor one for all spatial axes, or one for each
   */
  public static Tensor interpolate(Tensor x, double[] factor, Mode mode, boolean alignCorners) {
    int axes = spatialAxes(x, factor.length == 1 ? x.rank() - 2 : factor.length);
    long[] size = new long[axes];
    double[] scale = new double[axes];
    for (int i = 0; i < axes; i++) {
      double f = factor.length == 1 ? factor[0] : factor[i];
      size[i] = (long) Math.floor(x.size(i + 2) * f);
      scale[i] = 1 / f;
    }
    return resize(x, size, scale, mode, alignCorners);
  }

  private static int spatialAxes(Tensor x, int given) {
    if (x.rank() < 3 || given != x.rank() - 2) {
      throw new ShapeException(
          "interpolate expects an input [N, C, spatial...] and one size or factor for each spatial"
              + " axis, got shape "
              + x.shape()
              + " and "
              + given);
    }
    return given;
  }

  private static Tensor resize(
      Tensor x, long[] size, double[] scale, Mode mode, boolean alignCorners) {
    for (int i = 0; i < size.length; i++) {
      if (size[i] < 1 || x.size(i + 2) < 1) {
        throw new ShapeException(
            "interpolate needs positive sizes, got shape "
                + x.shape()
                + " to "
                + Arrays.toString(size));
      }
    }
    if (mode == Mode.AREA) {
      int[] out = Arrays.stream(size).mapToInt(Math::toIntExact).toArray();
      return Pooling.adaptiveAvgPool(x, size.length, out);
    }
    Tensor y = mode == Mode.LINEAR || mode == Mode.CUBIC ? Constants.toFloat(x) : x;
    for (int i = 0; i < size.length; i++) {
      int n = Math.toIntExact(size[i]);
      y =
          switch (mode) {
            case NEAREST -> nearest(y, i + 2, n, scale[i], 0);
            case NEAREST_EXACT -> nearest(y, i + 2, n, scale[i], 0.5);
            case LINEAR -> linear(y, i + 2, places(y, i + 2, n, scale[i], alignCorners));
            case CUBIC -> cubic(y, i + 2, places(y, i + 2, n, scale[i], alignCorners));
            case AREA -> throw new IllegalStateException("area is pooled");
          };
    }
    return y;
  }

  private static Tensor nearest(Tensor x, int axis, int n, double scale, double offset) {
    long last = x.size(axis) - 1;
    long[] index = new long[n];
    for (int i = 0; i < n; i++) {
      // Rounded to float first, as PyTorch: a product that is a whole number but for its last bit
      // is taken as that number.
      index[i] = Math.min(last, (long) Math.floor((float) ((i + offset) * scale)));
    }
    return x.indexSelect(axis, Constants.index(x, index));
  }

  /** Where the outputs lie among the inputs; may be outside. */
  private static double[] places(Tensor x, int axis, int n, double scale, boolean alignCorners) {
    double step = n > 1 ? (double) (x.size(axis) - 1) / (n - 1) : 0;
    double[] at = new double[n];
    Arrays.setAll(at, i -> alignCorners ? i * step : (i + 0.5) * scale - 0.5);
    return at;
  }

  private static Tensor linear(Tensor x, int axis, double[] at) {
    long last = x.size(axis) - 1;
    long[] low = new long[at.length];
    long[] high = new long[at.length];
    double[] share = new double[at.length];
    for (int i = 0; i < at.length; i++) {
      double p = Math.max(0, at[i]);
      low[i] = Math.min(last, (long) p);
      high[i] = Math.min(last, low[i] + 1);
      share[i] = p - low[i];
    }
    Tensor s = Constants.values(x, share, along(x, axis, at.length));
    Tensor a = x.indexSelect(axis, Constants.index(x, low));
    Tensor b = x.indexSelect(axis, Constants.index(x, high));
    return a.mul(s.rsub(1.0)).add(b.mul(s));
  }

  private static Tensor cubic(Tensor x, int axis, double[] at) {
    int n = at.length;
    long last = x.size(axis) - 1;
    Tensor y = x.constant(0.0);
    for (int tap = -1; tap <= 2; tap++) {
      long[] index = new long[n];
      double[] weight = new double[n];
      for (int i = 0; i < n; i++) {
        double floor = Math.floor(at[i]);
        index[i] = Math.clamp((long) floor + tap, 0, last);
        weight[i] = cubicWeight(Math.abs(at[i] - floor - tap));
      }
      Tensor w = Constants.values(x, weight, along(x, axis, n));
      y = y.add(x.indexSelect(axis, Constants.index(x, index)).mul(w));
    }
    return y;
  }

  /** The kernel of cubic convolution at a distance of less than 2. */
  private static double cubicWeight(double d) {
    double a = -0.75;
    return d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
  }

  private static long[] along(Tensor x, int axis, int n) {
    long[] shape = new long[x.rank() - axis];
    Arrays.fill(shape, 1);
    shape[0] = n;
    return shape;
  }

  /**
   * Channels spread over space (Shi and others 2016): [..., C * r * r, H, W] becomes [..., C, H *
   * r, W * r].
   *
   * @throws ShapeException when r * r does not divide the channels
   */
  public static Tensor pixelShuffle(Tensor x, int r) {
    if (x.rank() < 3 || r < 1 || x.size(-3) % ((long) r * r) != 0) {
      throw new ShapeException(
          "pixelShuffle by "
              + r
              + " expects [..., C * "
              + r
              + " * "
              + r
              + ", H, W], got shape "
              + x.shape());
    }
    long c = x.size(-3) / ((long) r * r);
    long h = x.size(-2);
    long w = x.size(-1);
    Shape lead = x.shape().slice(0, x.rank() - 3);
    return x.reshape(Shape.of(lead.numel(), c, r, r, h, w))
        .permute(0, 1, 4, 2, 5, 3)
        .reshape(lead.concat(Shape.of(c, h * r, w * r)));
  }

  /**
   * The inverse of {@link #pixelShuffle}: [..., C, H * r, W * r] becomes [..., C * r * r, H, W].
   *
   * @throws ShapeException when r does not divide height and width
   */
  public static Tensor pixelUnshuffle(Tensor x, int r) {
    if (x.rank() < 3 || r < 1 || x.size(-2) % r != 0 || x.size(-1) % r != 0) {
      throw new ShapeException(
          "pixelUnshuffle by "
              + r
              + " expects [..., C, H * "
              + r
              + ", W * "
              + r
              + "], got shape "
              + x.shape());
    }
    long c = x.size(-3);
    long h = x.size(-2) / r;
    long w = x.size(-1) / r;
    Shape lead = x.shape().slice(0, x.rank() - 3);
    return x.reshape(Shape.of(lead.numel(), c, h, r, w, r))
        .permute(0, 1, 3, 5, 2, 4)
        .reshape(lead.concat(Shape.of(c * r * r, h, w)));
  }
}
