package dev.gatun.examples.gateway;

import dev.gatun.ai.ModelRef;
import dev.gatun.ai.routing.RoutingPolicy;
import dev.gatun.ai.spi.ProviderConfig;
import java.util.LinkedHashMap;
import java.util.Map;

/** The routing that {@code GATUN_ROUTING} names. */
final class Routing {
  private static final String FORMS =
      "GATUN_ROUTING must be task-affinity, fastest, cheapest:QUALITY with a quality from 0 to 1, or"
          + " weighted:PROVIDER/MODEL=WEIGHT,…, got '";

  private Routing() {}

  /**
   * The policy of settings; by default that of {@link RoutingPolicy#taskAffinity}.
   *
   * @throws IllegalArgumentException when there is no such routing
   */
  static RoutingPolicy of(ProviderConfig settings) {
    String text = settings.get("GATUN_ROUTING").orElse("task-affinity").strip();
    int colon = text.indexOf(':');
    String name = colon < 0 ? text : text.substring(0, colon);
    String rest = colon < 0 ? "" : text.substring(colon + 1);
    try {
      if (name.equals("cheapest") || name.equals("weighted")) {
        return name.equals("cheapest")
            ? RoutingPolicy.cheapest(quality(rest))
            : RoutingPolicy.weighted(weights(rest));
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(FORMS + text + "'", e);
    }
    return switch (text) {
      case "task-affinity" -> RoutingPolicy.taskAffinity();
      case "fastest" -> RoutingPolicy.fastest();
      default -> throw new IllegalArgumentException(FORMS + text + "'");
    };
  }

  private static double quality(String text) {
    double quality = Double.parseDouble(text);
    if (!(quality >= 0 && quality <= 1)) {
      throw new IllegalArgumentException("not from 0 to 1");
    }
    return quality;
  }

  private static Map<ModelRef, Double> weights(String text) {
    Map<ModelRef, Double> weights = new LinkedHashMap<>();
    for (String part : text.split(",", -1)) {
      int equals = part.lastIndexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException("no weight");
      }
      weights.put(
          ModelRef.parse(part.substring(0, equals).strip()),
          Double.parseDouble(part.substring(equals + 1)));
    }
    return weights;
  }
}
