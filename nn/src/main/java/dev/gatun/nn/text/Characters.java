package dev.gatun.nn.text;

import java.util.HashMap;
import java.util.Map;

/**
 * A vocabulary of characters: each Unicode code point is a token. Immutable and thread-safe.
 *
 * @param text all characters, each once, in the order of their tokens
 */
public record Characters(String text) {
  /** Refuses what names a character twice. */
  public Characters {
    int[] points = text.codePoints().toArray();
    if (points.length == 0) {
      throw new IllegalArgumentException("A vocabulary needs at least one character");
    }
    if (text.codePoints().distinct().count() != points.length) {
      throw new IllegalArgumentException("A vocabulary has each character once");
    }
  }

  /** The characters of a text, sorted. */
  public static Characters of(String text) {
    StringBuilder all = new StringBuilder();
    text.codePoints().distinct().sorted().forEach(all::appendCodePoint);
    return new Characters(all.toString());
  }

  /** How many there are. */
  public int size() {
    return text.codePointCount(0, text.length());
  }

  /** The tokens of a text, without the characters that this vocabulary lacks. */
  public int[] encode(String words) {
    Map<Integer, Integer> tokens = new HashMap<>();
    text.codePoints().forEach(c -> tokens.put(c, tokens.size()));
    return words.codePoints().filter(tokens::containsKey).map(tokens::get).toArray();
  }

  /** The text of tokens. */
  public String decode(int... tokens) {
    int[] points = text.codePoints().toArray();
    StringBuilder out = new StringBuilder();
    for (int token : tokens) {
      out.appendCodePoint(points[token]);
    }
    return out.toString();
  }
}
