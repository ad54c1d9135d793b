package dev.gatun.ai.spi;

import dev.gatun.ai.Cost;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Usage;
import dev.gatun.ai.Usd;
import dev.gatun.ai.error.AiException;
import java.util.List;

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
   * @param requests how many: 1, or 0 where they are counted elsewhere
   * @param tokens prompt and answer together
   * @param cost the highest cost
   */
  record Demand(String tenant, ModelRef model, String key, long requests, long tokens, Usd cost) {
    /** One request. */
    public Demand(String tenant, ModelRef model, String key, long tokens, Usd cost) {
      this(tenant, model, key, 1, tokens, cost);
    }

    /** This demand with another number of requests. */
    public Demand requests(long value) {
      return new Demand(tenant, model, key, value, tokens, cost);
    }
  }

  /** What a limit counts. */
  enum Unit {
    /** Requests of the last minute. */
    REQUESTS,
    /** Tokens of the last minute. */
    TOKENS,
    /** Money of a period, in pico-dollars. */
    MONEY
  }

  /**
   * What a reservation leaves of a limit.
   *
   * @param rule the name of the limit's rule
   * @param unit what it counts
   * @param most the limit
   * @param left what is left of it, at least 0
   */
  record Left(String rule, Unit unit, long most, long left) {}

  /** What is set aside for an attempt. Settle or release it once; later calls do nothing. */
  interface Reservation {
    /** Takes what was really used and gives the rest back. */
    void settle(Usage usage, Cost cost);

    /** Gives everything back: the attempt reached no provider. */
    void release();

    /** What is left of the limits that it took from, where the limiter tells. */
    default List<Left> left() {
      return List.of();
    }
  }
}
