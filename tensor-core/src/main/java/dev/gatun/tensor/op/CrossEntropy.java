package dev.gatun.tensor.op;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.DTypeException;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;

/**
 * The negative logarithm of the softmax of each row at its target: input (x [N, C], int64 target
 * [N] from 0 to C - 1), output [N].
 */
public record CrossEntropy() implements Composite {
  @Override
  public String name() {
    return "crossentropy";
  }

  @Override
  public TensorType[] infer(TensorType... in) {
    Shape x = in[0].shape();
    if (x.rank() != 2 || !in[1].shape().equals(Shape.of(x.size(0)))) {
      throw new ShapeException(
          "crossentropy expects an input [N, C] and a target [N], got shapes "
              + x
              + " and "
              + in[1].shape());
    }
    if (in[1].dtype() != DType.INT64) {
      throw new DTypeException("crossentropy needs an int64 target, got " + in[1].dtype());
    }
    return new TensorType[] {new TensorType(in[0].dtype(), in[1].shape())};
  }

  @Override
  public Tensor[] decompose(Tensor... in) {
    Tensor picked = in[0].logSoftmax(1).gather(1, in[1].unsqueeze(1));
    return new Tensor[] {picked.squeeze(1).neg()};
  }
}
