package dev.gatun.ai.privacy;

import dev.gatun.ai.spi.PrivacyGuard;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The placeholders of one request. A placeholder is {@code [KIND_n]}; when the request itself has
 * texts of that form, a letter sets the placeholders apart from them: {@code [KINDA_n]}.
 */
final class Placeholders {
  private final String mark;
  private final Map<String, String> byValue = new HashMap<>();
  private final Map<String, String> values = new LinkedHashMap<>();
  private final Map<String, Integer> counts = new HashMap<>();

  Placeholders(String mark) {
    this.mark = mark;
  }

  /** Equal values get the same placeholder, so that the model can tell that they are. */
  String of(String kind, String value) {
    return byValue.computeIfAbsent(
        value,
        v -> {
          String placeholder = "[" + kind + mark + "_" + counts.merge(kind, 1, Integer::sum) + "]";
          values.put(placeholder, v);
          return placeholder;
        });
  }

  boolean isEmpty() {
    return values.isEmpty();
  }

  /** Whether a text has the form of a placeholder with this mark. */
  static boolean occursIn(String text, String mark) {
    int at = text.indexOf('[');
    while (at >= 0) {
      int end = at + 1;
      while (end < text.length() && isPart(text.charAt(end))) {
        end++;
      }
      if (end < text.length()
          && text.charAt(end) == ']'
          && text.substring(at + 1, end).matches("[A-Z0-9_]+" + mark + "_[0-9]+")) {
        return true;
      }
      at = text.indexOf('[', at + 1);
    }
    return false;
  }

  private static boolean isPart(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }

  String restore(String text) {
    if (text.indexOf('[') < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    int from = 0;
    for (int at = text.indexOf('['); at >= 0; at = text.indexOf('[', from)) {
      out.append(text, from, at);
      int end = text.indexOf(']', at) + 1;
      String value = end > 0 ? values.get(text.substring(at, end)) : null;
      if (value != null) {
        out.append(value);
        from = end;
      } else {
        out.append('[');
        from = at + 1;
      }
    }
    return out.append(text, from, text.length()).toString();
  }

  PrivacyGuard.Restorer restorer() {
    return new Restorer();
  }

  /** Passes on what can no longer become a placeholder. */
  private final class Restorer implements PrivacyGuard.Restorer {
    private final List<String> all = List.copyOf(values.keySet());
    private String held = "";

    @Override
    public String add(String delta) {
      String text = held + delta;
      int keep = text.length();
      for (int at = text.lastIndexOf('[');
          at >= 0 && text.length() - at < longest();
          at = text.lastIndexOf('[', at - 1)) {
        String tail = text.substring(at);
        if (all.stream().anyMatch(p -> p.length() > tail.length() && p.startsWith(tail))) {
          keep = at;
        }
        if (at == 0) {
          break;
        }
      }
      held = text.substring(keep);
      return restore(text.substring(0, keep));
    }

    private int longest() {
      return all.stream().mapToInt(String::length).max().orElse(0);
    }

    @Override
    public String end() {
      String rest = restore(held);
      held = "";
      return rest;
    }
  }
}
