package dev.gatun.tensor.cpu.simd;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.op.Dims;
import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.op.ReduceKind;
import dev.gatun.tensor.spi.Backend;
import dev.gatun.tensor.spi.Buf;
import dev.gatun.tensor.spi.Layout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Layer normalisation of the rows of dense float32 tensors and its gradient, three passes over a
 * row that stays in the cache: its sum, the squares of what differs from the mean, and the result.
 * The lanes of a sum are added in order, so that the result is the same compiled or not. Stateless.
 */
final class LayerNorms {
  private static final VectorSpecies<Float> SPECIES = SimdSpecies.floats();
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;

  /** Elements of which floats are summed before doubles go on: long rows stay exact. */
  private static final int PIECE = 1 << 12;

  /** Rows whose share of the gradients of weight and bias is summed in floats, by one thread. */
  private static final int BLOCK = 64;

  /** The scratch buffer in which vectors become numbers. */
  private static final int BUFFER = 6;

  // Compiled on their own: all of them in one method are more than C2 inlines.
  private static MethodHandle inputOnly = Isolated.method(MethodHandles.lookup(), "ofInput");
  private static MethodHandle inputAndParameters = Isolated.method(MethodHandles.lookup(), "ofAll");

  private LayerNorms() {}

  /**
   * Over runs of {@code n} elements; all tensors are contiguous.
   *
   * @param affine weight and bias of n elements, or nothing
   */
  static void forward(int n, double epsilon, Buf x, Buf[] affine, Buf y) {
    long rows = x.numel() / n;
    int tasks = x.numel() < Elementwise.PARALLEL / 4 ? 1 : (int) Math.min(rows, ThreadPool.size());
    MemorySegment xs = Memory.of(x.segment());
    MemorySegment ys = Memory.of(y.segment());
    MemorySegment w = affine.length == 0 ? xs : Memory.of(affine[0].segment());
    MemorySegment b = affine.length == 0 ? xs : Memory.of(affine[1].segment());
    long wAt = affine.length == 0 ? 0 : Memory.at(affine[0]);
    long bAt = affine.length == 0 ? 0 : Memory.at(affine[1]);
    ThreadPool.parallelFor(
        tasks,
        t -> {
          for (long r = rows * t / tasks; r < rows * (t + 1) / tasks; r++) {
            long at = Memory.at(x) + r * n * Float.BYTES;
            long yAt = Memory.at(y) + r * n * Float.BYTES;
            float mean = (float) (FloatFolds.run(FloatFolds.SUM, xs, at, n) / n);
            double variance = FloatFolds.dot(xs, at, mean, xs, at, mean, n) / n;
            float scale = (float) (1 / Math.sqrt(variance + epsilon));
            if (affine.length == 0) {
              plain(xs, at, ys, yAt, n, mean, scale);
            } else {
              affine(xs, at, w, wAt, b, bAt, ys, yAt, n, mean, scale);
            }
          }
        });
  }

