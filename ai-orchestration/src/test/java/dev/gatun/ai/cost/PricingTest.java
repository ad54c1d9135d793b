package dev.gatun.ai.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.ai.Cost;
import dev.gatun.ai.Usage;
import dev.gatun.ai.Usd;
import dev.gatun.ai.spi.Prices;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PricingTest {
  private static final LocalDate SINCE = LocalDate.of(2026, 11, 1);

  // $3 in, $0.30 read, $3.75 and $6 write, $15 out, $15 reasoning a million; $10 a thousand
  // searches; $5 a thousand requests; twice the input price from 200,001 tokens on.
  private static final Prices PRICES =
      new Prices(
          SINCE,
          List.of(
              new Prices.Tier(
                  200_001,
                  6_000_000,
                  600_000,
                  7_500_000,
                  12_000_000,
                  22_500_000,
                  22_500_000,
                  10_000_000_000L,
                  5_000_000_000L),
              new Prices.Tier(
                  0,
                  3_000_000,
                  300_000,
                  3_750_000,
                  6_000_000,
                  15_000_000,
                  15_000_000,
                  10_000_000_000L,
                  5_000_000_000L)));

  @Test
  void everyBucketHasItsRate() {
    Usage u = new Usage(1000, 200, 30, 40, 500, 60, 2, 1, Optional.empty(), false);
    // 0.003 + 0.00006 + 0.0001125 + 0.00024 + 0.0075 + 0.0009 + 0.02 + 0.005
    assertThat(Pricing.of(u, Optional.of(PRICES)))
        .isEqualTo(new Cost(Usd.of("0.0368125"), Cost.Source.PRICED));
  }

  @Test
  void theWholePromptDecidesTheTier() {
    Usage at = new Usage(100_000, 100_000, 0, 0, 0, 0, 0, 0, Optional.empty(), false);
    Usage above = new Usage(100_001, 100_000, 0, 0, 0, 0, 0, 0, Optional.empty(), false);
    assertThat(PRICES.of(at)).isEqualTo(Usd.of("0.33"));
    assertThat(PRICES.of(above)).isEqualTo(Usd.of("0.660006"));
  }

  @Test
  void whatTheProviderReportsWins() {
    Usage u = Usage.of(1000, 1000).withReported(Usd.ofPico(117_650_000));
    assertThat(Pricing.of(u, Optional.of(PRICES)))
        .isEqualTo(new Cost(Usd.ofPico(117_650_000), Cost.Source.REPORTED));
  }

  @Test
  void anUnknownPriceIsNotZero() {
    assertThat(Pricing.of(Usage.of(1, 1), Optional.empty())).isEqualTo(Cost.UNKNOWN);
    assertThat(Pricing.of(Usage.NONE, Optional.empty())).isEqualTo(Cost.FREE);
  }

  @Test
  void moneyIsExactAndOverflowFails() {
    assertThat(Usd.of("0.1").plus(Usd.of("0.2"))).isEqualTo(Usd.of("0.3"));
    assertThat(Usd.of("0.0000000000001").pico()).isEqualTo(1);
    assertThat(Usd.cents(2)).hasToString("0.02 USD");
    assertThat(Usd.of("1234.5")).hasToString("1234.50 USD");
    assertThatThrownBy(() -> Usd.of("9300000")).isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(() -> new Usd(Long.MAX_VALUE).plus(new Usd(1)))
        .isInstanceOf(ArithmeticException.class);
  }
}
