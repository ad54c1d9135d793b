package dev.gatun.tensor.op;

import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;

/**
 * How a gradient passes {@link LayerNorm}: inputs (gradient g of y, x[, weight]), outputs the
 * gradients of x and, where there is a weight, of the weight and the bias. Mean and variance are
 * computed again.
 */
public record LayerNormGrad(int axes, double epsilon) implements Composite {
  @Override
  public String name() {
    return "layernormgrad";
  }

  @Override
  public TensorType[] infer(TensorType... in) {
    Shape x = in[1].shape();
    if (x.rank() < axes || !in[0].equals(in[1])) {
      throw new ShapeException(
          "layernormgrad over "
              + axes
              + " axes expects a gradient and an input of one shape and dtype, got "
              + in[0]
              + " and "
              + in[1]);
    }
    if (in.length == 2) {
      return new TensorType[] {in[1]};
    }
    TensorType parameter = new TensorType(in[1].dtype(), x.slice(x.rank() - axes, x.rank()));
    if (!in[2].equals(parameter)) {
      throw new ShapeException(
          "layernormgrad of " + in[1] + " expects a weight " + parameter + ", got " + in[2]);
    }
    return new TensorType[] {in[1], parameter, parameter};
  }

  @Override
  public Tensor[] decompose(Tensor... in) {
    Shape shape = in[1].shape();
    int lead = shape.rank() - axes;
    Shape row = shape.slice(lead, shape.rank());
    Shape rows = Shape.of(shape.slice(0, lead).numel(), row.numel());
    Tensor g = in[0].reshape(rows);
    Tensor x = in[1].reshape(rows);
    Tensor centred = x.sub(x.mean(true, 1));
    Tensor rstd = centred.square().mean(true, 1).add(epsilon).rsqrt();
    Tensor unit = centred.mul(rstd);
    Tensor inner = in.length > 2 ? g.mul(in[2].reshape(row.numel())) : g;
    Tensor along = unit.mul(inner.mul(unit).mean(true, 1));
    Tensor dx = inner.sub(inner.mean(true, 1)).sub(along).mul(rstd).reshape(shape);
    if (in.length == 2) {
      return new Tensor[] {dx};
    }
    return new Tensor[] {dx, g.mul(unit).sum(0).reshape(row), g.sum(0).reshape(row)};
  }
}
