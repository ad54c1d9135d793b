package dev.gatun.nn.layer;

import dev.gatun.nn.Layer;
import dev.gatun.tensor.Tensor;

/** {@code max(x, 0)}. */
public record Relu() implements Layer {
  @Override
  public Tensor forward(Tensor x) {
    return x.relu();
  }
}
