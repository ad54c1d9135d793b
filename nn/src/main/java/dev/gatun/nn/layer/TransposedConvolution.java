package dev.gatun.nn.layer;

import dev.gatun.nn.Init;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Members;
import dev.gatun.nn.Model;
import dev.gatun.nn.Parameter;
import dev.gatun.tensor.Convolutions;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A transposed convolution over any number of axes; see {@link Convolutions#convTranspose}. */
public abstract sealed class TransposedConvolution implements Layer, Model
    permits ConvTranspose1d, ConvTranspose2d, ConvTranspose3d {
  private final Parameter weight;
  private final @Nullable Parameter bias;
  private final int[] stride;
  private final int[] padding;
  private final int[] outputPadding;
  private final int[] dilation;
  private final int groups;

  TransposedConvolution(ConvTransposeBuilder<?> settings, int axes) {
    Shape shape = Shape.of(settings.weightShape(settings.in, settings.out, axes));
    double bound = 1 / Math.sqrt((double) shape.numel() / settings.in); // as PyTorch counts fan-in
    weight = Parameter.of(shape, Init.uniform(-bound, bound));
    bias = settings.bias ? Parameter.of(Shape.of(settings.out), Init.uniform(-bound, bound)) : null;
    stride = settings.stride;
    padding = Objects.requireNonNull(settings.padding);
    outputPadding = settings.outputPadding;
    dilation = settings.dilation;
    groups = settings.groups;
  }

  /** [in, out / groups, kernel...]. */
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
    return Convolutions.convTranspose(
        x, weight.tensor(), b, stride, padding, outputPadding, groups, dilation);
  }

  @Override
  public final String toString() {
    return getClass().getSimpleName() + weight.shape();
  }
}
