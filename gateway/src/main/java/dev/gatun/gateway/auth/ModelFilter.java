package dev.gatun.gateway.auth;

import dev.gatun.ai.ModelRef;
import java.util.List;

/**
 * Which models may be asked, by patterns such as {@code openai/gpt-5*} and {@code anthropic/*}: a
 * star stands for any characters.
 *
 * @param patterns one of them must fit; without any, every model may be asked
 */
public record ModelFilter(List<String> patterns) {
  /** Every model. */
  public static final ModelFilter ALL = new ModelFilter(List.of());

  /** Copies the list. */
  public ModelFilter {
    patterns = List.copyOf(patterns);
  }

  /** Whether a model may be asked. */
  public boolean allows(ModelRef model) {
    String name = model.toString();
    return patterns.isEmpty() || patterns.stream().anyMatch(p -> fits(p, name));
  }

  /** Without backtracking: the first place where a piece is found is as good as any later. */
  private static boolean fits(String pattern, String name) {
    String[] pieces = pattern.split("\\*", -1);
    if (pieces.length == 1) {
      return pattern.equals(name);
    }
    String last = pieces[pieces.length - 1];
    int at = pieces[0].length();
    if (!name.startsWith(pieces[0])) {
      return false;
    }
    for (int i = 1; i < pieces.length - 1; i++) {
      int found = name.indexOf(pieces[i], at);
      if (found < 0) {
        return false;
      }
      at = found + pieces[i].length();
    }
    return name.length() - last.length() >= at && name.endsWith(last);
  }
}
