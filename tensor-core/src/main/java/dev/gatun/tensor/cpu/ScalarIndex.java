package dev.gatun.tensor.cpu;

import static dev.gatun.tensor.cpu.Elements.getDouble;
import static dev.gatun.tensor.cpu.Elements.getLong;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.op.ScatterKind;
import dev.gatun.tensor.spi.Buf;
import dev.gatun.tensor.spi.Layout;

/** Indexing primitives of the scalar reference. Stateless. */
final class ScalarIndex {
  private ScalarIndex() {}

  static void gather(int axis, Buf x, Buf index, Buf y) {
    Walker places = new Walker(across(x.layout(), axis, index.shape()));
    Walker indices = new Walker(index.layout());
    Walker to = new Walker(y.layout());
    long step = stride(x, axis);
    for (long n = y.numel(); n > 0; n--) {
      long i = check("gather", getLong(index, indices.next()), axis, x.shape());
      ScalarElementwise.copy(x, places.next() + i * step, y, to.next());
    }
  }

  static void scatter(Primitive.Scatter op, Buf x, Buf index, Buf source, Buf y) {
    combine(op.name(), op.kind(), op.axis(), x, index, source, y);
  }

  static void indexSelect(int axis, Buf x, Buf index, Buf y) {
    Buf all = alongAxis(index, axis, y.shape());
    Walker places = new Walker(across(x.layout(), axis, y.shape()));
    Walker indices = new Walker(all.layout());
    Walker to = new Walker(y.layout());
    long step = stride(x, axis);
    for (long n = y.numel(); n > 0; n--) {
      long i = check("indexselect", getLong(all, indices.next()), axis, x.shape());
      ScalarElementwise.copy(x, places.next() + i * step, y, to.next());
    }
  }

  static void indexAdd(int axis, Buf x, Buf index, Buf source, Buf y) {
    Buf all = alongAxis(index, axis, source.shape());
    combine("indexadd", ScatterKind.ADD, axis, x, all, source, y);
  }

  /**
   * Copies x to y and folds the source into it. Values that are computed, not copied, pass through
   * wide numbers, so that many additions to one place round once.
   */
  private static void combine(
      String op, ScatterKind kind, int axis, Buf x, Buf index, Buf source, Buf y) {
    boolean isFloat = x.dtype().isFloat();
    double[] doubles = isFloat ? Dense.doubles(x) : new double[0];
    long[] longs = isFloat ? new long[0] : Dense.longs(x);
    Layout dense = Layout.contiguous(x.shape());
    Walker places = new Walker(across(dense, axis, index.shape()));
    Walker indices = new Walker(index.layout());
    Walker from = new Walker(across(source.layout(), -1, index.shape()));
    long step = dense.rank() == 0 ? 1 : dense.stride(axis);
    for (long n = index.numel(); n > 0; n--) {
      long i = check(op, getLong(index, indices.next()), axis, x.shape());
      int p = (int) (places.next() + i * step);
      long q = from.next();
      if (isFloat) {
        doubles[p] = combine(kind, doubles[p], getDouble(source, q));
      } else {
        longs[p] = combine(kind, longs[p], getLong(source, q), x.dtype());
      }
    }
    if (isFloat) {
      Dense.store(doubles, y);
    } else {
      Dense.store(longs, y);
    }
  }

  private static double combine(ScatterKind kind, double a, double b) {
    return switch (kind) {
      case SET -> b;
      case ADD -> a + b;
      case MUL -> a * b;
      case MAX -> Math.max(a, b);
      case MIN -> Math.min(a, b);
    };
  }

  private static long combine(ScatterKind kind, long a, long b, DType dtype) {
    return switch (kind) {
      case SET -> b;
      case ADD -> dtype.isBool() ? a | b : a + b;
      case MUL -> a * b;
      case MAX -> Math.max(a, b);
      case MIN -> Math.min(a, b);
    };
  }

  /** The layout's first part of a shape, with all positions along the axis at 0. */
  private static Layout across(Layout layout, int axis, Shape shape) {
    long[] s = layout.strides();
    if (axis >= 0 && axis < s.length) {
      s[axis] = 0;
    }
    return Layout.of(shape, s, layout.offset());
  }

  /** A 1-d index repeated over all other axes of a shape. */
  private static Buf alongAxis(Buf index, int axis, Shape shape) {
    long[] s = new long[shape.rank()];
    if (s.length > 0) {
      s[axis] = index.layout().stride(0);
    }
    return index.with(Layout.of(shape, s, index.offset()));
  }

  private static long stride(Buf x, int axis) {
    return x.shape().rank() == 0 ? 1 : x.layout().stride(axis);
  }

  private static long check(String op, long index, int axis, Shape shape) {
    long size = shape.rank() == 0 ? 1 : shape.size(axis);
    if (index < 0 || index >= size) {
      throw new ShapeException(
          op
              + ": index "
              + index
              + " is out of range for axis "
              + axis
              + " of size "
              + size
              + " of shape "
              + shape);
    }
    return index;
  }
}
