package dev.gatun.ai.routing;

import dev.gatun.ai.RoutePlan;
import java.time.Duration;
import java.util.List;

/** The least time until an answer, failed attempts counted in. */
record FastestPolicy() implements RoutingPolicy {
  @Override
  public String name() {
    return "fastest";
  }

  @Override
  public List<RoutePlan.Ranked> rank(RouteContext context, List<Candidate> candidates) {
    double[] known =
        candidates.stream()
            .flatMap(c -> c.latency().stream())
            .mapToDouble(ScorePolicy::seconds)
            .sorted()
            .toArray();
    double median = known.length == 0 ? 1 : known[known.length / 2];
    Ranking ranking = new Ranking(context.seed());
    for (Candidate c : candidates) {
      double seconds = c.latency().map(ScorePolicy::seconds).orElse(median);
      String reason =
          c.latency().isPresent()
              ? Ranking.term("latency", seconds) + " s"
              : "latency not observed, counted as the median";
      double expected =
          (seconds + ScorePolicy.seconds(c.waiting())) / (1 - Math.min(c.risk(), 0.99));
      Duration wait = c.waiting();
      List<String> reasons =
          wait.isPositive()
              ? List.of(reason, Ranking.term("asked to wait", ScorePolicy.seconds(wait)) + " s")
              : List.of(reason);
      ranking.add(c, -expected, c.model().quality(context.request().task()), reasons);
    }
    return ranking.sorted();
  }
}
