package dev.gatun.ai.testkit;

/**
 * A place in the body of a reply.
 *
 * <p>In a reply that is no stream the body counts as one event and one token: a place after 0 of
 * them is before its first byte, and a place after more is in its middle. A place that the reply
 * does not reach is its end, before the end marker, so that no fault is lost.
 *
 * @param unit what is counted
 * @param count how many of them go before
 */
public record Position(Unit unit, int count) {

  /** What a position counts. */
  public enum Unit {
    /** Bytes of the body, without headers and chunk sizes. */
    BYTES,
    /** Events of the stream, of any kind. */
    EVENTS,
    /** Events that carry content: text, reasoning, refusals, tool calls. */
    TOKENS
  }

  public Position {
    if (count < 0) {
      throw new IllegalArgumentException("expected a count of zero or more, and got " + count);
    }
  }

  /** After this many bytes of the body. */
  public static Position afterBytes(int count) {
    return new Position(Unit.BYTES, count);
  }

  /** After this many events. */
  public static Position afterEvents(int count) {
    return new Position(Unit.EVENTS, count);
  }

  /**
   * After this many events with content; after 0, what goes before the first content has been sent.
   */
  public static Position afterTokens(int count) {
    return new Position(Unit.TOKENS, count);
  }
}
