package dev.gatun.nn.layer;

import dev.gatun.nn.Layer;
import dev.gatun.tensor.Activations;
import dev.gatun.tensor.Tensor;

/** {@code x} where positive, else {@code slope * x}. */
public record LeakyRelu(double slope) implements Layer {
  /** With slope 0.01. */
  public LeakyRelu() {
    this(0.01);
  }

  @Override
  public Tensor forward(Tensor x) {
    return Activations.leakyRelu(x, slope);
  }
}
