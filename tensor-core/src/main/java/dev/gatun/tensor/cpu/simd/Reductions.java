package dev.gatun.tensor.cpu.simd;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.op.ReduceKind;
import dev.gatun.tensor.spi.Backend;
import dev.gatun.tensor.spi.Buf;
import dev.gatun.tensor.spi.Layout;
import dev.gatun.tensor.spi.Storage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Reductions of floats over any axes. The innermost axis decides how: dense and reduced, each run
 * is folded to a number; dense and kept, rows are folded into one; else the input is copied so that
 * the reduced axes come last. Stateless.
 */
final class Reductions {
  private static final ValueLayout.OfDouble WIDE = ValueLayout.JAVA_DOUBLE;

  /** Elements that one task folds; fixed, so that results do not depend on the threads. */
  private static final int CHUNK = 1 << 16;

  /** Columns folded at a time: their sums fit the scratch buffer. */
  private static final int COLUMNS = 1024;

  private static final int SUMS = 4;

  private Reductions() {}

  /** True where {@link #reduce} has a kernel. */
  static boolean supports(DType dtype) {
    return dtype.isFloat();
  }

  static void reduce(Backend backend, Primitive.Reduce op, Buf x, Buf y) {
    if (y.numel() == 0) {
      return;
    }
    if (x.dtype() == DType.FLOAT32 || x.dtype() == DType.FLOAT64) {
      strided(backend, op, x, y);
      return;
    }
    Buf wide = temporary(backend, x.shape(), DType.FLOAT32);
    Buf result = op.kind().isIndex() ? y : temporary(backend, y.shape(), DType.FLOAT32);
    try {
      Copies.cast(x, wide);
      strided(backend, op, wide, result);
      if (!op.kind().isIndex()) {
        Copies.cast(result, y);
      }
    } finally {
      wide.storage().release();
      if (!op.kind().isIndex()) {
        result.storage().release();
      }
    }
  }

  private static Buf temporary(Backend backend, Shape shape, DType dtype) {
    Storage storage = backend.allocate(shape.numel() * dtype.byteSize());
    return new Buf(storage, Layout.contiguous(shape), dtype);
  }

  /** The axes of the input, split into kept and reduced ones and merged where they are dense. */
  private static final class Plan {
    int kept;
    int reduced;
    final long[] keptSize;
    final long[] keptStride;
    final long[] reducedSize;
    final long[] reducedStride;
    boolean lastIsReduced;
    long lastStride = 1;

    Plan(Layout layout, int[] axes) {
      int rank = layout.rank();
      keptSize = new long[rank];
      keptStride = new long[rank];
      reducedSize = new long[rank];
      reducedStride = new long[rank];
      boolean before = false;
      boolean any = false;
      for (int a = 0; a < rank; a++) {
        long size = layout.shape().size(a);
        if (size == 1) {
          continue;
        }
        long stride = layout.stride(a);
        boolean gone = contains(axes, a);
        int last = gone ? reduced - 1 : kept - 1;
        long[] sizes = gone ? reducedSize : keptSize;
        long[] strides = gone ? reducedStride : keptStride;
        if (any && before == gone && strides[last] == stride * size) {
          sizes[last] *= size;
          strides[last] = stride;
        } else {
          sizes[last + 1] = size;
          strides[last + 1] = stride;
          if (gone) {
            reduced++;
          } else {
            kept++;
          }
        }
        before = gone;
        any = true;
        lastIsReduced = gone;
        lastStride = stride;
      }
    }

    private static boolean contains(int[] axes, int axis) {
      for (int a : axes) {
        if (a == axis) {
          return true;
        }
      }
      return false;
    }

    static long product(long[] sizes, int n) {
      long p = 1;
      for (int i = 0; i < n; i++) {
        p *= sizes[i];
      }
      return p;
    }

    /** The offset of a row-major number among the first {@code n} axes. */
    static long position(long index, long[] sizes, long[] strides, int n) {
      long p = 0;
      for (int i = n - 1; i >= 0; i--) {
        p += index % sizes[i] * strides[i];
        index /= sizes[i];
      }
      return p;
    }
  }

