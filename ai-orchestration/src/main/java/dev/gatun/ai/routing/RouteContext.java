package dev.gatun.ai.routing;

import dev.gatun.ai.ChatRequest;
import java.time.Instant;

/**
 * What a policy ranks for.
 *
 * @param request the request, personal data already removed
 * @param inputTokens the estimated size of its prompt
 * @param outputTokens the expected size of its answer
 * @param seed decides ties and draws; equal seeds give equal rankings
 * @param now the time of day
 */
public record RouteContext(
    ChatRequest request, long inputTokens, long outputTokens, long seed, Instant now) {}
