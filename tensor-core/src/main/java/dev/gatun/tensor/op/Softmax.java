package dev.gatun.tensor.op;

import dev.gatun.tensor.Tensor;

/** {@code exp(x - max) / sum(exp(x - max))} along an axis. */
public record Softmax(int axis) implements Composite {
  @Override
  public String name() {
    return "softmax";
  }

  @Override
  public TensorType[] infer(TensorType... in) {
    return new TensorType[] {in[0]};
  }

  @Override
  public Tensor[] decompose(Tensor... in) {
    if (in[0].numel() == 0) {
      return new Tensor[] {in[0].copy()};
    }
    Tensor e = in[0].sub(in[0].detach().amax(true, axis)).exp();
    return new Tensor[] {e.div(e.sum(true, axis))};
  }
}
