package dev.gatun.examples.ai.replay;

import dev.gatun.ai.json.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;

/** Runs the routing proof and prints what came out. */
public final class Replay {
  private Replay() {}

  /**
   * Routes the questions of a folder.
   *
   * @param folder the data
   * @param answerTokens the assumed length of answers
   * @param json whether to print JSON lines
   * @param out where to print
   * @return whether the saving and the quality reach the goal
   * @throws IOException when the data cannot be read
   */
  public static boolean run(Path folder, int answerTokens, boolean json, PrintStream out)
      throws IOException {
    RoutingReplay.Result r = new RoutingReplay(RoutingData.read(folder), answerTokens).run();
    if (json) {
      json(r, out);
    } else {
      text(r, out);
    }
    return r.passes();
  }

  private static void text(RoutingReplay.Result r, PrintStream out) {
    out.printf(
        "%s: %d questions to develop on, %d to test, %d duplicates dropped, answers of %d tokens%n",
        r.data(), r.developed(), r.tested(), r.duplicates(), r.answerTokens());
    out.printf(
        "best single model on the development part: %s, quality %.3f on the test part%n",
        r.single().model(), r.singleQuality());
    out.printf("a dollar must buy a quality of %.3g%n%n", r.qualityPerUsd());
    out.printf("%-48s %8s %8s   %s%n", "", "quality", "saved", "difference, percentage points");
    line("development part, cross-validated", r.expected(), out);
    line("TEST PART, ROUTED", r.routed(), out);
    r.others().forEach((name, o) -> line(name, o, out));
    out.println();
    r.shares()
        .forEach(
            (m, share) -> out.printf("%6.1f %% of the test part: %s%n", 100 * share, m.model()));
    out.printf(
        "%n%s: at least %.0f %% saved, and the lower bound of the difference at least -1 point%n",
        r.passes() ? "reached" : "NOT REACHED", 100 * RoutingReplay.GOAL);
  }

  private static void line(String name, Outcome o, PrintStream out) {
    out.printf(
        "%-48s %8.3f %6.1f %%   %+.2f [%+.2f, %+.2f]%n",
        name,
        o.quality(),
        100 * o.saving(),
        100 * o.difference(),
        100 * o.lower(),
        100 * o.upper());
  }

  private static void json(RoutingReplay.Result r, PrintStream out) {
    out.println(
        outcome("routed", r.routed())
            .put("data", r.data())
            .put("tested", r.tested())
            .put("developed", r.developed())
            .put("duplicates", r.duplicates())
            .put("answer_tokens", r.answerTokens())
            .put("single", r.single().model())
            .put("single_quality", r.singleQuality())
            .put("quality_per_usd", r.qualityPerUsd())
            .put("reached", r.passes())
            .build());
    out.println(outcome("development", r.expected()).build());
    r.others().forEach((name, o) -> out.println(outcome(name, o).build()));
  }

  private static Json.ObjectBuilder outcome(String name, Outcome o) {
    return Json.object()
        .put("event", name)
        .put("quality", o.quality())
        .put("saving", o.saving())
        .put("difference", o.difference())
        .put("lower", o.lower())
        .put("upper", o.upper());
  }
}
