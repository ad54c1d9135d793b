package dev.gatun.tensor;

/** The reductions of {@link Tensor} that are made of simpler ones. Stateless. */
final class Reductions {
  private Reductions() {}

  /** The number of elements that each result of a reduction over the axes is made of. */
  static long count(Tensor x, int... axes) {
    long n = 1;
    if (x.rank() > 0) {
      for (int a : x.shape().axes(axes)) {
        n *= x.size(a);
      }
    }
    return n;
  }

  static Tensor logSumExp(Tensor x, boolean keepDims, int... axes) {
    if (count(x, axes) == 0) {
      return x.exp().sum(keepDims, axes).log();
    }
    // The greatest element is only a shift: it cancels, in the gradient as well. An infinite one
    // must not be subtracted from itself.
    Tensor max = x.detach().amax(true, axes);
    Tensor shift = max.isFinite().where(max, max.constant(0L));
    Tensor y = x.sub(shift).exp().sum(true, axes).log().add(shift);
    return keepDims ? y : y.reshape(x.shape().reduced(axes(x, axes), false));
  }

  /** The square root with gradient 0 at 0, as PyTorch's std and norm have it. */
  static Tensor sqrtOrZero(Tensor x) {
    Tensor zero = x.eq(0L);
    return zero.where(x.constant(0L), zero.where(x.constant(1L), x).sqrt());
  }

  static Tensor norm(Tensor x, double p, boolean keepDims, int... axes) {
    if (p == 2) {
      return sqrtOrZero(x.square().sum(keepDims, axes));
    }
    if (p == 1) {
      return x.abs().sum(keepDims, axes);
    }
    if (p == 0) {
      return x.ne(0L).to(x.dtype()).sum(keepDims, axes);
    }
    if (p == Double.POSITIVE_INFINITY) {
      return x.abs().amax(keepDims, axes);
    }
    if (p == Double.NEGATIVE_INFINITY) {
      return x.abs().amin(keepDims, axes);
    }
    // Powers have infinite or undefined slopes at 0, where PyTorch's gradient is 0.
    Tensor magnitude = x.abs();
    if (p < 1) {
      Tensor zero = magnitude.eq(0L);
      double atZero = p < 0 ? Double.POSITIVE_INFINITY : 0;
      magnitude = zero.where(x.constant(1L), magnitude).pow(p);
      magnitude = zero.where(x.constant(atZero), magnitude);
    } else {
      magnitude = magnitude.pow(p);
    }
    Tensor sum = magnitude.sum(keepDims, axes);
    Tensor zero = sum.eq(0L);
    double atZero = p < 0 ? Double.POSITIVE_INFINITY : 0;
    return zero.where(sum.constant(atZero), zero.where(sum.constant(1L), sum).pow(1 / p));
  }

  /** The elements at the indices that an argument reduction found, the axis kept or not. */
  static ValuesIndices pick(Tensor x, Tensor keptIndices, int axis, boolean keepDims) {
    if (x.rank() == 0) {
      return new ValuesIndices(x, keptIndices);
    }
    Tensor values = x.gather(axis, keptIndices);
    return keepDims
        ? new ValuesIndices(values, keptIndices)
        : new ValuesIndices(values.squeeze(axis), keptIndices.squeeze(axis));
  }

  static ValuesIndices median(Tensor x, int axis, boolean keepDims) {
    long n = x.rank() == 0 ? 1 : x.size(axis);
    if (n == 0) {
      throw new ShapeException(
          "median along axis " + axis + " of shape " + x.shape() + " has no elements");
    }
    Tensor plain = x.detach();
    Tensor index = plain.sort(axis, false).indices();
    index = x.rank() == 0 ? index : index.narrow(axis, (n - 1) / 2, 1);
    if (x.dtype().isFloat()) {
      // A NaN makes the median NaN; argmax finds the first.
      Tensor anyNan = plain.isNan().any(true, axis);
      index = anyNan.where(plain.argmax(true, axis), index);
    }
    return pick(x, index, axis, keepDims);
  }

  private static int[] axes(Tensor x, int... axes) {
    return x.rank() == 0 ? new int[0] : x.shape().axes(axes);
  }
}
