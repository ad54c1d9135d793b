package dev.gatun.nn.train;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Tensor;

/** A number that says how good a batch's outputs are; epochs report its mean over all examples. */
@FunctionalInterface
public interface Metric {

  /** The mean over a batch. Called in a scope, with nothing recorded. */
  double of(Tensor output, Tensor target);

  /** The share of examples whose greatest score along axis 1 is at the target's class. */
  static double accuracy(Tensor output, Tensor target) {
    try (Scope _ = Scope.open()) {
      return output.argmax(1).eq(target).to(DType.FLOAT64).mean().item();
    }
  }
}
