package dev.gatun.nn.layer;

import dev.gatun.nn.Init;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Members;
import dev.gatun.nn.Model;
import dev.gatun.nn.Parameter;
import dev.gatun.tensor.Convolutions;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** A convolution over any number of axes; see {@link Convolutions#conv}. */
public abstract sealed class Convolution implements Layer, Model permits Conv1d, Conv2d, Conv3d {
  private final Parameter weight;
  private final @Nullable Parameter bias;
  private final int[] stride;
  private final int @Nullable [] padding;
  private final int[] dilation;
  private final int groups;

  Convolution(ConvSettings<?, ?> settings, int axes) {
    Shape shape = Shape.of(settings.weightShape(settings.out, settings.in, axes));
    double bound = 1 / Math.sqrt((double) shape.numel() / settings.out);
    if (settings.padding == null
        && java.util.Arrays.stream(settings.stride).anyMatch(s -> s != 1)) {
      throw new IllegalArgumentException("paddingSame needs stride 1");
    }
    weight = Parameter.of(shape, Init.uniform(-bound, bound));
    bias = settings.bias ? Parameter.of(Shape.of(settings.out), Init.uniform(-bound, bound)) : null;
    stride = settings.stride;
    padding = settings.padding;
    dilation = settings.dilation;
    groups = settings.groups;
  }

  /** [out, in / groups, kernel...]. */
  public final Parameter weight() {
    return weight;
  }

  /** [out], or null. */
  public final @Nullable Parameter bias() {
    return bias;
  }

  @Override
  public final void members(Members members) {
    members.parameter("weight", weight).parameter("bias", bias);
  }

  @Override
  public final Tensor forward(Tensor x) {
    Tensor b = bias == null ? null : bias.tensor();
    return padding == null
        ? Convolutions.convSame(x, weight.tensor(), b, dilation, groups)
        : Convolutions.conv(x, weight.tensor(), b, stride, padding, dilation, groups);
  }

  @Override
  public final String toString() {
    return getClass().getSimpleName() + weight.shape();
  }
}
