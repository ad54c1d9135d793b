package dev.gatun.ai;

/**
 * Why an answer ended. Open: a reason that a provider invents later is {@link Kind#OTHER} with its
 * own text.
 *
 * @param kind the reason in the normal form
 * @param raw the provider's own word for it
 */
public record FinishReason(Kind kind, String raw) {
  /** The normal forms. */
  public enum Kind {
    /** The answer is complete. */
    STOP,
    /** The limit of output tokens or the context window was reached. */
    LENGTH,
    /** The model wants tools to be called. */
    TOOL_CALLS,
    /** A filter of the provider cut the answer off. */
    CONTENT_FILTER,
    /** The model declined. */
    REFUSAL,
    /** The provider paused a long turn; send the answer back to go on. */
    PAUSE,
    /** Something else; see the raw text. */
    OTHER
  }

  /** A complete answer. */
  public static final FinishReason STOP = new FinishReason(Kind.STOP, "stop");

  @Override
  public String toString() {
    return raw;
  }
}
