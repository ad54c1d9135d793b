package dev.gatun.tensor;

import org.jspecify.annotations.Nullable;

/** Counting elements by value. Stateless. */
public final class Histograms {
  private Histograms() {}

  /** How often each of 0, 1, … occurs, up to the greatest or at least {@code minLength} numbers. */
  public static Tensor bincount(Tensor x, long minLength) {
    return bincount(x, null, minLength);
  }

  /** The sum of the weights at each of 0, 1, …; without weights, the number of occurrences. */
  public static Tensor bincount(Tensor x, @Nullable Tensor weights, long minLength) {
    Tensor index = Tensor.index("bincount", x);
    if (x.rank() != 1 || (weights != null && !weights.shape().equals(x.shape()))) {
      throw new ShapeException(
          "bincount needs a vector and weights of its shape, got "
              + x.shape()
              + (weights == null ? "" : " and " + weights.shape()));
    }
    long greatest = x.numel() == 0 ? -1 : index.amax().itemLong();
    Tensor add = weights == null ? index.onesLike() : weights;
    Shape bins = Shape.of(Math.max(minLength, greatest + 1));
    return Tensor.zeros(bins, add.dtype(), x.device()).indexAdd(0, index, add);
  }

  /**
   * How many elements lie in each of {@code bins} equal parts of [min, max]; the last part is
   * closed above, other elements are ignored. Of x's dtype.
   */
  public static Tensor histc(Tensor x, long bins, double min, double max) {
    if (bins <= 0 || !(min < max)) {
      throw new ShapeException(
          "histc needs bins above 0 and min below max, got " + bins + ", " + min + " and " + max);
    }
    Tensor flat = x.toFloat().reshape(-1);
    Tensor inside = flat.ge(min).and(flat.le(max));
    Tensor part = flat.sub(min).mul(bins / (max - min)).floor().minimum(bins - 1);
    Tensor index = inside.where(part, part.constant(0L)).to(DType.INT64);
    Tensor zeros = Tensor.zeros(Shape.of(bins), flat.dtype(), x.device());
    return zeros.indexAdd(0, index, inside.to(flat.dtype()));
  }
}
