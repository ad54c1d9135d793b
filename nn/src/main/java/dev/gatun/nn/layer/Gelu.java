package dev.gatun.nn.layer;

import dev.gatun.nn.Layer;
import dev.gatun.tensor.Tensor;

/** The Gaussian error linear unit; by its tanh approximation if asked for. */
public record Gelu(boolean tanh) implements Layer {
  /** The exact function. */
  public Gelu() {
    this(false);
  }

  @Override
  public Tensor forward(Tensor x) {
    return x.gelu(tanh);
  }
}
