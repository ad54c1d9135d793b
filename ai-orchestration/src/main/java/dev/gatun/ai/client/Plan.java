package dev.gatun.ai.client;

import dev.gatun.ai.RoutePlan;
import dev.gatun.ai.error.AiException;
import java.util.List;

/**
 * A route, and what the attempt loop needs to follow it.
 *
 * @param route what the user may see of it
 * @param options the models in the order of the ranking
 * @param unhealthy why models that could serve the request cannot do it now
 */
record Plan(RoutePlan route, List<Option> options, List<AiException> unhealthy) {}
