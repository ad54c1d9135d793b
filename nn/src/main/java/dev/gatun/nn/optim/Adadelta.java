package dev.gatun.nn.optim;

import dev.gatun.nn.Parameter;
import dev.gatun.tensor.Tensor;
import java.util.List;

/** Adadelta (Zeiler 2012). */
public final class Adadelta extends Optimizer {
  private final double rho;
  private final double epsilon;
  private final double weightDecay;

  private Adadelta(Builder b) {
    super(b.groups(), b.maximize());
    rho = b.rho;
    epsilon = b.epsilon;
    weightDecay = b.weightDecay;
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
    Tensor changes = state.tensor("acc_delta");
    square.assign(square.mul(rho).add(g.square().mul(1 - rho)));
    Tensor change = changes.add(epsilon).sqrt().div(square.add(epsilon).sqrt()).mul(g);
    changes.assign(changes.mul(rho).add(change.square().mul(1 - rho)));
    p.assign(p.sub(change.mul(group.learningRate())));
  }

  /** Options of {@link Adadelta}. The learning rate is 1 by default. */
  public static final class Builder extends OptimizerBuilder<Builder> {
    private double rho = 0.9;
    private double epsilon = 1e-6;
    private double weightDecay = 0;

    private Builder(List<Parameter> parameters) {
      super(parameters, 1);
    }

    /** How much of the mean squares is kept; 0.9 by default. */
    public Builder rho(double value) {
      rho = value;
      return this;
    }

    /** Added to the mean squares; 1e-6 by default. */
    public Builder epsilon(double value) {
      epsilon = value;
      return this;
    }

    /** The factor of the parameter that is added to its gradient; 0 by default. */
    public Builder weightDecay(double value) {
      weightDecay = value;
      return this;
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    public Adadelta build() {
      return new Adadelta(this);
    }
  }
}
