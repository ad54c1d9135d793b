package dev.gatun.tensor.op;

import dev.gatun.tensor.Engine;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;

/**
 * A binary function of a tensor and a number of its dtype: {@code f(x, value)}, or {@code f(value,
 * x)} when reversed.
 */
public record BinaryScalar(BinaryKind kind, Number value, boolean reversed) implements Composite {
  @Override
  public String name() {
    return kind.label();
  }

  @Override
  public TensorType[] infer(TensorType... in) {
    var scalar = new TensorType(in[0].dtype(), Shape.scalar());
    return ShapeRules.infer(new Primitive.Binary(kind), in[0], scalar);
  }

  @Override
  public Tensor[] decompose(Tensor... in) {
    Tensor scalar =
        Engine.create(in[0].device(), new Primitive.Full(Shape.scalar(), in[0].dtype(), value));
    var op = new Primitive.Binary(kind);
    return Engine.callAll(op, reversed ? scalar : in[0], reversed ? in[0] : scalar);
  }
}
