package dev.gatun.ai.testkit;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What a reply reports as used, in disjoint buckets; each dialect adds them up in its own way (one
 * counts cached tokens into the prompt, another reasoning into the output).
 *
 * @param input tokens of the prompt that no cache served
 * @param cacheRead tokens of the prompt read from the provider's cache
 * @param cacheWrite5m tokens written to a cache for five minutes
 * @param cacheWrite1h tokens written to a cache for an hour
 * @param output visible tokens of the answer
 * @param reasoning tokens of reasoning
 * @param tier the service tier, or null for the dialect's usual one
 * @param cost what the answer costs in USD, for the dialects that say it (xAI, Perplexity), without
 *     {@code requestCost}; null lets the server price it
 * @param requestCost Perplexity's fee for the request in USD; null lets the server price it
 * @param searches web searches made
 */
public record Tokens(
    long input,
    long cacheRead,
    long cacheWrite5m,
    long cacheWrite1h,
    long output,
    long reasoning,
    @Nullable String tier,
    @Nullable BigDecimal cost,
    @Nullable BigDecimal requestCost,
    int searches) {

  public Tokens {
    if (Math.min(
            Math.min(Math.min(input, cacheRead), Math.min(cacheWrite5m, cacheWrite1h)),
            Math.min(Math.min(output, reasoning), searches))
        < 0) {
      throw new IllegalArgumentException("expected counts of zero or more");
    }
  }

  /** Input and output alone. */
  public static Tokens of(long input, long output) {
    return new Tokens(input, 0, 0, 0, output, 0, null, null, null, 0);
  }

  /** With this many tokens read from a cache, beside {@code input}. */
  public Tokens withCacheRead(long tokens) {
    return new Tokens(
        input,
        tokens,
        cacheWrite5m,
        cacheWrite1h,
        output,
        reasoning,
        tier,
        cost,
        requestCost,
        searches);
  }

  /** With this many tokens written to caches, beside {@code input}. */
  public Tokens withCacheWrite(long fiveMinutes, long oneHour) {
    return new Tokens(
        input,
        cacheRead,
        fiveMinutes,
        oneHour,
        output,
        reasoning,
        tier,
        cost,
        requestCost,
        searches);
  }

  /** With this many tokens of reasoning, beside {@code output}. */
  public Tokens withReasoning(long tokens) {
    return new Tokens(
        input,
        cacheRead,
        cacheWrite5m,
        cacheWrite1h,
        output,
        tokens,
        tier,
        cost,
        requestCost,
        searches);
  }

  /** On this service tier. */
  public Tokens withTier(String name) {
    return new Tokens(
        input,
        cacheRead,
        cacheWrite5m,
        cacheWrite1h,
        output,
        reasoning,
        name,
        cost,
        requestCost,
        searches);
  }

  /** At this price of the tokens in USD. */
  public Tokens withCost(BigDecimal usd) {
    return new Tokens(
        input,
        cacheRead,
        cacheWrite5m,
        cacheWrite1h,
        output,
        reasoning,
        tier,
        usd,
        requestCost,
        searches);
  }

  /** With this fee for the request in USD. */
  public Tokens withRequestCost(BigDecimal usd) {
    return new Tokens(
        input, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning, tier, cost, usd, searches);
  }

  /** With this many web searches. */
  public Tokens withSearches(int count) {
    return new Tokens(
        input,
        cacheRead,
        cacheWrite5m,
        cacheWrite1h,
        output,
        reasoning,
        tier,
        cost,
        requestCost,
        count);
  }

  /** All tokens of the prompt. */
  public long prompt() {
    return input + cacheRead + cacheWrite5m + cacheWrite1h;
  }
}
