package dev.gatun.ai;

import java.time.Duration;
import java.util.List;

/**
 * How an answer came about.
 *
 * @param policy the routing policy's name
 * @param reasons why this model was chosen, one phrase each
 * @param attempts the requests to providers, in order; none for an answer from the cache
 * @param cached whether the answer is from the cache
 * @param took the whole call
 * @param overhead the part of it that was neither a provider's time nor an intended wait
 */
public record Route(
    String policy,
    List<String> reasons,
    List<Attempt> attempts,
    boolean cached,
    Duration took,
    Duration overhead) {
  /** Copies the lists. */
  public Route {
    reasons = List.copyOf(reasons);
    attempts = List.copyOf(attempts);
  }
}
