package dev.gatun.tensor.cpu.simd;

import dev.gatun.tensor.Shape;
import dev.gatun.tensor.spi.Backend;
import dev.gatun.tensor.spi.Buf;
import dev.gatun.tensor.spi.Layout;
import dev.gatun.tensor.spi.Storage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Batch normalisation of float32 and its gradient. A channel belongs to one thread, which reads its
 * planes one after another: two sums, then one pass that writes. Sums are of floats within a piece
 * of a plane, of doubles between pieces; the lanes are added in order, so that the result is the
 * same before and after compilation. Stateless.
 */
final class BatchNorms {
  private static final VectorSpecies<Float> SPECIES = SimdSpecies.floats();
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;

  private BatchNorms() {}

  private static FloatVector load(MemorySegment s, long at) {
    return FloatVector.fromMemorySegment(SPECIES, Memory.of(s), at, ORDER);
  }

  /**
   * What a channel needs: planes of {@code size} elements, one for each of {@code count} images.
   */
  private record Planes(int count, int channels, int size) {
    static Planes of(Buf x) {
      int n = Math.toIntExact(x.shape().size(0));
      int c = Math.toIntExact(x.shape().size(1));
      return new Planes(n, c, Math.toIntExact(x.numel() / ((long) n * c)));
    }

    long elements() {
      return (long) count * size;
    }

    long at(Buf b, int image, int channel) {
      return Memory.at(b) + ((long) image * channels + channel) * size * Float.BYTES;
    }
  }

  private static void eachChannel(Planes planes, IntTask channel) {
    long work = planes.elements() * planes.channels;
    if (work < Elementwise.PARALLEL) {
      for (int c = 0; c < planes.channels; c++) {
        channel.run(c);
      }
    } else {
      ThreadPool.parallelFor(planes.channels, channel);
    }
  }

  /** Operands (x[, weight, bias]), results (y, mean, variance). */
  static void forward(Backend backend, double epsilon, Buf[] in, Buf[] out) {
    if (in[0].numel() == 0) {
      // The mean of nothing, as the decomposition has it.
      Copies.full(Float.NaN, out[1]);
      Copies.full(Float.NaN, out[2]);
      return;
    }
    if (isThin(in[0])) {
      Buf x = turned(backend, in[0]);
      Buf y = new Buf(backend.allocate(x.numel() * Float.BYTES), x.layout(), x.dtype());
      try {
        forward(epsilon, x, in, y, out);
        turnBack(y, out[0]);
      } finally {
        x.storage().release();
        y.storage().release();
      }
      return;
    }
    Buf x = SimdBackend.contiguous(backend, in[0]);
    try {
      forward(epsilon, x, in, out[0], out);
    } finally {
      SimdBackend.release(x, in[0]);
    }
  }

  private static void forward(double epsilon, Buf x, Buf[] in, Buf y, Buf[] out) {
    Planes p = Planes.of(x);
    MemorySegment xs = Memory.of(x.segment());
    MemorySegment ys = Memory.of(y.segment());
    eachChannel(
        p,
        c -> {
          double sum = 0;
          for (int i = 0; i < p.count; i++) {
            sum += FloatFolds.run(FloatFolds.SUM, xs, p.at(x, i, c), p.size);
          }
          float mean = (float) (sum / p.elements());
          double squares = 0;
          for (int i = 0; i < p.count; i++) {
            squares += FloatFolds.dot(xs, p.at(x, i, c), mean, xs, p.at(x, i, c), mean, p.size);
          }
          float variance = (float) (squares / p.elements());
          double rstd = 1 / Math.sqrt(variance + epsilon);
          float scale = (float) (in.length > 1 ? rstd * get(in[1], c) : rstd);
          float bias = in.length > 2 ? get(in[2], c) : 0;
          for (int i = 0; i < p.count; i++) {
            normalise(xs, p.at(x, i, c), ys, p.at(y, i, c), p.size, mean, scale, bias);
          }
          set(out[1], c, mean);
          set(out[2], c, variance);
        });
  }

  /** Operands (g, x, mean, variance[, weight]), results the gradients of x, weight and bias. */
  static void backward(Backend backend, double epsilon, Buf[] in, Buf[] out) {
    if (in[0].numel() == 0) {
      Copies.full(0f, out[1]);
      Copies.full(0f, out[2]);
      return;
    }
    if (isThin(in[1])) {
      Buf g = turned(backend, in[0]);
      Buf x = turned(backend, in[1]);
      Buf y = new Buf(backend.allocate(x.numel() * Float.BYTES), x.layout(), x.dtype());
      try {
        backward(epsilon, g, x, in, y, out);
        turnBack(y, out[0]);
      } finally {
        g.storage().release();
        x.storage().release();
        y.storage().release();
      }
      return;
    }
    Buf g = SimdBackend.contiguous(backend, in[0]);
    Buf x = SimdBackend.contiguous(backend, in[1]);
    try {
      backward(epsilon, g, x, in, out[0], out);
    } finally {
      SimdBackend.release(g, in[0]);
      SimdBackend.release(x, in[1]);
    }
  }

