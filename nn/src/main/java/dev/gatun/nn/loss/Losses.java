package dev.gatun.nn.loss;

import dev.gatun.tensor.Activations;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Losses with the semantics of PyTorch's {@code torch.nn.functional}. Without a {@link Reduction}
 * they give the mean. {@link MarginLosses} has those that compare scores by a margin.
 *
 * <p>Elementwise losses need a prediction and a target of one shape.
 *
 * @see <a href="https://pytorch.org/docs/stable/nn.functional.html#loss-functions">PyTorch</a>
 */
public final class Losses {
  private Losses() {}

  // ---- Classes --------------------------------------------------------------------------------

  /**
   * The negative log-likelihood of the right class by the softmax of the scores.
   *
   * @param x scores [N, C, ...] or [C]
   * @param target class numbers [N, ...] or [], or class probabilities of x's shape
   */
  public static Tensor crossEntropy(Tensor x, Tensor target) {
    return crossEntropy(x, target, ClassOptions.defaults());
  }

  public static Tensor crossEntropy(Tensor x, Tensor target, ClassOptions options) {
    return CrossEntropy.ofLogits(x, target, options);
  }

  /** The negative log-likelihood of class numbers, from log-probabilities [N, C, ...] or [C]. */
  public static Tensor nll(Tensor x, Tensor target) {
    return nll(x, target, ClassOptions.defaults());
  }

  public static Tensor nll(Tensor x, Tensor target, ClassOptions options) {
    return CrossEntropy.ofLogProbabilities(x, target, options);
  }

  /**
   * {@link #ctc(Tensor, Tensor, Tensor, Tensor, CtcOptions)} with class 0 as the blank, and the
   * mean.
   */
  public static Tensor ctc(Tensor x, Tensor target, Tensor inputLengths, Tensor targetLengths) {
    return ctc(x, target, inputLengths, targetLengths, CtcOptions.defaults());
  }

  /**
   * Connectionist temporal classification (Graves et al. 2006): the negative log-likelihood of
   * label sequences that are not aligned with the steps.
   *
   * @param x log-probabilities [T, N, C]
   * @param target class numbers [N, S], padded at will
   * @param inputLengths the number of steps of each sequence, int64 [N]
   * @param targetLengths the number of labels of each target, int64 [N]
   */
  public static Tensor ctc(
      Tensor x, Tensor target, Tensor inputLengths, Tensor targetLengths, CtcOptions options) {
    return CtcLoss.of(x, target, inputLengths, targetLengths, options);
  }

  // ---- Numbers --------------------------------------------------------------------------------

  /** {@code (x - target)²}. */
  public static Tensor mse(Tensor x, Tensor target) {
    return mse(x, target, Reduction.MEAN);
  }

  public static Tensor mse(Tensor x, Tensor target, Reduction reduction) {
    same("mse", x, target);
    return reduction.of(x.sub(target).square());
  }

  /** {@code |x - target|}. */
  public static Tensor l1(Tensor x, Tensor target) {
    return l1(x, target, Reduction.MEAN);
  }

  public static Tensor l1(Tensor x, Tensor target, Reduction reduction) {
    same("l1", x, target);
    return reduction.of(x.sub(target).abs());
  }

  /** {@link #smoothL1(Tensor, Tensor, double, Reduction)} with beta 1. */
  public static Tensor smoothL1(Tensor x, Tensor target) {
    return smoothL1(x, target, 1, Reduction.MEAN);
  }

  /** {@code d² / (2 beta)} where {@code d = |x - target| < beta}, else {@code d - beta / 2}. */
  public static Tensor smoothL1(Tensor x, Tensor target, double beta, Reduction reduction) {
    same("smoothL1", x, target);
    if (beta == 0) {
      return l1(x, target, reduction);
    }
    Tensor d = x.sub(target);
    Tensor size = d.abs();
    return reduction.of(size.lt(beta).where(d.square().mul(0.5 / beta), size.sub(beta / 2)));
  }

  /** {@link #huber(Tensor, Tensor, double, Reduction)} with delta 1. */
  public static Tensor huber(Tensor x, Tensor target) {
    return huber(x, target, 1, Reduction.MEAN);
  }

  /** {@code d² / 2} where {@code d = |x - target| <= delta}, else {@code delta (d - delta / 2)}. */
  public static Tensor huber(Tensor x, Tensor target, double delta, Reduction reduction) {
    same("huber", x, target);
    Tensor d = x.sub(target);
    Tensor size = d.abs();
    return reduction.of(size.le(delta).where(d.square().mul(0.5), size.sub(delta / 2).mul(delta)));
  }

  // ---- Probabilities --------------------------------------------------------------------------

  /** Binary cross entropy of probabilities. */
  public static Tensor bce(Tensor x, Tensor target) {
    return bce(x, target, null, Reduction.MEAN);
  }

