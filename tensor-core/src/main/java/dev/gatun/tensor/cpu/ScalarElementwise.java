package dev.gatun.tensor.cpu;

import static dev.gatun.tensor.cpu.Elements.getDouble;
import static dev.gatun.tensor.cpu.Elements.getLong;
import static dev.gatun.tensor.cpu.Elements.setDouble;
import static dev.gatun.tensor.cpu.Elements.setLong;

import dev.gatun.tensor.op.BinaryKind;
import dev.gatun.tensor.op.UnaryKind;
import dev.gatun.tensor.spi.Buf;

/** Elementwise primitives of the scalar reference. Stateless. */
final class ScalarElementwise {
  private ScalarElementwise() {}

  static void unary(UnaryKind kind, Buf x, Buf y) {
    long n = y.numel();
    for (long i = 0; i < n; i++) {
      long p = x.layout().position(i);
      long q = y.layout().position(i);
      if (kind.domain() == UnaryKind.Domain.PREDICATE) {
        setLong(y, q, ScalarMath.test(kind, getDouble(x, p)) ? 1 : 0);
      } else if (x.dtype().isFloat()) {
        setDouble(y, q, ScalarMath.unary(kind, getDouble(x, p)));
      } else if (x.dtype().isBool()) {
        setLong(y, q, 1 - getLong(x, p)); // NOT is the only one that takes bool
      } else {
        setLong(y, q, ScalarMath.unary(kind, getLong(x, p)));
      }
    }
  }

  static void binary(BinaryKind kind, Buf a, Buf b, Buf y) {
    long n = y.numel();
    for (long i = 0; i < n; i++) {
      long p = a.layout().position(i);
      long r = b.layout().position(i);
      long q = y.layout().position(i);
      if (a.dtype().isFloat()) {
        double u = getDouble(a, p);
        double v = getDouble(b, r);
        if (kind.domain() == BinaryKind.Domain.COMPARE) {
          setLong(y, q, ScalarMath.compare(kind, u, v) ? 1 : 0);
        } else {
          setDouble(y, q, ScalarMath.binary(kind, u, v));
        }
      } else {
        setLong(y, q, ScalarMath.binary(kind, getLong(a, p), getLong(b, r), a.dtype()));
      }
    }
  }

  static void where(Buf condition, Buf a, Buf b, Buf y) {
    long n = y.numel();
    for (long i = 0; i < n; i++) {
      Buf from = getLong(condition, condition.layout().position(i)) != 0 ? a : b;
      copy(from, from.layout().position(i), y, y.layout().position(i));
    }
  }

  static void cast(Buf x, Buf y) {
    long n = y.numel();
    for (long i = 0; i < n; i++) {
      copy(x, x.layout().position(i), y, y.layout().position(i));
    }
  }

  /** Copies one element, converting between dtypes. */
  static void copy(Buf x, long p, Buf y, long q) {
    if (x.dtype().isFloat()) {
      setDouble(y, q, getDouble(x, p));
    } else {
      setLong(y, q, getLong(x, p));
    }
  }

  static void copy(Buf x, Buf y) {
    cast(x, y);
  }

  static void bitcast(Buf x, Buf y) {
    int size = x.dtype().byteSize();
    long n = y.numel();
    for (long i = 0; i < n; i++) {
      long from = x.layout().position(i) * size;
      long to = y.layout().position(i) * size;
      java.lang.foreign.MemorySegment.copy(x.segment(), from, y.segment(), to, size);
    }
  }

  static void full(Number value, Buf y) {
    long n = y.numel();
    for (long i = 0; i < n; i++) {
      if (value instanceof Long l) {
        setLong(y, y.layout().position(i), l);
      } else {
        setDouble(y, y.layout().position(i), value.doubleValue());
      }
    }
  }

  static void iota(double start, double step, Buf y) {
    long n = y.numel();
    boolean exact = start == Math.rint(start) && step == Math.rint(step);
    for (long i = 0; i < n; i++) {
      if (exact && !y.dtype().isFloat()) {
        setLong(y, y.layout().position(i), (long) start + i * (long) step);
      } else {
        setDouble(y, y.layout().position(i), start + i * step);
      }
    }
  }
}
