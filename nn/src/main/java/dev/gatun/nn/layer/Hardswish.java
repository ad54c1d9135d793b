package dev.gatun.nn.layer;

import dev.gatun.nn.Layer;
import dev.gatun.tensor.Activations;
import dev.gatun.tensor.Tensor;

/** {@code x * relu6(x + 3) / 6}. */
public record Hardswish() implements Layer {
  @Override
  public Tensor forward(Tensor x) {
    return Activations.hardswish(x);
  }
}
