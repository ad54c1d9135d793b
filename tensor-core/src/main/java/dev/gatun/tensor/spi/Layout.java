package dev.gatun.tensor.spi;

import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import java.util.Arrays;
import java.util.Optional;

/**
 * Where the elements of a tensor lie in its storage: element (i0, i1, …) is at {@code offset + i0 *
 * stride0 + i1 * stride1 + …}, counted in elements. Strides may be 0 (broadcast) or negative
 * (flipped). Immutable.
 */
public final class Layout {
  private final Shape shape;
  private final long[] strides;
  private final long offset;
  private final boolean contiguous;

  private Layout(Shape shape, long[] strides, long offset) {
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
    this.contiguous = isRowMajor(shape, strides);
  }

  /** A layout of the given strides, in elements. */
  public static Layout of(Shape shape, long[] strides, long offset) {
    if (strides.length != shape.rank()) {
      throw new ShapeException(
          "Expected " + shape.rank() + " strides for shape " + shape + ", got " + strides.length);
    }
    return new Layout(shape, strides.clone(), offset);
  }

  /** The row-major layout from offset 0. */
  public static Layout contiguous(Shape shape) {
    return new Layout(shape, rowMajor(shape), 0);
  }

  public Shape shape() {
    return shape;
  }

  public int rank() {
    return strides.length;
  }

  public long offset() {
    return offset;
  }

  /** The stride of a (non-negative) axis in elements. */
  public long stride(int axis) {
    return strides[axis];
  }

  /** A fresh array of the strides. */
  public long[] strides() {
    return strides.clone();
  }

  /** True when the elements lie in row-major order without gaps (the offset may be any). */
  public boolean isContiguous() {
    return contiguous;
  }

  /** The axes reordered: axis i of the result is axis {@code order[i]} of this. */
  public Layout permute(int... order) {
    if (order.length != rank()) {
      throw new ShapeException(
          "permute of shape "
              + shape
              + " needs "
              + rank()
              + " axes, got "
              + Arrays.toString(order));
    }
    int[] axes = rank() == 0 ? order : shape.axes(order);
    long[] d = new long[rank()];
    long[] s = new long[rank()];
    for (int i = 0; i < d.length; i++) {
      d[i] = shape.size(axes[i]);
      s[i] = strides[axes[i]];
    }
    return new Layout(Shape.of(d), s, offset);
  }

  /**
   * Axes of size 1 stretched, and new axes put in front, so that the shape becomes {@code target}.
   *
   * @throws ShapeException when that is no broadcast
   */
  public Layout expand(Shape target) {
    if (target.equals(shape)) {
      return this;
    }
    int lead = target.rank() - rank();
    if (lead < 0) {
      throw new ShapeException("Cannot expand shape " + shape + " to " + target + " of lower rank");
    }
    long[] s = new long[target.rank()];
    for (int i = 0; i < rank(); i++) {
      long have = shape.size(i);
      long want = target.size(lead + i);
      if (have != want && have != 1) {
        throw new ShapeException(
            "Cannot expand shape "
                + shape
                + " to "
                + target
                + ": axis "
                + i
                + " has size "
                + have
                + ", not 1 or "
                + want);
      }
      s[lead + i] = have == want ? strides[i] : 0;
    }
    return new Layout(target, s, offset);
  }

  /**
   * Every {@code steps[i]}-th element of axis i from {@code starts[i]}, {@code sizes[i]} of them.
   * Steps may be negative. Bounds are checked.
   */
  public Layout slice(long[] starts, long[] sizes, long[] steps) {
    long[] s = new long[rank()];
    long o = offset;
    for (int i = 0; i < rank(); i++) {
      long n = shape.size(i);
      long last = starts[i] + (sizes[i] - 1) * steps[i];
      if (sizes[i] > 0 && (starts[i] < 0 || starts[i] >= n || last < 0 || last >= n)) {
        throw new ShapeException(
            "Slice from "
                + starts[i]
                + " to "
                + last
                + " is outside axis "
                + i
                + " of shape "
                + shape);
      }
      if (sizes[i] > 0) {
        o += starts[i] * strides[i];
      }
      s[i] = strides[i] * steps[i];
    }
    return new Layout(Shape.of(sizes), s, o);
  }

  /**
   * The same elements in the same order under another shape, if strides can express it.
   *
   * @throws ShapeException when the number of elements differs
   */
  public Optional<Layout> reshape(Shape target) {
    if (target.numel() != shape.numel()) {
      throw new ShapeException(
          "Cannot reshape "
              + shape
              + " ("
              + shape.numel()
              + " elements) to "
              + target
              + " ("
              + target.numel()
              + " elements)");
    }
    if (contiguous) {
      return Optional.of(new Layout(target, rowMajor(target), offset));
    }
    if (shape.numel() == 0) {
      return Optional.of(new Layout(target, rowMajor(target), offset));
    }
    // Walk groups of axes from the end: a run of old axes that is dense in itself may be split and
    // merged at will (the algorithm of NumPy's _attempt_nocopy_reshape).
    long[] s = new long[target.rank()];
    int oi = rank() - 1;
    int ni = target.rank() - 1;
    while (ni >= 0 && oi >= 0) {
      if (shape.size(oi) == 1) {
        oi--;
        continue;
      }
      if (target.size(ni) == 1) {
        s[ni--] = 1;
        continue;
      }
      long oldRun = shape.size(oi);
      long newRun = target.size(ni);
      int oStart = oi;
      int nStart = ni;
      while (oldRun != newRun) {
        if (oldRun < newRun) {
          oStart--;
          oldRun *= shape.size(oStart);
        } else {
          nStart--;
          newRun *= target.size(nStart);
        }
      }
      for (int k = oi; k > oStart; k--) {
        int outer = k - 1;
        while (outer > oStart && shape.size(outer) == 1) {
          outer--;
        }
        if (shape.size(k) != 1
            && shape.size(outer) != 1
            && strides[outer] != strides[k] * shape.size(k)) {
          return Optional.empty();
        }
      }
      long stride = strides[oi];
      for (int k = ni; k >= nStart; k--) {
        s[k] = stride;
        stride *= target.size(k);
      }
      oi = oStart - 1;
      ni = nStart - 1;
    }
    while (ni >= 0) {
      s[ni--] = 1;
    }
    return Optional.of(new Layout(target, s, offset));
  }

  /** The position of the element with row-major number {@code linear}. */
  public long position(long linear) {
    if (contiguous) {
      return offset + linear;
    }
    long p = offset;
    for (int i = rank() - 1; i >= 0; i--) {
      long d = shape.size(i);
      p += linear % d * strides[i];
      linear /= d;
    }
    return p;
  }

  private static long[] rowMajor(Shape shape) {
    long[] s = new long[shape.rank()];
    long n = 1;
    for (int i = s.length - 1; i >= 0; i--) {
      s[i] = n;
      n *= Math.max(1, shape.size(i));
    }
    return s;
  }

  private static boolean isRowMajor(Shape shape, long[] strides) {
    if (shape.numel() == 0) {
      return true;
    }
    long n = 1;
    for (int i = strides.length - 1; i >= 0; i--) {
      long d = shape.size(i);
      if (d != 1) {
        if (strides[i] != n) {
          return false;
        }
        n *= d;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return "Layout[shape="
        + shape
        + ", strides="
        + Arrays.toString(strides)
        + ", offset="
        + offset
        + "]";
  }
}
