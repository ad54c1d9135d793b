package dev.gatun.tensor.cpu;

import static dev.gatun.tensor.cpu.Elements.getDouble;
import static dev.gatun.tensor.cpu.Elements.getLong;
import static dev.gatun.tensor.cpu.Elements.setDouble;
import static dev.gatun.tensor.cpu.Elements.setLong;

import dev.gatun.tensor.Shape;
import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.op.ReduceKind;
import dev.gatun.tensor.spi.Buf;
import dev.gatun.tensor.spi.Layout;

/** Reductions of the scalar reference. Stateless. */
final class ScalarReduce {
  private ScalarReduce() {}

  static void reduce(Primitive.Reduce op, Buf x, Buf y) {
    int rank = x.shape().rank();
    boolean[] gone = new boolean[rank];
    for (int a : op.axes().toIntArray()) {
      gone[a] = true;
    }
    // Two layouts of x: over the kept axes and over the reduced ones.
    Layout kept = part(x.layout(), gone, false);
    Layout inner = part(x.layout(), gone, true);
    long outer = kept.shape().numel();
    long n = inner.shape().numel();
    for (long i = 0; i < outer; i++) {
      long base = kept.position(i);
      if (x.dtype().isFloat()) {
        double v = foldFloat(op.kind(), x, base, inner, n);
        if (op.kind().isIndex()) {
          setLong(y, y.offset() + i, (long) v);
        } else {
          setDouble(y, y.offset() + i, v);
        }
      } else {
        setLong(y, y.offset() + i, foldLong(op.kind(), x, base, inner, n));
      }
    }
  }

  private static Layout part(Layout layout, boolean[] gone, boolean want) {
    int n = 0;
    long[] d = new long[gone.length];
    long[] s = new long[gone.length];
    for (int i = 0; i < gone.length; i++) {
      if (gone[i] == want) {
        d[n] = layout.shape().size(i);
        s[n++] = layout.stride(i);
      }
    }
    Shape shape = Shape.of(java.util.Arrays.copyOf(d, n));
    return Layout.of(shape, java.util.Arrays.copyOf(s, n), want ? 0 : layout.offset());
  }

  private static double foldFloat(ReduceKind kind, Buf x, long base, Layout inner, long n) {
    double acc = kind == ReduceKind.PROD ? 1 : 0;
    double best = 0;
    for (long i = 0; i < n; i++) {
      double v = getDouble(x, base + inner.position(i));
      switch (kind) {
        case SUM -> acc += v;
        case PROD -> acc *= v;
        case MAX -> acc = i == 0 ? v : Math.max(acc, v);
        case MIN -> acc = i == 0 ? v : Math.min(acc, v);
        case ARGMAX, ARGMIN -> {
          boolean better = kind == ReduceKind.ARGMAX ? v > best : v < best;
          if (i == 0 || (!Double.isNaN(best) && (better || Double.isNaN(v)))) {
            best = v;
            acc = i;
          }
        }
      }
    }
    return acc;
  }

  private static long foldLong(ReduceKind kind, Buf x, long base, Layout inner, long n) {
    long acc = kind == ReduceKind.PROD ? 1 : 0;
    long best = 0;
    for (long i = 0; i < n; i++) {
      long v = getLong(x, base + inner.position(i));
      switch (kind) {
        case SUM -> acc += v;
        case PROD -> acc *= v;
        case MAX -> acc = i == 0 ? v : Math.max(acc, v);
        case MIN -> acc = i == 0 ? v : Math.min(acc, v);
        case ARGMAX, ARGMIN -> {
          if (i == 0 || (kind == ReduceKind.ARGMAX ? v > best : v < best)) {
            best = v;
            acc = i;
          }
        }
      }
    }
    return acc;
  }
}
