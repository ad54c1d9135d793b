package dev.gatun.nn.layer;

import dev.gatun.nn.Layer;
import dev.gatun.tensor.Activations;
import dev.gatun.tensor.Tensor;

/** {@code x} limited to {@code low .. high}. */
public record Hardtanh(double low, double high) implements Layer {
  /** Limited to -1 .. 1. */
  public Hardtanh() {
    this(-1, 1);
  }

  @Override
  public Tensor forward(Tensor x) {
    return Activations.hardtanh(x, low, high);
  }
}
