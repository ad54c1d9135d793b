package dev.gatun.ai;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What would happen to a request: who would be asked, in which order, and why the others not.
 *
 * @param policy the routing policy's name
 * @param task what the request is for
 * @param inputTokens the estimated size of the prompt
 * @param ranking the candidates, best first
 * @param exclusions those that cannot serve it
 */
public record RoutePlan(
    String policy, Task task, long inputTokens, List<Ranked> ranking, List<Exclusion> exclusions) {
  /** Copies the lists. */
  public RoutePlan {
    ranking = List.copyOf(ranking);
    exclusions = List.copyOf(exclusions);
  }

  /**
   * A model that could serve the request.
   *
   * @param model the model
   * @param score the policy's score; higher is better
   * @param expectedCost the estimated cost
   * @param quality the estimated quality, 0 to 1
   * @param expectedLatency the observed latency, where there is one
   * @param reasons what made the score, one phrase each
   */
  public record Ranked(
      ModelRef model,
      double score,
      Cost expectedCost,
      double quality,
      Optional<Duration> expectedLatency,
      List<String> reasons) {
    /** Copies the list. */
    public Ranked {
      reasons = List.copyOf(reasons);
    }
  }

  /**
   * A model that cannot serve the request.
   *
   * @param model the model
   * @param reason why, in one sentence
   */
  public record Exclusion(ModelRef model, String reason) {}
}
