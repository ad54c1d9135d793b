package dev.gatun.nn.layer;

import dev.gatun.nn.Layer;
import dev.gatun.tensor.Activations;
import dev.gatun.tensor.Tensor;

/** The first half along an axis times the sigmoid of the second. */
public record Glu(int axis) implements Layer {
  /** Along the last axis. */
  public Glu() {
    this(-1);
  }

  @Override
  public Tensor forward(Tensor x) {
    return Activations.glu(x, axis);
  }
}
