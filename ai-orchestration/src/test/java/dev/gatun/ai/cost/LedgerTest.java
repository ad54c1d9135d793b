package dev.gatun.ai.cost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.Attempt;
import dev.gatun.ai.Cost;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Task;
import dev.gatun.ai.Usage;
import dev.gatun.ai.Usd;
import dev.gatun.ai.spi.Ledger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerTest {
  @TempDir Path folder;

  private UsageLedger open(String kind) {
    return kind.equals("memory")
        ? new MemoryLedger()
        : new SqliteLedger(folder.resolve("ledger.db"));
  }

  private static Ledger.Entry entry(
      String at, String tenant, String model, String outcome, Usage usage, Cost cost) {
    return new Ledger.Entry(
        Instant.parse(at),
        "call-1",
        tenant,
        Task.CODE,
        new Attempt(
            ModelRef.parse(model), "sha256:00", outcome, Duration.ofMillis(5), usage, cost, true),
        Map.of());
  }

  private static Cost cost(long pico) {
    return new Cost(Usd.ofPico(pico), Cost.Source.PRICED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory", "sqlite"})
  void reportsByDayTenantAndModel(String kind) {
    try (UsageLedger ledger = open(kind)) {
      Usage u = new Usage(1, 2, 3, 4, 5, 6, 7, 8, Optional.empty(), false);
      ledger.record(entry("2026-11-24T23:59:59.999Z", "a", "p/m", "ok", u, cost(3)));
      ledger.record(entry("2026-11-25T00:00:00Z", "a", "p/m", "ok", u, cost(4)));
      ledger.record(entry("2026-11-25T01:00:00Z", "a", "p/m", "Overloaded", u, cost(5)));
      ledger.record(entry("2026-11-25T01:00:00Z", "a", "p/n", "ok", u, Cost.UNKNOWN));
      ledger.record(entry("2026-11-25T01:00:00Z", "b", "p/m", "ok", Usage.of(9, 9), cost(7)));
      Usage twice = new Usage(2, 4, 6, 8, 10, 12, 14, 16, Optional.empty(), false);
      LocalDate day = LocalDate.of(2026, 11, 25);
      assertThat(ledger.report(UsageLedger.Query.tenant("a")))
          .containsExactly(
              new UsageLedger.Row(day.minusDays(1), "a", "p/m", 1, 0, u, Usd.ofPico(3), 0),
              new UsageLedger.Row(day, "a", "p/m", 2, 1, twice, Usd.ofPico(9), 0),
              new UsageLedger.Row(day, "a", "p/n", 1, 0, u, Usd.ZERO, 1));
      assertThat(
              ledger.report(
                  new UsageLedger.Query(Optional.empty(), Optional.of(day), Optional.of(day))))
          .hasSize(3);
      assertThat(ledger.report(UsageLedger.Query.ALL)).hasSize(4);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory", "sqlite"})
  void losesNothingOfManyThreads(String kind) {
    try (UsageLedger ledger = open(kind)) {
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < 2000; i++) {
          var _ =
              threads.submit(() ->
                  ledger.record(
                      entry("2026-11-25T01:00:00Z", "", "p/m", "ok", Usage.of(1, 1), cost(1))));
        }
      }
      UsageLedger.Row row = ledger.report(UsageLedger.Query.ALL).getFirst();
      assertThat(row.attempts()).isEqualTo(2000);
      assertThat(row.cost()).isEqualTo(Usd.ofPico(2000));
    }
  }

  @Test
  void aClosedLedgerHasEverythingInItsFile() {
    try (UsageLedger ledger = open("sqlite")) {
      for (int i = 0; i < 5000; i++) {
        ledger.record(entry("2026-11-25T01:00:00Z", "", "p/m", "ok", Usage.of(1, 1), cost(1)));
      }
    }
    try (UsageLedger ledger = open("sqlite")) {
      assertThat(List.copyOf(ledger.report(UsageLedger.Query.ALL)).getFirst().attempts())
          .isEqualTo(5000);
    }
  }
}
