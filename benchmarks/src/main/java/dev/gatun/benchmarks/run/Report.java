package dev.gatun.benchmarks.run;

import dev.gatun.benchmarks.compare.Case;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints results: one JSON object a line, or a table in Markdown. */
final class Report {
  private Report() {}

  static String json(String peer, Case c, int threads, Sample sample) {
    return String.format(
        Locale.ROOT,
        "{\"peer\":\"%s\",\"bench\":\"%s\",\"params\":{\"case\":\"%s\",\"threads\":%d},"
            + "\"value\":%s,\"unit\":\"%s\",\"best\":%s}",
        peer,
        c.bench(),
        c.name(),
        threads,
        number(sample.median()),
        c.unit().label(),
        number(sample.best(c.unit())));
  }

  /** Four significant digits, never an exponent. */
  static String number(double value) {
    return new java.math.BigDecimal(value)
        .round(new java.math.MathContext(4))
        .stripTrailingZeros()
        .toPlainString();
  }

  /** The columns: ours, each peer's, and how many times as good ours is as the best peer's. */
  static void table(
      PrintWriter out, String bench, int threads, List<String> names, List<Comparison.Row> rows) {
    List<List<String>> lines = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("case", "unit"));
    head.addAll(names);
    if (names.size() > 1) {
      head.add("ratio");
    }
    lines.add(head);
    for (Comparison.Row row : rows) {
      List<String> line = new ArrayList<>(List.of(row.what().name(), row.what().unit().label()));
      for (String name : names) {
        Sample s = row.samples().get(name);
        line.add(
            s == null
                ? ""
                : number(s.median()) + " (" + number(s.min()) + "–" + number(s.max()) + ')');
      }
      if (names.size() > 1) {
        line.add(ratio(row));
      }
      lines.add(line);
    }
    int columns = head.size();
    int[] widths = new int[columns];
    for (List<String> line : lines) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    out.println();
    out.printf(Locale.ROOT, "%s, %d thread%s%n%n", bench, threads, threads == 1 ? "" : "s");
    for (int l = 0; l < lines.size(); l++) {
      StringBuilder text = new StringBuilder("|");
      for (int i = 0; i < columns; i++) {
        String cell = lines.get(l).get(i);
        text.append(' ').append(cell).append(" ".repeat(widths[i] - cell.length())).append(" |");
      }
      out.println(text);
      if (l == 0) {
        text = new StringBuilder("|");
        for (int w : widths) {
          text.append(' ').append("-".repeat(w)).append(" |");
        }
        out.println(text);
      }
    }
    out.flush();
  }

  /** Ours against the best peer. */
  private static String ratio(Comparison.Row row) {
    Sample ours = row.samples().get("gatun");
    if (ours == null) {
      return "";
    }
    return row.samples().entrySet().stream()
        .filter(e -> !e.getKey().equals("gatun"))
        .map(Map.Entry::getValue)
        .mapToDouble(peer -> ours.ratio(peer, row.what().unit()))
        .min()
        .stream()
        .mapToObj(r -> String.format(Locale.ROOT, "%.2f", r))
        .findFirst()
        .orElse("");
  }
}
