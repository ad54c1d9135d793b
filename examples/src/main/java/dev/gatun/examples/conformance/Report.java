package dev.gatun.examples.conformance;

import dev.gatun.examples.conformance.Outcome.Status;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Counts outcomes by family. */
public final class Report {
  private final Map<String, Map<Status, Integer>> families = new TreeMap<>();
  private final List<Outcome> failures = new ArrayList<>();
  private final Set<String> unsupported = new TreeSet<>();

  /** Nothing counted yet. */
  public Report() {}

  /** Adds an outcome. */
  public void add(Outcome o) {
    families
        .computeIfAbsent(o.source().family(), _ -> new EnumMap<>(Status.class))
        .merge(o.status(), 1, Integer::sum);
    if (o.status() == Status.FAILED) {
      failures.add(o);
    }
    if (o.status() == Status.UNSUPPORTED) {
      unsupported.add(o.source().op());
    }
  }

  /** How many cases had a status. */
  public int count(Status status) {
    return families.values().stream().mapToInt(f -> f.getOrDefault(status, 0)).sum();
  }

  /** The cases that failed. */
  public List<Outcome> failures() {
    return List.copyOf(failures);
  }

  /** The operations of unsupported cases, sorted. */
  public Set<String> unsupported() {
    return new TreeSet<>(unsupported);
  }

  /** Writes a table by family, what failed and why, what is not supported, and the total. */
  public void print(PrintStream out) {
    out.printf("%-18s%8s%8s%13s%n", "family", "passed", "failed", "unsupported");
    families.forEach((family, counts) ->
        out.printf(
            "%-18s%8d%8d%13d%n",
            family,
            counts.getOrDefault(Status.PASSED, 0),
            counts.getOrDefault(Status.FAILED, 0),
            counts.getOrDefault(Status.UNSUPPORTED, 0)));
    failures.forEach(o -> out.println("FAILED " + o.source().id() + ": " + o.detail()));
    if (!unsupported.isEmpty()) {
      out.println("unsupported: " + String.join(", ", unsupported));
    }
    out.printf(
        "%d passed, %d failed, %d unsupported%n",
        count(Status.PASSED), count(Status.FAILED), count(Status.UNSUPPORTED));
  }
}
