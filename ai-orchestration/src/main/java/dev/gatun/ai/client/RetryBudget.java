package dev.gatun.ai.client;

import dev.gatun.ai.spi.TimeSource;

/**
 * Keeps repeated requests to a provider below a share of its traffic, so that retries cannot turn a
 * bad minute into an outage. A token bucket: a first request adds the share of a token, a retry
 * takes one; a few a second come for free, for small traffic. Thread-safe.
 */
final class RetryBudget {
  private static final double CAPACITY_SECONDS = 10;

  private final TimeSource time;
  private final double share;
  private final double perSecond;
  private final double capacity;
  private double tokens;
  private long last;

  RetryBudget(TimeSource time, double share, double perSecond) {
    this.time = time;
    this.share = share;
    this.perSecond = perSecond;
    capacity = Math.max(1, perSecond * CAPACITY_SECONDS) + 100 * share;
    tokens = perSecond * CAPACITY_SECONDS;
    last = time.nanos();
  }

  synchronized void firstRequest() {
    tokens = Math.min(capacity, tokens + share);
  }

  /** Whether a retry may be made now; it then is counted. */
  synchronized boolean take() {
    long now = time.nanos();
    double free =
        Math.max(
            tokens,
            Math.min(perSecond * CAPACITY_SECONDS, tokens + perSecond * (now - last) * 1e-9));
    tokens = free;
    last = now;
    if (tokens < 1) {
      return false;
    }
    tokens -= 1;
    return true;
  }
}
