package dev.gatun.ai.routing;

import dev.gatun.ai.ModelRef;
import dev.gatun.ai.RoutePlan;
import java.util.List;
import java.util.Map;

/**
 * Ranks the models that can serve a request. Pure: equal arguments give equal rankings, so a route
 * can be replayed; whatever changes with time arrives in the arguments. Thread-safe.
 */
public interface RoutingPolicy {
  /** A short name for routes and logs. */
  String name();

  /**
   * The candidates, best first. A policy may leave out those that it would never use.
   *
   * @param candidates models that can serve the request, in the order their providers were added
   */
  List<RoutePlan.Ranked> rank(RouteContext context, List<Candidate> candidates);

  /**
   * The model that is best at the request's task, by the catalog; among about equals the cheaper,
   * the faster and the more reliable one: quality − 0.1 · relative cost − 0.05 · relative latency −
   * 0.5 · risk.
   */
  static RoutingPolicy taskAffinity() {
    return new ScorePolicy(
        "task-affinity", QualityPredictor.CATALOG, new ScorePolicy.Weights(0.1, 0.05, 0, 0.5));
  }

  /**
   * The cheapest model whose quality for the task is good enough; the others follow, best first,
   * for when it fails.
   *
   * @param minQuality the least quality, 0 to 1
   */
  static RoutingPolicy cheapest(double minQuality) {
    return new CheapestPolicy(minQuality);
  }

  /** The model with the least observed latency; those without observations count as the median. */
  static RoutingPolicy fastest() {
    return new FastestPolicy();
  }

  /**
   * A draw by weights: a model with twice the weight is first twice as often. Models without a
   * weight follow, best first, for when the others fail.
   *
   * @throws IllegalArgumentException when a weight is not positive and finite
   */
  static RoutingPolicy weighted(Map<ModelRef, Double> weights) {
    return new WeightedPolicy(weights);
  }

  /**
   * The best trade of predicted quality for money: quality − {@code qualityPerUsd} · expected cost
   * − 0.5 · risk.
   *
   * @param predictor estimates the quality, such as a trained {@link RidgePredictor}
   * @param qualityPerUsd how much quality a dollar must buy; the higher, the cheaper the choice
   */
  static RoutingPolicy qualityPerCost(QualityPredictor predictor, double qualityPerUsd) {
    return new ScorePolicy(
        "quality-per-cost", predictor, new ScorePolicy.Weights(0, 0, qualityPerUsd, 0.5));
  }
}
