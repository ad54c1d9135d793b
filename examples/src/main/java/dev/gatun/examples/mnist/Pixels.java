package dev.gatun.examples.mnist;

import dev.gatun.nn.Buffer;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Members;
import dev.gatun.nn.Model;
import dev.gatun.tensor.DType;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;

/**
 * From pixels, uint8 [n, height, width], to float32 [n, 1, height, width] of mean 0 and deviation 1
 * over the training data. Mean and deviation are part of the model, so its file is all that is
 * needed to use it on pictures.
 */
final class Pixels implements Layer, Model {
  private static final int CHUNK = 1000;

  private final Buffer mean;
  private final Buffer deviation;

  /** Measures the training images. */
  Pixels(Tensor images) {
    double sum = 0;
    double squares = 0;
    for (long i = 0; i < images.size(0); i += CHUNK) {
      try (Scope _ = Scope.open()) {
        Tensor some = images.narrow(0, i, Math.min(CHUNK, images.size(0) - i)).to(DType.FLOAT32);
        sum += some.sum().item();
        squares += some.square().sum().item();
      }
    }
    double average = sum / images.numel();
    double variance = squares / images.numel() - average * average;
    mean = Buffer.of(Shape.of(), DType.FLOAT32, average);
    // Pictures of one grey only have nothing to scale.
    deviation = Buffer.of(Shape.of(), DType.FLOAT32, variance > 0 ? Math.sqrt(variance) : 1);
  }

  @Override
  public void members(Members members) {
    members.buffer("mean", mean).buffer("deviation", deviation);
  }

  @Override
  public Tensor forward(Tensor x) {
    return x.unsqueeze(1).to(DType.FLOAT32).sub(mean.tensor()).div(deviation.tensor());
  }
}
