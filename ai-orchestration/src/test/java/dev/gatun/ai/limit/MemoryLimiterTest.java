package dev.gatun.ai.limit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.ai.ManualTime;
import dev.gatun.ai.Usd;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.spi.Limiter;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryLimiterTest extends LimiterContract {
  private final ManualTime time = new ManualTime();

  @Override
  Limiter limiter(Rule... rules) {
    return new MemoryLimiter(List.of(rules), time);
  }

  @Test
  void aDayEnds() {
    Limiter limiter = limiter(Rule.forAll("d").budget(Usd.cents(1), Rule.Period.DAY));
    limiter.reserve(demand("", 1, Usd.cents(1)));
    assertThatThrownBy(() -> limiter.reserve(demand("", 1, Usd.cents(1))))
        .isInstanceOf(AiException.BudgetExceeded.class);
    time.pass(Duration.ofHours(12));
    limiter.reserve(demand("", 1, Usd.cents(1)));
  }

  @Test
  void budgetsOutliveTheCleaning() {
    Limiter limiter =
        limiter(
            Rule.forAll("d").budget(Usd.cents(1), Rule.Period.DAY),
            Rule.forEach("x", Rule.Scope.TENANT).requestsPerMinute(1));
    limiter.reserve(demand("t", 1, Usd.cents(1)));
    for (int i = 0; i < 10_000; i++) {
      limiter.reserve(demand("t" + i + "\n", 1, Usd.ZERO));
    }
    assertThatThrownBy(() -> limiter.reserve(demand("u", 1, Usd.cents(1))))
        .isInstanceOf(AiException.BudgetExceeded.class);
  }
}
