package dev.gatun.ai.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class FakeClockTest {
  @Test
  void itStandsUntilItIsMovedOrSleptBy() throws Exception {
    FakeClock clock = FakeClock.create();
    FakeClock elsewhere = clock.withZone(ZoneId.of("America/Panama"));
    clock.advance(Duration.ofSeconds(2));
    clock.sleep(Duration.ofMinutes(1));
    clock.sleep(Duration.ofSeconds(-1));
    assertThat(clock.instant()).isEqualTo(Instant.parse("2026-01-01T00:01:02Z"));
    assertThat(elsewhere.instant()).isEqualTo(clock.instant());
    assertThat(clock.nanoTime()).isEqualTo(62_000_000_000L);
    assertThat(clock.sleeps()).containsExactly(Duration.ofMinutes(1), Duration.ZERO);
    assertThatThrownBy(() -> clock.advance(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aSleepIsInterruptedAsARealOne() {
    FakeClock clock = FakeClock.create();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> clock.sleep(Duration.ofSeconds(1)))
        .isInstanceOf(InterruptedException.class);
    assertThat(clock.sleeps()).isEmpty();
  }
}
