package dev.gatun.tensor.cpu.simd;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.spi.Buf;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Gathering and scattering along an axis of dense tensors. A method that returns false has done
 * nothing: the layout is one that it does not know. Stateless.
 */
final class Indexing {
  private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG;
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;

  private static final VectorSpecies<Float> SPECIES = SimdSpecies.floats();
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private Indexing() {}

  private static long product(Shape s, int from, int to) {
    long n = 1;
    for (int i = from; i < to; i++) {
      n *= s.size(i);
    }
    return n;
  }

  private static boolean sameBesides(int axis, Shape a, Shape b) {
    for (int i = 0; i < a.rank(); i++) {
      if (i != axis && a.size(i) != b.size(i)) {
        return false;
      }
    }
    return true;
  }

  private static void parallel(long rows, long elements, RowRange body) {
    int tasks = elements < Elementwise.PARALLEL ? 1 : (int) Math.min(rows, ThreadPool.size());
    if (tasks <= 1) {
      body.run(0, rows);
    } else {
      ThreadPool.parallelFor(tasks, t -> body.run(rows * t / tasks, rows * (t + 1) / tasks));
    }
  }

  private interface RowRange {
    void run(long from, long to);
  }

  /** The index, if the axis has it. */
  static long check(String op, long index, int axis, Shape shape) {
    if (index < 0 || index >= shape.size(axis)) {
      throw new ShapeException(
          op
              + ": index "
              + index
              + " is out of range for axis "
              + axis
              + " of size "
              + shape.size(axis)
              + " of shape "
              + shape);
    }
    return index;
  }

  /** Whole slices: {@code y[o][i] = x[o][index[i]]}. */
  static boolean indexSelect(int axis, Buf x, Buf index, Buf y) {
    if (!x.isContiguous() || !index.isContiguous() || x.shape().rank() == 0) {
      return false;
    }
    int size = x.dtype().byteSize();
    long outer = product(x.shape(), 0, axis);
    long inner = product(x.shape(), axis + 1, x.shape().rank()) * size;
    long n = index.numel();
    long length = x.shape().size(axis);
    MemorySegment xs = x.segment();
    MemorySegment ys = y.segment();
    parallel(
        outer * n,
        y.numel(),
        (from, to) -> {
          for (long r = from; r < to; r++) {
            long i =
                check(
                    "indexselect",
                    index.segment().get(I64, index.byteOffset() + r % n * 8),
                    axis,
                    x.shape());
            MemorySegment.copy(
                xs,
                x.byteOffset() + (r / n * length + i) * inner,
                ys,
                y.byteOffset() + r * inner,
                inner);
          }
        });
    return true;
  }

  /** {@code y = x; y[o][index[i]] += source[o][i]}, in the order of the index. */
  static boolean indexAdd(int axis, Buf x, Buf index, Buf source, Buf y) {
    if (x.dtype() != DType.FLOAT32
        || !index.isContiguous()
        || !source.isContiguous()
        || x.shape().rank() == 0) {
      return false;
    }
    long outer = product(x.shape(), 0, axis);
    long inner = product(x.shape(), axis + 1, x.shape().rank());
    long n = index.numel();
    long length = x.shape().size(axis);
    for (long i = 0; i < n; i++) {
      check("indexadd", index.segment().get(I64, index.byteOffset() + i * 8), axis, x.shape());
    }
    Copies.copy(x, y);
    // Threads take columns, so that every place is added to in one order.
    int parts =
        source.numel() < Elementwise.PARALLEL ? 1 : Math.clamp(inner / 16, 1, ThreadPool.size());
    MemorySegment sources = Memory.of(source.segment());
    MemorySegment ys = Memory.of(y.segment());
    long sourceAt = Memory.at(source);
    long yAt = Memory.at(y);
    ThreadPool.parallelFor(
        parts,
        t -> {
          long start = inner * t / parts;
          int width = (int) (inner * (t + 1) / parts - start);
          for (long o = 0; o < outer; o++) {
            for (long i = 0; i < n; i++) {
              long to = index.segment().get(I64, index.byteOffset() + i * 8);
              addRow(
                  sources,
                  sourceAt + ((o * n + i) * inner + start) * 4,
                  ys,
                  yAt + ((o * length + to) * inner + start) * 4,
                  width);
            }
          }
        });
    return true;
  }

