package dev.gatun.nn.layer;

import dev.gatun.nn.Layer;
import dev.gatun.tensor.Activations;
import dev.gatun.tensor.Tensor;

/** {@code x / (1 + |x|)}. */
public record Softsign() implements Layer {
  @Override
  public Tensor forward(Tensor x) {
    return Activations.softsign(x);
  }
}
