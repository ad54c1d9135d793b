package dev.gatun.tensor.op;

import dev.gatun.tensor.Tensor;

/**
 * The Gaussian error linear unit {@code x * Phi(x)} (Hendrycks and Gimpel 2016), exact or by its
 * tanh approximation.
 */
public record Gelu(boolean tanh) implements Composite {
  @Override
  public String name() {
    return "gelu";
  }

  @Override
  public TensorType[] infer(TensorType... in) {
    return new TensorType[] {in[0]};
  }

  @Override
  public Tensor[] decompose(Tensor... in) {
    Tensor x = in[0];
    if (tanh) {
      Tensor inner = x.mul(x.square().mul(0.044715).add(1.0)).mul(Math.sqrt(2 / Math.PI));
      return new Tensor[] {x.mul(0.5).mul(inner.tanh().add(1.0))};
    }
    return new Tensor[] {x.mul(0.5).mul(x.mul(-Math.sqrt(0.5)).erfc())};
  }
}