  /**
   * Binary cross entropy of probabilities. Logarithms are at least -100, as in PyTorch; where that
   * bound holds the gradient is 0.
   *
   * @param weight factors of the losses, broadcast, or null
   */
  public static Tensor bce(Tensor x, Tensor target, @Nullable Tensor weight, Reduction reduction) {
    same("bce", x, target);
    Tensor losses = target.mul(boundedLog(x)).add(target.rsub(1).mul(boundedLog(x.rsub(1)))).neg();
    return reduction.of(weight == null ? losses : losses.mul(weight));
  }

  /** max(log x, -100) without the infinite gradient at 0. */
  private static Tensor boundedLog(Tensor x) {
    Tensor positive = x.gt(0);
    Tensor log = positive.where(x, x.onesLike()).log();
    Tensor bound = x.fullLike(-100);
    return positive.where(log, bound).maximum(bound);
  }

  /** Binary cross entropy of logits. */
  public static Tensor bceWithLogits(Tensor x, Tensor target) {
    return bceWithLogits(x, target, null, null, Reduction.MEAN);
  }

  /**
   * Binary cross entropy of logits, without overflow.
   *
   * @param weight factors of the losses, broadcast, or null
   * @param positiveWeight factors of the positive part, broadcast, or null
   */
  public static Tensor bceWithLogits(
      Tensor x,
      Tensor target,
      @Nullable Tensor weight,
      @Nullable Tensor positiveWeight,
      Reduction reduction) {
    same("bceWithLogits", x, target);
    Tensor log = Activations.logSigmoid(x).neg();
    if (positiveWeight != null) {
      log = log.mul(positiveWeight.sub(1.0).mul(target).add(1.0));
    }
    Tensor losses = target.rsub(1).mul(x).add(log);
    return reduction.of(weight == null ? losses : losses.mul(weight));
  }

  /** {@link #klDiv(Tensor, Tensor, boolean, Reduction)}; the target has probabilities. */
  public static Tensor klDiv(Tensor x, Tensor target) {
    return klDiv(x, target, false, Reduction.MEAN);
  }

  /**
   * The Kullback-Leibler divergence of the target from the log-probabilities x: {@code target (log
   * target - x)}. Mathematically right is {@link Reduction#BATCH_MEAN}.
   *
   * @param logTarget true when the target has log-probabilities, too
   */
  public static Tensor klDiv(Tensor x, Tensor target, boolean logTarget, Reduction reduction) {
    same("klDiv", x, target);
    if (logTarget) {
      return reduction.of(target.exp().mul(target.sub(x)));
    }
    Tensor positive = target.gt(0);
    Tensor log = positive.where(target, target.onesLike()).log();
    return reduction.of(target.mul(log).sub(target.mul(x)));
  }

  /** {@link #poissonNll(Tensor, Tensor, boolean, boolean, double, Reduction)} of log rates. */
  public static Tensor poissonNll(Tensor x, Tensor target) {
    return poissonNll(x, target, true, false, 1e-8, Reduction.MEAN);
  }

  /**
   * The negative log-likelihood of counts by Poisson rates.
   *
   * @param logInput true when x has the logarithms of the rates
   * @param full adds Stirling's approximation of log target! for targets greater than 1
   * @param epsilon added to a rate before its logarithm is taken
   */
  public static Tensor poissonNll(
      Tensor x,
      Tensor target,
      boolean logInput,
      boolean full,
      double epsilon,
      Reduction reduction) {
    same("poissonNll", x, target);
    Tensor losses = logInput ? x.exp().sub(target.mul(x)) : x.sub(target.mul(x.add(epsilon).log()));
    if (full) {
      Tensor many = target.gt(1);
      Tensor t = many.where(target, target.onesLike());
      Tensor stirling = t.mul(t.log()).sub(t).add(t.mul(2 * Math.PI).log().mul(0.5));
      losses = losses.add(many.where(stirling, stirling.zerosLike()));
    }
    return reduction.of(losses);
  }

  /** {@link #gaussianNll(Tensor, Tensor, Tensor, boolean, double, Reduction)}, the mean. */
  public static Tensor gaussianNll(Tensor x, Tensor target, Tensor variance) {
    return gaussianNll(x, target, variance, false, 1e-6, Reduction.MEAN);
  }

  /**
   * The negative log-likelihood of numbers by normal distributions.
   *
   * @param variance of x's shape, or broadcast to it
   * @param full adds the constant log(2 pi) / 2
   * @param epsilon the least variance; the gradient passes as if there were no bound
   */
  public static Tensor gaussianNll(
      Tensor x, Tensor target, Tensor variance, boolean full, double epsilon, Reduction reduction) {
    same("gaussianNll", x, target);
    Tensor plain = variance.detach();
    Tensor v = variance.add(plain.maximum(epsilon).sub(plain));
    Tensor losses = v.log().add(x.sub(target).square().div(v)).mul(0.5);
    return reduction.of(full ? losses.add(0.5 * Math.log(2 * Math.PI)) : losses);
  }

  static void same(String loss, Tensor x, Tensor target) {
    Shape s = x.shape();
    if (!s.equals(target.shape())) {
      throw new ShapeException(
          loss + " needs a target of the prediction's shape " + s + ", got " + target.shape());
    }
  }
}
