package dev.gatun.nn.loss;

import dev.gatun.tensor.Tensor;

/** How the losses of the elements become one. */
public enum Reduction {
  /** The mean over all elements. */
  MEAN,
  /** The sum. */
  SUM,
  /** The sum divided by the size of axis 0. */
  BATCH_MEAN,
  /** One loss for each element. */
  NONE;

  Tensor of(Tensor losses) {
    return switch (this) {
      case MEAN -> losses.mean();
      case SUM -> losses.sum();
      case BATCH_MEAN -> losses.sum().div((double) losses.size(0));
      case NONE -> losses;
    };
  }
}
