package dev.gatun.ai.client;

import dev.gatun.ai.Status;
import dev.gatun.ai.spi.TimeSource;
import java.time.Duration;

/**
 * A circuit breaker: opens when too many of the last outcomes are failures, and after a while lets
 * exactly so many probes through as it is told; when all of them succeed, it closes. Thread-safe.
 *
 * <p>A permit must be given back once, by {@link #success}, {@link #failure} or {@link #forget}.
 * Outcomes of attempts that began before the circuit changed its state count for nothing.
 */
final class Breaker {
  private static final long FORGET_AFTER = Duration.ofMinutes(1).toNanos();

  private final TimeSource time;
  private final double failureRatio;
  private final long open;
  private final int probes;

  private final boolean[] failed;
  private final long[] at;
  private int next;
  private int filled;

  private Status.Circuit state = Status.Circuit.CLOSED;
  private long generation;
  private long opensUntil;
  private int probing;
  private int proved;

  Breaker(TimeSource time, double failureRatio, int window, Duration open, int probes) {
    this.time = time;
    this.failureRatio = failureRatio;
    this.open = open.toNanos();
    this.probes = probes;
    failed = new boolean[window];
    at = new long[window];
  }

  /** A permit, or -1 when the circuit lets nothing through. */
  synchronized long acquire() {
    if (state == Status.Circuit.OPEN && time.nanos() - opensUntil >= 0) {
      enter(Status.Circuit.HALF_OPEN);
    }
    return switch (state) {
      case CLOSED -> generation;
      case OPEN -> -1;
      case HALF_OPEN -> {
        if (probing + proved >= probes) {
          yield -1;
        }
        probing++;
        yield generation;
      }
    };
  }

  synchronized void success(long permit) {
    if (permit != generation) {
      return;
    }
    if (state == Status.Circuit.HALF_OPEN) {
      probing--;
      if (++proved == probes) {
        enter(Status.Circuit.CLOSED);
      }
    } else {
      note(false);
    }
  }

  synchronized void failure(long permit) {
    if (permit != generation) {
      return;
    }
    if (state == Status.Circuit.HALF_OPEN) {
      enter(Status.Circuit.OPEN);
      return;
    }
    note(true);
    if (ratio(failed.length) >= failureRatio) {
      enter(Status.Circuit.OPEN);
    }
  }

  /** The attempt said nothing about the provider's health. */
  synchronized void forget(long permit) {
    if (permit == generation && state == Status.Circuit.HALF_OPEN) {
      probing--;
    }
  }

  synchronized Status.Circuit state() {
    return state == Status.Circuit.OPEN && time.nanos() - opensUntil >= 0
        ? Status.Circuit.HALF_OPEN
        : state;
  }

  /** Whether {@link #acquire} would give a permit. */
  synchronized boolean permits() {
    return switch (state) {
      case CLOSED -> true;
      case OPEN -> time.nanos() - opensUntil >= 0;
      case HALF_OPEN -> probing + proved < probes;
    };
  }

  /** How long the circuit stays open; zero when it is not. */
  synchronized Duration remaining() {
    return state == Status.Circuit.OPEN
        ? Duration.ofNanos(Math.max(0, opensUntil - time.nanos()))
        : Duration.ZERO;
  }

  /** The share of failures among the recent outcomes; few outcomes count for little. */
  synchronized double risk() {
    return state == Status.Circuit.CLOSED ? ratio(4) : 1;
  }

  private void note(boolean failure) {
    failed[next] = failure;
    at[next] = time.nanos();
    next = (next + 1) % failed.length;
    filled = Math.min(filled + 1, failed.length);
  }

  /** Failures over outcomes of the last minute, where at least so many outcomes are assumed. */
  private double ratio(int least) {
    long now = time.nanos();
    int n = 0;
    int failures = 0;
    for (int i = 0; i < filled; i++) {
      if (now - at[i] < FORGET_AFTER) {
        n++;
        failures += failed[i] ? 1 : 0;
      }
    }
    return n == 0 ? 0 : (double) failures / Math.max(n, least);
  }

  private void enter(Status.Circuit to) {
    state = to;
    generation++;
    filled = 0;
    next = 0;
    probing = 0;
    proved = 0;
    if (to == Status.Circuit.OPEN) {
      opensUntil = time.nanos() + open;
    }
  }
}
