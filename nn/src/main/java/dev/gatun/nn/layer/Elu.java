package dev.gatun.nn.layer;

import dev.gatun.nn.Layer;
import dev.gatun.tensor.Activations;
import dev.gatun.tensor.Tensor;

/** {@code x} where positive, else {@code alpha * (exp(x) - 1)}. */
public record Elu(double alpha) implements Layer {
  /** With alpha 1. */
  public Elu() {
    this(1);
  }

  @Override
  public Tensor forward(Tensor x) {
    return Activations.elu(x, alpha);
  }
}
