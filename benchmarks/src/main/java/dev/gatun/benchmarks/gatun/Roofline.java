package dev.gatun.benchmarks.gatun;

import dev.gatun.benchmarks.compare.Case;
import dev.gatun.benchmarks.compare.Cases;
import dev.gatun.benchmarks.compare.Work;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/** What the machine can do, from Java: the limits that other results are held against. */
final class Roofline {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int ACCUMULATORS = 12;

  private Roofline() {}

  static @Nullable Work prepare(Case c) {
    int threads = Integer.getInteger("gatun.threads", Runtime.getRuntime().availableProcessors());
    return switch (c.name()) {
      case "fma" -> onEach(threads, _ -> Roofline::multiplyAndAdd);
      case "read" -> {
        MemorySegment a = floats(c.work());
        yield onEach(threads, i -> () -> (double) read(part(a, i, threads)));
      }
      case "triad" -> {
        MemorySegment a = floats(c.work() / 3);
        MemorySegment b = floats(c.work() / 3);
        MemorySegment y = floats(c.work() / 3);
        yield onEach(
            threads,
            i -> () -> triad(part(a, i, threads), part(b, i, threads), part(y, i, threads)));
      }
      case "first touch 4 KiB pages" -> FreshMemory.work((long) c.work(), threads, false);
      case "first touch huge pages" -> FreshMemory.work((long) c.work(), threads, true);
      default -> throw new IllegalArgumentException("No case " + c.name());
    };
  }

  /** Runs one task on each of so many threads. */
  static Work onEach(int threads, java.util.function.IntFunction<Callable<Double>> task) {
    List<Callable<Double>> tasks = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      tasks.add(task.apply(i));
    }
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    Work work =
        () -> {
          try {
            for (var done : pool.invokeAll(tasks)) {
              if (Double.isNaN(done.get())) {
                throw new ArithmeticException("The measured loop came to NaN");
              }
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException(e);
          }
        };
    return work.freeing(pool);
  }

  private static MemorySegment floats(double bytes) {
    MemorySegment segment = Arena.ofAuto().allocate((long) bytes, 64);
    for (long i = 0; i < segment.byteSize(); i += 4096) {
      segment.set(java.lang.foreign.ValueLayout.JAVA_FLOAT, i, 1f);
    }
    return segment;
  }

  private static MemorySegment part(MemorySegment whole, int index, int count) {
    long step = whole.byteSize() / count / 64 * 64;
    return whole.asSlice(index * step, step);
  }

  private static float read(MemorySegment a) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int step = SPECIES.vectorByteSize();
    for (long i = 0; i <= a.byteSize() - 4L * step; i += 4L * step) {
      s0 = s0.add(FloatVector.fromMemorySegment(SPECIES, a, i, ORDER));
      s1 = s1.add(FloatVector.fromMemorySegment(SPECIES, a, i + step, ORDER));
      s2 = s2.add(FloatVector.fromMemorySegment(SPECIES, a, i + 2L * step, ORDER));
      s3 = s3.add(FloatVector.fromMemorySegment(SPECIES, a, i + 3L * step, ORDER));
    }
    return s0.add(s1).add(s2.add(s3)).lane(0);
  }

  private static double triad(MemorySegment a, MemorySegment b, MemorySegment y) {
    FloatVector factor = FloatVector.broadcast(SPECIES, 3);
    int step = SPECIES.vectorByteSize();
    for (long i = 0; i <= y.byteSize() - step; i += step) {
      FloatVector.fromMemorySegment(SPECIES, b, i, ORDER)
          .fma(factor, FloatVector.fromMemorySegment(SPECIES, a, i, ORDER))
          .intoMemorySegment(y, i, ORDER);
    }
    return 0;
  }

  /** As many chains as hide the latency of the unit. */
  private static double multiplyAndAdd() {
    int threads = Integer.getInteger("gatun.threads", Runtime.getRuntime().availableProcessors());
    long rounds = (long) (Cases.FMA / threads / (2.0 * ACCUMULATORS * SPECIES.length()));
    FloatVector m = FloatVector.broadcast(SPECIES, 0.999f);
    FloatVector c = FloatVector.broadcast(SPECIES, 0.001f);
    FloatVector a = c;
    FloatVector b = c;
    FloatVector d = c;
    FloatVector e = c;
    FloatVector f = c;
    FloatVector g = c;
    FloatVector h = c;
    FloatVector i = c;
    FloatVector j = c;
    FloatVector k = c;
    FloatVector l = c;
    FloatVector n = c;
    for (int r = 0; r < (int) rounds; r++) {
      a = a.fma(m, c);
      b = b.fma(m, c);
      d = d.fma(m, c);
      e = e.fma(m, c);
      f = f.fma(m, c);
      g = g.fma(m, c);
      h = h.fma(m, c);
      i = i.fma(m, c);
      j = j.fma(m, c);
      k = k.fma(m, c);
      l = l.fma(m, c);
      n = n.fma(m, c);
    }
    FloatVector sum =
        a.add(b).add(d.add(e)).add(f.add(g)).add(h.add(i)).add(j.add(k)).add(l.add(n));
    return sum.lane(0);
  }
}
