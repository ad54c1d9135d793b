package dev.gatun.nn.layer;

import dev.gatun.nn.Layer;
import dev.gatun.tensor.Activations;
import dev.gatun.tensor.Tensor;

/** {@code relu6(x + 3) / 6}. */
public record Hardsigmoid() implements Layer {
  @Override
  public Tensor forward(Tensor x) {
    return Activations.hardsigmoid(x);
  }
}
