package dev.gatun.nn.optim;

import dev.gatun.nn.Parameter;
import dev.gatun.tensor.Tensor;
import java.util.List;

/** Averaged stochastic gradient descent (Polyak and Juditsky 1992), as PyTorch has it. */
public final class Asgd extends Optimizer {
  private final double lambda;
  private final double alpha;
  private final double t0;
  private final double weightDecay;

  private Asgd(Builder b) {
    super(b.groups(), b.maximize());
    lambda = b.lambda;
    alpha = b.alpha;
    t0 = b.t0;
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
    double rate = group.learningRate();
    double eta = state.number("eta", rate);
    double mu = state.number("mu", 1);
    p.assign(p.mul(1 - lambda * eta).sub(g.mul(eta)));
    Tensor average = state.tensor("ax");
    average.assign(mu == 1 ? p : average.add(p.sub(average).mul(mu)));
    state.setNumber("eta", rate / Math.pow(1 + lambda * rate * state.step(), alpha));
    state.setNumber("mu", 1 / Math.max(1, state.step() - t0));
  }

  /** Options of {@link Asgd}. The learning rate is 1e-2 by default. */
  public static final class Builder extends OptimizerBuilder<Builder> {
    private double lambda = 1e-4;
    private double alpha = 0.75;
    private double t0 = 1e6;
    private double weightDecay = 0;

    private Builder(List<Parameter> parameters) {
      super(parameters, 1e-2);
    }

    /** The decay term; 1e-4 by default. */
    public Builder lambda(double value) {
      lambda = value;
      return this;
    }

    /** The power of the learning rate's decay; 0.75 by default. */
    public Builder alpha(double value) {
      alpha = value;
      return this;
    }

    /** The step at which averaging begins; 1e6 by default. */
    public Builder t0(double value) {
      t0 = value;
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
    public Asgd build() {
      return new Asgd(this);
    }
  }
}
