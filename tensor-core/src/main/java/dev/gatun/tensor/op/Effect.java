package dev.gatun.tensor.op;

import dev.gatun.tensor.Tensor;

/**
 * A change of tensors in place. Effects are not differentiable and never recorded; they are what
 * optimizers and running statistics do between steps.
 */
public sealed interface Effect {

  /** A short lower-case name for messages. */
  String name();

  /**
   * The effect in pure ops: the new values of the targets, in order. The engine assigns them where
   * the backend has no fused kernel.
   */
  Tensor[] decompose(Tensor[] targets, Tensor[] inputs);

  /** target = input, broadcast and of the same dtype. Every backend must have it. */
  record Assign() implements Effect {
    @Override
    public String name() {
      return "assign";
    }

    @Override
    public Tensor[] decompose(Tensor[] targets, Tensor[] inputs) {
      throw new IllegalStateException("assign is primitive");
    }
  }

  /**
   * One step of stochastic gradient descent as PyTorch defines it. Targets (parameter[, momentum
   * buffer when momentum != 0]), input (gradient). {@code firstStep}: the buffer becomes the
   * gradient.
   */
  record SgdStep(
      double learningRate,
      double momentum,
      double dampening,
      double weightDecay,
      boolean nesterov,
      boolean firstStep)
      implements Effect {
    @Override
    public String name() {
      return "sgdstep";
    }

    @Override
    public Tensor[] decompose(Tensor[] targets, Tensor[] inputs) {
      Tensor p = targets[0];
      Tensor g = inputs[0];
      if (weightDecay != 0) {
        g = g.add(p.mul(weightDecay));
      }
      if (momentum == 0) {
        return new Tensor[] {p.sub(g.mul(learningRate))};
      }
      Tensor buffer = firstStep ? g : targets[1].mul(momentum).add(g.mul(1 - dampening));
      Tensor d = nesterov ? g.add(buffer.mul(momentum)) : buffer;
      return new Tensor[] {p.sub(d.mul(learningRate)), buffer};
    }
  }

  /**
   * One step of Adam (Kingma and Ba 2015), or of AdamW (Loshchilov and Hutter 2019) when {@code
   * decoupled}, in PyTorch's form. Targets (parameter, first moment, second moment), input
   * (gradient). {@code step} counts from 1.
   */
  record AdamStep(
      double learningRate,
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay,
      boolean decoupled,
      long step)
      implements Effect {
    @Override
    public String name() {
      return "adamstep";
    }

    @Override
    public Tensor[] decompose(Tensor[] targets, Tensor[] inputs) {
      Tensor p = targets[0];
      Tensor g = inputs[0];
      if (weightDecay != 0) {
        if (decoupled) {
          p = p.mul(1 - learningRate * weightDecay);
        } else {
          g = g.add(p.mul(weightDecay));
        }
      }
      Tensor m = targets[1].mul(beta1).add(g.mul(1 - beta1));
      Tensor v = targets[2].mul(beta2).add(g.square().mul(1 - beta2));
      double correction1 = 1 - Math.pow(beta1, (double) step);
      double correction2 = 1 - Math.pow(beta2, (double) step);
      Tensor denominator = v.sqrt().div(Math.sqrt(correction2)).add(epsilon);
      return new Tensor[] {p.sub(m.div(denominator).mul(learningRate / correction1)), m, v};
    }
  }
}
