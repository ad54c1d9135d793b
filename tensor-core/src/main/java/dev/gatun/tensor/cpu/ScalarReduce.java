package dev.gatun.tensor.cpu;

import static dev.gatun.tensor.cpu.Elements.getDouble;
import static dev.gatun.tensor.cpu.Elements.getLong;
import static dev.gatun.tensor.cpu.Elements.setDouble;
import static dev.gatun.tensor.cpu.Elements.setLong;

import dev.gatun.tensor.Shape;
import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.op.ReduceKind;
import dev.gatun.tensor.op.ScanKind;
import dev.gatun.tensor.spi.Buf;
import dev.gatun.tensor.spi.Layout;
import java.util.Arrays;

/** Reductions and scans of the scalar reference. Stateless. */
final class ScalarReduce {
  private ScalarReduce() {}

  static void reduce(Primitive.Reduce op, Buf x, Buf y) {
    boolean[] gone = new boolean[x.shape().rank()];
    for (int a : op.axes().toIntArray()) {
      gone[a] = true;
    }
    // Two layouts of x: over the kept axes and over the reduced ones.
    Layout kept = part(x.layout(), gone, false);
    Layout inner = part(x.layout(), gone, true);
    Walker bases = new Walker(kept);
    Walker within = new Walker(inner);
    Walker to = new Walker(y.layout());
    long n = inner.shape().numel();
    for (long i = kept.shape().numel(); i > 0; i--) {
      within.reset(bases.next());
      if (op.kind().isIndex()) {
        setLong(y, to.next(), best(op.kind() == ReduceKind.ARGMAX, x, within, n));
      } else if (x.dtype().isFloat()) {
        setDouble(y, to.next(), foldFloat(op.kind(), x, within, n));
      } else {
        setLong(y, to.next(), foldLong(op.kind(), x, within, n));
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
    return Layout.of(Shape.of(Arrays.copyOf(d, n)), Arrays.copyOf(s, n), layout.offset());
  }

  private static double foldFloat(ReduceKind kind, Buf x, Walker at, long n) {
    double acc = kind == ReduceKind.PROD ? 1 : 0;
    for (long i = 0; i < n; i++) {
      double v = getDouble(x, at.next());
      acc =
          switch (kind) {
            case SUM -> acc + v;
            case PROD -> acc * v;
            case MAX -> i == 0 ? v : Math.max(acc, v);
            case MIN -> i == 0 ? v : Math.min(acc, v);
            case ARGMAX, ARGMIN -> throw new IllegalStateException(kind.toString());
          };
    }
    return acc;
  }

  private static long foldLong(ReduceKind kind, Buf x, Walker at, long n) {
    long acc = kind == ReduceKind.PROD ? 1 : 0;
    for (long i = 0; i < n; i++) {
      long v = getLong(x, at.next());
      acc =
          switch (kind) {
            case SUM -> acc + v;
            case PROD -> acc * v;
            case MAX -> i == 0 ? v : Math.max(acc, v);
            case MIN -> i == 0 ? v : Math.min(acc, v);
            case ARGMAX, ARGMIN -> throw new IllegalStateException(kind.toString());
          };
    }
    return acc;
  }

  /** The first greatest or smallest element, or the first NaN. */
  private static long best(boolean greatest, Buf x, Walker at, long n) {
    long best = 0;
    long first = at.next();
    double bestDouble = getDouble(x, first);
    long bestLong = getLong(x, first);
    for (long i = 1; i < n; i++) {
      long p = at.next();
      boolean better;
      if (x.dtype().isFloat()) {
        double v = getDouble(x, p);
        better =
            !Double.isNaN(bestDouble)
                && (Double.isNaN(v) || (greatest ? v > bestDouble : v < bestDouble));
      } else {
        better = greatest ? getLong(x, p) > bestLong : getLong(x, p) < bestLong;
      }
      if (better) {
        best = i;
        bestDouble = getDouble(x, p);
        bestLong = getLong(x, p);
      }
    }
    return best;
  }

  static void scan(Primitive.Scan op, Buf x, Buf y) {
    if (x.numel() == 0) {
      return;
    }
    if (x.shape().rank() == 0) {
      ScalarElementwise.copy(x, y);
      return;
    }
    int axis = op.axis();
    long n = x.shape().size(axis);
    long from = x.layout().stride(axis) * (op.reverse() ? -1 : 1);
    long to = y.layout().stride(axis) * (op.reverse() ? -1 : 1);
    Lines lines = new Lines(axis, x.layout(), y.layout());
    while (lines.next()) {
      long p = lines.start(0) + (op.reverse() ? (n - 1) * x.layout().stride(axis) : 0);
      long q = lines.start(1) + (op.reverse() ? (n - 1) * y.layout().stride(axis) : 0);
      if (x.dtype().isFloat()) {
        double acc = getDouble(x, p);
        setDouble(y, q, acc);
        for (long i = 1; i < n; i++) {
          acc = combine(op.kind(), acc, getDouble(x, p + i * from));
          setDouble(y, q + i * to, acc);
        }
      } else {
        long acc = getLong(x, p);
        setLong(y, q, acc);
        for (long i = 1; i < n; i++) {
          acc = combine(op.kind(), acc, getLong(x, p + i * from));
          setLong(y, q + i * to, acc);
        }
      }
    }
  }

  private static double combine(ScanKind kind, double a, double b) {
    return switch (kind) {
      case SUM -> a + b;
      case PROD -> a * b;
      case MAX -> Math.max(a, b);
      case MIN -> Math.min(a, b);
    };
  }

  private static long combine(ScanKind kind, long a, long b) {
    return switch (kind) {
      case SUM -> a + b;
      case PROD -> a * b;
      case MAX -> Math.max(a, b);
      case MIN -> Math.min(a, b);
    };
  }
}
