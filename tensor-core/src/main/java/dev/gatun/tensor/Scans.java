package dev.gatun.tensor;

import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.op.ScanKind;

/** Running folds along an axis beyond the sum and product of {@link Tensor}. Stateless. */
public final class Scans {
  private Scans() {}

  /** The greatest element so far along an axis and the index of its last occurrence. */
  public static ValuesIndices cummax(Tensor x, int axis) {
    return running(ScanKind.MAX, x, axis);
  }

  /** The smallest element so far along an axis and the index of its last occurrence. */
  public static ValuesIndices cummin(Tensor x, int axis) {
    return running(ScanKind.MIN, x, axis);
  }

  private static ValuesIndices running(ScanKind kind, Tensor x, int axis) {
    int a = x.shape().axis(axis);
    if (x.rank() == 0) {
      return new ValuesIndices(x, x.iota(1).reshape());
    }
    Tensor plain = x.detach();
    Tensor best = Engine.call(new Primitive.Scan(kind, a, false), plain);
    // A place that holds the best so far is its last occurrence until the next such place.
    Tensor here = plain.eq(best).or(plain.isNan());
    long[] column = new long[x.rank()];
    java.util.Arrays.fill(column, 1);
    column[a] = x.size(a);
    Tensor position = x.iota(x.size(a)).reshape(Shape.of(column));
    Tensor marked = here.where(position, position.constant(0L));
    Tensor indices = Engine.call(new Primitive.Scan(ScanKind.MAX, a, false), marked);
    return new ValuesIndices(x.gather(a, indices), indices);
  }

  /**
   * The logarithm of the running sum of exponentials along an axis, without overflow or underflow:
   * log(n) elementwise steps that double the reach (Hillis and Steele 1986).
   */
  public static Tensor logcumsumexp(Tensor x, int axis) {
    int a = x.shape().axis(axis);
    Tensor y = x.toFloat();
    long n = x.rank() == 0 ? 1 : x.size(a);
    for (long reach = 1; reach < n; reach *= 2) {
      Tensor later = y.narrow(a, reach, n - reach);
      Tensor earlier = y.narrow(a, 0, n - reach);
      y = Tensor.concat(a, y.narrow(a, 0, reach), later.logaddexp(earlier));
    }
    return y;
  }
}
