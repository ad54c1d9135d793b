package dev.gatun.ai.testkit.dialect;

import org.jspecify.annotations.Nullable;

/**
 * One event of a stream.
 *
 * @param event its name, or null for none
 * @param data its data: a line of JSON, or an end marker
 * @param kind what it is for
 */
public record Frame(@Nullable String event, String data, Kind kind) {

  /** What an event is for. */
  public enum Kind {
    /** It goes before the content, or between, without content of its own. */
    OPEN,
    /** It carries content. */
    TOKEN,
    /** It closes the content: the reason, the usage. */
    CLOSE,
    /** It is, or carries, the mark without which the stream is not whole. */
    TERMINAL
  }

  static Frame open(@Nullable String event, Object json) {
    return new Frame(event, Json.text(json), Kind.OPEN);
  }

  static Frame token(@Nullable String event, Object json) {
    return new Frame(event, Json.text(json), Kind.TOKEN);
  }

  static Frame close(@Nullable String event, Object json) {
    return new Frame(event, Json.text(json), Kind.CLOSE);
  }

  static Frame terminal(@Nullable String event, Object json) {
    return new Frame(event, Json.text(json), Kind.TERMINAL);
  }
}
