package dev.gatun.tensor;

import dev.gatun.tensor.op.ScatterKind;

/** Order statistics and searching beyond the sort and topk of {@link Tensor}. Stateless. */
public final class Sorting {
  private Sorting() {}

  /** The {@code k}-th smallest element (from 1) along an axis and its index; NaN is greatest. */
  public static ValuesIndices kthValue(Tensor x, long k, int axis, boolean keepDims) {
    long n = x.rank() == 0 ? 1 : x.size(axis);
    if (k < 1 || k > n) {
      throw new ShapeException(
          "kthValue needs k from 1 to "
              + n
              + " along axis "
              + axis
              + " of shape "
              + x.shape()
              + ", got "
              + k);
    }
    Tensor index = x.detach().sort(axis, false).indices();
    index = x.rank() == 0 ? index : index.narrow(axis, k - 1, 1);
    return Reductions.pick(x, index, axis, keepDims);
  }

  /**
   * The different elements of a tensor.
   *
   * @param values ascending; every NaN counts as different
   * @param inverse for each element of the tensor its position in {@code values}
   * @param counts how often each of {@code values} occurs
   */
  public record Unique(Tensor values, Tensor inverse, Tensor counts) {}

  /** The different elements of a tensor, ascending. */
  public static Unique unique(Tensor x) {
    Tensor flat = x.reshape(-1);
    long n = flat.numel();
    if (n == 0) {
      return new Unique(flat, x.to(DType.INT64), flat.to(DType.INT64));
    }
    ValuesIndices sorted = flat.sort(0, false);
    Tensor v = sorted.values();
    Tensor first = Tensor.ones(Shape.of(1), DType.BOOL, x.device());
    Tensor starts = Tensor.concat(0, first, v.narrow(0, 1, n - 1).ne(v.narrow(0, 0, n - 1)));
    Tensor group = starts.cumsum(0).sub(1L);
    Tensor inverse =
        group.zerosLike().scatter(0, sorted.indices(), group, ScatterKind.SET).reshape(x.shape());
    Tensor at = starts.nonZero().reshape(-1);
    Tensor ends = Tensor.concat(0, at.narrow(0, 1, at.numel() - 1), at.constant(n).reshape(1));
    return new Unique(v.indexSelect(0, at), inverse, ends.sub(at));
  }

  /**
   * Where each value would be inserted into an ascending sequence to keep it ascending: before
   * equal elements, or after them when {@code right}. Int64, of the values' shape.
   *
   * @param sorted [n], or [..., n] with leading axes equal to those of the values
   * @param values any shape for a 1-d sequence, else [..., m]
   */
  public static Tensor searchSorted(Tensor sorted, Tensor values, boolean right) {
    if (sorted.rank() == 0
        || (sorted.rank() > 1
            && (values.rank() != sorted.rank()
                || !values.shape().without(-1).equals(sorted.shape().without(-1))))) {
      throw new ShapeException(
          "searchSorted needs a 1-d sequence, or leading axes equal to the values', got sequence "
              + sorted.shape()
              + " and values "
              + values.shape());
    }
    Tensor v = sorted.rank() == 1 ? values.reshape(-1) : values;
    long n = sorted.size(-1);
    long m = v.size(-1);
    // In the stable sort of both together, the sequence's elements before a value are those sought.
    Tensor both = right ? Tensor.concat(-1, sorted, v) : Tensor.concat(-1, v, sorted);
    Tensor order = both.argsort(-1, false);
    Tensor before = (right ? order.lt(n) : order.ge(m)).cumsum(-1);
    Tensor found = before.zerosLike().scatter(-1, order, before, ScatterKind.SET);
    return found.narrow(-1, right ? n : 0, m).reshape(values.shape());
  }
}
