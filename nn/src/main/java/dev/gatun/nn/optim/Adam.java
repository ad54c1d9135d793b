package dev.gatun.nn.optim;

import dev.gatun.nn.Parameter;
import dev.gatun.tensor.Engine;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.Effect;
import java.util.List;

/** Adam (Kingma and Ba 2015); the weight decay is part of the gradient. */
public final class Adam extends Optimizer {
  private final double beta1;
  private final double beta2;
  private final double epsilon;
  private final double weightDecay;
  private final boolean amsgrad;

  private Adam(Builder b) {
    super(b.groups(), b.maximize());
    beta1 = b.beta1;
    beta2 = b.beta2;
    epsilon = b.epsilon;
    weightDecay = b.weightDecay;
    amsgrad = b.amsgrad;
  }

  /** Options of an optimizer of the parameters. */
  public static Builder of(List<Parameter> parameters) {
    return new Builder(parameters);
  }

  @Override
  protected void update(
      ParameterGroup group, Parameter parameter, Tensor gradient, ParameterState state) {
    var step =
        new Effect.AdamStep(
            group.learningRate(), beta1, beta2, epsilon, weightDecay, false, state.step());
    if (amsgrad) {
      Amsgrad.apply(step, parameter.tensor(), gradient, state);
      return;
    }
    Tensor[] targets = {parameter.tensor(), state.tensor("exp_avg"), state.tensor("exp_avg_sq")};
    Engine.apply(step, targets, gradient);
  }

  /** Options of {@link Adam}. The learning rate is 1e-3 by default. */
  public static final class Builder extends OptimizerBuilder<Builder> {
    private double beta1 = 0.9;
    private double beta2 = 0.999;
    private double epsilon = 1e-8;
    private double weightDecay = 0;
    private boolean amsgrad = false;

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

    /**
     * True to divide by the greatest second moment so far (Reddi et al. 2018); false by default.
     */
    public Builder amsgrad(boolean value) {
      amsgrad = value;
      return this;
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    public Adam build() {
      return new Adam(this);
    }
  }
}
