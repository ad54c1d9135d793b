package dev.gatun.ai.routing;

import dev.gatun.ai.Capability;
import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.Cost;
import dev.gatun.ai.RoutePlan;
import dev.gatun.ai.spi.ModelInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** One scalar a candidate: quality less what it costs in money, time and risk. */
record ScorePolicy(String name, QualityPredictor predictor, Weights weights)
    implements RoutingPolicy {
  /** A wait of this long, which a provider asked for, costs as much as a failure. */
  private static final double FULL_WAIT_SECONDS = 10;

  /** What a setting that a model would ignore costs: enough to decide between equals. */
  private static final double IGNORED_SETTING = 0.02;

  /**
   * What the terms weigh.
   *
   * @param relativeCost the cost, relative to the dearest candidate
   * @param relativeLatency the latency, relative to the slowest candidate
   * @param dollars the cost in dollars
   * @param risk the risk
   */
  record Weights(double relativeCost, double relativeLatency, double dollars, double risk) {}

  @Override
  public List<RoutePlan.Ranked> rank(RouteContext context, List<Candidate> candidates) {
    ToDoubleFunction<ModelInfo> quality = predictor.predict(context.request());
    double dearest = 1e-12;
    double slowest = 1e-9;
    for (Candidate c : candidates) {
      if (c.expectedCost().source() != Cost.Source.UNKNOWN) {
        dearest = Math.max(dearest, Ranking.dollars(c.expectedCost()));
      }
      slowest = Math.max(slowest, seconds(c.latency().orElse(Duration.ZERO)));
    }
    Ranking ranking = new Ranking(context.seed());
    for (Candidate c : candidates) {
      List<String> reasons = new ArrayList<>(6);
      double q = quality.applyAsDouble(c.model());
      reasons.add(Ranking.term("quality for " + context.request().task(), q));
      double dollars = Ranking.dollars(c.expectedCost());
      boolean known = c.expectedCost().source() != Cost.Source.UNKNOWN;
      double score = q - weights.dollars * dollars;
      score -= weights.relativeCost * (known ? dollars / dearest : 1);
      reasons.add(Ranking.cost(c.expectedCost()));
      if (c.latency().isPresent()) {
        double s = seconds(c.latency().get());
        score -= weights.relativeLatency * s / slowest;
        reasons.add(Ranking.term("latency", s) + " s");
      } else {
        score -= weights.relativeLatency / 2;
      }
      if (c.risk() > 0) {
        score -= weights.risk * c.risk();
        reasons.add(Ranking.term("risk", c.risk()));
      }
      if (c.waiting().isPositive()) {
        double s = seconds(c.waiting());
        score -= Math.min(1, s / FULL_WAIT_SECONDS) * Math.max(weights.risk, 0.5);
        reasons.add(Ranking.term("asked to wait", s) + " s");
      }
      int ignored = ignored(context.request(), c.model());
      if (ignored > 0) {
        score -= ignored * IGNORED_SETTING;
        reasons.add("ignores a setting of the request");
      }
      ranking.add(c, score, q, reasons);
    }
    return ranking.sorted();
  }

  private static int ignored(ChatRequest r, ModelInfo m) {
    int n = 0;
    if (r.temperature().isPresent() && !m.capabilities().contains(Capability.TEMPERATURE)) {
      n++;
    }
    if (r.seed().isPresent() && !m.capabilities().contains(Capability.SEED)) {
      n++;
    }
    if (r.reasoning().isPresent()
        && !r.reasoning().get().name().equals("none")
        && !m.capabilities().contains(Capability.REASONING)) {
      n++;
    }
    return n;
  }

  static double seconds(Duration d) {
    return d.toNanos() * 1e-9;
  }
}
