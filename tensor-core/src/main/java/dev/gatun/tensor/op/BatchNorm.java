package dev.gatun.tensor.op;

import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Batch normalisation in training (Ioffe and Szegedy 2015): {@code (x - mean) / sqrt(var + epsilon)
 * * weight + bias} with the mean and population variance of each channel (axis 1) over all other
 * axes. Input (x [N, C, ...][, weight [C], bias [C]]); outputs (y, mean [C], var [C]).
 */
public record BatchNorm(double epsilon) implements Composite {
  @Override
  public String name() {
    return "batchnorm";
  }

  @Override
  public TensorType[] infer(TensorType... in) {
    Shape x = in[0].shape();
    if (x.rank() < 2) {
      throw new ShapeException("batchnorm expects an input [N, C, ...], got shape " + x);
    }
    Shape channels = Shape.of(x.size(1));
    for (int i = 1; i < in.length; i++) {
      if (!in[i].shape().equals(channels)) {
        throw new ShapeException(
            "batchnorm of shape "
                + x
                + " expects a weight and bias of shape "
                + channels
                + ", got "
                + in[i].shape());
      }
    }
    TensorType statistic = new TensorType(in[0].dtype(), channels);
    return new TensorType[] {in[0], statistic, statistic};
  }

  @Override
  public Tensor[] decompose(Tensor... in) {
    Tensor x = in[0];
    int[] others = IntStream.range(0, x.rank()).filter(i -> i != 1).toArray();
    long[] wide = new long[x.rank()];
    Arrays.fill(wide, 1);
    wide[1] = x.size(1);
    Tensor mean = x.mean(true, others);
    Tensor centred = x.sub(mean);
    Tensor variance = centred.square().mean(true, others);
    Tensor scale = variance.add(epsilon).rsqrt();
    Tensor y;
    if (in.length == 3) {
      y = centred.mul(scale.mul(in[1].reshape(wide))).add(in[2].reshape(wide));
    } else {
      y = centred.mul(scale);
    }
    return new Tensor[] {y, mean.reshape(x.size(1)), variance.reshape(x.size(1))};
  }
}
