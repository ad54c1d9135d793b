package dev.gatun.nn.layer;

import dev.gatun.nn.Layer;
import dev.gatun.tensor.Tensor;

/**
 * Merges axes into one.
 *
 * @param start the first axis merged
 * @param end the last axis merged
 */
public record Flatten(int start, int end) implements Layer {

  /** All axes but the first. */
  public Flatten() {
    this(1, -1);
  }

  @Override
  public Tensor forward(Tensor x) {
    return x.flatten(start, end);
  }
}
