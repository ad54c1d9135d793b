package dev.gatun.tensor.op;

import dev.gatun.tensor.Tensor;

/**
 * The mean square of what differs from the mean over some axes, with divisor n - correction: 1 is
 * unbiased, 0 the population's.
 */
public record Variance(Dims axes, double correction, boolean keepDims) implements Composite {
  @Override
  public String name() {
    return "variance";
  }

  @Override
  public TensorType[] infer(TensorType... in) {
    return ShapeRules.infer(new Primitive.Reduce(ReduceKind.SUM, axes, keepDims), in);
  }

  /** The number of elements that each result is made of, less the correction. */
  public double divisor(Tensor x) {
    long n = 1;
    for (int a : axes.toIntArray()) {
      n *= x.size(a);
    }
    return Math.max(0, n - correction);
  }

  @Override
  public Tensor[] decompose(Tensor... in) {
    int[] over = axes.toIntArray();
    Tensor x = in[0];
    if (over.length == 0) { // of a scalar, whose only element is its mean
      return new Tensor[] {x.sub(x).square().div(divisor(x))};
    }
    Tensor centred = x.sub(x.mean(true, over));
    return new Tensor[] {centred.square().sum(keepDims, over).div(divisor(x))};
  }
}
