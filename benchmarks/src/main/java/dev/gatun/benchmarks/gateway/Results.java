package dev.gatun.benchmarks.gateway;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What was measured, as a table or as one JSON object a line. Used by one thread. */
final class Results {
  private final PrintWriter out;
  private final boolean json;
  private final Map<String, Map<String, List<Double>>> values = new LinkedHashMap<>();
  private final Set<String> contenders = new LinkedHashSet<>();

  Results(PrintWriter out, boolean json) {
    this.out = out;
    this.json = json;
  }

  /** A value of a round. */
  void add(String what, String contender, double value) {
    contenders.add(contender);
    values
        .computeIfAbsent(what, _ -> new LinkedHashMap<>())
        .computeIfAbsent(contender, _ -> new ArrayList<>())
        .add(value);
    if (json) {
      out.printf(
          Locale.ROOT,
          "{\"what\":\"%s\",\"contender\":\"%s\",\"value\":%s}%n",
          what,
          contender,
          Double.isFinite(value) ? number(value) : "null");
      out.flush();
    }
  }

  /** The median of a contender's values. */
  double median(String what, String contender) {
    List<Double> list =
        values.getOrDefault(what, Map.of()).getOrDefault(contender, List.of()).stream()
            .sorted()
            .toList();
    return list.isEmpty() ? Double.NaN : list.get(list.size() / 2);
  }

  /** Prints the medians, and the least and the most where there were several rounds. */
  void table() {
    if (json) {
      return;
    }
    List<List<String>> lines = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("what"));
    head.addAll(contenders);
    lines.add(head);
    values.forEach((what, row) -> {
      List<String> line = new ArrayList<>(List.of(what));
      for (String c : contenders) {
        line.add(cell(row.getOrDefault(c, List.of()).stream().sorted().toList()));
      }
      lines.add(line);
    });
    for (int l = 0; l < lines.size(); l++) {
      StringBuilder text = new StringBuilder("|");
      StringBuilder rule = new StringBuilder("|");
      for (int i = 0; i < head.size(); i++) {
        int column = i;
        int width = lines.stream().mapToInt(x -> x.get(column).length()).max().orElse(0);
        String cell = lines.get(l).get(i);
        text.append(' ').append(cell).append(" ".repeat(width - cell.length())).append(" |");
        rule.append(' ').append("-".repeat(width)).append(" |");
      }
      out.println(text);
      if (l == 0) {
        out.println(rule);
      }
    }
    out.flush();
  }

  private static String cell(List<Double> sorted) {
    if (sorted.isEmpty()) {
      return "";
    }
    String median = number(sorted.get(sorted.size() / 2));
    return sorted.size() == 1
        ? median
        : median + " (" + number(sorted.getFirst()) + "–" + number(sorted.getLast()) + ")";
  }

  private static String number(double v) {
    if (!Double.isFinite(v)) {
      return "-";
    }
    return String.format(
        Locale.ROOT, Math.abs(v) >= 100 ? "%.0f" : Math.abs(v) >= 10 ? "%.1f" : "%.2f", v);
  }
}
