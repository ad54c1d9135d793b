package dev.gatun.nn.optim;

import dev.gatun.nn.Parameter;
import dev.gatun.tensor.Engine;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.Effect;
import java.util.List;

/** Stochastic gradient descent, with momentum (Sutskever et al. 2013) if asked for. */
public final class Sgd extends Optimizer {
  private final double momentum;
  private final double dampening;
  private final double weightDecay;
  private final boolean nesterov;

  private Sgd(Builder b) {
    super(b.groups(), b.maximize());
    momentum = b.momentum;
    dampening = b.dampening;
    weightDecay = b.weightDecay;
    nesterov = b.nesterov;
  }

  /** Options of an optimizer of the parameters. */
  public static Builder of(List<Parameter> parameters) {
    return new Builder(parameters);
  }

  @Override
  protected void update(
      ParameterGroup group, Parameter parameter, Tensor gradient, ParameterState state) {
    var step =
        new Effect.SgdStep(
            group.learningRate(), momentum, dampening, weightDecay, nesterov, state.step() == 1);
    Tensor p = parameter.tensor();
    Tensor[] targets =
        momentum == 0 ? new Tensor[] {p} : new Tensor[] {p, state.tensor("momentum_buffer")};
    Engine.apply(step, targets, gradient);
  }

  /** Options of {@link Sgd}. The learning rate is 1e-3 by default. */
  public static final class Builder extends OptimizerBuilder<Builder> {
    private double momentum = 0;
    private double dampening = 0;
    private double weightDecay = 0;
    private boolean nesterov = false;

    private Builder(List<Parameter> parameters) {
      super(parameters, 1e-3);
    }

    /** How much of the last change is kept; 0 by default. */
    public Builder momentum(double value) {
      momentum = value;
      return this;
    }

    /** How much of the gradient the momentum leaves out; 0 by default. */
    public Builder dampening(double value) {
      dampening = value;
      return this;
    }

    /** The factor of the parameter that is added to its gradient; 0 by default. */
    public Builder weightDecay(double value) {
      weightDecay = value;
      return this;
    }

    /** True to look ahead along the momentum; false by default. */
    public Builder nesterov(boolean value) {
      nesterov = value;
      return this;
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    public Sgd build() {
      return new Sgd(this);
    }
  }
}
