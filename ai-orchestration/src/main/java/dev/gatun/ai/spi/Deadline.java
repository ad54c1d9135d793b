package dev.gatun.ai.spi;

import java.time.Duration;

/**
 * The moment when a call must be over.
 *
 * @param time the clock
 * @param at the moment, in {@link TimeSource#nanos}
 */
public record Deadline(TimeSource time, long at) {
  /** A deadline from now on. */
  public static Deadline in(Duration duration, TimeSource time) {
    return new Deadline(time, time.nanos() + duration.toNanos());
  }

  /** What is left; zero when it has passed. */
  public Duration remaining() {
    return Duration.ofNanos(Math.max(0, at - time.nanos()));
  }

  /** Whether it has passed. */
  public boolean passed() {
    return at - time.nanos() <= 0;
  }
}
