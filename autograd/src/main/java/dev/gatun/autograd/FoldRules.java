package dev.gatun.autograd;

import static dev.gatun.autograd.Saves.A;
import static dev.gatun.autograd.Saves.Y;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Engine;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.op.ScanKind;
import dev.gatun.tensor.op.Variance;
import java.util.Arrays;

/** The gradients of reductions and running reductions. */
final class FoldRules {
  private FoldRules() {}

  static Rule reduce(Primitive.Reduce op) {
    int[] axes = op.axes().toIntArray();
    return switch (op.kind()) {
      case SUM -> Rule.of(Rule.wrt(s -> Shapes.unreduce(s.g(), s.shape(0), axes)));
      case PROD -> Rule.of(Rule.wrt(A, s -> prod(s.g(), s.a(), axes)));
      case MAX, MIN -> Rule.of(Rule.wrt(A.and(Y), s -> extreme(s.g(), s.a(), s.y(), axes)));
      case ARGMAX, ARGMIN -> Rule.NONE;
    };
  }

  /** {@code g 2 (x - mean) / divisor}. */
  static Rule variance(Variance op) {
    int[] axes = op.axes().toIntArray();
    return Rule.of(
        Rule.wrt(
            A,
            s -> {
              Tensor x = s.a();
              Tensor slope = Shapes.unreduce(s.g().mul(2 / op.divisor(x)), x.shape(), axes);
              return x.sub(x.mean(true, axes)).mul(slope);
            }));
  }

  /** Shared evenly between all elements that equal the result. */
  private static Tensor extreme(Tensor g, Tensor x, Tensor y, int[] axes) {
    Tensor ties = x.eq(Shapes.unreduce(y, x.shape(), axes));
    Tensor count = ties.to(g.dtype()).sum(true, axes);
    Tensor share = g.reshape(count.shape()).div(count);
    return Shapes.only(share.expand(x.shape()), ties);
  }

  /** For each element the product of all others: those before it times those after it. */
  private static Tensor prod(Tensor g, Tensor x, int[] axes) {
    int kept = x.rank() - axes.length;
    int[] order = new int[x.rank()];
    int n = 0;
    for (int i = 0; i < order.length; i++) {
      int axis = i;
      if (Arrays.stream(axes).noneMatch(a -> a == axis)) {
        order[n++] = i;
      }
    }
    System.arraycopy(axes, 0, order, n, axes.length);
    int[] inverse = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      inverse[order[i]] = i;
    }
    Tensor moved = x.permute(order);
    long count = moved.shape().slice(kept, x.rank()).numel();
    Tensor flat = moved.reshape(moved.shape().slice(0, kept).concat(Shape.of(count)));
    Tensor others = exclusive(flat, kept, false).mul(exclusive(flat, kept, true));
    Tensor d = others.reshape(moved.shape()).permute(inverse);
    return d.mul(Shapes.unreduce(g, x.shape(), axes));
  }

  /** The running product of the elements before each (after each when reversed). */
  private static Tensor exclusive(Tensor x, int axis, boolean reverse) {
    long n = x.size(axis);
    if (n == 0) {
      return x;
    }
    long[] low = new long[x.rank()];
    long[] high = new long[x.rank()];
    (reverse ? high : low)[axis] = 1;
    Tensor shifted = x.narrow(axis, reverse ? 1 : 0, n - 1).pad(low, high, 1);
    return scan(ScanKind.PROD, shifted, axis, reverse);
  }

  private static Tensor scan(ScanKind kind, Tensor x, int axis, boolean reverse) {
    return Engine.call(new Primitive.Scan(kind, axis, reverse), x);
  }

  static Rule scan(Primitive.Scan op) {
    int axis = op.axis();
    boolean reverse = op.reverse();
    return switch (op.kind()) {
      case SUM -> Rule.g(g -> scan(ScanKind.SUM, g, axis, !reverse));
      case PROD -> Rule.of(Rule.wrt(A.and(Y), s -> cumprod(s, axis, reverse)));
      case MAX, MIN ->
          Rule.of(Rule.wrt(A.and(Y), s -> cumulativeExtreme(s.g(), s.a(), s.y(), axis, reverse)));
    };
  }

  /** dx[i] = sum over k from i of g[k] y[k] / x[i]; where an x is 0, without the division. */
  private static Tensor cumprod(Step s, int axis, boolean reverse) {
    Tensor x = s.a();
    if (x.numel() == 0) {
      return s.g();
    }
    boolean zeros = x.eq(0.0).any().itemLong() != 0;
    if (zeros) {
      return cumprodWithZeros(s.g(), x, axis, reverse);
    }
    return scan(ScanKind.SUM, s.g().mul(s.y()), axis, !reverse).div(x);
  }

  /**
   * dx[i] = (product of x before i) (sum over k from i of g[k] times the product of x between i and
   * k). The products fill a table of n by n; rare enough for its size not to matter.
   */
  private static Tensor cumprodWithZeros(Tensor g, Tensor x, int axis, boolean reverse) {
    if (reverse) {
      return cumprodWithZeros(g.flip(axis), x.flip(axis), axis, false).flip(axis);
    }
    Tensor last = x.rank() == 0 ? x.reshape(1) : x.transpose(axis, -1);
    Tensor lastG = x.rank() == 0 ? g.reshape(1) : g.transpose(axis, -1);
    int k = last.rank(); // the table is [..., i, k]
    Shape table = last.shape().concat(Shape.of(last.size(-1)));
    Tensor i = Shapes.positions(table, k - 1, x.device());
    Tensor j = Shapes.positions(table, k, x.device());
    Tensor factors = Shapes.fill(last.unsqueeze(-2).expand(table), j.le(i), 1);
    Tensor between = Shapes.only(factors.cumprod(k), j.ge(i));
    Tensor sums = between.mul(lastG.unsqueeze(-2)).sum(k);
    Tensor d = exclusive(last, k - 1, false).mul(sums);
    return x.rank() == 0 ? d.reshape(x.shape()) : d.transpose(axis, -1);
  }

  /** To the element that is the extreme so far: the latest of equals, as in PyTorch. */
  private static Tensor cumulativeExtreme(Tensor g, Tensor x, Tensor y, int axis, boolean reverse) {
    if (x.rank() == 0) {
      return g;
    }
    if (reverse) {
      return cumulativeExtreme(g.flip(axis), x.flip(axis), y.flip(axis), axis, false).flip(axis);
    }
    Tensor position = Shapes.positions(x.shape(), axis, x.device());
    Tensor none = Tensor.zeros(Shape.scalar(), DType.INT64, x.device());
    Tensor here = x.eq(y).or(x.isNan()).where(position, none);
    Tensor index = scan(ScanKind.MAX, here, axis, false);
    return IndexRules.scatterAdd(x.shape(), axis, index, g);
  }
}
