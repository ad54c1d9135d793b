package dev.gatun.tensor.cpu;

import dev.gatun.tensor.Shape;
import dev.gatun.tensor.op.Dims;
import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.op.Window;
import dev.gatun.tensor.spi.Buf;
import java.util.Arrays;

/** Pooling of the scalar reference, for any number of spatial axes. Stateless. */
final class ScalarPool {
  private ScalarPool() {}

  /** Called with the row-major numbers, within their planes, of a window and an element of it. */
  private interface Element {
    void visit(int window, int element);
  }

  static void max(Primitive.MaxPool op, Buf x, Buf values, Buf indices) {
    Shape in = spatial(x.shape());
    Shape out = spatial(values.shape());
    int size = Math.toIntExact(in.numel());
    int windows = Math.toIntExact(out.numel());
    int planes = Math.toIntExact(x.shape().size(0) * x.shape().size(1));
    double[] d = x.dtype().isFloat() ? Dense.doubles(x) : new double[0];
    long[] l = x.dtype().isFloat() ? new long[0] : Dense.longs(x);
    long[] best = new long[planes * windows];
    Arrays.fill(best, -1);
    for (int p = 0; p < planes; p++) {
      int base = p * size;
      int first = p * windows;
      walk(
          op.window(),
          in,
          out,
          (w, e) -> {
            int b = (int) best[first + w];
            boolean better =
                b < 0
                    || (x.dtype().isFloat()
                        ? d[base + e] > d[base + b] || Double.isNaN(d[base + e])
                        : l[base + e] > l[base + b]);
            if (better) {
              best[first + w] = e;
            }
          });
    }
    Walker value = new Walker(values.layout());
    Walker index = new Walker(indices.layout());
    for (int i = 0; i < best.length; i++) {
      long at = value.next();
      long b = best[i];
      if (b < 0) { // a window of padding alone
        lowest(values, at);
        Elements.setLong(indices, index.next(), 0);
      } else {
        int from = i / windows * size + (int) b;
        if (x.dtype().isFloat()) {
          Elements.setDouble(values, at, d[from]);
        } else {
          Elements.setLong(values, at, l[from]);
        }
        Elements.setLong(indices, index.next(), b);
      }
    }
  }

  private static void lowest(Buf y, long position) {
    switch (y.dtype()) {
      case UINT8, BOOL -> Elements.setLong(y, position, 0);
      case INT8 -> Elements.setLong(y, position, Byte.MIN_VALUE);
      case INT16 -> Elements.setLong(y, position, Short.MIN_VALUE);
      case INT32 -> Elements.setLong(y, position, Integer.MIN_VALUE);
      case INT64 -> Elements.setLong(y, position, Long.MIN_VALUE);
      default -> Elements.setDouble(y, position, Double.NEGATIVE_INFINITY);
    }
  }

  static void average(Primitive.AvgPool op, Buf x, Buf y) {
    Shape in = spatial(x.shape());
    Shape out = spatial(y.shape());
    double[] divisors =
        divisors(op.window(), op.countPadding(), op.divisor(), op.ceilPad(), in, out);
    double[] values = Dense.doubles(x);
    double[] sums = new double[Math.toIntExact(y.numel())];
    int planes = Math.toIntExact(x.shape().size(0) * x.shape().size(1));
    for (int p = 0; p < planes; p++) {
      int base = p * (int) in.numel();
      int first = p * divisors.length;
      walk(op.window(), in, out, (w, e) -> sums[first + w] += values[base + e]);
    }
    for (int i = 0; i < sums.length; i++) {
      sums[i] /= divisors[i % divisors.length];
    }
    Dense.store(sums, y);
  }

  static void averageGrad(Primitive.AvgPoolGrad op, Buf grad, Buf y) {
    Shape in = spatial(y.shape());
    Shape out = spatial(grad.shape());
    double[] divisors =
        divisors(op.window(), op.countPadding(), op.divisor(), op.ceilPad(), in, out);
    double[] values = Dense.doubles(grad);
    double[] sums = new double[Math.toIntExact(y.numel())];
    int planes = Math.toIntExact(y.shape().size(0) * y.shape().size(1));
    for (int p = 0; p < planes; p++) {
      int base = p * (int) in.numel();
      int first = p * divisors.length;
      walk(op.window(), in, out, (w, e) -> sums[base + e] += values[first + w] / divisors[w]);
    }
    Dense.store(sums, y);
  }

  /** What the sum of each window is divided by. */
  private static double[] divisors(
      Window window, boolean countPadding, long divisor, Dims ceilPad, Shape in, Shape out) {
    double[] d = new double[Math.toIntExact(out.numel())];
    for (int w = 0; w < d.length; w++) {
      long count = 1;
      int left = w;
      for (int a = window.rank() - 1; a >= 0; a--) {
        int at = left % (int) out.size(a);
        left /= (int) out.size(a);
        long low = countPadding ? -window.padLow().get(a) : 0;
        long high = in.size(a);
        if (countPadding) {
          high += window.padHigh().get(a) - ceilPad.get(a);
        }
        long inside = 0;
        for (long k = 0; k < window.kernel().get(a); k++) {
          long place =
              at * window.stride().get(a) - window.padLow().get(a) + k * window.dilation().get(a);
          if (place >= low && place < high) {
            inside++;
          }
        }
        count *= inside;
      }
      d[w] = divisor != 0 ? divisor : count;
    }
    return d;
  }

  /** All windows of a plane with their elements inside it, both in row-major order. */
  private static void walk(Window window, Shape in, Shape out, Element visitor) {
    int windows = Math.toIntExact(out.numel());
    int offsets = 1;
    for (int a = 0; a < window.rank(); a++) {
      offsets *= window.kernel().getInt(a);
    }
    for (int w = 0; w < windows; w++) {
      for (int k = 0; k < offsets; k++) {
        int element = 0;
        int scale = 1;
        boolean inside = true;
        int windowLeft = w;
        int offsetLeft = k;
        for (int a = window.rank() - 1; a >= 0; a--) {
          int at = windowLeft % (int) out.size(a);
          windowLeft /= (int) out.size(a);
          int offset = offsetLeft % window.kernel().getInt(a);
          offsetLeft /= window.kernel().getInt(a);
          int place =
              at * window.stride().getInt(a)
                  - window.padLow().getInt(a)
                  + offset * window.dilation().getInt(a);
          inside &= place >= 0 && place < in.size(a);
          element += place * scale;
          scale *= (int) in.size(a);
        }
        if (inside) {
          visitor.visit(w, element);
        }
      }
    }
  }

  private static Shape spatial(Shape s) {
    return s.slice(2, s.rank());
  }
}
