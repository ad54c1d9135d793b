package dev.gatun.ai.privacy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds what a pattern matches and a check digit confirms. */
final class Patterns {
  /** No letter or digit before or after. */
  private static final String BEFORE = "(?<![\\p{L}\\p{N}])";

  private static final String AFTER = "(?![\\p{L}\\p{N}])";

  private Patterns() {}

  static PiiDetector of(String kind, String regex, Predicate<String> check) {
    Pattern pattern = Pattern.compile(BEFORE + regex + AFTER);
    return text -> {
      List<PiiDetector.Span> spans = new ArrayList<>();
      Matcher m = pattern.matcher(text);
      int from = 0;
      while (m.find(from)) {
        if (check.test(m.group())) {
          spans.add(new PiiDetector.Span(m.start(), m.end(), kind));
          from = m.end();
        } else {
          // What failed the check may hide the begin of something that passes it.
          from = m.start() + 1;
        }
      }
      return spans;
    };
  }

  static String digits(String text) {
    return text.replaceAll("[^0-9]", "");
  }
}
