package dev.gatun.nn.optim;

import dev.gatun.nn.Parameter;
import dev.gatun.tensor.Tensor;
import java.util.List;

/** Adamax: Adam with the infinity norm (Kingma and Ba 2015, section 7.1). */
public final class Adamax extends Optimizer {
  private final double beta1;
  private final double beta2;
  private final double epsilon;
  private final double weightDecay;

  private Adamax(Builder b) {
    super(b.groups(), b.maximize());
    beta1 = b.beta1;
    beta2 = b.beta2;
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
    Tensor mean = state.tensor("exp_avg");
    Tensor norm = state.tensor("exp_inf");
    mean.assign(mean.mul(beta1).add(g.mul(1 - beta1)));
    norm.assign(norm.mul(beta2).maximum(g.abs().add(epsilon)));
    double rate = group.learningRate() / (1 - Math.pow(beta1, (double) state.step()));
    p.assign(p.sub(mean.div(norm).mul(rate)));
  }

  /** Options of {@link Adamax}. The learning rate is 2e-3 by default. */
  public static final class Builder extends OptimizerBuilder<Builder> {
    private double beta1 = 0.9;
    private double beta2 = 0.999;
    private double epsilon = 1e-8;
    private double weightDecay = 0;

    private Builder(List<Parameter> parameters) {
      super(parameters, 2e-3);
    }

    /** The decay rates of the two moments; 0.9 and 0.999 by default. */
    public Builder betas(double first, double second) {
      beta1 = first;
      beta2 = second;
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

    @Override
    Builder self() {
      return this;
    }

    @Override
    public Adamax build() {
      return new Adamax(this);
    }
  }
}
