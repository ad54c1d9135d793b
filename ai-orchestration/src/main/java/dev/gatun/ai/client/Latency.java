package dev.gatun.ai.client;

import dev.gatun.ai.spi.TimeSource;
import java.time.Duration;
import java.util.Optional;

/**
 * A moving average of a latency that weighs recent observations more, and is forgotten when nothing
 * was observed for a while. Thread-safe.
 */
final class Latency {
  /** An observation counts at least this much. */
  private static final double LEAST_WEIGHT = 0.1;

  /** An average this old, in nanoseconds, has lost all but 37 % of its weight to a new one. */
  private static final double TAU = 30e9;

  private static final long IDLE = Duration.ofMinutes(5).toNanos();

  private final TimeSource time;
  private double average;
  private long last;
  private int count;

  Latency(TimeSource time) {
    this.time = time;
  }

  synchronized void observe(long nanos) {
    long now = time.nanos();
    if (count == 0 || now - last > IDLE) {
      average = nanos;
      count = 1;
    } else {
      double weight =
          Math.max(1.0 / (count + 1), Math.max(LEAST_WEIGHT, 1 - Math.exp(-(now - last) / TAU)));
      average += weight * (nanos - average);
      count = Math.min(count + 1, 1000);
    }
    last = now;
  }

  synchronized Optional<Duration> value() {
    return count == 0 || time.nanos() - last > IDLE
        ? Optional.empty()
        : Optional.of(Duration.ofNanos((long) average));
  }
}
