package dev.gatun.nn.layer;

import dev.gatun.nn.Init;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Members;
import dev.gatun.nn.Model;
import dev.gatun.nn.Parameter;
import dev.gatun.tensor.Norms;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;

/** Divides by the root mean square over the last axis (Zhang and Sennrich 2019), then scales. */
public final class RmsNorm implements Layer, Model {
  private final double epsilon;
  private final Parameter weight;

  /** With epsilon 1e-6. */
  public RmsNorm(long size) {
    this(size, 1e-6);
  }

  public RmsNorm(long size, double epsilon) {
    this.epsilon = epsilon;
    weight = Parameter.of(Shape.of(size), Init.ones());
  }

  @Override
  public void members(Members members) {
    members.parameter("weight", weight);
  }

  @Override
  public Tensor forward(Tensor x) {
    return Norms.rmsNorm(x, weight.shape(), weight.tensor(), epsilon);
  }

  @Override
  public String toString() {
    return "RmsNorm" + weight.shape();
  }
}
