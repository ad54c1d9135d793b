package dev.gatun.nn.loss;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;

/**
 * Connectionist temporal classification (Graves et al. 2006): the negative log-likelihood of label
 * sequences under all their alignments with the steps, where an alignment repeats labels and puts
 * blanks between them.
 *
 * <p>The forward variables are kept as logarithms. What is impossible has a very small finite one,
 * not minus infinity, so that gradients have no NaN.
 */
final class CtcLoss {
  private static final double IMPOSSIBLE = -1e30;

  private CtcLoss() {}

  static Tensor of(
      Tensor x, Tensor target, Tensor inputLengths, Tensor targetLengths, CtcOptions options) {
    check(x, target, inputLengths, targetLengths);
    Tensor log = tangent(x).maximum(IMPOSSIBLE);
    Tensor labels = labels(target.to(DType.INT64), options.blank());
    long width = labels.size(1);
    Tensor skips = skips(labels, options.blank(), x.dtype());
    Tensor start = Tensor.full(labels.shape(), IMPOSSIBLE, x.dtype(), x.device());
    Tensor place = Tensor.arange(width).to(x.device()).unsqueeze(0);
    Tensor alpha = place.lt(2L).where(log.select(0, 0).gather(1, labels), start);
    for (int t = 1; t < x.size(0); t++) {
      Tensor paths =
          Tensor.stack(0, alpha, shifted(alpha, 1), shifted(alpha, 2).add(skips)).logsumexp(0);
      Tensor next = paths.add(log.select(0, t).gather(1, labels)).maximum(IMPOSSIBLE);
      alpha = inputLengths.gt((long) t).unsqueeze(1).where(next, alpha);
    }
    Tensor ends = targetLengths.to(DType.INT64).mul(2L).unsqueeze(1);
    Tensor last = place.eq(ends).logicalOr(place.eq(ends.sub(1L)));
    Tensor losses = last.where(alpha, start).logsumexp(1).neg();
    Tensor possible = losses.lt(-IMPOSSIBLE / 2);
    double impossible = options.zeroInfinity() ? 0 : Double.POSITIVE_INFINITY;
    losses = possible.where(losses, losses.fullLike(impossible));
    return options.reduction() == Reduction.MEAN
        ? losses.div(targetLengths.clampMin(1L).to(x.dtype())).mean()
        : options.reduction().of(losses);
  }

  /**
   * The log-probabilities themselves; their gradient is made to keep each step's probabilities
   * summing to 1, which is what PyTorch gives.
   */
  private static Tensor tangent(Tensor x) {
    Tensor total = x.exp().sum(true, -1);
    return x.sub(total.sub(total.detach()));
  }

  /** Blanks before, between and after the labels: [N, 2 * S + 1]. */
  private static Tensor labels(Tensor target, long blank) {
    Tensor blanks = target.fullLike(blank);
    Tensor pairs = Tensor.stack(2, blanks, target).flatten(1, 2);
    Tensor end = Tensor.full(Shape.of(target.size(0), 1), blank, DType.INT64, target.device());
    return Tensor.concat(1, pairs, end);
  }

  /** 0 where an alignment may jump over the place before: from a label to a different one. */
  private static Tensor skips(Tensor labels, long blank, DType dtype) {
    Tensor before = labels.pad(new long[] {0, 2}, new long[] {0, -2}, (double) blank);
    Tensor may = labels.ne(blank).logicalAnd(labels.ne(before));
    return may.logicalNot().to(dtype).mul(IMPOSSIBLE);
  }

  private static Tensor shifted(Tensor alpha, long by) {
    return alpha.pad(new long[] {0, by}, new long[] {0, -by}, IMPOSSIBLE);
  }

  private static void check(Tensor x, Tensor target, Tensor inputLengths, Tensor targetLengths) {
    boolean fits =
        x.rank() == 3
            && x.size(0) > 0
            && target.rank() == 2
            && target.size(0) == x.size(1)
            && inputLengths.shape().equals(Shape.of(x.size(1)))
            && targetLengths.shape().equals(Shape.of(x.size(1)));
    if (!fits) {
      throw new ShapeException(
          "ctc needs log-probabilities [T, N, C], targets [N, S] and two lengths [N], got "
              + x.shape()
              + ", "
              + target.shape()
              + ", "
              + inputLengths.shape()
              + " and "
              + targetLengths.shape());
    }
  }
}
