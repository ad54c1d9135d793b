package dev.gatun.ai.privacy;

import java.util.List;

/** Finds one kind of personal data. Thread-safe. */
@FunctionalInterface
public interface PiiDetector {
  /** All places in a text, in any order. */
  List<Span> find(String text);

  /**
   * A place in a text.
   *
   * @param start the first character
   * @param end after the last character
   * @param kind what it is, in upper case, such as {@code EMAIL}; it becomes part of the
   *     placeholder
   */
  record Span(int start, int end, String kind) {
    /** Checks the ends and the kind. */
    public Span {
      if (start < 0 || end <= start || !kind.matches("[A-Z][A-Z0-9_]{0,31}")) {
        throw new IllegalArgumentException(
            "Not a span of personal data: " + start + " to " + end + ", kind '" + kind + "'");
      }
    }
  }
}
