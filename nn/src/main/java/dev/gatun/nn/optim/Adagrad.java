package dev.gatun.nn.optim;

import dev.gatun.nn.Parameter;
import dev.gatun.tensor.Tensor;
import java.util.List;

/** Adagrad (Duchi et al. 2011). */
public final class Adagrad extends Optimizer {
  private final double learningRateDecay;
  private final double weightDecay;
  private final double initialAccumulator;
  private final double epsilon;

  private Adagrad(Builder b) {
    super(b.groups(), b.maximize());
    learningRateDecay = b.learningRateDecay;
    weightDecay = b.weightDecay;
    initialAccumulator = b.initialAccumulator;
    epsilon = b.epsilon;
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
    double rate = group.learningRate() / (1 + (state.step() - 1) * learningRateDecay);
    Tensor sum = state.tensor("sum", initialAccumulator);
    sum.assign(sum.add(g.square()));
    p.assign(p.sub(g.div(sum.sqrt().add(epsilon)).mul(rate)));
  }

  /** Options of {@link Adagrad}. The learning rate is 1e-2 by default. */
  public static final class Builder extends OptimizerBuilder<Builder> {
    private double learningRateDecay = 0;
    private double weightDecay = 0;
    private double initialAccumulator = 0;
    private double epsilon = 1e-10;

    private Builder(List<Parameter> parameters) {
      super(parameters, 1e-2);
    }

    /** How fast the learning rate falls with the steps; 0 by default. */
    public Builder learningRateDecay(double value) {
      learningRateDecay = value;
      return this;
    }

    /** The factor of the parameter that is added to its gradient; 0 by default. */
    public Builder weightDecay(double value) {
      weightDecay = value;
      return this;
    }

    /** Where the sums of squares begin; 0 by default. */
    public Builder initialAccumulator(double value) {
      initialAccumulator = value;
      return this;
    }

    /** Added to the denominator; 1e-10 by default. */
    public Builder epsilon(double value) {
      epsilon = value;
      return this;
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    public Adagrad build() {
      return new Adagrad(this);
    }
  }
}
