package dev.gatun.tensor.op;

import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;

/**
 * How a gradient passes {@link Softmax} or, if {@code log}, {@link LogSoftmax}: inputs (gradient g,
 * result y) of one shape and dtype, output the gradient of the input.
 */
public record SoftmaxGrad(int axis, boolean log) implements Composite {
  @Override
  public String name() {
    return "softmaxgrad";
  }

  @Override
  public TensorType[] infer(TensorType... in) {
    if (!in[0].equals(in[1])) {
      throw new ShapeException(
          "softmaxgrad expects a gradient and a result of one shape and dtype, got "
              + in[0]
              + " and "
              + in[1]);
    }
    return new TensorType[] {in[0]};
  }

  @Override
  public Tensor[] decompose(Tensor... in) {
    Tensor g = in[0];
    Tensor y = in[1];
    Tensor dx =
        log ? g.sub(y.exp().mul(g.sum(true, axis))) : y.mul(g.sub(g.mul(y).sum(true, axis)));
    return new Tensor[] {dx};
  }
}
