package dev.gatun.nn.layer;

import dev.gatun.nn.Init;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Members;
import dev.gatun.nn.Model;
import dev.gatun.nn.Parameter;
import dev.gatun.tensor.DTypeException;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.util.OptionalLong;

/** A table of vectors: integer numbers [...] to vectors [..., size]. */
public final class Embedding implements Layer, Model {
  private final Parameter weight;
  private final OptionalLong padding;

  /** With standard-normal vectors. */
  public Embedding(long count, long size) {
    weight = Parameter.of(Shape.of(count, size), Init.normal(0, 1));
    padding = OptionalLong.empty();
  }

  /**
   * With a number whose vector is zero at first and gets no gradient.
   *
   * @throws IndexOutOfBoundsException when it is not below {@code count}
   */
  public Embedding(long count, long size, long paddingIndex) {
    java.util.Objects.checkIndex(paddingIndex, count);
    weight = Parameter.of(Shape.of(count, size), Init.normal(0, 1));
    padding = OptionalLong.of(paddingIndex);
    try (Scope _ = Scope.open()) {
      Tensor row = weight.tensor().detach().select(0, paddingIndex);
      row.assign(row.zerosLike());
    }
  }

  /** [count, size]. */
  public Parameter weight() {
    return weight;
  }

  @Override
  public void members(Members members) {
    members.parameter("weight", weight);
  }

  @Override
  public Tensor forward(Tensor index) {
    if (!index.dtype().isInteger()) {
      throw new DTypeException("Embedding needs integer numbers, got " + index.dtype());
    }
    Shape out = index.shape().concat(Shape.of(weight.shape().size(1)));
    Tensor y = weight.tensor().indexSelect(0, index.reshape(-1)).reshape(out);
    return padding.isEmpty()
        ? y
        : index
            .eq(Tensor.full(Shape.scalar(), padding.getAsLong(), index.dtype(), index.device()))
            .unsqueeze(-1)
            .where(y.detach(), y);
  }

  @Override
  public String toString() {
    return "Embedding" + weight.shape();
  }
}
