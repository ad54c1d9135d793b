package dev.gatun.ai.client;

import dev.gatun.ai.routing.RoutingPolicy;
import dev.gatun.ai.spi.CallObserver;
import dev.gatun.ai.spi.Ledger;
import dev.gatun.ai.spi.Limiter;
import dev.gatun.ai.spi.PrivacyGuard;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.spi.ResponseCache;
import dev.gatun.ai.spi.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What {@link dev.gatun.ai.AiClientBuilder} collected; its Javadoc says what each means. */
public record Settings(
    List<Provider> providers,
    List<String> notes,
    RoutingPolicy policy,
    Timeouts timeouts,
    Retries retries,
    Circuits circuits,
    Optional<Hedging> hedging,
    int defaultMaxOutputTokens,
    long maxRequestSize,
    ResponseCache cache,
    Limiter limiter,
    Ledger ledger,
    PrivacyGuard privacy,
    List<CallObserver> observers,
    TimeSource time,
    long seed) {

  /** Copies the lists. */
  public Settings {
    providers = List.copyOf(providers);
    notes = List.copyOf(notes);
    observers = List.copyOf(observers);
  }

  /** Time limits. */
  public record Timeouts(Duration connect, Duration firstToken, Duration idle, Duration total) {}

  /** When to try again. */
  public record Retries(
      int maxAttempts,
      int perModel,
      Duration backoff,
      Duration maxBackoff,
      Duration patience,
      double budgetShare,
      double budgetFloorPerSecond) {}

  /** When to leave a key alone. */
  public record Circuits(
      double failureRatio, int window, Duration open, int probes, int bulkhead, Duration parked) {}

  /** When to ask a second model before the first has answered. */
  public record Hedging(Duration after, double spendShare) {}
}