  private static void strided(Backend backend, Primitive.Reduce op, Buf x, Buf y) {
    int[] axes = op.axes().toIntArray();
    if (x.numel() == 0) {
      Copies.full(op.kind() == ReduceKind.PROD ? 1.0 : 0.0, y);
      return;
    }
    Plan plan = new Plan(x.layout(), axes);
    if (plan.reduced == 0) {
      if (op.kind().isIndex()) {
        Copies.full(0L, y);
      } else {
        Copies.copy(x, y.with(Layout.contiguous(x.shape())));
      }
      return;
    }
    boolean runs =
        plan.lastIsReduced && plan.lastStride == 1 && (!op.kind().isIndex() || plan.reduced == 1);
    boolean rows =
        !plan.lastIsReduced
            && plan.lastStride == 1
            && !op.kind().isIndex()
            && op.kind() != ReduceKind.PROD;
    if (runs) {
      runs(op.kind(), plan, x, y);
    } else if (rows) {
      rows(op.kind(), plan, x, y);
    } else {
      copied(backend, op, axes, x, y);
    }
  }

  /** Puts the reduced axes last, then folds runs. */
  private static void copied(Backend backend, Primitive.Reduce op, int[] axes, Buf x, Buf y) {
    reducedLast(backend, axes, x, (plan, dense) -> runs(op.kind(), plan, dense, y));
  }

  private interface Folding {
    void run(Plan plan, Buf x);
  }

  /** Calls with a dense copy whose last axes are the reduced ones. */
  private static void reducedLast(Backend backend, int[] axes, Buf x, Folding folding) {
    int rank = x.shape().rank();
    int[] order = new int[rank];
    int n = 0;
    for (int a = 0; a < rank; a++) {
      if (!Plan.contains(axes, a)) {
        order[n++] = a;
      }
    }
    int kept = n;
    int[] sorted = axes.clone();
    Arrays.sort(sorted);
    for (int a : sorted) {
      order[n++] = a;
    }
    Buf turned = x.with(x.layout().permute(order));
    Buf dense = temporary(backend, turned.shape(), x.dtype());
    try {
      Copies.copy(turned, dense);
      int[] last = new int[rank - kept];
      for (int i = 0; i < last.length; i++) {
        last[i] = kept + i;
      }
      folding.run(new Plan(dense.layout(), last), dense);
    } finally {
      dense.storage().release();
    }
  }

  /** The sum of squares of what differs from the mean, over n - correction; float32. */
  static void variance(Backend backend, int[] axes, double correction, Buf x, Buf y) {
    if (y.numel() == 0) {
      return;
    }
    long n = x.numel() / y.numel();
    double divisor = Math.max(0, n - correction);
    if (n <= 1) {
      Plan plan = new Plan(x.layout(), axes);
      for (long r = 0; r < y.numel(); r++) {
        // No element differs from the mean; a NaN or an infinity has none.
        long at = n == 0 ? 0 : x.offset() + position(plan, r);
        float v = n == 0 ? 0 : x.segment().get(ValueLayout.JAVA_FLOAT, at * 4);
        double square = Float.isFinite(v) ? 0 : Double.NaN;
        y.segment().set(ValueLayout.JAVA_FLOAT, (y.offset() + r) * 4, (float) (square / divisor));
      }
      return;
    }
    Plan plan = new Plan(x.layout(), axes);
    if (plan.lastIsReduced && plan.lastStride == 1 && plan.reduced == 1) {
      deviations(plan, divisor, x, y);
    } else {
      reducedLast(backend, axes, x, (turned, dense) -> deviations(turned, divisor, dense, y));
    }
  }

  private static long position(Plan plan, long result) {
    return Plan.position(result, plan.keptSize, plan.keptStride, plan.kept);
  }

