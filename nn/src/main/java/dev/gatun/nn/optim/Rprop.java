package dev.gatun.nn.optim;

import dev.gatun.nn.Parameter;
import dev.gatun.tensor.Tensor;
import java.util.List;

/** Resilient backpropagation (Riedmiller and Braun 1993): only the gradient's sign counts. */
public final class Rprop extends Optimizer {
  private final double shrink;
  private final double grow;
  private final double smallestStep;
  private final double largestStep;

  private Rprop(Builder b) {
    super(b.groups(), b.maximize());
    shrink = b.shrink;
    grow = b.grow;
    smallestStep = b.smallestStep;
    largestStep = b.largestStep;
  }

  /** Options of an optimizer of the parameters. */
  public static Builder of(List<Parameter> parameters) {
    return new Builder(parameters);
  }

  @Override
  protected void update(
      ParameterGroup group, Parameter parameter, Tensor gradient, ParameterState state) {
    Tensor p = parameter.tensor();
    Tensor last = state.tensor("prev");
    Tensor size = state.tensor("step_size", group.learningRate());
    Tensor agreement = gradient.mul(last).sign();
    Tensor one = size.onesLike();
    Tensor factor =
        agreement.gt(0).where(one.mul(grow), agreement.lt(0).where(one.mul(shrink), one));
    size.assign(size.mul(factor).maximum(smallestStep).minimum(largestStep));
    Tensor g = agreement.lt(0).where(gradient.zerosLike(), gradient);
    p.assign(p.sub(g.sign().mul(size)));
    last.assign(g);
  }

  /** Options of {@link Rprop}. The learning rate is 1e-2 by default. */
  public static final class Builder extends OptimizerBuilder<Builder> {
    private double shrink = 0.5;
    private double grow = 1.2;
    private double smallestStep = 1e-6;
    private double largestStep = 50;

    private Builder(List<Parameter> parameters) {
      super(parameters, 1e-2);
    }

    /** The factor of a step after a change of sign; 0.5 by default. */
    public Builder shrink(double value) {
      shrink = value;
      return this;
    }

    /** The factor of a step after a repeated sign; 1.2 by default. */
    public Builder grow(double value) {
      grow = value;
      return this;
    }

    /** The least step; 1e-6 by default. */
    public Builder smallestStep(double value) {
      smallestStep = value;
      return this;
    }

    /** The greatest step; 50 by default. */
    public Builder largestStep(double value) {
      largestStep = value;
      return this;
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    public Rprop build() {
      return new Rprop(this);
    }
  }
}
