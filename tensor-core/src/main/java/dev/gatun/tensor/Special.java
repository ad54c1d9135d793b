package dev.gatun.tensor;

/**
 * Rarer elementwise functions; operands broadcast, integers are converted to float32 first. Values,
 * and gradients where functions are undefined or have kinks, are PyTorch's.
 */
public final class Special {
  private static final double LN_2 = Math.log(2);

  private Special() {}

  /** {@code log(x / (1 - x))}, NaN outside 0 .. 1. */
  public static Tensor logit(Tensor x) {
    return x.div(Constants.toFloat(x).rsub(1.0)).log();
  }

  /** The logit of x limited to {@code eps .. 1 - eps}. */
  public static Tensor logit(Tensor x, double eps) {
    return logit(Constants.toFloat(x).clamp(eps, 1 - eps));
  }

  /** {@code sin(pi * x) / (pi * x)}, and 1 at 0. */
  public static Tensor sinc(Tensor x) {
    Tensor f = Constants.toFloat(x);
    Tensor zero = f.eq(0.0);
    Tensor z = zero.where(f.constant(1.0), f.mul(Math.PI));
    return zero.where(f.constant(1.0), z.sin().div(z));
  }

  /** {@code x * log(y)}, and 0 where x is 0 and y is not NaN. */
  public static Tensor xlogy(Tensor x, Tensor y) {
    Tensor f = Constants.toFloat(y);
    Tensor zero = x.eq(0.0).and(f.isNan().not());
    return x.mul(zero.where(f.constant(1.0), f).log());
  }

  /** {@code x * log(1 + y)}, and 0 where x is 0 and y is not NaN. */
  public static Tensor xlog1py(Tensor x, Tensor y) {
    Tensor f = Constants.toFloat(y);
    Tensor zero = x.eq(0.0).and(f.isNan().not());
    return x.mul(zero.where(f.constant(0.0), f).log1p());
  }

  /** {@code log2(2^a + 2^b)} without overflow. */
  public static Tensor logaddexp2(Tensor a, Tensor b) {
    Tensor x = Constants.toFloat(a);
    Tensor y = Constants.toFloat(b);
    Tensor less = x.lt(y);
    // Of two equal infinities the difference is NaN where it is 0.
    Tensor same = x.eq(y).and(x.isInf());
    Tensor gap = less.where(x.sub(y), y.sub(x));
    Tensor e = same.where(gap.constant(0.0), gap).exp2();
    return less.where(y, x).add(e.log1p().mul(1 / LN_2));
  }

  /** {@code sqrt(a^2 + b^2)} without overflow or underflow in between. */
  public static Tensor hypot(Tensor a, Tensor b) {
    Tensor x = Constants.toFloat(a);
    Tensor y = Constants.toFloat(b);
    Tensor size = x.detach().abs().maximum(y.detach().abs());
    Tensor scale = size.eq(0.0).or(size.isFinite().not()).where(size.constant(1.0), size);
    return x.div(scale).square().add(y.div(scale).square()).sqrt().mul(scale);
  }

  /** NaN replaced by 0, infinities by the greatest and least finite numbers of the dtype. */
  public static Tensor nanToNum(Tensor x) {
    double max =
        switch (x.dtype()) {
          case FLOAT64 -> Double.MAX_VALUE;
          case FLOAT16 -> 65504;
          case BFLOAT16 -> 0x1.fep127;
          default -> Float.MAX_VALUE;
        };
    return nanToNum(x, 0, max, -max);
  }

  /** NaN and both infinities replaced; integers have none. */
  public static Tensor nanToNum(Tensor x, double nan, double positive, double negative) {
    if (!x.dtype().isFloat()) {
      return x;
    }
    Tensor y = x.isNan().where(x.constant(nan), x);
    y = x.eq(Double.POSITIVE_INFINITY).where(x.constant(positive), y);
    return x.eq(Double.NEGATIVE_INFINITY).where(x.constant(negative), y);
  }

  /** Degrees to radians. */
  public static Tensor deg2rad(Tensor x) {
    return x.mul(Math.PI / 180);
  }

  /** Radians to degrees. */
  public static Tensor rad2deg(Tensor x) {
    return x.mul(180 / Math.PI);
  }

  /** {@code x - trunc(x)}; has the sign of x. */
  public static Tensor frac(Tensor x) {
    return x.sub(x.trunc());
  }

  /** {@code (a - b)^2}. */
  public static Tensor squaredDifference(Tensor a, Tensor b) {
    return a.sub(b).square();
  }
}
