package dev.gatun.tensor.cpu.simd;

import dev.gatun.tensor.spi.Buf;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Softmax, its logarithm, cross entropy and their gradients over the rows of dense float32 tensors.
 * Stateless.
 */
final class Rows {
  private static final VectorSpecies<Float> SPECIES = SimdSpecies.floats();
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;

  /** Elements whose exponentials are summed in floats. */
  private static final int PIECE = 32 * LANES;

  private Rows() {}

  /** Over runs of {@code n} elements; both tensors are contiguous. */
  static void softmax(boolean log, int n, Buf x, Buf y) {
    MemorySegment xs = Memory.of(x.segment());
    MemorySegment ys = Memory.of(y.segment());
    each(x, n, r -> row(log, xs, at(x, r, n), ys, at(y, r, n), n));
  }

  /**
   * From the gradient g and the result y that of the input, over runs of {@code n} elements; all
   * tensors are contiguous.
   */
  static void softmaxGrad(boolean log, int n, Buf g, Buf y, Buf dx) {
    MemorySegment gs = Memory.of(g.segment());
    MemorySegment ys = Memory.of(y.segment());
    MemorySegment to = Memory.of(dx.segment());
    each(
        g,
        n,
        r -> {
          long gAt = at(g, r, n);
          long yAt = at(y, r, n);
          if (log) {
            float sum = (float) FloatFolds.run(FloatFolds.SUM, gs, gAt, n);
            logGradient(gs, gAt, ys, yAt, to, at(dx, r, n), n, sum);
          } else {
            float dot = (float) FloatFolds.dot(gs, gAt, 0, ys, yAt, 0, n);
            gradient(gs, gAt, ys, yAt, to, at(dx, r, n), n, dot);
          }
        });
  }

  /** Scores x [N, n], targets [N], losses y [N]; all tensors are contiguous. */
  static void crossEntropy(int n, Buf x, Buf target, Buf y) {
    MemorySegment xs = Memory.of(x.segment());
    each(
        x,
        n,
        r -> {
          long k = target(target, r, x);
          long at = at(x, r, n);
          float max = (float) FloatFolds.run(FloatFolds.MAX, xs, at, n);
          double rest = Math.log(exponentialSum(xs, at, n, max));
          float picked = xs.get(F32, at + k * 4) - max;
          y.segment().set(F32, y.byteOffset() + r * 4, (float) (rest - picked));
        });
  }

  /** Gradients g [N], scores x [N, n], targets [N], result dx [N, n]; all are contiguous. */
  static void crossEntropyGrad(int n, Buf g, Buf x, Buf target, Buf dx) {
    MemorySegment xs = Memory.of(x.segment());
    MemorySegment to = Memory.of(dx.segment());
    each(
        x,
        n,
        r -> {
          long k = target(target, r, x);
          long at = at(dx, r, n);
          double sum = exponentials(xs, at(x, r, n), to, at, n);
          float weight = g.segment().get(F32, g.byteOffset() + r * 4);
          multiply(to, at, n, (float) (weight / sum));
          to.set(F32, at + k * 4, to.get(F32, at + k * 4) - weight);
        });
  }

  private static long target(Buf target, long row, Buf x) {
    long index = target.segment().get(ValueLayout.JAVA_LONG, target.byteOffset() + row * 8);
    return Indexing.check("crossentropy", index, 1, x.shape());
  }

  private static long at(Buf b, long row, int n) {
    return Memory.at(b) + row * n * 4;
  }

  private interface Row {
    void run(long row);
  }

  private static void each(Buf x, int n, Row row) {
    long rows = x.numel() / n;
    int tasks = x.numel() < Elementwise.PARALLEL / 4 ? 1 : (int) Math.min(rows, ThreadPool.size());
    ThreadPool.parallelFor(
        tasks,
        t -> {
          for (long r = rows * t / tasks; r < rows * (t + 1) / tasks; r++) {
            row.run(r);
          }
        });
  }

  private static void row(boolean log, MemorySegment x, long at, MemorySegment y, long yAt, int n) {
    int whole = n & -LANES;
    if (log) {
      float max = (float) FloatFolds.run(FloatFolds.MAX, x, at, n);
      float rest = (float) Math.log(exponentialSum(x, at, n, max));
      subtract(x, at, y, yAt, whole, max, rest);
      for (int i = whole; i < n; i++) {
        y.set(F32, yAt + i * 4L, x.get(F32, at + i * 4L) - max - rest);
      }
    } else {
      multiply(y, yAt, n, (float) (1 / exponentials(x, at, y, yAt, n)));
    }
  }

  /** {@code y = exp(x - max)}; returns the sum of y. */
  private static double exponentials(MemorySegment x, long at, MemorySegment y, long yAt, int n) {
    float max = (float) FloatFolds.run(FloatFolds.MAX, x, at, n);
    MemorySegment scratch = Scratch.local().tail;
    double sum = 0;
    int whole = n & -LANES;
    for (int i = 0; i < whole; i += PIECE) {
      piece(x, at + i * 4L, y, yAt + i * 4L, Math.min(PIECE, whole - i), max, scratch);
      sum += FloatFolds.sumLanes(scratch, 0);
    }
    if (whole < n) {
      long tail = padded(x, at + whole * 4L, n - whole, scratch);
      MemorySegment s = Memory.of(scratch);
      piece(s, tail, s, tail, LANES, max, scratch);
      sum += FloatFolds.sumLanes(scratch, 0);
      MemorySegment.copy(s, tail, y, yAt + whole * 4L, (n - whole) * 4L);
    }
    return sum;
  }

