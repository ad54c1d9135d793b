package dev.gatun.nn.layer;

import dev.gatun.nn.Layer;
import dev.gatun.tensor.Tensor;

/** {@code x * sigmoid(x)}. */
public record Silu() implements Layer {
  @Override
  public Tensor forward(Tensor x) {
    return x.silu();
  }
}
