package dev.gatun.tensor.op;

import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * How a gradient passes {@link BatchNorm}: inputs (gradient of y, x [N, C, ...], mean [C], var
 * [C][, weight [C]]), outputs the gradients of x, of the weight [C] and of the bias [C].
 */
public record BatchNormGrad(double epsilon) implements Composite {
  @Override
  public String name() {
    return "batchnormgrad";
  }

  @Override
  public TensorType[] infer(TensorType... in) {
    Shape x = in[1].shape();
    if (x.rank() < 2 || !in[0].shape().equals(x)) {
      throw new ShapeException(
          "batchnormgrad expects a gradient and an input of one shape [N, C, ...], got shapes "
              + in[0].shape()
              + " and "
              + x);
    }
    Shape channels = Shape.of(x.size(1));
    for (int i = 2; i < in.length; i++) {
      if (!in[i].shape().equals(channels)) {
        throw new ShapeException(
            "batchnormgrad of shape "
                + x
                + " expects statistics and a weight of shape "
                + channels
                + ", got "
                + in[i].shape());
      }
    }
    TensorType channel = new TensorType(in[1].dtype(), channels);
    return new TensorType[] {in[1], channel, channel};
  }

  @Override
  public Tensor[] decompose(Tensor... in) {
    Tensor g = in[0];
    Tensor x = in[1];
    double n = (double) x.numel() / Math.max(1, x.size(1));
    int[] others = IntStream.range(0, x.rank()).filter(i -> i != 1).toArray();
    long[] wide = new long[x.rank()];
    Arrays.fill(wide, 1);
    wide[1] = x.size(1);
    Tensor centred = x.sub(in[2].reshape(wide));
    Tensor rstd = in[3].add(epsilon).rsqrt();
    Tensor sum = g.sum(others);
    Tensor dot = g.mul(centred).sum(others);
    Tensor scale = in.length > 4 ? rstd.mul(in[4]) : rstd;
    Tensor slope = scale.mul(rstd.square()).mul(dot).mul(-1 / n);
    Tensor shift = scale.mul(sum).mul(-1 / n);
    Tensor dx =
        g.mul(scale.reshape(wide)).add(centred.mul(slope.reshape(wide))).add(shift.reshape(wide));
    return new Tensor[] {dx, dot.mul(rstd), sum};
  }
}