  /** The sum of {@code exp(x - max)}. */
  private static double exponentialSum(MemorySegment x, long at, int n, float max) {
    MemorySegment scratch = Scratch.local().tail;
    double sum = 0;
    int whole = n & -LANES;
    for (int i = 0; i < whole; i += PIECE) {
      sumPiece(x, at + i * 4L, Math.min(PIECE, whole - i), max, scratch);
      sum += FloatFolds.sumLanes(scratch, 0);
    }
    if (whole < n) {
      long tail = padded(x, at + whole * 4L, n - whole, scratch);
      sumPiece(Memory.of(scratch), tail, LANES, max, scratch);
      sum += FloatFolds.sumLanes(scratch, 0);
    }
    return sum;
  }

  /**
   * Copies what is left of a row behind a scratch buffer's first vector; its exponentials end it.
   */
  private static long padded(MemorySegment x, long at, int n, MemorySegment scratch) {
    for (int i = 0; i < LANES; i++) {
      float v = i < n ? x.get(F32, at + i * 4L) : Float.NEGATIVE_INFINITY;
      scratch.setAtIndex(F32, LANES + i, v);
    }
    return Memory.at(scratch, LANES * 4L, LANES * 4L);
  }

  private static void piece(
      MemorySegment x, long at, MemorySegment y, long yAt, int n, float max, MemorySegment lanes) {
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int i = 0; i < n; i += LANES) {
      FloatVector e = Exponentials.exp(load(x, at + i * 4L).sub(max));
      e.intoMemorySegment(Memory.of(y), yAt + i * 4L, ORDER);
      sum = sum.add(e);
    }
    sum.intoMemorySegment(lanes, 0, ORDER);
  }

  private static void sumPiece(MemorySegment x, long at, int n, float max, MemorySegment lanes) {
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int i = 0; i < n; i += LANES) {
      sum = sum.add(Exponentials.exp(load(x, at + i * 4L).sub(max)));
    }
    sum.intoMemorySegment(lanes, 0, ORDER);
  }

  private static void subtract(
      MemorySegment x, long at, MemorySegment y, long yAt, int n, float max, float rest) {
    for (int i = 0; i < n; i += LANES) {
      load(x, at + i * 4L).sub(max).sub(rest).intoMemorySegment(Memory.of(y), yAt + i * 4L, ORDER);
    }
  }

  private static void multiply(MemorySegment y, long at, int n, float by) {
    int whole = n & -LANES;
    for (int i = 0; i < whole; i += LANES) {
      load(y, at + i * 4L).mul(by).intoMemorySegment(Memory.of(y), at + i * 4L, ORDER);
    }
    for (int i = whole; i < n; i++) {
      y.set(F32, at + i * 4L, y.get(F32, at + i * 4L) * by);
    }
  }

  /** {@code dx = y (g - dot)}. */
  private static void gradient(
      MemorySegment g,
      long gAt,
      MemorySegment y,
      long yAt,
      MemorySegment dx,
      long to,
      int n,
      float dot) {
    int whole = n & -LANES;
    for (int i = 0; i < whole; i += LANES) {
      FloatVector v = load(g, gAt + i * 4L).sub(dot).mul(load(y, yAt + i * 4L));
      v.intoMemorySegment(Memory.of(dx), to + i * 4L, ORDER);
    }
    for (int i = whole; i < n; i++) {
      dx.set(F32, to + i * 4L, (g.get(F32, gAt + i * 4L) - dot) * y.get(F32, yAt + i * 4L));
    }
  }

  /** {@code dx = g - exp(y) sum}. */
  private static void logGradient(
      MemorySegment g,
      long gAt,
      MemorySegment y,
      long yAt,
      MemorySegment dx,
      long to,
      int n,
      float sum) {
    int whole = n & -LANES;
    for (int i = 0; i < whole; i += LANES) {
      FloatVector p = Exponentials.exp(load(y, yAt + i * 4L));
      load(g, gAt + i * 4L).sub(p.mul(sum)).intoMemorySegment(Memory.of(dx), to + i * 4L, ORDER);
    }
    if (whole < n) {
      MemorySegment tail = Scratch.local().tail;
      long bytes = (n - whole) * 4L;
      MemorySegment.copy(g, gAt + whole * 4L, tail, 0, bytes);
      MemorySegment.copy(y, yAt + whole * 4L, tail, 128, bytes);
      MemorySegment t = Memory.of(tail);
      long from = Memory.at(tail, 0, tail.byteSize());
      logGradient(t, from, t, from + 128, t, from + 256, LANES, sum);
      MemorySegment.copy(tail, 256, dx, to + whole * 4L, bytes);
    }
  }

  private static FloatVector load(MemorySegment x, long at) {
    return FloatVector.fromMemorySegment(SPECIES, Memory.of(x), at, ORDER);
  }
}
