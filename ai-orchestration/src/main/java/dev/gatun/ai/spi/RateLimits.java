package dev.gatun.ai.spi;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a provider tells of a key's limits in the headers of an answer.
 *
 * @param remainingRequests requests that are left in the window
 * @param remainingTokens tokens that are left in the window
 * @param reset when what is used up is full again, from now; empty while both have something left
 */
public record RateLimits(
    OptionalLong remainingRequests, OptionalLong remainingTokens, Optional<Duration> reset) {
  /** The provider tells nothing. */
  public static final RateLimits UNKNOWN =
      new RateLimits(OptionalLong.empty(), OptionalLong.empty(), Optional.empty());
}
