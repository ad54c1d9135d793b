package dev.gatun.tensor.op;

import dev.gatun.tensor.Tensor;

/** {@code min(max(x + 3, 0), 6) / 6}. */
public record HardSigmoid() implements Composite {
  @Override
  public String name() {
    return "hardsigmoid";
  }

  @Override
  public TensorType[] infer(TensorType... in) {
    return new TensorType[] {in[0]};
  }

  @Override
  public Tensor[] decompose(Tensor... in) {
    return new Tensor[] {in[0].add(3.0).clamp(0.0, 6.0).div(6.0)};
  }
}
