package dev.gatun.gateway.observe;

import dev.gatun.ai.Usd;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What happened in the last hour, in steps of ten seconds: requests, errors, latencies and money.
 * Writing takes no lock. Thread-safe.
 */
final class Window {
  static final int STEP_SECONDS = 10;
  private static final int STEPS = 3600 / STEP_SECONDS;

  /**
   * Latencies by the power of the fourth root of two, from a tenth of a millisecond: 19 % apart.
   */
  private static final int BINS = 96;

  private static final double BINS_PER_OCTAVE = 4;
  private static final double FIRST_NANOS = 100_000;

  private final AtomicReferenceArray<@Nullable Step> steps = new AtomicReferenceArray<>(STEPS);
  private final LongSupplier nanos;

  Window(LongSupplier nanos) {
    this.nanos = nanos;
  }

  private static final class Step {
    private final long number;
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong errors = new AtomicLong();
    private final AtomicLong pico = new AtomicLong();
    private final AtomicIntegerArray latencies = new AtomicIntegerArray(BINS);

    Step(long number) {
      this.number = number;
    }
  }

  private long now() {
    return Math.floorDiv(nanos.getAsLong(), TimeUnit.SECONDS.toNanos(STEP_SECONDS));
  }

  private Step step() {
    long number = now();
    int slot = (int) Math.floorMod(number, (long) STEPS);
    while (true) {
      Step step = steps.get(slot);
      if (step != null && step.number == number) {
        return step;
      }
      Step fresh = new Step(number);
      if (steps.compareAndSet(slot, step, fresh)) {
        return fresh;
      }
    }
  }

  /** A request was answered. */
  void answered(boolean error, long latencyNanos) {
    Step step = step();
    step.requests.incrementAndGet();
    if (error) {
      step.errors.incrementAndGet();
    }
    step.latencies.incrementAndGet(bin(latencyNanos));
  }

  /** Money was spent. */
  void spent(Usd amount) {
    step().pico.addAndGet(amount.pico());
  }

  private static int bin(long latencyNanos) {
    double octaves = Math.log(Math.max(1, latencyNanos / FIRST_NANOS)) / Math.log(2);
    return (int) Math.min(BINS - 1, Math.ceil(octaves * BINS_PER_OCTAVE));
  }

  /**
   * The sum of the last steps, the one under way included.
   *
   * @param requests those that were answered
   * @param errors those answered by 500 and more
   * @param spent the money
   * @param p50Millis the median latency, 0 without requests
   * @param p99Millis the 99th percentile, 0 without requests
   */
  record Sum(long requests, long errors, Usd spent, double p50Millis, double p99Millis) {
    double errorShare() {
      return requests == 0 ? 0 : (double) errors / requests;
    }
  }

  /** The sum of the last seconds, in whole steps. */
  Sum last(int seconds) {
    long now = now();
    return sum(now - Math.ceilDiv(seconds, STEP_SECONDS) + 1, now);
  }

  /** The sums of the last steps, the oldest first. */
  List<Sum> series(int count) {
    List<Sum> sums = new ArrayList<>(count);
    long now = now();
    for (long n = now - count + 1; n <= now; n++) {
      sums.add(sum(n, n));
    }
    return sums;
  }

  private Sum sum(long from, long to) {
    long requests = 0;
    long errors = 0;
    long pico = 0;
    long[] latencies = new long[BINS];
    for (long n = from; n <= to; n++) {
      Step step = steps.get((int) Math.floorMod(n, (long) STEPS));
      if (step == null || step.number != n) {
        continue;
      }
      requests += step.requests.get();
      errors += step.errors.get();
      pico += step.pico.get();
      for (int i = 0; i < BINS; i++) {
        latencies[i] += step.latencies.get(i);
      }
    }
    return new Sum(
        requests, errors, Usd.ofPico(pico), millis(latencies, 0.5), millis(latencies, 0.99));
  }

  /** The upper end of the bin that holds the quantile. */
  private static double millis(long[] latencies, double quantile) {
    long total = 0;
    for (long n : latencies) {
      total += n;
    }
    if (total == 0) {
      return 0;
    }
    long rank = (long) Math.ceil(quantile * total);
    int bin = 0;
    for (long seen = latencies[0]; seen < rank; seen += latencies[bin]) {
      bin++;
    }
    return FIRST_NANOS * Math.pow(2, bin / BINS_PER_OCTAVE) / 1e6;
  }
}
