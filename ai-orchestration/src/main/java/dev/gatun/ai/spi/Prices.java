package dev.gatun.ai.spi;

import dev.gatun.ai.Usage;
import dev.gatun.ai.Usd;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;

/**
 * A model's price list.
 *
 * @param since from when it holds
 * @param tiers the rates by size of the prompt, smallest first; the first is for prompts from 0
 *     tokens on
 */
public record Prices(LocalDate since, List<Tier> tiers) {
  /** Sorts the tiers and checks that there is one for small prompts. */
  public Prices {
    tiers = tiers.stream().sorted(Comparator.comparingLong(Tier::fromInputTokens)).toList();
    if (tiers.isEmpty() || tiers.getFirst().fromInputTokens() != 0) {
      throw new IllegalArgumentException("A price list needs a tier for prompts from 0 tokens on");
    }
  }

  /**
   * Rates in pico-dollars; a token at $1 per million costs 1,000,000.
   *
   * @param fromInputTokens the smallest prompt that they hold for
   * @param input a prompt token
   * @param cacheRead a prompt token from the provider's cache
   * @param cacheWrite5m a prompt token written to the short cache
   * @param cacheWrite1h a prompt token written to the long cache
   * @param output a token of the answer
   * @param reasoning a token of reasoning
   * @param search a web search
   * @param request a request
   */
  public record Tier(
      long fromInputTokens,
      long input,
      long cacheRead,
      long cacheWrite5m,
      long cacheWrite1h,
      long output,
      long reasoning,
      long search,
      long request) {}

  /** The tier of a prompt's size. */
  public Tier tier(long inputTokens) {
    Tier found = tiers.getFirst();
    for (Tier t : tiers) {
      if (t.fromInputTokens() <= inputTokens) {
        found = t;
      }
    }
    return found;
  }

  /**
   * The cost of a usage by this list, whatever the provider reported.
   *
   * @throws ArithmeticException above 9.2 million dollars
   */
  public Usd of(Usage u) {
    Tier t = tier(u.totalInput());
    long pico = Math.multiplyExact(u.input(), t.input());
    pico = Math.addExact(pico, Math.multiplyExact(u.cacheRead(), t.cacheRead()));
    pico = Math.addExact(pico, Math.multiplyExact(u.cacheWrite5m(), t.cacheWrite5m()));
    pico = Math.addExact(pico, Math.multiplyExact(u.cacheWrite1h(), t.cacheWrite1h()));
    pico = Math.addExact(pico, Math.multiplyExact(u.output(), t.output()));
    pico = Math.addExact(pico, Math.multiplyExact(u.reasoning(), t.reasoning()));
    pico = Math.addExact(pico, Math.multiplyExact(u.searches(), t.search()));
    pico = Math.addExact(pico, Math.multiplyExact(u.requests(), t.request()));
    return new Usd(pico);
  }
}
