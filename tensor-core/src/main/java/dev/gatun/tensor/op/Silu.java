package dev.gatun.tensor.op;

import dev.gatun.tensor.Tensor;

/** {@code x * sigmoid(x)}, also called swish. */
public record Silu() implements Composite {
  @Override
  public String name() {
    return "silu";
  }

  @Override
  public TensorType[] infer(TensorType... in) {
    return new TensorType[] {in[0]};
  }

  @Override
  public Tensor[] decompose(Tensor... in) {
    return new Tensor[] {in[0].mul(in[0].sigmoid())};
  }
}
