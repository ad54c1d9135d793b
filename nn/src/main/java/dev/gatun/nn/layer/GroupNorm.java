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

/** Normalises each sample over groups of channels (Wu and He 2018), then scales each channel. */
public final class GroupNorm implements Layer, Model {
  private final int groups;
  private final double epsilon;
  private final @Nullable Parameter weight;
  private final @Nullable Parameter bias;

  /** Epsilon 1e-5, with weight and bias. */
  public GroupNorm(int groups, int channels) {
    this(groups, channels, 1e-5, true);
  }

  /**
   * A normalisation.
   *
   * @param affine whether each channel has a weight and a bias
   * @throws IllegalArgumentException when the groups do not divide the channels
   */
  public GroupNorm(int groups, int channels, double epsilon, boolean affine) {
    if (groups < 1 || channels % groups != 0) {
      throw new IllegalArgumentException(
          channels + " channels cannot be split into " + groups + " groups");
    }
    this.groups = groups;
    this.epsilon = epsilon;
    weight = affine ? Parameter.of(Shape.of(channels), Init.ones()) : null;
    bias = affine ? Parameter.of(Shape.of(channels), Init.zeros()) : null;
  }

  @Override
  public void members(Members members) {
    members.parameter("weight", weight).parameter("bias", bias);
  }

  @Override
  public Tensor forward(Tensor x) {
    return Norms.groupNorm(
        x,
        groups,
        weight == null ? null : weight.tensor(),
        bias == null ? null : bias.tensor(),
        epsilon);
  }

  @Override
  public String toString() {
    return "GroupNorm(" + groups + ")";
  }
}
