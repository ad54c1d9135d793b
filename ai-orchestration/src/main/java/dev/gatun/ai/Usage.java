package dev.gatun.ai;

import java.util.Optional;

/**
 * What a call consumed, in buckets that do not overlap, so that its cost is the sum over buckets of
 * amount times rate. Providers count differently (some include cached tokens in the prompt, some
 * reasoning in the completion); their codecs take that apart.
 *
 * @param input prompt tokens neither read from nor written to a cache
 * @param cacheRead prompt tokens read from the provider's prompt cache
 * @param cacheWrite5m prompt tokens written to a cache that lives for minutes
 * @param cacheWrite1h prompt tokens written to a cache that lives for an hour
 * @param output tokens of the visible answer
 * @param reasoning tokens of hidden reasoning
 * @param searches web searches that are charged singly
 * @param requests requests that carry a fee; 1 for an ordinary call
 * @param reported the cost, where the provider tells it
 * @param estimated whether these are estimates, because the provider told nothing
 */
public record Usage(
    long input,
    long cacheRead,
    long cacheWrite5m,
    long cacheWrite1h,
    long output,
    long reasoning,
    long searches,
    long requests,
    Optional<Usd> reported,
    boolean estimated) {
  /** Nothing consumed. */
  public static final Usage NONE = new Usage(0, 0, 0, 0, 0, 0, 0, 0, Optional.empty(), false);

  /** Refuses negative amounts. */
  public Usage {
    if ((input | cacheRead | cacheWrite5m | cacheWrite1h | output | reasoning | searches | requests)
        < 0) {
      throw new IllegalArgumentException("Usage cannot be negative");
    }
  }

  /** One request with plain input and output tokens. */
  public static Usage of(long input, long output) {
    return new Usage(input, 0, 0, 0, output, 0, 0, 1, Optional.empty(), false);
  }

  /** All tokens of the prompt. */
  public long totalInput() {
    return input + cacheRead + cacheWrite5m + cacheWrite1h;
  }

  /** All tokens that were generated. */
  public long totalOutput() {
    return output + reasoning;
  }

  /** All tokens. */
  public long total() {
    return totalInput() + totalOutput();
  }

  /** The sum; its reported cost is known only where both are. */
  public Usage plus(Usage o) {
    if (equals(NONE)) {
      return o;
    }
    if (o.equals(NONE)) {
      return this;
    }
    return new Usage(
        input + o.input,
        cacheRead + o.cacheRead,
        cacheWrite5m + o.cacheWrite5m,
        cacheWrite1h + o.cacheWrite1h,
        output + o.output,
        reasoning + o.reasoning,
        searches + o.searches,
        requests + o.requests,
        reported.flatMap(a -> o.reported.map(a::plus)),
        estimated || o.estimated);
  }

  /** This usage with the cost that the provider told. */
  public Usage withReported(Usd cost) {
    return new Usage(
        input,
        cacheRead,
        cacheWrite5m,
        cacheWrite1h,
        output,
        reasoning,
        searches,
        requests,
        Optional.of(cost),
        estimated);
  }
}
