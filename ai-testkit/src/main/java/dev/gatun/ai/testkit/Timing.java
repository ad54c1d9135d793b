package dev.gatun.ai.testkit;

import java.time.Duration;

/**
 * When the parts of a reply are sent. A reply that is no stream is sent at once, when its last
 * token would have been.
 *
 * @param headers from the request's last byte to the status line
 * @param firstToken from the request's last byte to the first event with content, at the earliest
 * @param token from one event with content to the next, by a schedule that does not drift
 */
public record Timing(Duration headers, Duration firstToken, Duration token) {
  /** All at once. */
  public static final Timing INSTANT = new Timing(Duration.ZERO, Duration.ZERO, Duration.ZERO);

  public Timing {
    if (headers.isNegative() || firstToken.isNegative() || token.isNegative()) {
      throw new IllegalArgumentException(
          "expected no negative time, and got " + headers + ", " + firstToken + ", " + token);
    }
  }

  /** Whether nothing waits. */
  public boolean isInstant() {
    return headers.isZero() && firstToken.isZero() && token.isZero();
  }
}
