package dev.gatun.ai.spi;

import dev.gatun.ai.Citation;
import dev.gatun.ai.FinishReason;
import dev.gatun.ai.Message;
import dev.gatun.ai.Usage;
import dev.gatun.ai.json.Json;
import java.util.List;

/**
 * A provider's answer in the normal form.
 *
 * @param id the provider's id of the answer
 * @param served the model that answered, as the provider names it
 * @param message the answer
 * @param finish why it ended
 * @param citations its sources
 * @param usage what it consumed
 * @param limits what the provider tells of its limits
 * @param extra members of the answer that have no place in the normal form
 */
public record ChatReply(
    String id,
    String served,
    Message message,
    FinishReason finish,
    List<Citation> citations,
    Usage usage,
    RateLimits limits,
    Json.Obj extra) {
  /** Copies the list. */
  public ChatReply {
    citations = List.copyOf(citations);
  }
}
