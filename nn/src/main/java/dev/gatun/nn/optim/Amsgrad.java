package dev.gatun.nn.optim;

import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.Effect;

/** The variant of Adam whose second moment never falls (Reddi et al. 2018). */
final class Amsgrad {
  private Amsgrad() {}

  static void apply(Effect.AdamStep step, Tensor p, Tensor gradient, ParameterState state) {
    Tensor g = gradient;
    Tensor decayed = p;
    if (step.decoupled()) {
      decayed = p.mul(1 - step.learningRate() * step.weightDecay());
    } else if (step.weightDecay() != 0) {
      g = g.add(p.mul(step.weightDecay()));
    }
    Tensor mean = state.tensor("exp_avg");
    Tensor square = state.tensor("exp_avg_sq");
    Tensor greatest = state.tensor("max_exp_avg_sq");
    mean.assign(mean.mul(step.beta1()).add(g.mul(1 - step.beta1())));
    square.assign(square.mul(step.beta2()).add(g.square().mul(1 - step.beta2())));
    greatest.assign(greatest.maximum(square));
    double correction1 = 1 - Math.pow(step.beta1(), (double) step.step());
    double correction2 = 1 - Math.pow(step.beta2(), (double) step.step());
    Tensor deviation = greatest.sqrt().div(Math.sqrt(correction2)).add(step.epsilon());
    p.assign(decayed.sub(mean.div(deviation).mul(step.learningRate() / correction1)));
  }
}
