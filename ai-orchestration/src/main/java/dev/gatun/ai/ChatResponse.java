package dev.gatun.ai;

import dev.gatun.ai.json.Json;
import java.util.List;

/**
 * An answer, and who gave it, why and at what cost.
 *
 * @param id the provider's id of the answer
 * @param served the model that answered, as the provider named it
 * @param message the answer
 * @param finish why it ended
 * @param citations its sources
 * @param usage what the answering attempt consumed
 * @param cost what all attempts cost together
 * @param route how it came about
 * @param extra members of the provider's answer that have no place in the normal form
 */
public record ChatResponse(
    String id,
    ModelRef served,
    Message message,
    FinishReason finish,
    List<Citation> citations,
    Usage usage,
    Cost cost,
    Route route,
    Json.Obj extra) {
  /** Copies the list. */
  public ChatResponse {
    citations = List.copyOf(citations);
  }

  /** The text of the answer. */
  public String text() {
    return message.text();
  }

  /** The tool calls of the answer. */
  public List<Part.ToolCall> toolCalls() {
    return message.toolCalls();
  }

  /**
   * The text as JSON.
   *
   * @throws Json.JsonSyntaxException when it is not
   */
  public Json json() {
    return Json.parse(text());
  }
}
