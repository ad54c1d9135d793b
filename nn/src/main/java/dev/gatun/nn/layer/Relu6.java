package dev.gatun.nn.layer;

import dev.gatun.nn.Layer;
import dev.gatun.tensor.Activations;
import dev.gatun.tensor.Tensor;

/** {@code min(max(x, 0), 6)}. */
public record Relu6() implements Layer {
  @Override
  public Tensor forward(Tensor x) {
    return Activations.relu6(x);
  }
}
