package dev.gatun.tensor.cpu.simd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Folds of dense runs and of columns of float32 in {@link Memory}. A sum adds at most {@link
 * #DEPTH} values in one float before it goes on in double. The order of operations depends on the
 * sizes only. Offsets in bytes. Stateless. {@code DoubleFolds} is the same for float64.
 */
final class FloatFolds {
  private static final VectorSpecies<Float> SPECIES = SimdSpecies.floats();
  private static final int LANES = SPECIES.length();
  private static final long BYTES = Float.BYTES;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfDouble WIDE = ValueLayout.JAVA_DOUBLE;

  /** Values that one lane adds before its sum is widened. */
  private static final int DEPTH = 32;

  private static final int QUAD = 4 * LANES;
  private static final int PIECE = DEPTH * QUAD;

  /** The scratch buffer in which vectors become numbers. */
  private static final int BUFFER = 6;

  static final int SUM = 0;
  static final int MAX = 1;
  static final int MIN = 2;
  static final int PROD = 3;

  private FloatFolds() {}

  private static FloatVector load(MemorySegment s, long at) {
    return FloatVector.fromMemorySegment(SPECIES, Memory.of(s), at, ORDER);
  }

  /** Folds {@code n} (at least one) dense elements. */
  static double run(int op, MemorySegment x, long at, int n) {
    return switch (op) {
      case SUM -> sum(x, at, n);
      case PROD -> product(x, at, n);
      default -> extreme(op, x, at, n);
    };
  }

  private static double sum(MemorySegment x, long at, int n) {
    double total = 0;
    int whole = n & -LANES;
    MemorySegment lanes = whole > 0 ? Scratch.local().buffer(BUFFER) : MemorySegment.NULL;
    for (int i = 0; i < whole; i += PIECE) {
      sumPiece(x, at + (long) i * BYTES, Math.min(PIECE, whole - i), lanes);
      total += sumLanes(lanes, 0);
    }
    for (int i = whole; i < n; i++) {
      total += x.get(FLOAT, at + (long) i * BYTES);
    }
    return total;
  }

  /** Sums whole vectors, lane by lane. */
  private static void sumPiece(MemorySegment x, long at, int n, MemorySegment lanes) {
    FloatVector a = FloatVector.zero(SPECIES);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int i = 0;
    for (; i <= n - QUAD; i += QUAD) {
      long p = at + (long) i * BYTES;
      a = a.add(load(x, p));
      b = b.add(load(x, p + LANES * BYTES));
      c = c.add(load(x, p + 2L * LANES * BYTES));
      d = d.add(load(x, p + 3L * LANES * BYTES));
    }
    for (; i < n; i += LANES) {
      a = a.add(load(x, at + (long) i * BYTES));
    }
    a.add(b).add(c.add(d)).intoMemorySegment(lanes, 0, ORDER);
  }

  /** In a fixed order, which {@code reduceLanes} does not promise. */
  static double sumLanes(MemorySegment lanes, long at) {
    double even = 0;
    double odd = 0;
    for (int i = 0; i < LANES; i += 2) {
      even += lanes.get(FLOAT, at + (long) i * BYTES);
      odd += lanes.get(FLOAT, at + (long) (i + 1) * BYTES);
    }
    return even + odd;
  }

  /** The sum of {@code (a - u) (b - v)}. */
  static double dot(MemorySegment a, long aAt, float u, MemorySegment b, long bAt, float v, int n) {
    double total = 0;
    int whole = n & -LANES;
    MemorySegment lanes = Scratch.local().buffer(BUFFER);
    for (int i = 0; i < whole; i += PIECE) {
      long o = (long) i * BYTES;
      dotPiece(a, aAt + o, u, b, bAt + o, v, Math.min(PIECE, whole - i), lanes);
      total += sumLanes(lanes, 0);
    }
    for (int i = whole; i < n; i++) {
      long o = (long) i * BYTES;
      total += (double) (a.get(FLOAT, aAt + o) - u) * (b.get(FLOAT, bAt + o) - v);
    }
    return total;
  }

  private static void dotPiece(
      MemorySegment a,
      long aAt,
      float u,
      MemorySegment b,
      long bAt,
      float v,
      int n,
      MemorySegment lanes) {
    FloatVector s = FloatVector.zero(SPECIES);
    FloatVector t = s;
    int i = 0;
    for (; i <= n - 2 * LANES; i += 2 * LANES) {
      long o = (long) i * BYTES;
      long p = o + LANES * BYTES;
      s = load(a, aAt + o).sub(u).fma(load(b, bAt + o).sub(v), s);
      t = load(a, aAt + p).sub(u).fma(load(b, bAt + p).sub(v), t);
    }
    if (i < n) {
      long o = (long) i * BYTES;
      s = load(a, aAt + o).sub(u).fma(load(b, bAt + o).sub(v), s);
    }
    s.add(t).intoMemorySegment(lanes, 0, ORDER);
  }

  private static double product(MemorySegment x, long at, int n) {
    double p = 1;
    for (int i = 0; i < n; i++) {
      p *= x.get(FLOAT, at + (long) i * BYTES);
    }
    return p;
  }

  private static double extreme(int op, MemorySegment x, long at, int n) {
    int whole = n & -LANES;
    float best = x.get(FLOAT, at);
    if (whole > 0) {
      FloatVector v = op == MAX ? max(x, at, whole) : min(x, at, whole);
      // The greatest of a set does not depend on the order.
      best = op == MAX ? v.reduceLanes(VectorOperators.MAX) : v.reduceLanes(VectorOperators.MIN);
    }
    for (int i = whole; i < n; i++) {
      float v = x.get(FLOAT, at + (long) i * BYTES);
      best = op == MAX ? Math.max(best, v) : Math.min(best, v);
    }
    return best;
  }

  private static FloatVector max(MemorySegment x, long at, int n) {
    FloatVector a = load(x, at);
    FloatVector b = a;
    int i = 0;
    for (; i <= n - 2 * LANES; i += 2 * LANES) {
      a = a.max(load(x, at + (long) i * BYTES));
      b = b.max(load(x, at + (long) (i + LANES) * BYTES));
    }
    return i < n ? a.max(b).max(load(x, at + (long) i * BYTES)) : a.max(b);
  }

  private static FloatVector min(MemorySegment x, long at, int n) {
    FloatVector a = load(x, at);
    FloatVector b = a;
    int i = 0;
    for (; i <= n - 2 * LANES; i += 2 * LANES) {
      a = a.min(load(x, at + (long) i * BYTES));
      b = b.min(load(x, at + (long) (i + LANES) * BYTES));
    }
    return i < n ? a.min(b).min(load(x, at + (long) i * BYTES)) : a.min(b);
  }

  /** The first index that holds a value, or NaN if the value is NaN. */
  static int indexOf(MemorySegment x, long at, int n, double value) {
    float want = (float) value;
    boolean nan = Float.isNaN(want);
    for (int i = 0; i < n; i++) {
      float v = x.get(FLOAT, at + (long) i * BYTES);
      if (v == want || (nan && Float.isNaN(v))) {
        return i;
      }
    }
    throw new IllegalStateException("value " + value + " is gone");
  }

  /**
   * Folds rows into one: {@code into[j] = f(into[j], x[0][j], x[1][j], …)} for {@code columns}
   * (dense) columns. The target holds doubles.
   *
   * @param step bytes between rows
   */
  static void columns(
      int op, MemorySegment x, long at, long step, long rows, int columns, MemorySegment into) {
    int j = 0;
    MemorySegment lanes = Scratch.local().buffer(BUFFER);
    for (; j <= columns - QUAD; j += QUAD) {
      for (long r = 0; r < rows; r += DEPTH) {
        int n = (int) Math.min(DEPTH, rows - r);
        four(op, x, at + r * step + (long) j * BYTES, step, n, lanes);
        merge(op, lanes, into, j, QUAD);
      }
    }
    for (; j <= columns - LANES; j += LANES) {
      for (long r = 0; r < rows; r += DEPTH) {
        int n = (int) Math.min(DEPTH, rows - r);
        one(op, x, at + r * step + (long) j * BYTES, step, n, lanes);
        merge(op, lanes, into, j, LANES);
      }
    }
    for (; j < columns; j++) {
      double v = into.get(WIDE, j * 8L);
      for (long r = 0; r < rows; r++) {
        v = combine(op, v, x.get(FLOAT, at + r * step + (long) j * BYTES));
      }
      into.set(WIDE, j * 8L, v);
    }
  }

  private static double combine(int op, double a, double b) {
    return switch (op) {
      case SUM -> a + b;
      case MAX -> Math.max(a, b);
      default -> Math.min(a, b);
    };
  }

  private static void merge(int op, MemorySegment lanes, MemorySegment into, int j, int n) {
    for (int i = 0; i < n; i++) {
      long to = (j + i) * 8L;
      into.set(WIDE, to, combine(op, into.get(WIDE, to), lanes.get(FLOAT, (long) i * BYTES)));
    }
  }

  private static void four(
      int op, MemorySegment x, long at, long step, int rows, MemorySegment lanes) {
    FloatVector a = load(x, at);
    FloatVector b = load(x, at + LANES * BYTES);
    FloatVector c = load(x, at + 2L * LANES * BYTES);
    FloatVector d = load(x, at + 3L * LANES * BYTES);
    for (int r = 1; r < rows; r++) {
      long p = at + r * step;
      FloatVector e = load(x, p);
      FloatVector f = load(x, p + LANES * BYTES);
      FloatVector g = load(x, p + 2L * LANES * BYTES);
      FloatVector h = load(x, p + 3L * LANES * BYTES);
      if (op == SUM) {
        a = a.add(e);
        b = b.add(f);
        c = c.add(g);
        d = d.add(h);
      } else if (op == MAX) {
        a = a.max(e);
        b = b.max(f);
        c = c.max(g);
        d = d.max(h);
      } else {
        a = a.min(e);
        b = b.min(f);
        c = c.min(g);
        d = d.min(h);
      }
    }
    a.intoMemorySegment(lanes, 0, ORDER);
    b.intoMemorySegment(lanes, LANES * BYTES, ORDER);
    c.intoMemorySegment(lanes, 2L * LANES * BYTES, ORDER);
    d.intoMemorySegment(lanes, 3L * LANES * BYTES, ORDER);
  }

  private static void one(
      int op, MemorySegment x, long at, long step, int rows, MemorySegment lanes) {
    FloatVector a = load(x, at);
    for (int r = 1; r < rows; r++) {
      FloatVector e = load(x, at + r * step);
      if (op == SUM) {
        a = a.add(e);
      } else if (op == MAX) {
        a = a.max(e);
      } else {
        a = a.min(e);
      }
    }
    a.intoMemorySegment(lanes, 0, ORDER);
  }
}
