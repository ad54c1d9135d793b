package dev.gatun.nn.layer;

import dev.gatun.nn.Init;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Members;
import dev.gatun.nn.Model;
import dev.gatun.nn.Parameter;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** {@code y = x · weightᵀ + bias}: [..., in] to [..., out]. */
public final class Linear implements Layer, Model {
  private final Parameter weight;
  private final @Nullable Parameter bias;

  /** With a bias; weights and bias are uniform in ±1/√in. */
  public Linear(long in, long out) {
    this(in, out, true);
  }

  public Linear(long in, long out, boolean bias) {
    double bound = in == 0 ? 0 : 1 / Math.sqrt((double) in);
    weight = Parameter.of(Shape.of(out, in), Init.uniform(-bound, bound));
    this.bias = bias ? Parameter.of(Shape.of(out), Init.uniform(-bound, bound)) : null;
  }

  /** [out, in]. */
  public Parameter weight() {
    return weight;
  }

  /** [out], or null. */
  public @Nullable Parameter bias() {
    return bias;
  }

  @Override
  public void members(Members members) {
    members.parameter("weight", weight).parameter("bias", bias);
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor w = weight.tensor();
    return x.linear(w, bias == null ? null : bias.tensor());
  }

  @Override
  public String toString() {
    Shape s = weight.shape();
    return "Linear(" + s.size(1) + ", " + s.size(0) + (bias == null ? ", bias=false)" : ")");
  }
}
