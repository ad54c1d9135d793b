package dev.gatun.nn.loss;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.DTypeException;
import dev.gatun.tensor.Engine;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Losses over classes: [N, C, ...] or [C], the classes along axis 1 or 0. */
final class CrossEntropy {
  private CrossEntropy() {}

  /** From logits; the target has class numbers or probabilities. */
  static Tensor ofLogits(Tensor x, Tensor target, ClassOptions options) {
    int axis = classAxis("crossEntropy", x);
    boolean plain = options.weight() == null && options.labelSmoothing() == 0;
    if (plain && x.rank() == 2 && x.dtype().isFloat() && target.dtype().isInteger()) {
      return rows(x, target, options);
    }
    Tensor logProbabilities = x.logSoftmax(axis);
    return target.dtype().isFloat()
        ? soft(logProbabilities, axis, target, options)
        : hard("crossEntropy", logProbabilities, axis, target, options);
  }

  /** The usual case, scores [N, C] and class numbers [N], in one op. */
  private static Tensor rows(Tensor x, Tensor target, ClassOptions options) {
    checkTarget("crossEntropy", x, 1, target);
    Tensor index = target.to(DType.INT64);
    Tensor counts = index.ne((double) options.ignoreIndex());
    Tensor safe = counts.where(index, index.zerosLike());
    Tensor all = Engine.call(new dev.gatun.tensor.op.CrossEntropy(), x, safe);
    Tensor losses = counts.where(all, all.zerosLike());
    return options.reduction() == Reduction.MEAN
        ? losses.sum().div(counts.to(x.dtype()).sum())
        : options.reduction().of(losses);
  }

  private static void checkTarget(String loss, Tensor scores, int axis, Tensor target) {
    Shape expected = scores.shape().without(axis);
    if (!target.shape().equals(expected)) {
      throw new ShapeException(
          loss
              + " of scores "
              + scores.shape()
              + " needs class numbers "
              + expected
              + ", got "
              + target.shape());
    }
  }

  /** From log-probabilities and class numbers. */
  static Tensor ofLogProbabilities(Tensor x, Tensor target, ClassOptions options) {
    if (options.labelSmoothing() != 0) {
      throw new IllegalArgumentException("nll has no label smoothing; crossEntropy has");
    }
    return hard("nll", x, classAxis("nll", x), target, options);
  }

  private static int classAxis(String loss, Tensor x) {
    if (x.rank() == 0) {
      throw new ShapeException(loss + " needs scores [N, C, ...] or [C], got shape " + x.shape());
    }
    return x.rank() == 1 ? 0 : 1;
  }

  private static Tensor hard(
      String loss, Tensor logP, int axis, Tensor target, ClassOptions options) {
    if (!target.dtype().isInteger()) {
      throw new DTypeException(
          loss + " needs class numbers of an integer dtype, got " + target.dtype());
    }
    checkTarget(loss, logP, axis, target);
    Tensor index = target.to(DType.INT64);
    Tensor counts = index.ne((double) options.ignoreIndex());
    Tensor safe = counts.where(index, index.zerosLike());
    Tensor weight = weight(loss, options.weight(), logP, axis);
    Tensor picked = logP.gather(axis, safe.unsqueeze(axis)).squeeze(axis).neg();
    Tensor zero = picked.zerosLike();
    Tensor weights =
        options.weight() == null
            ? counts.to(logP.dtype())
            : counts.where(
                options
                    .weight()
                    .to(logP.dtype())
                    .indexSelect(0, safe.reshape(-1))
                    .reshape(safe.shape()),
                zero);
    Tensor losses = counts.where(picked, zero).mul(weights);
    double epsilon = options.labelSmoothing();
    if (epsilon != 0) {
      Tensor spread = (weight == null ? logP : logP.mul(weight)).sum(axis).neg();
      losses =
          losses.mul(1 - epsilon).add(counts.where(spread, zero).mul(epsilon / logP.size(axis)));
    }
    return options.reduction() == Reduction.MEAN
        ? losses.sum().div(weights.sum())
        : options.reduction().of(losses);
  }

  private static Tensor soft(Tensor logP, int axis, Tensor target, ClassOptions options) {
    if (!target.shape().equals(logP.shape())) {
      throw new ShapeException(
          "crossEntropy of scores "
              + logP.shape()
              + " needs class probabilities of the same shape, "
              + "got "
              + target.shape());
    }
    double epsilon = options.labelSmoothing();
    Tensor t = epsilon == 0 ? target : target.mul(1 - epsilon).add(epsilon / logP.size(axis));
    Tensor weight = weight("crossEntropy", options.weight(), logP, axis);
    Tensor weighted = weight == null ? logP : logP.mul(weight);
    Tensor losses = weighted.mul(t).sum(axis).neg();
    return options.reduction().of(losses);
  }

  /** The class weights in a shape that broadcasts over the scores. */
  private static @Nullable Tensor weight(
      String loss, @Nullable Tensor weight, Tensor logP, int axis) {
    if (weight == null) {
      return null;
    }
    if (weight.rank() != 1 || weight.size(0) != logP.size(axis)) {
      throw new ShapeException(
          loss
              + " needs one weight for each of "
              + logP.size(axis)
              + " classes, got shape "
              + weight.shape());
    }
    long[] sizes = new long[logP.rank()];
    Arrays.fill(sizes, 1);
    sizes[axis] = weight.size(0);
    return weight.to(logP.dtype()).reshape(sizes);
  }
}
