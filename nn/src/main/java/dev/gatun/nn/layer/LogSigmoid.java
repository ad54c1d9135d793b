package dev.gatun.nn.layer;

import dev.gatun.nn.Layer;
import dev.gatun.tensor.Activations;
import dev.gatun.tensor.Tensor;

/** {@code log(sigmoid(x))}. */
public record LogSigmoid() implements Layer {
  @Override
  public Tensor forward(Tensor x) {
    return Activations.logSigmoid(x);
  }
}
