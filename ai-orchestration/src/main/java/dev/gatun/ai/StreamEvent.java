package dev.gatun.ai;

import dev.gatun.ai.json.Json;

/**
 * A piece of a streamed answer. A stream is one {@link Started}, any number of the others, and one
 * {@link Finished}; a stream that ends without it is an error.
 */
public sealed interface StreamEvent {
  /**
   * Whether this carries a part of the answer: from the first such event on there is no fallback.
   */
  default boolean content() {
    return switch (this) {
      case Text _, Reasoning _, ToolCall _ -> true;
      case Started _, Source _, Finished _ -> false;
    };
  }

  /**
   * The provider has accepted the request.
   *
   * @param id the provider's id of the answer
   * @param served the model that answers, as the provider names it
   */
  record Started(String id, ModelRef served) implements StreamEvent {}

  /** A piece of the answer's text. */
  record Text(String delta) implements StreamEvent {}

  /**
   * A piece of shown reasoning.
   *
   * @param delta its text
   * @param signature an opaque text that must be sent back, or empty; it ends the part
   */
  record Reasoning(String delta, String signature) implements StreamEvent {}

  /**
   * A piece of a tool call.
   *
   * @param index which call of the answer, from 0
   * @param id the call's id; in its first piece, else empty
   * @param name the tool's name; in its first piece, else empty
   * @param delta a piece of the arguments
   * @param signature an opaque text of the provider that must be sent back, or empty
   */
  record ToolCall(int index, String id, String name, String delta, String signature)
      implements StreamEvent {}

  /** A source of the answer. */
  record Source(Citation citation) implements StreamEvent {}

  /**
   * The answer is complete.
   *
   * @param reason why it ended
   * @param usage what it consumed
   * @param extra members of the provider's last event that have no place in the normal form
   */
  record Finished(FinishReason reason, Usage usage, Json.Obj extra) implements StreamEvent {}
}
