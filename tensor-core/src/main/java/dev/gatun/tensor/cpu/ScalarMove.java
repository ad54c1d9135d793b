package dev.gatun.tensor.cpu;

import static dev.gatun.tensor.cpu.Elements.getDouble;
import static dev.gatun.tensor.cpu.Elements.getLong;
import static dev.gatun.tensor.cpu.Elements.setLong;

import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.spi.Buf;
import dev.gatun.tensor.spi.Layout;
import java.util.Arrays;
import java.util.Comparator;

/** Padding, joining, sorting and finding, of the scalar reference. Stateless. */
final class ScalarMove {
  private ScalarMove() {}

  static void pad(Primitive.Pad op, Buf x, Buf y) {
    ScalarElementwise.full(op.value(), y);
    ScalarElementwise.copy(x, part(y, op.low().toArray(), x.shape().toArray()));
  }

  static void concat(Primitive.Concat op, Buf[] in, Buf y) {
    long[] start = new long[y.shape().rank()];
    for (Buf x : in) {
      ScalarElementwise.copy(x, part(y, start, x.shape().toArray()));
      start[op.axis()] += x.shape().size(op.axis());
    }
  }

  private static Buf part(Buf y, long[] starts, long[] sizes) {
    long[] ones = new long[starts.length];
    Arrays.fill(ones, 1);
    return y.with(y.layout().slice(starts, sizes, ones));
  }

  static void sort(Primitive.Sort op, Buf x, Buf values, Buf indices) {
    if (x.numel() == 0) {
      return;
    }
    if (x.shape().rank() == 0) {
      ScalarElementwise.copy(x, values);
      setLong(indices, indices.offset(), 0);
      return;
    }
    int axis = op.axis();
    int n = Math.toIntExact(x.shape().size(axis));
    long step = x.layout().stride(axis);
    long valueStep = values.layout().stride(axis);
    long indexStep = indices.layout().stride(axis);
    Integer[] order = new Integer[n];
    Lines lines = new Lines(axis, x.layout(), values.layout(), indices.layout());
    while (lines.next()) {
      long p = lines.start(0);
      Arrays.setAll(order, i -> i);
      Comparator<Integer> rising =
          x.dtype().isFloat()
              ? (i, j) -> compare(getDouble(x, p + i * step), getDouble(x, p + j * step))
              : (i, j) -> Long.compare(getLong(x, p + i * step), getLong(x, p + j * step));
      Arrays.sort(order, op.descending() ? rising.reversed() : rising); // stable
      for (int i = 0; i < n; i++) {
        ScalarElementwise.copy(x, p + order[i] * step, values, lines.start(1) + i * valueStep);
        setLong(indices, lines.start(2) + i * indexStep, order[i]);
      }
    }
  }

  /** NaN is greatest; zeros are equal whatever their sign. */
  private static int compare(double a, double b) {
    if (a < b) {
      return -1;
    }
    if (a > b) {
      return 1;
    }
    return Boolean.compare(Double.isNaN(a), Double.isNaN(b));
  }

  static void nonZero(Buf x, Buf y) {
    int rank = x.shape().rank();
    Layout layout = x.layout();
    Walker from = new Walker(layout);
    Walker to = new Walker(y.layout());
    for (long i = 0; i < x.numel(); i++) {
      if (getDouble(x, from.next()) != 0) {
        long left = i;
        long block = x.numel();
        for (int a = 0; a < rank; a++) {
          block /= layout.shape().size(a);
          setLong(y, to.next(), left / block);
          left %= block;
        }
      }
    }
  }
}
