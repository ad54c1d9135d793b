package dev.gatun.nn.layer;

import dev.gatun.nn.Layer;
import dev.gatun.tensor.Pooling;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.Dims;

/**
 * Means of bins over [N, C, L] that cover each axis as evenly as they can.
 *
 * @param outputSize how many bins: one number, or one for each spatial axis
 */
public record AdaptiveAvgPool1d(Dims outputSize) implements Layer {

  public AdaptiveAvgPool1d(int... outputSize) {
    this(Dims.of(outputSize));
  }

  @Override
  public Tensor forward(Tensor x) {
    return Pooling.adaptiveAvgPool(x, 1, outputSize.toIntArray());
  }
}
