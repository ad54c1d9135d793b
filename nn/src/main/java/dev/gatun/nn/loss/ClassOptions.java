package dev.gatun.nn.loss;

import dev.gatun.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Options of {@link Losses#crossEntropy} and {@link Losses#nll}.
 *
 * @param weight the weight of each class, [C]; null for 1
 * @param ignoreIndex targets of this class count nothing
 * @param labelSmoothing the share of the target spread evenly over all classes, 0 to 1
 * @param reduction the mean divides by the sum of the weights of the targets that are not ignored
 */
public record ClassOptions(
    @Nullable Tensor weight, long ignoreIndex, double labelSmoothing, Reduction reduction) {

  public ClassOptions {
    if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
      throw new IllegalArgumentException(
          "Label smoothing must be from 0 to 1, got " + labelSmoothing);
    }
  }

  /** No weights, no smoothing, -100 is ignored, the mean. */
  public static ClassOptions defaults() {
    return new ClassOptions(null, -100, 0, Reduction.MEAN);
  }

  public ClassOptions weight(@Nullable Tensor value) {
    return new ClassOptions(value, ignoreIndex, labelSmoothing, reduction);
  }

  public ClassOptions ignoreIndex(long value) {
    return new ClassOptions(weight, value, labelSmoothing, reduction);
  }

  public ClassOptions labelSmoothing(double value) {
    return new ClassOptions(weight, ignoreIndex, value, reduction);
  }

  public ClassOptions reduction(Reduction value) {
    return new ClassOptions(weight, ignoreIndex, labelSmoothing, value);
  }
}
