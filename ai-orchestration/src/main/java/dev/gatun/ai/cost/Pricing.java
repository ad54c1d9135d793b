package dev.gatun.ai.cost;

import dev.gatun.ai.Cost;
import dev.gatun.ai.Usage;
import dev.gatun.ai.spi.Prices;
import java.util.Optional;

/** The cost of a usage. */
public final class Pricing {
  private Pricing() {}

  /**
   * What a usage cost: what the provider reported, else its tokens and fees by the price list, else
   * unknown.
   */
  public static Cost of(Usage usage, Optional<Prices> prices) {
    if (usage.reported().isPresent()) {
      return new Cost(usage.reported().get(), Cost.Source.REPORTED);
    }
    if (prices.isPresent()) {
      return new Cost(
          prices.get().of(usage), usage.estimated() ? Cost.Source.ESTIMATED : Cost.Source.PRICED);
    }
    return usage.equals(Usage.NONE) ? Cost.FREE : Cost.UNKNOWN;
  }
}