  /** One dense run for each result. */
  private static void deviations(Plan plan, double divisor, Buf x, Buf y) {
    long length = plan.reducedSize[0];
    long results = y.numel();
    MemorySegment xs = Memory.of(x.segment());
    long origin = Memory.at(x.segment(), 0, x.segment().byteSize());
    int pieces = Math.toIntExact((length + CHUNK - 1) / CHUNK);
    boolean few = results < 16 && pieces > 1;
    IntTask result =
        i -> {
          long base = origin + (x.offset() + position(plan, i)) * 4;
          double mean =
              pieces(base, length, few, (at, n) -> FloatFolds.run(FloatFolds.SUM, xs, at, n))
                  / length;
          float near = (float) mean;
          double squares =
              pieces(base, length, few, (at, n) -> FloatFolds.dot(xs, at, near, xs, at, near, n));
          // Less what comes from rounding the mean.
          squares -= length * (mean - near) * (mean - near);
          float v = (float) (Math.max(0, squares) / divisor);
          v = Double.isNaN(squares) ? Float.NaN : v;
          y.segment().set(ValueLayout.JAVA_FLOAT, (y.offset() + i) * 4, v);
        };
    if (few) {
      for (int i = 0; i < results; i++) {
        result.run(i);
      }
      return;
    }
    int tasks = (int) Math.min(results, ThreadPool.size());
    parallel(
        x.numel(),
        tasks,
        t -> {
          for (long i = results * t / tasks; i < results * (t + 1) / tasks; i++) {
            result.run((int) i);
          }
        });
  }

  private interface Fold {
    double run(long at, int n);
  }

  /** The sum over the pieces of a run, which several threads may fold. */
  private static double pieces(long base, long length, boolean divided, Fold fold) {
    int n = Math.toIntExact((length + CHUNK - 1) / CHUNK);
    if (n == 1) {
      return fold.run(base, (int) length);
    }
    double[] parts = new double[n];
    IntTask piece =
        i -> {
          long from = (long) i * CHUNK;
          parts[i] = fold.run(base + from * 4, (int) Math.min(CHUNK, length - from));
        };
    if (divided) {
      ThreadPool.parallelFor(n, piece);
    } else {
      for (int i = 0; i < n; i++) {
        piece.run(i);
      }
    }
    double sum = 0;
    for (double part : parts) {
      sum += part;
    }
    return sum;
  }

  private static int code(ReduceKind kind) {
    return switch (kind) {
      case SUM -> FloatFolds.SUM;
      case PROD -> FloatFolds.PROD;
      case MAX, ARGMAX -> FloatFolds.MAX;
      case MIN, ARGMIN -> FloatFolds.MIN;
    };
  }

  private static double combine(int op, double a, double b) {
    return switch (op) {
      case FloatFolds.SUM -> a + b;
      case FloatFolds.PROD -> a * b;
      case FloatFolds.MAX -> Math.max(a, b);
      default -> Math.min(a, b);
    };
  }

  private static void runs(ReduceKind kind, Plan plan, Buf x, Buf y) {
    int op = code(kind);
    boolean isDouble = x.dtype() == DType.FLOAT64;
    int size = x.dtype().byteSize();
    int outer = plan.reduced - 1;
    long length = plan.reducedSize[outer];
    long perResult = Plan.product(plan.reducedSize, outer);
    long results = y.numel();
    long pieces = (length + CHUNK - 1) / CHUNK;
    MemorySegment xs = Memory.of(x.segment());
    long origin = Memory.at(x.segment(), 0, x.segment().byteSize());
    if (results < 16 && perResult * pieces > 1) {
      // Few results of many elements: the pieces of a result are folded by several threads.
      int n = Math.toIntExact(perResult * pieces);
      double[] partial = new double[n];
      for (long r = 0; r < results; r++) {
        long base = x.offset() + Plan.position(r, plan.keptSize, plan.keptStride, plan.kept);
        parallel(
            length * perResult,
            n,
            i -> {
              long at =
                  base
                      + Plan.position(i / pieces, plan.reducedSize, plan.reducedStride, outer)
                      + i % pieces * CHUNK;
              int count = (int) Math.min(CHUNK, length - i % pieces * CHUNK);
              partial[i] =
                  isDouble
                      ? DoubleFolds.run(op, xs, origin + at * size, count)
                      : FloatFolds.run(op, xs, origin + at * size, count);
            });
        double v = partial[0];
        for (int i = 1; i < n; i++) {
          v = combine(op, v, partial[i]);
        }
        store(kind, x, y, r, v, base, length, isDouble);
      }
      return;
    }
    int tasks = (int) Math.min(results, ThreadPool.size());
    parallel(
        results * perResult * length,
        tasks,
        t -> {
          long end = results * (t + 1) / tasks;
          for (long r = results * t / tasks; r < end; r++) {
            long base = x.offset() + Plan.position(r, plan.keptSize, plan.keptStride, plan.kept);
            double v = 0;
            for (long o = 0; o < perResult; o++) {
              long at = base + Plan.position(o, plan.reducedSize, plan.reducedStride, outer);
              for (long i = 0; i < length; i += CHUNK) {
                int count = (int) Math.min(CHUNK, length - i);
                double part =
                    isDouble
                        ? DoubleFolds.run(op, xs, origin + (at + i) * size, count)
                        : FloatFolds.run(op, xs, origin + (at + i) * size, count);
                v = o == 0 && i == 0 ? part : combine(op, v, part);
              }
            }
            store(kind, x, y, r, v, base, length, isDouble);
          }
        });
  }

