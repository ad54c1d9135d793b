package dev.gatun.nn.layer;

import dev.gatun.nn.Layer;
import dev.gatun.tensor.Activations;
import dev.gatun.tensor.Tensor;

/** The exponential unit that keeps mean 0 and variance 1. */
public record Selu() implements Layer {
  @Override
  public Tensor forward(Tensor x) {
    return Activations.selu(x);
  }
}
