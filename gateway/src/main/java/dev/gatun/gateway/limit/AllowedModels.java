package dev.gatun.gateway.limit;

import dev.gatun.ai.RoutePlan;
import dev.gatun.ai.routing.Candidate;
import dev.gatun.ai.routing.RouteContext;
import dev.gatun.ai.routing.RoutingPolicy;
import dev.gatun.gateway.auth.Access;
import dev.gatun.gateway.auth.ModelFilter;
import java.util.List;

/**
 * Ranks by another policy those models that the request's tenant may ask.
 *
 * @param policy ranks
 * @param access knows the tenants
 */
record AllowedModels(RoutingPolicy policy, Access access) implements RoutingPolicy {
  @Override
  public String name() {
    return policy.name();
  }

  @Override
  public List<RoutePlan.Ranked> rank(RouteContext context, List<Candidate> candidates) {
    ModelFilter models = access.models(context.request().tenant());
    return policy.rank(
        context,
        models.equals(ModelFilter.ALL)
            ? candidates
            : candidates.stream().filter(c -> models.allows(c.model().ref())).toList());
  }
}