  private static FloatVector load(MemorySegment s, long at) {
    return FloatVector.fromMemorySegment(SPECIES, Memory.of(s), at, ORDER);
  }

  private static void addRow(MemorySegment x, long at, MemorySegment y, long to, int n) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long o = (long) i * Float.BYTES;
      load(y, to + o).add(load(x, at + o)).intoMemorySegment(Memory.of(y), to + o, ORDER);
    }
    for (; i < n; i++) {
      y.set(F32, to + i * 4L, y.get(F32, to + i * 4L) + x.get(F32, at + i * 4L));
    }
  }

  /** {@code y[o][i][j] = x[o][index[o][i][j]][j]}. */
  static boolean gather(int axis, Buf x, Buf index, Buf y) {
    int size = x.dtype().byteSize();
    if ((size != 4 && size != 8)
        || !x.isContiguous()
        || !index.isContiguous()
        || x.shape().rank() == 0
        || !sameBesides(axis, x.shape(), index.shape())) {
      return false;
    }
    long outer = product(x.shape(), 0, axis);
    long inner = product(x.shape(), axis + 1, x.shape().rank());
    long n = index.shape().size(axis);
    long length = x.shape().size(axis);
    MemorySegment xs = x.segment();
    MemorySegment ys = y.segment();
    MemorySegment is = index.segment();
    parallel(
        outer,
        y.numel(),
        (from, to) -> {
          for (long o = from; o < to; o++) {
            for (long i = 0; i < n * inner; i++) {
              long at = o * n * inner + i;
              long k = check("gather", is.get(I64, index.byteOffset() + at * 8), axis, x.shape());
              long p = (o * length + k) * inner + i % inner;
              if (size == 4) {
                ys.set(
                    ValueLayout.JAVA_INT,
                    y.byteOffset() + at * 4,
                    xs.get(ValueLayout.JAVA_INT, x.byteOffset() + p * 4));
              } else {
                ys.set(I64, y.byteOffset() + at * 8, xs.get(I64, x.byteOffset() + p * 8));
              }
            }
          }
        });
    return true;
  }

  /** {@code y = x; y[o][index[o][i]] += source[o][i]} along the last axis. */
  static boolean scatterAdd(int axis, Buf x, Buf index, Buf source, Buf y) {
    int rank = x.shape().rank();
    if (x.dtype() != DType.FLOAT32
        || rank == 0
        || axis != rank - 1
        || !index.isContiguous()
        || !source.isContiguous()
        || !index.shape().equals(source.shape())
        || !sameBesides(axis, x.shape(), index.shape())) {
      return false;
    }
    Copies.copy(x, y);
    long rows = product(x.shape(), 0, axis);
    int n = Math.toIntExact(index.shape().size(axis));
    long length = x.shape().size(axis);
    MemorySegment indices = Memory.of(index.segment());
    MemorySegment sources = Memory.of(source.segment());
    MemorySegment ys = Memory.of(y.segment());
    long indexAt = Memory.at(index);
    long sourceAt = Memory.at(source);
    long yAt = Memory.at(y);
    parallel(
        rows,
        source.numel(),
        (from, to) -> {
          for (long r = from; r < to; r++) {
            scatterRow(
                indices,
                indexAt + r * n * 8,
                sources,
                sourceAt + r * n * 4,
                n,
                ys,
                yAt + r * length * 4,
                axis,
                x.shape(),
                length);
          }
        });
    return true;
  }

  private static void scatterRow(
      MemorySegment index,
      long indexAt,
      MemorySegment x,
      long at,
      int n,
      MemorySegment y,
      long to,
      int axis,
      Shape shape,
      long length) {
    for (int i = 0; i < n; i++) {
      long k = Memory.of(index).get(I64, indexAt + i * 8L);
      if (k < 0 || k >= length) {
        check("scatter", k, axis, shape);
      }
      Memory.of(y)
          .set(
              F32,
              to + k * 4,
              Memory.of(y).get(F32, to + k * 4) + Memory.of(x).get(F32, at + i * 4L));
    }
  }
}
