package dev.gatun.nn.layer;

import dev.gatun.nn.Layer;
import dev.gatun.tensor.Activations;
import dev.gatun.tensor.Tensor;

/** {@code log(1 + exp(beta * x)) / beta}, and {@code x} where {@code beta * x > threshold}. */
public record Softplus(double beta, double threshold) implements Layer {
  /** With beta 1 and threshold 20. */
  public Softplus() {
    this(1, 20);
  }

  @Override
  public Tensor forward(Tensor x) {
    return Activations.softplus(x, beta, threshold);
  }
}
