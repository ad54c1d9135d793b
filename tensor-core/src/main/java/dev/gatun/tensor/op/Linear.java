package dev.gatun.tensor.op;

import dev.gatun.tensor.DTypeException;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;

/**
 * {@code x · weightᵀ + bias}: inputs (x [..., in] of rank 2 or more, weight [out, in][, bias
 * [out]]) of one float dtype, output [..., out].
 */
public record Linear() implements Composite {
  @Override
  public String name() {
    return "linear";
  }

  @Override
  public TensorType[] infer(TensorType... in) {
    Shape x = in[0].shape();
    Shape weight = in[1].shape();
    boolean fits = x.rank() >= 2 && weight.rank() == 2 && x.size(-1) == weight.size(1);
    if (!fits || (in.length > 2 && !in[2].shape().equals(Shape.of(weight.size(0))))) {
      throw new ShapeException(
          "linear expects an input [..., in], a weight [out, in] and a bias [out], got shapes "
              + x
              + ", "
              + weight
              + (in.length > 2 ? " and " + in[2].shape() : " and no bias"));
    }
    for (TensorType t : in) {
      if (!t.dtype().isFloat() || t.dtype() != in[0].dtype()) {
        throw new DTypeException(
            "linear needs operands of one float dtype, got " + in[0].dtype() + " and " + t.dtype());
      }
    }
    Shape y = x.with(-1, weight.size(0));
    return new TensorType[] {new TensorType(in[0].dtype(), y)};
  }

  @Override
  public Tensor[] decompose(Tensor... in) {
    Tensor y = in[0].matmul(in[1].t());
    return new Tensor[] {in.length > 2 ? y.add(in[2]) : y};
  }
}
