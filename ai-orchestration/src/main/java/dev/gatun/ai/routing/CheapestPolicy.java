package dev.gatun.ai.routing;

import dev.gatun.ai.RoutePlan;
import java.util.List;

/** The least cost among those that are good enough. */
record CheapestPolicy(double minQuality) implements RoutingPolicy {
  /** Below every cost of a request in dollars: those that are not good enough come last. */
  private static final double LAST = -1e6;

  @Override
  public String name() {
    return "cheapest";
  }

  @Override
  public List<RoutePlan.Ranked> rank(RouteContext context, List<Candidate> candidates) {
    Ranking ranking = new Ranking(context.seed());
    for (Candidate c : candidates) {
      double q = c.model().quality(context.request().task());
      String quality = Ranking.term("quality", q);
      if (q >= minQuality) {
        // A failed attempt has to be paid once more.
        double dollars = Ranking.dollars(c.expectedCost()) / (1 - Math.min(c.risk(), 0.99));
        ranking.add(c, -dollars, q, List.of(Ranking.cost(c.expectedCost()), quality));
      } else {
        ranking.add(c, LAST + q, q, List.of(quality + " below " + minQuality));
      }
    }
    return ranking.sorted();
  }
}
