package dev.gatun.tensor.op;

import dev.gatun.tensor.Tensor;

/** {@code x - max - log(sum(exp(x - max)))} along an axis. */
public record LogSoftmax(int axis) implements Composite {
  @Override
  public String name() {
    return "logsoftmax";
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
    Tensor shifted = in[0].sub(in[0].detach().amax(true, axis));
    return new Tensor[] {shifted.sub(shifted.exp().sum(true, axis).log())};
  }
}
