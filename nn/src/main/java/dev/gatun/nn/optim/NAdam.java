package dev.gatun.nn.optim;

import dev.gatun.nn.Parameter;
import dev.gatun.tensor.Tensor;
import java.util.List;

/**
 * Adam with Nesterov's momentum (Dozat 2016) as PyTorch 1.13 has it: its correction of the
 * look-ahead counts the momentum of the step itself twice, which later versions do not.
 */
public final class NAdam extends Optimizer {
  private final double beta1;
  private final double beta2;
  private final double epsilon;
  private final double weightDecay;
  private final double momentumDecay;

  private NAdam(Builder b) {
    super(b.groups(), b.maximize());
    beta1 = b.beta1;
    beta2 = b.beta2;
    epsilon = b.epsilon;
    weightDecay = b.weightDecay;
    momentumDecay = b.momentumDecay;
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
    double mu = beta1 * (1 - 0.5 * Math.pow(0.96, t * momentumDecay));
    double next = beta1 * (1 - 0.5 * Math.pow(0.96, (t + 1) * momentumDecay));
    double product = state.number("mu_product", 1) * mu;
    state.setNumber("mu_product", product);
    Tensor deviation = square.div(1 - Math.pow(beta2, t)).sqrt().add(epsilon);
    double rate = group.learningRate();
    Tensor change =
        g.div(deviation)
            .mul(rate * (1 - mu) / (1 - product))
            .add(mean.div(deviation).mul(rate * next / (1 - product * mu * next)));
    p.assign(p.sub(change));
  }

  /** Options of {@link NAdam}. The learning rate is 2e-3 by default. */
  public static final class Builder extends OptimizerBuilder<Builder> {
    private double beta1 = 0.9;
    private double beta2 = 0.999;
    private double epsilon = 1e-8;
    private double weightDecay = 0;
    private double momentumDecay = 4e-3;

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

    /** How fast the momentum's warm-up ends; 4e-3 by default. */
    public Builder momentumDecay(double value) {
      momentumDecay = value;
      return this;
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    public NAdam build() {
      return new NAdam(this);
    }
  }
}
