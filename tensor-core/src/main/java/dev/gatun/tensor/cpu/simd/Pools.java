package dev.gatun.tensor.cpu.simd;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.NE;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.op.Dims;
import dev.gatun.tensor.op.Window;
import dev.gatun.tensor.spi.Backend;
import dev.gatun.tensor.spi.Buf;
import dev.gatun.tensor.spi.Layout;
import dev.gatun.tensor.spi.Storage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** Pooling of float32 over one or two spatial axes, one task per group of planes. Stateless. */
final class Pools {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;
  private static final ValueLayout.OfInt BITS = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG;

  /** The order-preserving number of NaN, above every other. */
  private static final int NAN = Integer.MAX_VALUE;

  private static final long NOTHING = Long.MIN_VALUE;

  private static final VectorSpecies<Float> SPECIES = SimdSpecies.floats();
  private static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, SPECIES.vectorShape());
  private static final VectorSpecies<Long> LONGS =
      VectorSpecies.of(long.class, SPECIES.vectorShape());
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** The even and the odd elements of two vectors. */
  private static final VectorShuffle<Float> EVEN =
      VectorShuffle.fromOp(SPECIES, i -> 2 * i < LANES ? 2 * i : 2 * i - 2 * LANES);

  private static final VectorShuffle<Float> ODD =
      VectorShuffle.fromOp(SPECIES, i -> 2 * i < LANES ? 2 * i + 1 : 2 * i + 1 - 2 * LANES);

  /** 0, 2, 4, … */
  private static final IntVector TWICE = IntVector.zero(INTS).addIndex(2);

  private Pools() {}

  /** True where there is a kernel. */
  static boolean supports(DType dtype, Window window) {
    return dtype == DType.FLOAT32 && window.rank() <= 2;
  }

  /** One spatial axis: where a window starts and what of it is inside. */
  private record Axis(int size, int out, int kernel, int stride, int pad, int dilation) {
    static Axis of(Window w, int i, Shape in, Shape out) {
      return new Axis(
          Math.toIntExact(in.size(2 + i)),
          Math.toIntExact(out.size(2 + i)),
          w.kernel().getInt(i),
          w.stride().getInt(i),
          w.padLow().getInt(i),
          w.dilation().getInt(i));
    }

    static final Axis NONE = new Axis(1, 1, 1, 1, 0, 1);

    int start(int window) {
      return window * stride - pad;
    }

    /** The first element of a window that is inside. */
    int from(int start) {
      return start >= 0 ? 0 : (-start + dilation - 1) / dilation;
    }

    /** One more than the last. */
    int to(int start) {
      int room = size - 1 - start;
      return room < 0 ? 0 : Math.min(kernel, room / dilation + 1);
    }
  }

  private static Axis rows(Window w, Shape in, Shape out) {
    return w.rank() == 1 ? Axis.NONE : Axis.of(w, 0, in, out);
  }

  private static Axis columns(Window w, Shape in, Shape out) {
    return Axis.of(w, w.rank() - 1, in, out);
  }

  /** Calls with groups of planes, on several threads where it pays. */
  private static void planes(Shape in, long elements, PlaneRange body) {
    int count = Math.toIntExact(in.size(0) * in.size(1));
    int tasks = elements < Elementwise.PARALLEL ? 1 : Math.min(count, 4 * ThreadPool.size());
    if (tasks <= 1) {
      body.run(0, count);
    } else {
      ThreadPool.parallelFor(
          tasks,
          t -> body.run((int) ((long) count * t / tasks), (int) ((long) count * (t + 1) / tasks)));
    }
  }

  private interface PlaneRange {
    void run(int from, int to);
  }

  static void max(Backend backend, Window w, Buf source, Buf values, Buf indices) {
    Buf x = dense(backend, source);
    try {
      Axis r = rows(w, x.shape(), values.shape());
      Axis c = columns(w, x.shape(), values.shape());
      boolean square =
          r.kernel == 2
              && c.kernel == 2
              && r.stride == 2
              && c.stride == 2
              && r.pad == 0
              && c.pad == 0
              && r.dilation == 1
              && c.dilation == 1
              && 2 * r.out <= r.size
              && 2 * c.out <= c.size;
      planes(
          x.shape(),
          x.numel(),
          (from, to) -> {
            for (int p = from; p < to; p++) {
              long at = x.byteOffset() + (long) p * r.size * c.size * 4;
              long out = (long) p * r.out * c.out;
              if (square) {
                maxOfFour(
                    x.segment(),
                    at,
                    c.size,
                    values.segment(),
                    values.byteOffset() + out * 4,
                    indices.segment(),
                    indices.byteOffset() + out * 8,
                    r.out,
                    c.out);
              } else {
                maxPlane(
                    x.segment(),
                    at,
                    r,
                    c,
                    values.segment(),
                    values.byteOffset() + out * 4,
                    indices.segment(),
                    indices.byteOffset() + out * 8);
              }
            }
          });
    } finally {
      release(x, source);
    }
  }

  /**
   * A number that orders floats as floats, equal ones by falling index, so that the greatest of a
   * window and the first place it occurs are found by integer maxima, without branches.
   */
  private static long key(MemorySegment x, long at, int index) {
    float v = x.get(F32, at + index * 4L) + 0f; // minus zero becomes zero
    int bits = Float.floatToRawIntBits(v);
    int order = bits ^ (bits >> 31 & Integer.MAX_VALUE);
    order = Float.isNaN(v) ? NAN : order;
    return (long) order << 32 | (~index & 0xffffffffL);
  }

  /**
   * Windows of two by two: whole vectors of windows, of which those beyond the row's end are
   * overwritten by the next row; the last ones one by one.
   */
  private static void maxOfFour(
      MemorySegment x,
      long at,
      int width,
      MemorySegment values,
      long valueAt,
      MemorySegment indices,
      long indexAt,
      int rows,
      int columns) {
    int all = rows * columns;
    for (int i = 0; i < rows; i++) {
      int p = 2 * i * width;
      int n = i * columns;
      int j = 0;
      for (; j < columns && n + j + LANES <= all; j += LANES) {
        int from = p + 2 * j;
        if (at + (from + width + 2L * LANES) * 4 > x.byteSize()) {
          break;
        }
        fourVectors(
            x,
            at + from * 4L,
            width,
            from,
            values,
            valueAt + (n + j) * 4L,
            indices,
            indexAt + (n + j) * 8L);
      }
      for (; j < columns; j++) {
        oneOfFour(
            x,
            at,
            width,
            p + 2 * j,
            values,
            valueAt + (n + j) * 4L,
            indices,
            indexAt + (n + j) * 8L);
      }
    }
  }

  private static void fourVectors(
      MemorySegment x,
      long at,
      int width,
      int index,
      MemorySegment values,
      long valueAt,
      MemorySegment indices,
      long indexAt) {
    long below = at + width * 4L;
    FloatVector u = FloatVector.fromMemorySegment(SPECIES, x, at, ORDER);
    FloatVector v = FloatVector.fromMemorySegment(SPECIES, x, at + LANES * 4L, ORDER);
    FloatVector best = u.rearrange(EVEN, v);
    IntVector place = TWICE.add(index);
    FloatVector next = u.rearrange(ODD, v);
    VectorMask<Float> better = next.compare(GT, best).or(next.compare(NE, next));
    best = best.blend(next, better);
    place = place.blend(TWICE.add(index + 1), better.cast(INTS));
    u = FloatVector.fromMemorySegment(SPECIES, x, below, ORDER);
    v = FloatVector.fromMemorySegment(SPECIES, x, below + LANES * 4L, ORDER);
    next = u.rearrange(EVEN, v);
    better = next.compare(GT, best).or(next.compare(NE, next));
    best = best.blend(next, better);
    place = place.blend(TWICE.add(index + width), better.cast(INTS));
    next = u.rearrange(ODD, v);
    better = next.compare(GT, best).or(next.compare(NE, next));
    best = best.blend(next, better);
    place = place.blend(TWICE.add(index + width + 1), better.cast(INTS));
    best.intoMemorySegment(values, valueAt, ORDER);
    place
        .convertShape(VectorOperators.I2L, LONGS, 0)
        .reinterpretAsLongs()
        .intoMemorySegment(indices, indexAt, ORDER);
    place
        .convertShape(VectorOperators.I2L, LONGS, 1)
        .reinterpretAsLongs()
        .intoMemorySegment(indices, indexAt + LANES * 4L, ORDER);
  }

  private static void oneOfFour(
      MemorySegment x,
      long at,
      int width,
      int p,
      MemorySegment values,
      long valueAt,
      MemorySegment indices,
      long indexAt) {
    long best =
        Math.max(
            Math.max(key(x, at, p), key(x, at, p + 1)),
            Math.max(key(x, at, p + width), key(x, at, p + width + 1)));
    int index = ~(int) best;
    if ((int) (best >> 32) == NAN) {
      index = lastNan(x, at, width, p);
    }
    values.set(BITS, valueAt, x.get(BITS, at + index * 4L));
    indices.set(I64, indexAt, index);
  }

  private static int lastNan(MemorySegment x, long at, int width, int first) {
    for (int p : new int[] {first + width + 1, first + width, first + 1}) {
      if (Float.isNaN(x.get(F32, at + p * 4L))) {
        return p;
      }
    }
    return first;
  }

  private static void maxPlane(
      MemorySegment x,
      long at,
      Axis r,
      Axis c,
      MemorySegment values,
      long valueAt,
      MemorySegment indices,
      long indexAt) {
    for (int i = 0; i < r.out; i++) {
      int top = r.start(i);
      int rowEnd = r.to(top);
      for (int j = 0; j < c.out; j++) {
        int left = c.start(j);
        int columnStart = c.from(left);
        int columnEnd = c.to(left);
        long best = NOTHING;
        for (int a = r.from(top); a < rowEnd; a++) {
          int row = (top + a * r.dilation) * c.size + left;
          for (int b = columnStart; b < columnEnd; b++) {
            long key = key(x, at, row + b * c.dilation);
            // The last NaN wins, but the first of other equals.
            best = (int) (key >> 32) == NAN ? key : Math.max(best, key);
          }
        }
        int n = i * c.out + j;
        int index = best == NOTHING ? 0 : ~(int) best;
        float value = best == NOTHING ? Float.NEGATIVE_INFINITY : x.get(F32, at + index * 4L);
        values.set(F32, valueAt + n * 4L, value);
        indices.set(I64, indexAt + n * 8L, index);
      }
    }
  }

  /** What the sum over each window is divided by, one axis: the elements that count. */
  private static int[] counted(Axis a, boolean countPadding, int padHigh, long ceilPad) {
    int[] n = new int[a.out];
    int low = countPadding ? -a.pad : 0;
    long high = countPadding ? a.size + padHigh - ceilPad : a.size;
    for (int i = 0; i < a.out; i++) {
      for (int k = 0; k < a.kernel; k++) {
        int place = a.start(i) + k * a.dilation;
        if (place >= low && place < high) {
          n[i]++;
        }
      }
    }
    return n;
  }

  private static int[] counted(Window w, Axis axis, int i, boolean countPadding, Dims ceilPad) {
    return i < 0
        ? new int[] {1}
        : counted(axis, countPadding, w.padHigh().getInt(i), ceilPad.get(i));
  }

  static void average(
      Backend backend,
      Window w,
      boolean countPadding,
      long divisor,
      Dims ceilPad,
      Buf source,
      Buf y) {
    Buf x = dense(backend, source);
    try {
      Axis r = rows(w, x.shape(), y.shape());
      Axis c = columns(w, x.shape(), y.shape());
      int[] rowCount = counted(w, r, w.rank() - 2, countPadding, ceilPad);
      int[] columnCount = counted(w, c, w.rank() - 1, countPadding, ceilPad);
      planes(
          x.shape(),
          x.numel(),
          (from, to) -> {
            for (int p = from; p < to; p++) {
              averagePlane(
                  x.segment(),
                  x.byteOffset() + (long) p * r.size * c.size * 4,
                  r,
                  c,
                  rowCount,
                  columnCount,
                  divisor,
                  y.segment(),
                  y.byteOffset() + (long) p * r.out * c.out * 4);
            }
          });
    } finally {
      release(x, source);
    }
  }

  private static void averagePlane(
      MemorySegment x,
      long at,
      Axis r,
      Axis c,
      int[] rowCount,
      int[] columnCount,
      long divisor,
      MemorySegment y,
      long yAt) {
    for (int i = 0; i < r.out; i++) {
      int top = r.start(i);
      int rowEnd = r.to(top);
      for (int j = 0; j < c.out; j++) {
        int left = c.start(j);
        int columnStart = c.from(left);
        int columnEnd = c.to(left);
        double sum = 0;
        for (int a = r.from(top); a < rowEnd; a++) {
          int row = (top + a * r.dilation) * c.size + left;
          for (int b = columnStart; b < columnEnd; b++) {
            sum += x.get(F32, at + (row + b * c.dilation) * 4L);
          }
        }
        double count = divisor != 0 ? divisor : (double) rowCount[i] * columnCount[j];
        y.set(F32, yAt + (i * c.out + j) * 4L, (float) (sum / count));
      }
    }
  }

  static void averageGrad(
      Backend backend,
      Window w,
      boolean countPadding,
      long divisor,
      Dims ceilPad,
      Buf source,
      Buf y) {
    Buf grad = dense(backend, source);
    try {
      Axis r = rows(w, y.shape(), grad.shape());
      Axis c = columns(w, y.shape(), grad.shape());
      int[] rowCount = counted(w, r, w.rank() - 2, countPadding, ceilPad);
      int[] columnCount = counted(w, c, w.rank() - 1, countPadding, ceilPad);
      Copies.full(0.0, y);
      planes(
          y.shape(),
          y.numel(),
          (from, to) -> {
            for (int p = from; p < to; p++) {
              spreadPlane(
                  grad.segment(),
                  grad.byteOffset() + (long) p * r.out * c.out * 4,
                  r,
                  c,
                  rowCount,
                  columnCount,
                  divisor,
                  y.segment(),
                  y.byteOffset() + (long) p * r.size * c.size * 4);
            }
          });
    } finally {
      release(grad, source);
    }
  }

  private static void spreadPlane(
      MemorySegment grad,
      long at,
      Axis r,
      Axis c,
      int[] rowCount,
      int[] columnCount,
      long divisor,
      MemorySegment y,
      long yAt) {
    for (int i = 0; i < r.out; i++) {
      int top = r.start(i);
      int rowEnd = r.to(top);
      for (int j = 0; j < c.out; j++) {
        int left = c.start(j);
        int columnStart = c.from(left);
        int columnEnd = c.to(left);
        double count = divisor != 0 ? divisor : (double) rowCount[i] * columnCount[j];
        float g = (float) (grad.get(F32, at + (i * c.out + j) * 4L) / count);
        for (int a = r.from(top); a < rowEnd; a++) {
          int row = (top + a * r.dilation) * c.size + left;
          for (int b = columnStart; b < columnEnd; b++) {
            long p = yAt + (row + b * c.dilation) * 4L;
            y.set(F32, p, y.get(F32, p) + g);
          }
        }
      }
    }
  }

  private static Buf dense(Backend backend, Buf x) {
    if (x.isContiguous()) {
      return x;
    }
    Storage storage = backend.allocate(x.numel() * x.dtype().byteSize());
    Buf copy = new Buf(storage, Layout.contiguous(x.shape()), x.dtype());
    Copies.copy(x, copy);
    return copy;
  }

  private static void release(Buf copy, Buf original) {
    if (!copy.storage().equals(original.storage())) {
      copy.storage().release();
    }
  }
}
