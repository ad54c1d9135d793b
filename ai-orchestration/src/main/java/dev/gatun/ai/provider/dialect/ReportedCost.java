package dev.gatun.ai.provider.dialect;

import dev.gatun.ai.Usd;
import dev.gatun.ai.json.Json;
import java.util.Optional;
import java.util.OptionalLong;

/** The cost that some providers tell. */
final class ReportedCost {
  /** xAI: a dollar has 10¹⁰ ticks. */
  private static final long PICO_PER_TICK = 100;

  private ReportedCost() {}

  /** The cost in a usage: xAI's ticks, or Perplexity's dollars. */
  static Optional<Usd> of(Json.Obj usage) {
    OptionalLong ticks = usage.integer("cost_in_usd_ticks");
    if (ticks.isPresent()) {
      return Optional.of(Usd.ofPico(Math.multiplyExact(ticks.getAsLong(), PICO_PER_TICK)));
    }
    return usage.object("cost").members().get("total_cost") instanceof Json.Num n
        ? Optional.of(Usd.of(n.decimal()))
        : Optional.empty();
  }
}
