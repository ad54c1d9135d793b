package dev.gatun.nn.layer;

import dev.gatun.nn.Layer;
import dev.gatun.tensor.Tensor;

/** The logarithm of the softmax along an axis. */
public record LogSoftmax(int axis) implements Layer {
  @Override
  public Tensor forward(Tensor x) {
    return x.logSoftmax(axis);
  }
}
