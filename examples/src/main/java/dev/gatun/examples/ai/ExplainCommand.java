package dev.gatun.examples.ai;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.RoutePlan;
import dev.gatun.ai.json.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Says who would be asked, without asking. */
@Command(
    name = "explain",
    description = "Says who would be asked, in which order and why. Nobody is asked.",
    mixinStandardHelpOptions = true)
final class ExplainCommand implements Callable<Integer> {
  @Mixin private final Question question = new Question();

  @Option(names = "--json", description = "One JSON object a line on standard output.")
  private boolean json;

  @Override
  public Integer call() {
    try (AiClient client = Question.client()) {
      RoutePlan plan = client.explain(question.request());
      int place = 0;
      for (RoutePlan.Ranked r : plan.ranking()) {
        place++;
        if (json) {
          System.out.println(
              Json.object()
                  .put("event", "candidate")
                  .put("place", place)
                  .put("model", r.model().toString())
                  .put("score", r.score())
                  .put("quality", r.quality())
                  .put("cost_usd", r.expectedCost().amount().dollars().doubleValue())
                  .put("cost_source", r.expectedCost().source().name())
                  .put("reasons", Json.strings(r.reasons()))
                  .build());
        } else {
          System.out.printf(
              "%2d. %-40s %.3f  %s%n", place, r.model(), r.score(), String.join("; ", r.reasons()));
        }
      }
      for (RoutePlan.Exclusion x : plan.exclusions()) {
        if (json) {
          System.out.println(
              Json.object()
                  .put("event", "excluded")
                  .put("model", x.model().toString())
                  .put("reason", x.reason())
                  .build());
        } else {
          System.out.printf("  - %-40s %s%n", x.model(), x.reason());
        }
      }
      if (!json) {
        System.err.printf(
            "Policy %s, task %s, about %d tokens of prompt%n",
            plan.policy(), plan.task(), plan.inputTokens());
      }
      return plan.ranking().isEmpty() ? 1 : 0;
    }
  }
}
