package dev.gatun.tensor.op;

import dev.gatun.tensor.DTypeException;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;

/**
 * How a gradient passes relu: inputs (gradient, relu's result y) of one shape and float dtype,
 * output the gradient where y is not 0 or below, else 0. A NaN of y lets the gradient pass.
 */
public record ReluGrad() implements Composite {
  @Override
  public String name() {
    return "relugrad";
  }

  @Override
  public TensorType[] infer(TensorType... in) {
    if (!in[0].shape().equals(in[1].shape())) {
      throw new ShapeException(
          "relugrad expects operands of one shape, got " + in[0].shape() + " and " + in[1].shape());
    }
    if (!in[0].dtype().isFloat() || in[0].dtype() != in[1].dtype()) {
      throw new DTypeException(
          "relugrad needs operands of one float dtype, got "
              + in[0].dtype()
              + " and "
              + in[1].dtype());
    }
    return new TensorType[] {in[0]};
  }

  @Override
  public Tensor[] decompose(Tensor... in) {
    return new Tensor[] {in[0].maskedFill(in[1].le(0.0), 0)};
  }
}
