package dev.gatun.nn.train;

import dev.gatun.tensor.Tensor;

/** What training makes small: for example {@code Losses::crossEntropy}. */
@FunctionalInterface
public interface LossFunction {

  /** The loss of a batch, one number. */
  Tensor of(Tensor output, Tensor target);
}
