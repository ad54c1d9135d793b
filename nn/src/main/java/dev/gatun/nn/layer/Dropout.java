package dev.gatun.nn.layer;

import dev.gatun.nn.Layer;
import dev.gatun.nn.Modal;
import dev.gatun.tensor.DType;
import dev.gatun.tensor.Generator;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;

/**
 * In training, sets elements to 0 with probability p and divides the others by 1 - p (Srivastava et
 * al. 2014); in evaluation gives the input itself.
 */
public final class Dropout implements Layer, Modal {
  private final double p;
  private final boolean channels;
  private final Generator generator;
  private boolean training = true;

  /** With probability 1/2. */
  public Dropout() {
    this(0.5);
  }

  public Dropout(double p) {
    this(p, Generator.defaultGenerator());
  }

  public Dropout(double p, Generator generator) {
    this(p, false, generator);
  }

  private Dropout(double p, boolean channels, Generator generator) {
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException("A probability must be from 0 to 1, got " + p);
    }
    this.p = p;
    this.channels = channels;
    this.generator = generator;
  }

  /** Drops whole channels of [N, C, ...], as PyTorch's Dropout1d, 2d and 3d do. */
  public static Dropout ofChannels(double p) {
    return new Dropout(p, true, Generator.defaultGenerator());
  }

  @Override
  public void training(boolean value) {
    training = value;
  }

  @Override
  public boolean isTraining() {
    return training;
  }

  @Override
  public Tensor forward(Tensor x) {
    if (!training || p == 0) {
      return x;
    }
    if (p == 1) {
      return x.mul(0.0);
    }
    Shape shape = x.shape();
    if (channels) {
      for (int i = 2; i < x.rank(); i++) {
        shape = shape.with(i, 1);
      }
    }
    Tensor kept = Tensor.rand(shape, DType.FLOAT32, x.device(), generator).ge(p);
    return x.mul(kept.to(x.dtype()).mul(1 / (1 - p)));
  }

  @Override
  public String toString() {
    return "Dropout(" + p + ")";
  }
}