  private static void store(
      ReduceKind kind, Buf x, Buf y, long r, double v, long base, long length, boolean isDouble) {
    long at = y.offset() + r;
    if (!kind.isIndex()) {
      if (isDouble) {
        y.segment().set(ValueLayout.JAVA_DOUBLE, at * 8, v);
      } else {
        y.segment().set(ValueLayout.JAVA_FLOAT, at * 4, (float) v);
      }
      return;
    }
    int n = Math.toIntExact(length);
    long index =
        isDouble
            ? DoubleFolds.indexOf(x.segment(), base * 8, n, v)
            : FloatFolds.indexOf(x.segment(), base * 4, n, v);
    y.segment().set(ValueLayout.JAVA_LONG, at * 8, index);
  }

  private static void rows(ReduceKind kind, Plan plan, Buf x, Buf y) {
    int op = code(kind);
    boolean isDouble = x.dtype() == DType.FLOAT64;
    int size = x.dtype().byteSize();
    long columns = plan.keptSize[plan.kept - 1];
    long groups = Plan.product(plan.keptSize, plan.kept - 1);
    int outer = plan.reduced - 1;
    long rows = plan.reducedSize[outer];
    long step = plan.reducedStride[outer] * size;
    long perResult = Plan.product(plan.reducedSize, outer);
    double start =
        switch (kind) {
          case MAX -> Double.NEGATIVE_INFINITY;
          case MIN -> Double.POSITIVE_INFINITY;
          default -> 0;
        };
    long width = Math.min(columns, COLUMNS);
    if (groups * ((columns + width - 1) / width) < ThreadPool.size()) {
      width = Math.max(64, (columns + ThreadPool.size() - 1) / ThreadPool.size());
      width = Math.min(COLUMNS, (width + 63) / 64 * 64);
    }
    long tile = width;
    long perGroup = (columns + tile - 1) / tile;
    MemorySegment xs = Memory.of(x.segment());
    long origin = Memory.at(x.segment(), 0, x.segment().byteSize());
    parallel(
        x.numel(),
        Math.toIntExact(groups * perGroup),
        t -> {
          MemorySegment sums = Scratch.local().buffer(SUMS);
          long first = t % perGroup * tile;
          int n = (int) Math.min(tile, columns - first);
          for (int j = 0; j < n; j++) {
            sums.set(WIDE, j * 8L, start);
          }
          long group = t / perGroup;
          long base =
              x.offset()
                  + first
                  + Plan.position(group, plan.keptSize, plan.keptStride, plan.kept - 1);
          for (long o = 0; o < perResult; o++) {
            long at = base + Plan.position(o, plan.reducedSize, plan.reducedStride, outer);
            if (isDouble) {
              DoubleFolds.columns(op, xs, origin + at * size, step, rows, n, sums);
            } else {
              FloatFolds.columns(op, xs, origin + at * size, step, rows, n, sums);
            }
          }
          long to = y.byteOffset() + (group * columns + first) * size;
          Convert.run(DType.FLOAT64, x.dtype(), sums, 0, y.segment(), to, n);
        });
  }

  private static void parallel(long elements, int tasks, IntTask task) {
    if (elements < Elementwise.PARALLEL) {
      for (int t = 0; t < tasks; t++) {
        task.run(t);
      }
    } else {
      ThreadPool.parallelFor(tasks, task);
    }
  }
}
