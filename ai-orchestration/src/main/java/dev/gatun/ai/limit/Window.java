package dev.gatun.ai.limit;

import java.util.Arrays;

/**
 * Amounts by second over the last minute. It looks back 61 whole seconds, so that the sum over any
 * 60 seconds, wherever they begin, stays within the limit. Not thread-safe.
 */
final class Window {
  static final int SECONDS = 61;

  private final long[] amounts = new long[SECONDS];
  private long second = Long.MIN_VALUE;
  private long sum;

  /** Forgets what is older than the window. */
  private void advance(long now) {
    if (second == Long.MIN_VALUE || now - second >= SECONDS) {
      Arrays.fill(amounts, 0);
      sum = 0;
      second = now;
    }
    while (second < now) {
      second++;
      int slot = slot(second);
      sum -= amounts[slot];
      amounts[slot] = 0;
    }
  }

  private static int slot(long second) {
    return (int) Math.floorMod(second, (long) SECONDS);
  }

  long sum(long now) {
    advance(now);
    return sum;
  }

  void add(long now, long amount) {
    advance(now);
    amounts[slot(now)] += amount;
    sum += amount;
  }

  /** Changes what was added at an earlier second, if that is still in the window. */
  void correct(long now, long at, long amount) {
    advance(now);
    if (now - at < SECONDS) {
      amounts[slot(at)] += amount;
      sum += amount;
    }
  }

  /** In how many seconds this much has left the window; -1 when it never holds that much. */
  long secondsUntilFree(long now, long needed) {
    advance(now);
    long freed = 0;
    for (long s = now - SECONDS + 1; s <= now; s++) {
      freed += amounts[slot(s)];
      if (freed >= needed) {
        return s + SECONDS - now;
      }
    }
    return -1;
  }

  boolean idle(long now) {
    return sum(now) == 0;
  }
}
