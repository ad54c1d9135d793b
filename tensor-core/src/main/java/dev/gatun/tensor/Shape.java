package dev.gatun.tensor;

import java.util.Arrays;

/**
 * The sizes of a tensor's axes, outermost first; immutable. The shape of a 0-d tensor is {@code []}
 * and has one element; an axis of size 0 makes a tensor without elements.
 */
public final class Shape {
  private static final Shape SCALAR = new Shape(new long[0]);

  private final long[] dims;
  private final long numel;

  private Shape(long[] dims) {
    this.dims = dims;
    long n = 1;
    for (long d : dims) {
      if (d < 0) {
        throw new ShapeException("Negative size in shape " + Arrays.toString(dims));
      }
      try {
        n = Math.multiplyExact(n, d);
      } catch (ArithmeticException e) {
        throw new ShapeException("Shape " + Arrays.toString(dims) + " has more than 2^63 elements");
      }
    }
    this.numel = n;
  }

  /**
   * A shape of the given sizes.
   *
   * @throws ShapeException when a size is negative or the product overflows
   */
  public static Shape of(long... dims) {
    return dims.length == 0 ? SCALAR : new Shape(dims.clone());
  }

  /** The shape of a 0-d tensor. */
  public static Shape scalar() {
    return SCALAR;
  }

  /** The number of axes. */
  public int rank() {
    return dims.length;
  }

  /** The number of elements, the product of the sizes. */
  public long numel() {
    return numel;
  }

  /** The size of an axis; negative axes count from the end. */
  public long size(int axis) {
    return dims[existing(axis)];
  }

  /** As {@link #axis(int)} where there must be one. */
  private int existing(int axis) {
    int a = axis(axis);
    if (dims.length == 0) {
      throw new ShapeException("Shape [] has no axis " + axis);
    }
    return a;
  }

  /** A fresh array of the sizes. */
  public long[] toArray() {
    return dims.clone();
  }

  /** The sizes without a copy, for callers inside this module that never write to it. */
  long[] dims() {
    return dims;
  }

  /**
   * The axis as a number from 0 to rank - 1.
   *
   * @throws ShapeException when it is outside -rank .. rank - 1
   */
  public int axis(int axis) {
    int rank = Math.max(dims.length, 1); // a 0-d tensor accepts axis 0 and -1, as in PyTorch
    if (axis < -rank || axis >= rank) {
      throw new ShapeException(
          "Axis " + axis + " is out of range for shape " + this + " of rank " + dims.length);
    }
    return axis < 0 ? axis + rank : axis;
  }

  /** The axes normalised as {@link #axis(int)} does; none means all axes. No axis may repeat. */
  public int[] axes(int... axes) {
    int[] out = new int[axes.length == 0 ? dims.length : axes.length];
    if (axes.length == 0) {
      for (int i = 0; i < out.length; i++) {
        out[i] = i;
      }
      return out;
    }
    long seen = 0;
    for (int i = 0; i < axes.length; i++) {
      out[i] = axis(axes[i]);
      if ((seen & 1L << out[i]) != 0) {
        throw new ShapeException("Axis " + axes[i] + " appears twice in " + Arrays.toString(axes));
      }
      seen |= 1L << out[i];
    }
    return out;
  }

  /** This shape with one size replaced. */
  public Shape with(int axis, long size) {
    long[] d = dims.clone();
    d[existing(axis)] = size;
    return new Shape(d);
  }

  /** This shape without an axis. */
  public Shape without(int axis) {
    int a = axis(axis);
    long[] d = new long[Math.max(0, dims.length - 1)];
    for (int i = 0, j = 0; i < dims.length; i++) {
      if (i != a) {
        d[j++] = dims[i];
      }
    }
    return new Shape(d);
  }

  /** This shape with an axis of the given size put in before position {@code axis}. */
  public Shape insert(int axis, long size) {
    long[] d = new long[dims.length + 1];
    System.arraycopy(dims, 0, d, 0, axis);
    d[axis] = size;
    System.arraycopy(dims, axis, d, axis + 1, dims.length - axis);
    return new Shape(d);
  }

  /** The axes from {@code from} to {@code to - 1}. */
  public Shape slice(int from, int to) {
    return Shape.of(Arrays.copyOfRange(dims, from, to));
  }

  /** This shape followed by another. */
  public Shape concat(Shape other) {
    long[] d = Arrays.copyOf(dims, dims.length + other.dims.length);
    System.arraycopy(other.dims, 0, d, dims.length, other.dims.length);
    return new Shape(d);
  }

  /** The shape after reducing {@code axes} (normalised), which stay with size 1 if kept. */
  public Shape reduced(int[] axes, boolean keepDims) {
    boolean[] gone = new boolean[dims.length];
    for (int a : axes) {
      if (a < gone.length) {
        gone[a] = true;
      }
    }
    long[] d = new long[dims.length];
    int n = 0;
    for (int i = 0; i < dims.length; i++) {
      if (!gone[i]) {
        d[n++] = dims[i];
      } else if (keepDims) {
        d[n++] = 1;
      }
    }
    return Shape.of(Arrays.copyOf(d, n));
  }

  /**
   * The common shape of two operands by NumPy's broadcasting: shapes are aligned at the last axis,
   * sizes must be equal or 1.
   *
   * @throws ShapeException naming both shapes when they do not fit
   */
  public static Shape broadcast(Shape a, Shape b) {
    if (a.equals(b)) {
      return a;
    }
    int rank = Math.max(a.rank(), b.rank());
    long[] d = new long[rank];
    for (int i = 1; i <= rank; i++) {
      long x = i <= a.rank() ? a.dims[a.rank() - i] : 1;
      long y = i <= b.rank() ? b.dims[b.rank() - i] : 1;
      if (x != y && x != 1 && y != 1) {
        throw new ShapeException(
            "Shapes "
                + a
                + " and "
                + b
                + " do not broadcast: sizes "
                + x
                + " and "
                + y
                + " at axis -"
                + i
                + " differ and neither is 1");
      }
      d[rank - i] = x == 1 ? y : x;
    }
    return new Shape(d);
  }

  @Override
  public boolean equals(Object o) {
    return this == o || (o instanceof Shape s && Arrays.equals(dims, s.dims));
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  /** For example {@code [64, 784]}. */
  @Override
  public String toString() {
    return Arrays.toString(dims);
  }
}
