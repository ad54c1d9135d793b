package dev.gatun.ai;

import java.time.Duration;

/**
 * One request to a provider, as part of a call.
 *
 * @param model who was asked
 * @param key the fingerprint of the key that was used, never the key
 * @param outcome {@code ok}, {@code cancelled}, or the simple name of the error, such as {@code
 *     RateLimited}
 * @param took from the first byte sent to the end
 * @param usage what it consumed, as far as is known
 * @param cost what it cost, as far as is known
 * @param mayHaveBilled whether the provider may charge it, whatever its outcome
 */
public record Attempt(
    ModelRef model,
    String key,
    String outcome,
    Duration took,
    Usage usage,
    Cost cost,
    boolean mayHaveBilled) {}
