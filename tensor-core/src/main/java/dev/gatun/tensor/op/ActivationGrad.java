package dev.gatun.tensor.op;

import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;

/**
 * The gradient of an activation's input: the output's gradient times the derivative. Input (g, y)
 * or (g, x), as the kind says, of one shape and dtype.
 */
public record ActivationGrad(ActivationKind kind) implements Composite {
  @Override
  public String name() {
    return "activationgrad";
  }

  @Override
  public TensorType[] infer(TensorType... in) {
    if (!in[0].equals(in[1])) {
      throw new ShapeException(
          "activationgrad expects two operands of one shape and dtype, got "
              + in[0]
              + " and "
              + in[1]);
    }
    return new TensorType[] {in[0]};
  }

  @Override
  public Tensor[] decompose(Tensor... in) {
    Tensor g = in[0];
    Tensor v = in[1];
    Tensor result =
        switch (kind) {
          case SIGMOID -> g.mul(v.mul(v.rsub(1.0)));
          case TANH -> g.mul(v.square().rsub(1.0));
          case SILU -> {
            Tensor s = v.sigmoid();
            yield g.mul(s.mul(v.mul(s.rsub(1.0)).add(1.0)));
          }
          case GELU -> { // Phi(x) + x phi(x)
            Tensor below = v.mul(-Math.sqrt(0.5)).erfc().mul(0.5);
            Tensor density = v.square().mul(-0.5).exp().mul(1 / Math.sqrt(2 * Math.PI));
            yield g.mul(below.add(v.mul(density)));
          }
          case GELU_TANH -> { // s + x s (1 - s) 2 du/dx with s = sigmoid(2u)
            double slope = 2 * Math.sqrt(2 / Math.PI);
            Tensor square = v.square();
            Tensor s = v.mul(square.mul(0.044715).add(1.0)).mul(slope).sigmoid();
            Tensor rise = v.mul(square.mul(3 * 0.044715).add(1.0)).mul(slope);
            yield g.mul(s.add(rise.mul(s.mul(s.rsub(1.0)))));
          }
        };
    return new Tensor[] {result};
  }
}
