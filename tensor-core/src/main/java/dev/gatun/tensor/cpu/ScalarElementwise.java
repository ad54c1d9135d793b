package dev.gatun.tensor.cpu;

import static dev.gatun.tensor.cpu.Elements.getDouble;
import static dev.gatun.tensor.cpu.Elements.getLong;
import static dev.gatun.tensor.cpu.Elements.setDouble;
import static dev.gatun.tensor.cpu.Elements.setLong;

import dev.gatun.tensor.op.BinaryKind;
import dev.gatun.tensor.op.UnaryKind;
import dev.gatun.tensor.spi.Buf;
import java.lang.foreign.MemorySegment;

/** Elementwise primitives of the scalar reference. Stateless. */
final class ScalarElementwise {
  private ScalarElementwise() {}

  static void unary(UnaryKind kind, Buf x, Buf y) {
    Walker from = new Walker(x.layout());
    Walker to = new Walker(y.layout());
    for (long n = y.numel(); n > 0; n--) {
      long p = from.next();
      long q = to.next();
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
    Walker left = new Walker(a.layout());
    Walker right = new Walker(b.layout());
    Walker to = new Walker(y.layout());
    for (long n = y.numel(); n > 0; n--) {
      long p = left.next();
      long r = right.next();
      long q = to.next();
      if (!a.dtype().isFloat()) {
        setLong(y, q, ScalarMath.binary(kind, getLong(a, p), getLong(b, r), a.dtype()));
      } else if (kind.domain() == BinaryKind.Domain.COMPARE) {
        setLong(y, q, ScalarMath.compare(kind, getDouble(a, p), getDouble(b, r)) ? 1 : 0);
      } else {
        setDouble(y, q, ScalarMath.binary(kind, getDouble(a, p), getDouble(b, r), a.dtype()));
      }
    }
  }

  static void where(Buf condition, Buf a, Buf b, Buf y) {
    Walker test = new Walker(condition.layout());
    Walker left = new Walker(a.layout());
    Walker right = new Walker(b.layout());
    Walker to = new Walker(y.layout());
    for (long n = y.numel(); n > 0; n--) {
      boolean first = getLong(condition, test.next()) != 0;
      long p = left.next();
      long r = right.next();
      copy(first ? a : b, first ? p : r, y, to.next());
    }
  }

  /** Copies all elements, converting between dtypes; both may be strided. */
  static void copy(Buf x, Buf y) {
    Walker from = new Walker(x.layout());
    Walker to = new Walker(y.layout());
    for (long n = y.numel(); n > 0; n--) {
      copy(x, from.next(), y, to.next());
    }
  }

  /** Copies one element, converting between dtypes. */
  static void copy(Buf x, long p, Buf y, long q) {
    if (x.dtype() == y.dtype()) {
      int size = x.dtype().byteSize(); // bits stay as they are, also those of NaN
      MemorySegment.copy(x.segment(), p * size, y.segment(), q * size, size);
    } else if (x.dtype().isFloat()) {
      setDouble(y, q, getDouble(x, p));
    } else {
      setLong(y, q, getLong(x, p));
    }
  }

  static void bitcast(Buf x, Buf y) {
    copy(x, new Buf(y.storage(), y.layout(), x.dtype()));
  }

  static void full(Number value, Buf y) {
    Walker to = new Walker(y.layout());
    for (long n = y.numel(); n > 0; n--) {
      if (value instanceof Long l) {
        setLong(y, to.next(), l);
      } else {
        setDouble(y, to.next(), value.doubleValue());
      }
    }
  }

  static void iota(double start, double step, Buf y) {
    long n = y.numel();
    boolean exact = start == Math.rint(start) && step == Math.rint(step);
    for (long i = 0; i < n; i++) {
      if (exact && !y.dtype().isFloat()) {
        setLong(y, y.offset() + i, (long) start + i * (long) step);
      } else {
        setDouble(y, y.offset() + i, start + i * step);
      }
    }
  }
}
