package dev.gatun.ai.testkit;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Something that goes wrong in the body of a reply, once.
 *
 * @param kind what happens
 * @param at where
 * @param failure the error of {@link Kind#ERROR}, else null
 * @param duration how long {@link Kind#STALL} lasts, null for ever; else null
 */
public record Fault(
    Kind kind, Position at, @Nullable Failure failure, @Nullable Duration duration) {

  /** What happens. */
  public enum Kind {
    /** The connection is closed in the middle: the client sees that the HTTP body is not whole. */
    CUT,
    /** The connection is reset (RST). */
    RESET,
    /** Nothing more is sent, and the connection stays open, for a time or for ever. */
    STALL,
    /** The HTTP body ends as it should, but early: only the missing end marker tells. */
    TRUNCATE,
    /** The dialect's error event, on the status 200 that went out before; then the end. */
    ERROR,
    /** An event whose JSON stops in the middle; the stream then goes on. */
    MALFORMED,
    /** A chunk size that is no number, then the end of the connection. */
    BAD_CHUNK,
    /** A chunk that promises more bytes than it has, then the end of the connection. */
    TRUNCATED_CHUNK
  }

  public Fault {
    if ((kind == Kind.ERROR) != (failure != null)) {
      throw new IllegalArgumentException(
          "expected a failure for ERROR alone, and got " + kind + " with " + failure);
    }
  }
}
