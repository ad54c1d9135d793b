package dev.gatun.nn.loss;

import dev.gatun.tensor.Activations;
import dev.gatun.tensor.DType;
import dev.gatun.tensor.DTypeException;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Losses that ask scores or distances to differ by a margin, with PyTorch's semantics. */
public final class MarginLosses {
  private MarginLosses() {}

  /** {@code x} where the target is 1, {@code max(0, margin - x)} where it is -1. */
  public static Tensor hingeEmbedding(Tensor x, Tensor target, double margin, Reduction reduction) {
    Losses.same("hingeEmbedding", x, target);
    Tensor zero = x.zerosLike();
    Tensor apart = target.ne(1.0).where(hinge(x.rsub(margin)), zero);
    return reduction.of(apart.add(target.ne(-1.0).where(x, zero)));
  }

  /**
   * {@code 1 - cos} of two vectors where the target is 1, {@code max(0, cos - margin)} where it is
   * -1.
   *
   * @param a [N, D] or [D]
   * @param b of a's shape
   * @param target [N] or []
   */
  public static Tensor cosineEmbedding(
      Tensor a, Tensor b, Tensor target, double margin, Reduction reduction) {
    Losses.same("cosineEmbedding", a, b);
    Losses.same("cosineEmbedding", a.sum(-1), target);
    double epsilon = 1e-12; // PyTorch's
    Tensor norms = a.square().sum(-1).add(epsilon).mul(b.square().sum(-1).add(epsilon));
    Tensor cosine = a.mul(b).sum(-1).div(norms.sqrt());
    Tensor zero = cosine.zerosLike();
    Tensor near = target.eq(1.0).where(cosine.rsub(1), zero);
    return reduction.of(near.add(target.eq(-1.0).where(hinge(cosine.sub(margin)), zero)));
  }

  /** {@code max(0, -target (a - b) + margin)}: a ranks above b where the target is 1. */
  public static Tensor marginRanking(
      Tensor a, Tensor b, Tensor target, double margin, Reduction reduction) {
    return reduction.of(hinge(a.sub(b).mul(target.neg()).add(margin)));
  }

  /**
   * {@code sum over j of max(0, margin - x[y] + x[j])^p / C}, without the right class y.
   *
   * @param x scores [N, C]
   * @param target class numbers [N]
   * @param p 1 or 2
   * @param weight the weight of each class, [C], or null
   */
  public static Tensor multiMargin(
      Tensor x, Tensor target, int p, double margin, @Nullable Tensor weight, Reduction reduction) {
    if (p != 1 && p != 2) {
      throw new IllegalArgumentException("multiMargin needs p = 1 or 2, got " + p);
    }
    if (x.rank() != 2 || !target.shape().equals(Shape.of(x.size(0)))) {
      throw new ShapeException(
          "multiMargin needs scores [N, C] and class numbers [N], got "
              + x.shape()
              + " and "
              + target.shape());
    }
    if (!target.dtype().isInteger()) {
      throw new DTypeException(
          "multiMargin needs class numbers of an integer dtype, got " + target.dtype());
    }
    Tensor index = target.to(DType.INT64).unsqueeze(1);
    Tensor excess = hinge(x.sub(x.gather(1, index)).add(margin));
    Tensor losses = p == 1 ? excess : excess.square();
    if (weight != null) {
      losses = losses.mul(weight.indexSelect(0, target).unsqueeze(1));
    }
    Tensor classes = Tensor.arange(0, (double) x.size(1), 1, DType.INT64, x.device());
    Tensor others = classes.ne(index);
    return reduction.of(others.where(losses, losses.zerosLike()).sum(1).div((double) x.size(1)));
  }

  /** {@code log(1 + exp(-target x))}, targets 1 and -1. */
  public static Tensor softMargin(Tensor x, Tensor target, Reduction reduction) {
    Losses.same("softMargin", x, target);
    return reduction.of(Activations.logSigmoid(target.mul(x)).neg());
  }

  /**
   * Binary cross entropy of each class's logit, averaged over the last axis.
   *
   * @param weight the weight of each class, [C], or null
   */
  public static Tensor multilabelSoftMargin(
      Tensor x, Tensor target, @Nullable Tensor weight, Reduction reduction) {
    Tensor losses = Losses.bceWithLogits(x, target, weight, null, Reduction.NONE);
    return reduction.of(losses.mean(-1));
  }

  /** {@link #tripletMargin(Tensor, Tensor, Tensor, TripletOptions)} with its defaults. */
  public static Tensor tripletMargin(Tensor anchor, Tensor positive, Tensor negative) {
    return tripletMargin(anchor, positive, negative, TripletOptions.defaults());
  }

  /**
   * Options of {@link #tripletMargin}.
   *
   * @param margin how much farther the negative must be than the positive
   * @param p the norm
   * @param epsilon added to each difference
   * @param swap takes the negative's distance from the positive if that is less
   */
  public record TripletOptions(
      double margin, double p, double epsilon, boolean swap, Reduction reduction) {
    public static TripletOptions defaults() {
      return new TripletOptions(1, 2, 1e-6, false, Reduction.MEAN);
    }
  }

  /**
   * {@code max(0, |anchor - positive| - |anchor - negative| + margin)} of vectors along the last
   * axis.
   */
  public static Tensor tripletMargin(
      Tensor anchor, Tensor positive, Tensor negative, TripletOptions options) {
    Tensor near = distance(anchor, positive, options);
    Tensor far = distance(anchor, negative, options);
    if (options.swap()) {
      far = far.minimum(distance(positive, negative, options));
    }
    return options.reduction().of(hinge(near.sub(far).add(options.margin())));
  }

  private static Tensor distance(Tensor a, Tensor b, TripletOptions options) {
    Tensor d = a.sub(b).add(options.epsilon());
    return options.p() == 2
        ? d.square().sum(-1).sqrt()
        : d.abs().pow(options.p()).sum(-1).pow(1 / options.p());
  }

  private static Tensor hinge(Tensor x) {
    return x.relu();
  }
}
