package dev.gatun.ai.testkit;

import java.util.List;

/**
 * The head of a reply.
 *
 * @param status the status, or 0 for the dialect's
 * @param headers headers to add to the dialect's, or to replace them with
 * @param retryAfter when to come back
 */
public record Head(int status, Headers headers, List<RetryAfter> retryAfter) {
  /** The dialect's own. */
  public static final Head DEFAULT = new Head(0, Headers.EMPTY, List.of());

  public Head {
    retryAfter = List.copyOf(retryAfter);
    if (status != 0 && (status < 200 || status > 599)) {
      throw new IllegalArgumentException("expected a status from 200 to 599, and got " + status);
    }
  }
}
