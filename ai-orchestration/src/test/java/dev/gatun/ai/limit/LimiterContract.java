package dev.gatun.ai.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.ai.Cost;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Usage;
import dev.gatun.ai.Usd;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.spi.Limiter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What every limiter keeps to. */
abstract class LimiterContract {
  static final ModelRef MODEL = new ModelRef("p", "m");

  abstract Limiter limiter(Rule... rules);

  static Limiter.Demand demand(String tenant, long tokens, Usd cost) {
    return new Limiter.Demand(tenant, MODEL, "sha256:00", tokens, cost);
  }

  static Cost priced(Usd amount) {
    return new Cost(amount, Cost.Source.PRICED);
  }

  @Test
  void aThousandThreadsNeverExceedABudgetOrAMinute() throws Exception {
    Limiter limiter =
        limiter(
            Rule.forEach("tenant", Rule.Scope.TENANT)
                .budget(Usd.of("1.00"), Rule.Period.TOTAL)
                .tokensPerMinute(10_000));
    Tally tally = new Tally();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 1000; i++) {
        var _ = threads.submit(() -> tally.call(limiter));
      }
    }
    assertThat(tally.money.get()).isLessThanOrEqualTo(Usd.PER_DOLLAR);
    assertThat(tally.refused.get()).isPositive();
    assertThat(tally.tokens.get()).isLessThanOrEqualTo(10_000);
    // What was given back can be had: together it is all, to the last token.
    assertThat(tally.tokens.get() + rest(limiter, "t")).isEqualTo(10_000);
  }

  /** Takes the tokens of this minute that are left. */
  static long rest(Limiter limiter, String tenant) {
    long taken = 0;
    for (long step = 1 << 13; step > 0; step /= 2) {
      try {
        limiter.reserve(demand(tenant, step, Usd.ZERO)).settle(Usage.of(step, 0), Cost.FREE);
        taken += step;
      } catch (AiException.LimitExceeded _) {
        // Less is left.
      }
    }
    return taken;
  }

  /** Real use is less than or as much as was reserved; a tenth of the calls reach no provider. */
  static final class Tally {
    final AtomicLong money = new AtomicLong();
    final AtomicLong tokens = new AtomicLong();
    final AtomicLong refused = new AtomicLong();
    final AtomicLong granted = new AtomicLong();

    void call(Limiter limiter) {
      ThreadLocalRandom random = ThreadLocalRandom.current();
      long wanted = random.nextLong(1, 200);
      Usd cost = Usd.ofPico(random.nextLong(1, Usd.PER_DOLLAR / 20));
      try {
        Limiter.Reservation r = limiter.reserve(demand("t", wanted, cost));
        if (random.nextInt(10) == 0) {
          r.release();
          return;
        }
        long used = random.nextInt(4) == 0 ? random.nextLong(1, wanted + 1) : wanted;
        Usd spent = Usd.ofPico(random.nextLong(0, cost.pico() / 100 + 1));
        tokens.addAndGet(used);
        money.addAndGet(spent.pico());
        granted.incrementAndGet();
        r.settle(Usage.of(used, 0), priced(spent));
      } catch (AiException.LimitExceeded | AiException.BudgetExceeded _) {
        refused.incrementAndGet();
      }
    }
  }

  @Test
  void aBudgetIsNeverExceededByReservations() throws Exception {
    Limiter limiter = limiter(Rule.forAll("all").budget(Usd.of("1.00"), Rule.Period.DAY));
    AtomicLong money = new AtomicLong();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 1000; i++) {
        var _ =
            threads.submit(() -> {
              Usd cost = Usd.ofPico(ThreadLocalRandom.current().nextLong(1, 10_000_000_000L));
              limiter.reserve(demand("", 1, cost)).settle(Usage.of(1, 0), priced(cost));
              money.addAndGet(cost.pico());
            });
      }
    }
    assertThat(money.get()).isBetween(Usd.PER_DOLLAR - 10_000_000_000L, Usd.PER_DOLLAR);
  }

  @Test
  void whatIsNotUsedIsGivenBack() {
    Limiter limiter =
        limiter(
            Rule.forAll("all")
                .budget(Usd.cents(10), Rule.Period.TOTAL)
                .requestsPerMinute(3)
                .tokensPerMinute(100));
    Limiter.Reservation first = limiter.reserve(demand("", 100, Usd.cents(10)));
    assertThatThrownBy(() -> limiter.reserve(demand("", 1, Usd.ZERO)))
        .isInstanceOf(AiException.LimitExceeded.class)
        .hasMessageContaining("'all'")
        .hasMessageContaining("0 are left");
    first.settle(Usage.of(40, 0), priced(Usd.cents(4)));
    first.settle(Usage.of(0, 0), priced(Usd.ZERO)); // a second time does nothing
    first.release();
    Limiter.Reservation second = limiter.reserve(demand("", 60, Usd.cents(6)));
    second.release();
    Limiter.Reservation third = limiter.reserve(demand("", 60, Usd.cents(6)));
    third.settle(Usage.of(10, 0), Cost.UNKNOWN); // the reserved money stays
    assertThatThrownBy(() -> limiter.reserve(demand("", 1, Usd.ofPico(1))))
        .isInstanceOf(AiException.BudgetExceeded.class)
        .hasMessageContaining("0.10 USD");
    // The released request does not count: this is the third.
    limiter.reserve(demand("", 1, Usd.ZERO));
    assertThatThrownBy(() -> limiter.reserve(demand("", 1, Usd.ZERO)))
        .isInstanceOf(AiException.LimitExceeded.class)
        .hasMessageContaining("3 requests a minute");
  }

  @Test
  void aRefusalTakesNothingFromOtherRules() {
    Limiter limiter =
        limiter(
            Rule.forAll("requests").requestsPerMinute(2),
            Rule.forEach("tokens", Rule.Scope.TENANT).only("small").tokensPerMinute(10));
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> limiter.reserve(demand("small", 11, Usd.ZERO)))
          .isInstanceOf(AiException.LimitExceeded.class)
          .hasMessageContaining("of small");
    }
    limiter.reserve(demand("small", 10, Usd.ZERO));
    limiter.reserve(demand("large", 1000, Usd.ZERO));
  }

  @Test
  void tenantsAreKeptApartAndTheWaitIsTold() {
    Limiter limiter = limiter(Rule.forEach("t", Rule.Scope.TENANT).requestsPerMinute(1));
    limiter.reserve(demand("a", 1, Usd.ZERO));
    limiter.reserve(demand("b", 1, Usd.ZERO));
    assertThatThrownBy(() -> limiter.reserve(demand("a", 1, Usd.ZERO)))
        .isInstanceOfSatisfying(
            AiException.LimitExceeded.class,
            e ->
                assertThat(e.retryAfter().orElseThrow())
                    .isBetween(Duration.ofSeconds(55), Duration.ofSeconds(61)));
  }

  @Test
  void whatCanNeverFitHasNoWait() {
    Limiter limiter = limiter(Rule.forAll("t").tokensPerMinute(10));
    assertThatThrownBy(() -> limiter.reserve(demand("", 11, Usd.ZERO)))
        .isInstanceOfSatisfying(
            AiException.LimitExceeded.class, e -> assertThat(e.retryAfter()).isEmpty());
  }

  @Test
  void rulesOfKeysProvidersAndModels() {
    Limiter limiter =
        limiter(
            Rule.forEach("key", Rule.Scope.KEY).only("sha256:00").requestsPerMinute(3),
            Rule.forEach("provider", Rule.Scope.PROVIDER).only("q").requestsPerMinute(1),
            Rule.forEach("model", Rule.Scope.MODEL).only("p/m").requestsPerMinute(2));
    limiter.reserve(demand("", 1, Usd.ZERO));
    limiter.reserve(demand("", 1, Usd.ZERO));
    assertThatThrownBy(() -> limiter.reserve(demand("", 1, Usd.ZERO))).hasMessageContaining("p/m");
    limiter.reserve(new Limiter.Demand("", new ModelRef("p", "n"), "sha256:00", 1, Usd.ZERO));
    assertThatThrownBy(() ->
            limiter.reserve(
                new Limiter.Demand("", new ModelRef("p", "n"), "sha256:00", 1, Usd.ZERO)))
        .hasMessageContaining("'key'");
    limiter.reserve(new Limiter.Demand("", new ModelRef("q", "n"), "other", 1, Usd.ZERO));
    assertThatThrownBy(() ->
            limiter.reserve(new Limiter.Demand("", new ModelRef("q", "x"), "other", 1, Usd.ZERO)))
        .hasMessageContaining("'provider'");
    assertThat(List.of(Rule.Scope.values())).hasSize(5);
  }

  @Test
  void aReservationTellsWhatIsLeft() {
    Limiter limiter =
        limiter(
            Rule.forEach("rate", Rule.Scope.TENANT).requestsPerMinute(3).tokensPerMinute(100),
            Rule.forEach("day", Rule.Scope.TENANT).budget(Usd.of("2"), Rule.Period.DAY));
    assertThat(limiter.reserve(demand("t", 30, Usd.of("0.5"))).left())
        .containsExactly(
            new Limiter.Left("rate", Limiter.Unit.REQUESTS, 3, 2),
            new Limiter.Left("rate", Limiter.Unit.TOKENS, 100, 70),
            new Limiter.Left(
                "day", Limiter.Unit.MONEY, 2 * Usd.PER_DOLLAR, 3 * Usd.PER_DOLLAR / 2));
    // Where requests are counted elsewhere, only the rest is taken.
    assertThat(limiter.reserve(demand("t", 30, Usd.ZERO).requests(0)).left())
        .contains(
            new Limiter.Left("rate", Limiter.Unit.REQUESTS, 3, 2),
            new Limiter.Left("rate", Limiter.Unit.TOKENS, 100, 40));
  }
}
