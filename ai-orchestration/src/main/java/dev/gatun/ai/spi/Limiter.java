package dev.gatun.ai.spi;

import dev.gatun.ai.Cost;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Usage;
import dev.gatun.ai.Usd;
import dev.gatun.ai.error.AiException;

/**
 * Keeps to budgets and to limits of requests and tokens a minute. What a call may need at most is
 * reserved before it, in one atomic step, and settled after it; so concurrent calls never exceed a
 * limit together. Thread-safe.
 */
public interface Limiter {
  /** Allows everything. */
  Limiter UNLIMITED =
      _ ->
          new Reservation() {
            @Override
            public void settle(Usage usage, Cost cost) {}

            @Override
            public void release() {}
          };

  /**
   * Reserves what an attempt may need at most.
   *
   * @throws AiException.BudgetExceeded when a budget has not that much left
   * @throws AiException.LimitExceeded when a limit a minute has not that much left now; its {@link
   *     AiException#retryAfter} tells when it may
   */
  Reservation reserve(Demand demand);

  /**
   * What an attempt may need at most.
   *
   * @param tenant on whose behalf, or empty
   * @param model whom it asks
   * @param key the fingerprint of the key
   * @param tokens prompt and answer together
   * @param cost the highest cost
   */
  record Demand(String tenant, ModelRef model, String key, long tokens, Usd cost) {}

  /** What is set aside for an attempt. Settle or release it once; later calls do nothing. */
  interface Reservation {
    /** Takes what was really used and gives the rest back. */
    void settle(Usage usage, Cost cost);

    /** Gives everything back: the attempt reached no provider. */
    void release();
  }
}
