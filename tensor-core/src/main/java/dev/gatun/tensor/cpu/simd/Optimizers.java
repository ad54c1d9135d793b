package dev.gatun.tensor.cpu.simd;

import dev.gatun.tensor.op.Effect;
import dev.gatun.tensor.spi.Buf;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Optimizer steps on dense float32 parameters, in one pass over parameter, gradient and state. A
 * method works on a whole number of vectors; offsets in bytes. Stateless.
 */
final class Optimizers {
  private static final VectorSpecies<Float> SPECIES = SimdSpecies.floats();
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private Optimizers() {}

  private static FloatVector load(MemorySegment s, long at) {
    return FloatVector.fromMemorySegment(SPECIES, Memory.of(s), at, ORDER);
  }

  /** Updates whole vectors in place. */
  private interface Step {
    void run(MemorySegment[] all, long[] at, int n);
  }

  /** Targets and gradient, all contiguous and of one shape. */
  static void apply(Effect effect, Buf[] targets, Buf grad) {
    Buf[] all = java.util.Arrays.copyOf(targets, targets.length + 1);
    all[targets.length] = grad;
    Step step =
        switch (effect) {
          case Effect.SgdStep s -> (b, at, n) -> sgd(s, b, at, n);
          case Effect.AdamStep s -> (b, at, n) -> adam(s, b, at, n);
          case Effect.Assign a -> throw new IllegalStateException("assign is a copy");
        };
    long n = grad.numel();
    int tasks = n < Elementwise.PARALLEL ? 1 : ThreadPool.size();
    long units = (n + 63) / 64;
    ThreadPool.parallelFor(
        tasks,
        t -> {
          long start = units * t / tasks * 64;
          long end = Math.min(n, units * (t + 1) / tasks * 64);
          part(step, all, targets.length, start, (int) (end - start));
        });
  }

  private static void part(Step step, Buf[] all, int targets, long start, int n) {
    MemorySegment[] segments = new MemorySegment[all.length];
    long[] at = new long[all.length];
    for (int i = 0; i < all.length; i++) {
      segments[i] = Memory.of(all[i].segment());
      at[i] = Memory.at(all[i]) + start * Float.BYTES;
    }
    int whole = n & -LANES;
    if (whole > 0) {
      step.run(segments, at, whole);
    }
    long bytes = (long) (n - whole) * Float.BYTES;
    if (bytes > 0) {
      MemorySegment scratch = Scratch.local().tail;
      MemorySegment tail = Memory.of(scratch);
      long tailFrom = Memory.at(scratch, 0, scratch.byteSize());
      MemorySegment[] tails = new MemorySegment[all.length];
      long[] tailAt = new long[all.length];
      for (int i = 0; i < all.length; i++) {
        tails[i] = tail;
        tailAt[i] = tailFrom + i * 128L;
        MemorySegment.copy(segments[i], at[i] + (long) whole * Float.BYTES, tail, tailAt[i], bytes);
      }
      step.run(tails, tailAt, LANES);
      for (int i = 0; i < targets; i++) {
        MemorySegment.copy(tail, tailAt[i], segments[i], at[i] + (long) whole * Float.BYTES, bytes);
      }
    }
  }

  private static void sgd(Effect.SgdStep s, MemorySegment[] b, long[] at, int n) {
    float rate = (float) s.learningRate();
    float decay = (float) s.weightDecay();
    if (s.momentum() == 0) {
      plain(b[0], at[0], b[1], at[1], n, rate, decay);
    } else {
      float keep = s.firstStep() ? 0 : (float) s.momentum();
      float fresh = s.firstStep() ? 1 : (float) (1 - s.dampening());
      momentum(
          b[0],
          at[0],
          b[1],
          at[1],
          b[2],
          at[2],
          n,
          rate,
          decay,
          keep,
          fresh,
          s.nesterov() ? 1 : 0,
          s.nesterov() ? (float) s.momentum() : 1,
          s.firstStep());
    }
  }

  private static void plain(
      MemorySegment p, long pAt, MemorySegment g, long gAt, int n, float rate, float decay) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * Float.BYTES;
      FloatVector w = load(p, pAt + at);
      FloatVector d = load(g, gAt + at);
      d = decay == 0 ? d : d.add(w.mul(decay));
      w.sub(d.mul(rate)).intoMemorySegment(Memory.of(p), pAt + at, ORDER);
    }
  }

  private static void momentum(
      MemorySegment p,
      long pAt,
      MemorySegment m,
      long mAt,
      MemorySegment g,
      long gAt,
      int n,
      float rate,
      float decay,
      float keep,
      float fresh,
      float ofGrad,
      float ofBuffer,
      boolean first) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * Float.BYTES;
      FloatVector w = load(p, pAt + at);
      FloatVector d = load(g, gAt + at);
      d = decay == 0 ? d : d.add(w.mul(decay));
      // The first step does not read the buffer, which may hold anything.
      FloatVector buffer = first ? d : load(m, mAt + at).mul(keep).add(d.mul(fresh));
      FloatVector step = ofGrad == 0 ? buffer : d.add(buffer.mul(ofBuffer));
      buffer.intoMemorySegment(Memory.of(m), mAt + at, ORDER);
      w.sub(step.mul(rate)).intoMemorySegment(Memory.of(p), pAt + at, ORDER);
    }
  }

  private static void adam(Effect.AdamStep s, MemorySegment[] b, long[] at, int n) {
    double correction1 = 1 - Math.pow(s.beta1(), (double) s.step());
    double correction2 = 1 - Math.pow(s.beta2(), (double) s.step());
    boolean decoupled = s.decoupled() && s.weightDecay() != 0;
    adam(
        b[0],
        at[0],
        b[1],
        at[1],
        b[2],
        at[2],
        b[3],
        at[3],
        n,
        (float) s.beta1(),
        (float) (1 - s.beta1()),
        (float) s.beta2(),
        (float) (1 - s.beta2()),
        (float) Math.sqrt(correction2),
        (float) s.epsilon(),
        (float) (s.learningRate() / correction1),
        decoupled ? (float) (1 - s.learningRate() * s.weightDecay()) : 1f,
        decoupled ? 0f : (float) s.weightDecay());
  }

  private static void adam(
      MemorySegment p,
      long pAt,
      MemorySegment m,
      long mAt,
      MemorySegment v,
      long vAt,
      MemorySegment g,
      long gAt,
      int n,
      float beta1,
      float rest1,
      float beta2,
      float rest2,
      float root,
      float epsilon,
      float rate,
      float shrink,
      float decay) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * Float.BYTES;
      FloatVector w = load(p, pAt + at);
      FloatVector d = load(g, gAt + at).add(w.mul(decay));
      FloatVector first = load(m, mAt + at).mul(beta1).add(d.mul(rest1));
      FloatVector second = load(v, vAt + at).mul(beta2).add(d.mul(d).mul(rest2));
      FloatVector denominator = second.sqrt().div(root).add(epsilon);
      first.intoMemorySegment(Memory.of(m), mAt + at, ORDER);
      second.intoMemorySegment(Memory.of(v), vAt + at, ORDER);
      w.mul(shrink)
          .sub(first.div(denominator).mul(rate))
          .intoMemorySegment(Memory.of(p), pAt + at, ORDER);
    }
  }
}
