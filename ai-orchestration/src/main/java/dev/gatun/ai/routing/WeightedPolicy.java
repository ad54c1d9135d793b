package dev.gatun.ai.routing;

import dev.gatun.ai.ModelRef;
import dev.gatun.ai.RoutePlan;
import java.util.List;
import java.util.Map;

/**
 * A weighted random order: key u^(1/w) with u uniform (Efraimidis and Spirakis 2006), here as its
 * logarithm.
 */
record WeightedPolicy(Map<ModelRef, Double> weights) implements RoutingPolicy {
  private static final double LAST = -1e6;

  WeightedPolicy {
    weights = Map.copyOf(weights);
    weights.forEach((m, w) -> {
      if (!(w > 0 && Double.isFinite(w))) {
        throw new IllegalArgumentException("The weight of " + m + " must be positive, got " + w);
      }
    });
  }

  @Override
  public String name() {
    return "weighted";
  }

  @Override
  public List<RoutePlan.Ranked> rank(RouteContext context, List<Candidate> candidates) {
    Ranking ranking = new Ranking(context.seed());
    for (Candidate c : candidates) {
      double q = c.model().quality(context.request().task());
      Double w = weights.get(c.model().ref());
      if (w == null) {
        ranking.add(c, LAST + q, q, List.of("no weight"));
      } else {
        long draw = Ranking.draw(context.seed(), c.model().ref());
        double u = ((draw >>> 11) + 0.5) * 0x1p-53;
        ranking.add(c, Math.log(u) / w, q, List.of(Ranking.term("weight", w)));
      }
    }
    return ranking.sorted();
  }
}
