package dev.gatun.ai.testkit;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A clock that stands still until it is moved, and a sleeper that moves it: {@code clock::sleep} in
 * place of {@link Thread#sleep(Duration)} makes a test of long waits take no time, and {@link
 * #sleeps} tells what was waited. Thread-safe; clocks made by {@link #withZone} move with it.
 */
public final class FakeClock extends Clock {
  private final Time time;
  private final ZoneId zone;

  private static final class Time {
    private final List<Duration> sleeps = new ArrayList<>();
    private Instant now;
    private long nanoTime;

    Time(Instant now) {
      this.now = now;
    }
  }

  private FakeClock(Time time, ZoneId zone) {
    this.time = time;
    this.zone = zone;
  }

  /** A clock that stands at a time, in UTC. */
  public static FakeClock at(Instant now) {
    return new FakeClock(new Time(now), ZoneOffset.UTC);
  }

  /** A clock that stands at 2026-01-01T00:00:00Z. */
  public static FakeClock create() {
    return at(Instant.parse("2026-01-01T00:00:00Z"));
  }

  @Override
  public Instant instant() {
    synchronized (time) {
      return time.now;
    }
  }

  /** Nanoseconds that this clock was moved by: in place of {@link System#nanoTime}. */
  public long nanoTime() {
    synchronized (time) {
      return time.nanoTime;
    }
  }

  /**
   * Moves it on.
   *
   * @throws IllegalArgumentException if the duration is negative
   */
  public FakeClock advance(Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException("expected a time to move on, and got " + duration);
    }
    synchronized (time) {
      time.now = time.now.plus(duration);
      time.nanoTime += duration.toNanos();
    }
    return this;
  }

  /**
   * Moves it on and writes down by how much; a time that is not positive counts as zero.
   *
   * @throws InterruptedException if the thread is interrupted, as a real sleep would
   */
  public void sleep(Duration duration) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before a sleep of " + duration);
    }
    Duration slept = duration.isNegative() ? Duration.ZERO : duration;
    synchronized (time) {
      time.sleeps.add(slept);
      advance(slept);
    }
  }

  /** All sleeps so far, in order. */
  public List<Duration> sleeps() {
    synchronized (time) {
      return List.copyOf(time.sleeps);
    }
  }

  @Override
  public ZoneId getZone() {
    return zone;
  }

  @Override
  public FakeClock withZone(ZoneId other) {
    return new FakeClock(time, Objects.requireNonNull(other, "other"));
  }

  @Override
  public String toString() {
    return "FakeClock[" + instant() + ", " + zone + "]";
  }
}
