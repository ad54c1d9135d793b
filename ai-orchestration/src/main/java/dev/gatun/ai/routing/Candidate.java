package dev.gatun.ai.routing;

import dev.gatun.ai.Cost;
import dev.gatun.ai.spi.ModelInfo;
import java.time.Duration;
import java.util.Optional;

/**
 * A model that can serve a request, and what is known of it now.
 *
 * @param model the model
 * @param expectedCost the estimated cost, fees of the request included
 * @param latency the observed latency, recent observations counting more; empty when there are none
 *     or they are too old
 * @param risk the share of recent attempts that failed, 0 to 1
 * @param waiting how long the provider asked to wait, from now
 * @param inFlight the requests to its provider that are under way
 */
public record Candidate(
    ModelInfo model,
    Cost expectedCost,
    Optional<Duration> latency,
    double risk,
    Duration waiting,
    int inFlight) {}
