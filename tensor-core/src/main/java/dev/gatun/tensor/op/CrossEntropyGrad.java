package dev.gatun.tensor.op;

import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;

/**
 * How a gradient passes {@link CrossEntropy}: inputs (gradient g [N], x [N, C], int64 target [N]),
 * output {@code g (softmax(x) - 1 at the target)} [N, C].
 */
public record CrossEntropyGrad() implements Composite {
  @Override
  public String name() {
    return "crossentropygrad";
  }

  @Override
  public TensorType[] infer(TensorType... in) {
    TensorType loss = new CrossEntropy().infer(in[1], in[2])[0];
    if (!in[0].equals(loss)) {
      throw new ShapeException(
          "crossentropygrad of " + in[1] + " expects a gradient " + loss + ", got " + in[0]);
    }
    return new TensorType[] {in[1]};
  }

  @Override
  public Tensor[] decompose(Tensor... in) {
    Tensor g = in[0].unsqueeze(1);
    Tensor p = in[1].softmax(1).mul(g);
    return new Tensor[] {p.scatter(1, in[2].unsqueeze(1), g.neg(), ScatterKind.ADD)};
  }
}
