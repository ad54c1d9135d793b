package dev.gatun.ai.testkit.dialect;

import java.util.ArrayList;
import java.util.List;

/** Texts cut into the pieces that a stream sends. */
final class Pieces {
  private static final String LOREM =
      "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut"
          + " labore et dolore magna aliqua ut enim ad minim veniam quis nostrud exercitation"
          + " ullamco laboris nisi ut aliquip ex ea commodo consequat";
  private static final String[] WORDS = LOREM.split(" ", -1);

  /** Characters of a tool's arguments in a piece. */
  private static final int ARGUMENT = 7;

  private Pieces() {}

  /** Words, each with the white space before it. */
  static List<String> words(String text) {
    var pieces = new ArrayList<String>();
    int start = 0;
    for (int i = 1; i < text.length(); i++) {
      if (Character.isWhitespace(text.charAt(i)) && !Character.isWhitespace(text.charAt(i - 1))) {
        pieces.add(text.substring(start, i));
        start = i;
      }
    }
    if (!text.isEmpty()) {
      pieces.add(text.substring(start));
    }
    return pieces;
  }

  /** Pieces of a tool's arguments, which end anywhere but in the middle of a surrogate pair. */
  static List<String> arguments(String text) {
    var pieces = new ArrayList<String>();
    int start = 0;
    while (start < text.length()) {
      int end = Math.min(start + ARGUMENT, text.length());
      if (end < text.length() && Character.isLowSurrogate(text.charAt(end))) {
        end++;
      }
      pieces.add(text.substring(start, end));
      start = end;
    }
    return pieces;
  }

  /** The first words of a text that never changes. */
  static String lorem(int words) {
    var text = new StringBuilder();
    for (int i = 0; i < words; i++) {
      if (i > 0) {
        text.append(' ');
      }
      text.append(WORDS[i % WORDS.length]);
    }
    return text.toString();
  }

  /** About how many tokens a text has: four characters each, rounded up. */
  static long tokens(long characters) {
    return (characters + 3) / 4;
  }
}
