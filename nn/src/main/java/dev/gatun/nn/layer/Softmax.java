package dev.gatun.nn.layer;

import dev.gatun.nn.Layer;
import dev.gatun.tensor.Tensor;

/** Exponentials along an axis, divided by their sum. */
public record Softmax(int axis) implements Layer {
  @Override
  public Tensor forward(Tensor x) {
    return x.softmax(axis);
  }
}