  private static void backward(double epsilon, Buf g, Buf x, Buf[] in, Buf y, Buf[] out) {
    Planes p = Planes.of(x);
    MemorySegment gs = Memory.of(g.segment());
    MemorySegment xs = Memory.of(x.segment());
    MemorySegment ys = Memory.of(y.segment());
    eachChannel(
        p,
        c -> {
          float mean = get(in[2], c);
          double sum = 0;
          double dot = 0;
          for (int i = 0; i < p.count; i++) {
            sum += FloatFolds.run(FloatFolds.SUM, gs, p.at(g, i, c), p.size);
            dot += FloatFolds.dot(gs, p.at(g, i, c), 0, xs, p.at(x, i, c), mean, p.size);
          }
          double rstd = 1 / Math.sqrt(get(in[3], c) + epsilon);
          double scale = in.length > 4 ? rstd * get(in[4], c) : rstd;
          float slope = (float) (-scale * rstd * rstd * dot / p.elements());
          float shift = (float) (-scale * sum / p.elements());
          for (int i = 0; i < p.count; i++) {
            gradient(
                gs,
                p.at(g, i, c),
                xs,
                p.at(x, i, c),
                ys,
                p.at(y, i, c),
                p.size,
                mean,
                (float) scale,
                slope,
                shift);
          }
          set(out[1], c, (float) (dot * rstd));
          set(out[2], c, (float) sum);
        });
  }

  // ---- Planes shorter than a vector ------------------------------------------------------------

  private static boolean isThin(Buf x) {
    return x.numel() / (x.shape().size(0) * x.shape().size(1)) < LANES;
  }

  /** The channels in front, so that all elements of one are adjacent. */
  private static Layout channelsFirst(Layout layout) {
    int[] order = new int[layout.rank()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i < 2 ? 1 - i : i;
    }
    return layout.permute(order);
  }

  /** A dense copy as one image [1, C, N * ...]. */
  private static Buf turned(Backend backend, Buf x) {
    Storage storage = backend.allocate(x.numel() * Float.BYTES);
    Layout from = channelsFirst(x.layout());
    Buf dense = new Buf(storage, Layout.contiguous(from.shape()), x.dtype());
    Copies.copy(x.with(from), dense);
    long c = x.shape().size(1);
    return dense.with(Layout.contiguous(Shape.of(1, c, x.numel() / c)));
  }

  private static void turnBack(Buf y, Buf target) {
    Layout dense = Layout.contiguous(channelsFirst(target.layout()).shape());
    Copies.copy(y.with(channelsFirst(dense)), target);
  }

  // ---- Kernels ---------------------------------------------------------------------------------

  private static float get(Buf b, int i) {
    return b.segment().get(F32, (b.offset() + i * b.layout().stride(0)) * Float.BYTES);
  }

  private static void set(Buf b, int i, float value) {
    b.segment().set(F32, (b.offset() + i) * Float.BYTES, value);
  }

  private static void normalise(
      MemorySegment x, long xAt, MemorySegment y, long yAt, int n, float mean, float k, float b) {
    int whole = n & -LANES;
    for (int i = 0; i < whole; i += LANES) {
      load(x, xAt + i * 4L)
          .sub(mean)
          .mul(k)
          .add(b)
          .intoMemorySegment(Memory.of(y), yAt + i * 4L, ORDER);
    }
    for (int i = whole; i < n; i++) {
      y.set(F32, yAt + i * 4L, (x.get(F32, xAt + i * 4L) - mean) * k + b);
    }
  }

  private static void gradient(
      MemorySegment g,
      long gAt,
      MemorySegment x,
      long xAt,
      MemorySegment y,
      long yAt,
      int n,
      float mean,
      float scale,
      float slope,
      float shift) {
    int whole = n & -LANES;
    for (int i = 0; i < whole; i += LANES) {
      long at = i * 4L;
      FloatVector ofX = load(x, xAt + at).sub(mean).mul(slope).add(shift);
      load(g, gAt + at).mul(scale).add(ofX).intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
    for (int i = whole; i < n; i++) {
      float ofX = (x.get(F32, xAt + i * 4L) - mean) * slope + shift;
      y.set(F32, yAt + i * 4L, g.get(F32, gAt + i * 4L) * scale + ofX);
    }
  }
}
