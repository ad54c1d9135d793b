package dev.gatun.nn.optim;

import dev.gatun.nn.Parameter;
import dev.gatun.tensor.Tensor;
import java.util.List;

/** Rectified Adam (Liu et al. 2020). */
public final class RAdam extends Optimizer {
  private final double beta1;
  private final double beta2;
  private final double epsilon;
  private final double weightDecay;

  private RAdam(Builder b) {
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
    double t = (double) state.step();
    Tensor mean = state.tensor("exp_avg");
    Tensor square = state.tensor("exp_avg_sq");
    mean.assign(mean.mul(beta1).add(g.mul(1 - beta1)));
    square.assign(square.mul(beta2).add(g.square().mul(1 - beta2)));
    double correction2 = 1 - Math.pow(beta2, t);
    double rate = group.learningRate() / (1 - Math.pow(beta1, t));
    double longest = 2 / (1 - beta2) - 1; // the length of the average in the limit, and now
    double length = longest - 2 * t * Math.pow(beta2, t) / correction2;
    if (length > 5) { // the variance is tractable
      double rectification =
          Math.sqrt(
              (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length));
      Tensor deviation = square.sqrt().add(epsilon);
      p.assign(p.sub(mean.div(deviation).mul(rate * rectification * Math.sqrt(correction2))));
    } else {
      p.assign(p.sub(mean.mul(rate)));
    }
  }

  /** Options of {@link RAdam}. The learning rate is 1e-3 by default. */
  public static final class Builder extends OptimizerBuilder<Builder> {
    private double beta1 = 0.9;
    private double beta2 = 0.999;
    private double epsilon = 1e-8;
    private double weightDecay = 0;

    private Builder(List<Parameter> parameters) {
      super(parameters, 1e-3);
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
    public RAdam build() {
      return new RAdam(this);
    }
  }
}
