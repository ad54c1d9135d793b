package dev.gatun.ai.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * For tests of what must be done within a time. A machine that is busy with other things makes any
 * one measurement late, so one try in time shows that the code can keep its promise, and what is
 * too slow is so in each try. Everything else that a try asserts must hold in all of them.
 */
public final class Tries {
  private static final int MOST = 10;

  private Tries() {}

  /** Does what is timed, once. */
  @FunctionalInterface
  public interface Try {
    /**
     * Does it.
     *
     * @return how long it took
     */
    Duration take() throws Exception;
  }

  /**
   * Tries up to ten times, until one took less than a bound.
   *
   * @return how long that one took
   * @throws AssertionError when none did; the message has the times
   */
  public static Duration within(Duration bound, Try one) throws Exception {
    List<Duration> times = new ArrayList<>();
    while (times.size() < MOST) {
      Duration time = one.take();
      if (time.compareTo(bound) < 0) {
        return time;
      }
      times.add(time);
    }
    throw new AssertionError("None of " + MOST + " tries took less than " + bound + ": " + times);
  }
}
