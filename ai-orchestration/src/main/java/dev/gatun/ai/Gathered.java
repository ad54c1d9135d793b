package dev.gatun.ai;

import dev.gatun.ai.error.AiException;
import java.util.List;
import java.util.Optional;

/**
 * The outcome of asking several models.
 *
 * @param answer the aggregated answer
 * @param members what each model said or how it failed, in the order they were named
 * @param cost what everything cost together, aggregation included
 * @param unaggregated why the judge or the editor failed; the answer is then the first model's that
 *     succeeded
 */
public record Gathered(
    ChatResponse answer, List<Member> members, Cost cost, Optional<AiException> unaggregated) {
  /** Copies the list. */
  public Gathered {
    members = List.copyOf(members);
  }

  /**
   * One model's part: exactly one of response and error is there, or neither when it was cancelled
   * because it was no longer needed.
   *
   * @param model the model that was asked
   * @param response its answer
   * @param error how it failed
   */
  public record Member(
      ModelRef model, Optional<ChatResponse> response, Optional<AiException> error) {}
}
