package dev.gatun.tensor.op;

import dev.gatun.tensor.Tensor;
import java.util.stream.IntStream;

/**
 * Normalises over the last {@code axes} axes: {@code (x - mean) / sqrt(var + epsilon) * weight +
 * bias}, with the population variance. Input (x[, weight, bias]).
 */
public record LayerNorm(int axes, double epsilon) implements Composite {
  @Override
  public String name() {
    return "layernorm";
  }

  @Override
  public TensorType[] infer(TensorType... in) {
    return new TensorType[] {in[0]};
  }

  @Override
  public Tensor[] decompose(Tensor... in) {
    int[] last = IntStream.rangeClosed(1, axes).map(i -> -i).toArray();
    Tensor centred = in[0].sub(in[0].mean(true, last));
    Tensor y = centred.mul(centred.square().mean(true, last).add(epsilon).rsqrt());
    if (in.length == 3) {
      y = y.mul(in[1]).add(in[2]);
    }
    return new Tensor[] {y};
  }
}