  private static void plain(
      MemorySegment x, long at, MemorySegment y, long yAt, int n, float mean, float scale) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      load(x, at, i)
          .sub(mean)
          .mul(scale)
          .intoMemorySegment(Memory.of(y), yAt + (long) i * Float.BYTES, ORDER);
    }
    for (; i < n; i++) {
      long o = (long) i * Float.BYTES;
      y.set(F32, yAt + o, (x.get(F32, at + o) - mean) * scale);
    }
  }

  private static void affine(
      MemorySegment x,
      long at,
      MemorySegment w,
      long wAt,
      MemorySegment b,
      long bAt,
      MemorySegment y,
      long yAt,
      int n,
      float mean,
      float scale) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      load(x, at, i)
          .sub(mean)
          .mul(scale)
          .mul(load(w, wAt, i))
          .add(load(b, bAt, i))
          .intoMemorySegment(Memory.of(y), yAt + (long) i * Float.BYTES, ORDER);
    }
    for (; i < n; i++) {
      long o = (long) i * Float.BYTES;
      float unit = (x.get(F32, at + o) - mean) * scale;
      y.set(F32, yAt + o, unit * w.get(F32, wAt + o) + b.get(F32, bAt + o));
    }
  }

  /**
   * The gradient of the input and, if there is room for them, of weight and bias.
   *
   * @param g the gradient, x and dx: contiguous, runs of n elements
   * @param w the weight, n contiguous elements; ones where there is none
   * @param parameters the gradients of weight and bias, or nothing
   */
  static void backward(
      Backend backend, int n, double epsilon, Buf g, Buf x, Buf w, Buf dx, Buf[] parameters) {
    long rows = x.numel() / n;
    int blocks = Math.toIntExact((rows + BLOCK - 1) / BLOCK);
    Buf[] sums = new Buf[parameters.length];
    for (int i = 0; i < sums.length; i++) {
      Layout layout = Layout.contiguous(Shape.of(blocks, n));
      sums[i] = new Buf(backend.allocate((long) blocks * n * Float.BYTES), layout, DType.FLOAT32);
    }
    try {
      IntTask block = b -> block(n, epsilon, g, x, w, dx, sums, b, rows);
      if (x.numel() < Elementwise.PARALLEL / 4) {
        for (int b = 0; b < blocks; b++) {
          block.run(b);
        }
      } else {
        ThreadPool.parallelFor(blocks, block);
      }
      Primitive.Reduce sum = new Primitive.Reduce(ReduceKind.SUM, Dims.of(0), false);
      for (int i = 0; i < sums.length; i++) {
        Reductions.reduce(
            backend, sum, sums[i], parameters[i].with(Layout.contiguous(Shape.of(n))));
      }
    } finally {
      for (Buf b : sums) {
        b.storage().release();
      }
    }
  }

  private static void block(
      int n, double epsilon, Buf g, Buf x, Buf w, Buf dx, Buf[] sums, int block, long rows) {
    MemorySegment gs = Memory.of(g.segment());
    MemorySegment xs = Memory.of(x.segment());
    MemorySegment ws = Memory.of(w.segment());
    long wAt = Memory.at(w);
    MemorySegment lanes = Scratch.local().buffer(BUFFER);
    long bytes = (long) n * Float.BYTES;
    for (Buf b : sums) {
      b.segment().asSlice(block * bytes, bytes).fill((byte) 0);
    }
    long first = (long) block * BLOCK;
    for (long r = first; r < Math.min(rows, first + BLOCK); r++) {
      long gAt = Memory.at(g) + r * bytes;
      long xAt = Memory.at(x) + r * bytes;
      float mean = (float) (FloatFolds.run(FloatFolds.SUM, xs, xAt, n) / n);
      double all = 0;
      double along = 0;
      double squares = 0;
      for (int i = 0; i < n; i += PIECE) {
        long o = (long) i * Float.BYTES;
        int count = Math.min(PIECE, n - i);
        moments(gs, gAt + o, xs, xAt + o, ws, wAt + o, count & -LANES, mean, lanes);
        all += FloatFolds.sumLanes(lanes, 0);
        along += FloatFolds.sumLanes(lanes, LANES * 4L);
        squares += FloatFolds.sumLanes(lanes, LANES * 8L);
      }
      for (int i = n & -LANES; i < n; i++) {
        long o = (long) i * Float.BYTES;
        float gw = gs.get(F32, gAt + o) * ws.get(F32, wAt + o);
        float centred = xs.get(F32, xAt + o) - mean;
        all += gw;
        along += (double) gw * centred;
        squares += (double) centred * centred;
      }
      double rstd = 1 / Math.sqrt(squares / n + epsilon);
      float shift = (float) (all / n);
      float slope = (float) (along * rstd * rstd / n);
      float scale = (float) rstd;
      long to = Memory.at(dx) + r * bytes;
      MemorySegment dxs = Memory.of(dx.segment());
      try {
        if (sums.length == 0) {
          inputOnly.invokeExact(gs, gAt, xs, xAt, ws, wAt, dxs, to, n, mean, shift, slope, scale);
        } else {
          MemorySegment dw = Memory.of(sums[0].segment());
          MemorySegment db = Memory.of(sums[1].segment());
          long dwAt = Memory.at(sums[0]) + block * bytes;
          long dbAt = Memory.at(sums[1]) + block * bytes;
          inputAndParameters.invokeExact(
              gs, gAt, xs, xAt, ws, wAt, dxs, to, dw, dwAt, db, dbAt, n, mean, shift, slope, scale);
        }
      } catch (Throwable e) {
        throw Isolated.unchecked(e);
      }
    }
  }

  /** Whole vectors: the sums of g w, of g w (x - mean) and of (x - mean)^2, lane by lane. */
  private static void moments(
      MemorySegment g,
      long gAt,
      MemorySegment x,
      long xAt,
      MemorySegment w,
      long wAt,
      int n,
      float mean,
      MemorySegment lanes) {
    FloatVector a0 = FloatVector.zero(SPECIES);
    FloatVector a1 = a0;
    FloatVector b0 = a0;
    FloatVector b1 = a0;
    FloatVector c0 = a0;
    FloatVector c1 = a0;
    int i = 0;
    for (; i <= n - 2 * LANES; i += 2 * LANES) {
      FloatVector u = load(x, xAt, i).sub(mean);
      FloatVector v = load(x, xAt, i + LANES).sub(mean);
      FloatVector p = load(g, gAt, i).mul(load(w, wAt, i));
      FloatVector q = load(g, gAt, i + LANES).mul(load(w, wAt, i + LANES));
      a0 = a0.add(p);
      a1 = a1.add(q);
      b0 = p.fma(u, b0);
      b1 = q.fma(v, b1);
      c0 = u.fma(u, c0);
      c1 = v.fma(v, c1);
    }
    if (i < n) {
      FloatVector u = load(x, xAt, i).sub(mean);
      FloatVector p = load(g, gAt, i).mul(load(w, wAt, i));
      a0 = a0.add(p);
      b0 = p.fma(u, b0);
      c0 = u.fma(u, c0);
    }
    a0.add(a1).intoMemorySegment(lanes, 0, ORDER);
    b0.add(b1).intoMemorySegment(lanes, LANES * 4L, ORDER);
    c0.add(c1).intoMemorySegment(lanes, LANES * 8L, ORDER);
  }

  /** {@code dx = (g w - shift - (x - mean) slope) scale}. */
  static void ofInput(
      MemorySegment g,
      long gAt,
      MemorySegment x,
      long xAt,
      MemorySegment w,
      long wAt,
      MemorySegment dx,
      long to,
      int n,
      float mean,
      float shift,
      float slope,
      float scale) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector along = load(x, xAt, i).sub(mean).mul(slope);
      load(g, gAt, i)
          .mul(load(w, wAt, i))
          .sub(shift)
          .sub(along)
          .mul(scale)
          .intoMemorySegment(Memory.of(dx), to + (long) i * Float.BYTES, ORDER);
    }
    for (; i < n; i++) {
      long o = (long) i * Float.BYTES;
      float along = (x.get(F32, xAt + o) - mean) * slope;
      float inner = g.get(F32, gAt + o) * w.get(F32, wAt + o);
      dx.set(F32, to + o, (inner - shift - along) * scale);
    }
  }

  /** {@link #ofInput}, and {@code dw += g (x - mean) scale; db += g}. */
  static void ofAll(
      MemorySegment g,
      long gAt,
      MemorySegment x,
      long xAt,
      MemorySegment w,
      long wAt,
      MemorySegment dx,
      long to,
      MemorySegment dw,
      long dwAt,
      MemorySegment db,
      long dbAt,
      int n,
      float mean,
      float shift,
      float slope,
      float scale) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector v = load(g, gAt, i);
      FloatVector centred = load(x, xAt, i).sub(mean);
      FloatVector inner = v.mul(load(w, wAt, i)).sub(shift).sub(centred.mul(slope)).mul(scale);
      long o = (long) i * Float.BYTES;
      inner.intoMemorySegment(Memory.of(dx), to + o, ORDER);
      v.fma(centred.mul(scale), load(dw, dwAt, i))
          .intoMemorySegment(Memory.of(dw), dwAt + o, ORDER);
      v.add(load(db, dbAt, i)).intoMemorySegment(Memory.of(db), dbAt + o, ORDER);
    }
    for (; i < n; i++) {
      long o = (long) i * Float.BYTES;
      float v = g.get(F32, gAt + o);
      float centred = x.get(F32, xAt + o) - mean;
      dx.set(F32, to + o, (v * w.get(F32, wAt + o) - shift - centred * slope) * scale);
      dw.set(F32, dwAt + o, dw.get(F32, dwAt + o) + v * (centred * scale));
      db.set(F32, dbAt + o, db.get(F32, dbAt + o) + v);
    }
  }

  private static FloatVector load(MemorySegment x, long at, int i) {
    return FloatVector.fromMemorySegment(SPECIES, Memory.of(x), at + (long) i * Float.BYTES, ORDER);
  }
}
