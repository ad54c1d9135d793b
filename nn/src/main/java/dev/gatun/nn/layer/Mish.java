package dev.gatun.nn.layer;

import dev.gatun.nn.Layer;
import dev.gatun.tensor.Activations;
import dev.gatun.tensor.Tensor;

/** {@code x * tanh(softplus(x))}. */
public record Mish() implements Layer {
  @Override
  public Tensor forward(Tensor x) {
    return Activations.mish(x);
  }
}
