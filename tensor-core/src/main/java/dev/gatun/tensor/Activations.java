package dev.gatun.tensor;

import dev.gatun.tensor.op.HardSigmoid;

/**
 * Activation functions: elementwise unless said otherwise, integers are converted to float32 first.
 * {@link Tensor} has the commonest (relu, gelu, silu, sigmoid, tanh, softmax). Values, and
 * gradients at the kinks, are PyTorch's; no gradient is NaN where the function is finite.
 */
public final class Activations {
  private static final double SELU_ALPHA = 1.6732632423543772;
  private static final double SELU_SCALE = 1.0507009873554805;

  private Activations() {}

  /** {@code x} where positive, else {@code alpha * (exp(x) - 1)} (Clevert and others 2015). */
  public static Tensor elu(Tensor x, double alpha) {
    return exponentialUnit(Constants.toFloat(x), alpha, 1, 1);
  }

  /** {@code x} where positive, else {@code alpha * (exp(x / alpha) - 1)} (Barron 2017). */
  public static Tensor celu(Tensor x, double alpha) {
    return exponentialUnit(Constants.toFloat(x), alpha, 1, 1 / alpha);
  }

  /**
   * {@link #elu} with the constants that keep mean 0 and variance 1 (Klambauer and others 2017).
   */
  public static Tensor selu(Tensor x) {
    return exponentialUnit(Constants.toFloat(x), SELU_ALPHA * SELU_SCALE, SELU_SCALE, 1);
  }

  private static Tensor exponentialUnit(
      Tensor x, double negativeScale, double positiveScale, double inputScale) {
    Tensor positive = x.gt(0.0);
    Tensor low = positive.where(x.constant(0.0), x);
    Tensor below = (inputScale == 1 ? low : low.mul(inputScale)).expm1().mul(negativeScale);
    return positive.where(positiveScale == 1 ? x : x.mul(positiveScale), below);
  }

  /** {@code x} where positive, else {@code slope * x}. */
  public static Tensor leakyRelu(Tensor x, double slope) {
    Tensor f = Constants.toFloat(x);
    return f.gt(0.0).where(f, f.mul(slope));
  }

  /**
   * {@code x} where positive, else {@code weight * x}.
   *
   * @param weight one number for each channel (axis 1) of {@code x}, or else any shape that
   *     broadcasts
   */
  public static Tensor prelu(Tensor x, Tensor weight) {
    boolean perChannel = weight.rank() == 1 && x.rank() > 1 && weight.size(0) == x.size(1);
    Tensor slope = perChannel ? Spatial.channels(weight, x.rank()) : weight;
    return x.gt(0.0).where(x, x.mul(slope));
  }

  /** {@code min(max(x, 0), 6)}; the gradient is 0 at 0 and 6. */
  public static Tensor relu6(Tensor x) {
    return hardtanh(x, 0, 6);
  }

  /** {@code x} limited to {@code low .. high}; unlike a clamp its gradient at the limits is 0. */
  public static Tensor hardtanh(Tensor x, double low, double high) {
    Tensor f = Constants.toFloat(x);
    Tensor capped = f.ge(high).where(f.constant(high), f);
    return f.le(low).where(f.constant(low), capped);
  }

  /** {@code relu6(x + 3) / 6}. */
  public static Tensor hardsigmoid(Tensor x) {
    return Engine.call(new HardSigmoid(), Constants.toFloat(x));
  }

  /** {@code x * relu6(x + 3) / 6} (Howard and others 2019). */
  public static Tensor hardswish(Tensor x) {
    Tensor f = Constants.toFloat(x);
    return f.mul(relu6(f.add(3.0)).div(6.0));
  }

  /** 0 where {@code -lambda <= x <= lambda}, else {@code x}. */
  public static Tensor hardshrink(Tensor x, double lambda) {
    Tensor f = Constants.toFloat(x);
    return f.abs().le(lambda).where(f.constant(0.0), f);
  }

  /** 0 where {@code -lambda <= x <= lambda}, else {@code x} moved towards 0 by {@code lambda}. */
  public static Tensor softshrink(Tensor x, double lambda) {
    Tensor f = Constants.toFloat(x);
    return f.abs().le(lambda).where(f.constant(0.0), f.sub(f.sign().mul(lambda)));
  }

  /** {@code x - tanh(x)}. */
  public static Tensor tanhshrink(Tensor x) {
    return x.sub(x.tanh());
  }

  /** {@code x / (1 + |x|)}. */
  public static Tensor softsign(Tensor x) {
    return x.div(x.abs().add(1.0));
  }

  /** {@code log(1 + exp(x))}, that is softplus with beta 1 and threshold 20. */
  public static Tensor softplus(Tensor x) {
    return softplus(x, 1, 20);
  }

  /** {@code log(1 + exp(beta * x)) / beta}, and {@code x} where {@code beta * x > threshold}. */
  public static Tensor softplus(Tensor x, double beta, double threshold) {
    Tensor f = Constants.toFloat(x);
    Tensor z = beta == 1 ? f : f.mul(beta);
    Tensor y = logOnePlusExp(z);
    return z.gt(threshold).where(f, beta == 1 ? y : y.mul(1 / beta));
  }

  /** {@code log(sigmoid(x))}. */
  public static Tensor logSigmoid(Tensor x) {
    return logOnePlusExp(Constants.toFloat(x).neg()).neg();
  }

  /**
   * {@code log(1 + exp(z))} with an exponential that never overflows. Selected by sign, not by
   * absolute value, so that first and second derivative are right at 0, too.
   */
  private static Tensor logOnePlusExp(Tensor z) {
    Tensor positive = z.gt(0.0);
    Tensor e = positive.where(z.neg(), z).exp();
    return positive.where(z, z.constant(0.0)).add(e.log1p());
  }

  /** {@code x * tanh(softplus(x))} (Misra 2019). */
  public static Tensor mish(Tensor x) {
    return x.mul(softplus(x).tanh());
  }

  /** {@code x} where greater than {@code threshold}, else {@code value}. */
  public static Tensor threshold(Tensor x, double threshold, double value) {
    return x.le(threshold).where(x.constant(value), x);
  }

  /**
   * The first half along an axis times the sigmoid of the second (Dauphin and others 2017).
   *
   * @throws ShapeException when the axis has an odd size
   */
  public static Tensor glu(Tensor x, int axis) {
    long n = x.size(axis);
    if (n % 2 != 0) {
      throw new ShapeException(
          "glu needs an even size along axis " + axis + ", got shape " + x.shape());
    }
    return x.narrow(axis, 0, n / 2).mul(x.narrow(axis, n / 2, n / 2).sigmoid());
  }

  /** {@code softmax(-x)} along an axis. */
  public static Tensor softmin(Tensor x, int axis) {
    return x.neg().softmax(axis);
  }
}
