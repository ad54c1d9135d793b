package dev.gatun.nn.layer;

import dev.gatun.nn.Layer;
import dev.gatun.tensor.Activations;
import dev.gatun.tensor.Tensor;

/** {@code x} where positive, else {@code alpha * (exp(x / alpha) - 1)}. */
public record Celu(double alpha) implements Layer {
  /** With alpha 1. */
  public Celu() {
    this(1);
  }

  @Override
  public Tensor forward(Tensor x) {
    return Activations.celu(x, alpha);
  }
}
