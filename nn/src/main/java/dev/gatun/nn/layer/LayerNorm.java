package dev.gatun.nn.layer;

import dev.gatun.nn.Init;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Members;
import dev.gatun.nn.Model;
import dev.gatun.nn.Parameter;
import dev.gatun.tensor.Norms;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Normalises over the last axes (Ba et al. 2016), then scales and shifts each element. */
public final class LayerNorm implements Layer, Model {
  private final Shape normalized;
  private final double epsilon;
  private final @Nullable Parameter weight;
  private final @Nullable Parameter bias;

  /** Over last axes of these sizes; epsilon 1e-5, with weight and bias. */
  public LayerNorm(long... sizes) {
    this(Shape.of(sizes), 1e-5, true, true);
  }

  /**
   * Over last axes of these sizes.
   *
   * @param epsilon added to the variance
   * @param affine whether there is a weight
   * @param bias whether there is a bias, if there is a weight
   */
  public LayerNorm(Shape sizes, double epsilon, boolean affine, boolean bias) {
    normalized = sizes;
    this.epsilon = epsilon;
    weight = affine ? Parameter.of(sizes, Init.ones()) : null;
    this.bias = affine && bias ? Parameter.of(sizes, Init.zeros()) : null;
  }

  @Override
  public void members(Members members) {
    members.parameter("weight", weight).parameter("bias", bias);
  }

  @Override
  public Tensor forward(Tensor x) {
    return Norms.layerNorm(
        x,
        normalized,
        weight == null ? null : weight.tensor(),
        bias == null ? null : bias.tensor(),
        epsilon);
  }

  @Override
  public String toString() {
    return "LayerNorm" + normalized;
  }
}
