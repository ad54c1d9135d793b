package dev.gatun.nn.optim;

import dev.gatun.nn.Parameter;
import dev.gatun.tensor.Tensor;
import java.util.List;

/** RMSprop (Hinton, lecture 6 of Neural Networks for Machine Learning), as PyTorch has it. */
public final class RmsProp extends Optimizer {
  private final double alpha;
  private final double epsilon;
  private final double weightDecay;
  private final double momentum;
  private final boolean centered;

  private RmsProp(Builder b) {
    super(b.groups(), b.maximize());
    alpha = b.alpha;
    epsilon = b.epsilon;
    weightDecay = b.weightDecay;
    momentum = b.momentum;
    centered = b.centered;
  }

  /** Options of an optimizer of the parameters. */
  public static Builder of(List<Parameter> parameters) {
    return new Builder(parameters);
  }

  @Override
  protected void update(
      ParameterGroup group, Parameter parameter, Tensor gradient, ParameterState state) {
    Tensor p = parameter.tensor();
    Tensor g = weightDecay == 0 ? gradient : gradient.add(p.mul(weightDecay));
    Tensor square = state.tensor("square_avg");
    square.assign(square.mul(alpha).add(g.square().mul(1 - alpha)));
    Tensor variance = square;
    if (centered) {
      Tensor mean = state.tensor("grad_avg");
      mean.assign(mean.add(g.sub(mean).mul(1 - alpha)));
      variance = square.sub(mean.square());
    }
    Tensor change = g.div(variance.sqrt().add(epsilon));
    if (momentum > 0) {
      Tensor buffer = state.tensor("momentum_buffer");
      buffer.assign(buffer.mul(momentum).add(change));
      change = buffer;
    }
    p.assign(p.sub(change.mul(group.learningRate())));
  }

  /** Options of {@link RmsProp}. The learning rate is 1e-2 by default. */
  public static final class Builder extends OptimizerBuilder<Builder> {
    private double alpha = 0.99;
    private double epsilon = 1e-8;
    private double weightDecay = 0;
    private double momentum = 0;
    private boolean centered = false;

    private Builder(List<Parameter> parameters) {
      super(parameters, 1e-2);
    }

    /** How much of the mean square is kept; 0.99 by default. */
    public Builder alpha(double value) {
      alpha = value;
      return this;
    }

    /** Added to the denominator; 1e-8 by default. */
    public Builder epsilon(double value) {
      epsilon = value;
      return this;
    }

    /** The factor of the parameter that is added to its gradient; 0 by default. */
    public Builder weightDecay(double value) {
      weightDecay = value;
      return this;
    }

    /** How much of the last change is kept; 0 by default. */
    public Builder momentum(double value) {
      momentum = value;
      return this;
    }

    /** True to divide by the deviation, not the root mean square; false by default. */
    public Builder centered(boolean value) {
      centered = value;
      return this;
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    public RmsProp build() {
      return new RmsProp(this);
    }
  }
}
