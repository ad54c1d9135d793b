package dev.gatun.ai.client;

import dev.gatun.ai.Cost;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Status;
import dev.gatun.ai.Usd;
import dev.gatun.ai.spi.ModelInfo;
import dev.gatun.ai.spi.Prices;
import dev.gatun.ai.spi.Provider;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** A provider and what the client has observed of it. Thread-safe. */
final class ProviderState {
  private static final int RECENT = 128;

  final Provider provider;
  final List<KeyState> keys;
  final RetryBudget retries;
  private final Settings settings;
  private final ConcurrentHashMap<String, ModelStats> models = new ConcurrentHashMap<>();
  private final LongAdder requests = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder spent = new LongAdder();
  private final long[] recent = new long[RECENT];
  private int recorded;
  private volatile Optional<String> lastError = Optional.empty();

  ProviderState(Provider provider, Settings settings) {
    this.provider = provider;
    this.settings = settings;
    keys = provider.keys().stream().map(k -> new KeyState(k, settings)).toList();
    if (keys.isEmpty()) {
      throw new IllegalArgumentException(
          "Provider " + provider.id() + " has no keys; one that needs none gives Secret.NONE");
    }
    Settings.Retries r = settings.retries();
    retries = new RetryBudget(settings.time(), r.budgetShare(), r.budgetFloorPerSecond());
  }

  String id() {
    return provider.id();
  }

  ModelStats stats(String model) {
    return models.computeIfAbsent(model, _ -> new ModelStats(settings.time()));
  }

  /** The prices of the model that answered, else of the one that was asked. */
  Optional<Prices> prices(ModelInfo asked, String served) {
    if (served.isEmpty() || served.equals(asked.ref().model())) {
      return asked.prices();
    }
    return provider.model(served).flatMap(ModelInfo::prices).or(asked::prices);
  }

  int inFlight() {
    int n = 0;
    for (KeyState k : keys) {
      n += k.inFlight();
    }
    return n;
  }

  /** The risk of the healthiest key. */
  double risk() {
    double least = 1;
    for (KeyState k : keys) {
      if (k.parked().isEmpty()) {
        least = Math.min(least, k.breaker.risk());
      }
    }
    return least;
  }

  /** The shortest wait that a usable key's provider asked for. */
  Duration waiting() {
    Duration least = Duration.ofNanos(Long.MAX_VALUE);
    for (KeyState k : keys) {
      Duration w = k.waiting();
      if (k.unusable(id()).isEmpty() && w.compareTo(least) < 0) {
        least = w;
      }
    }
    return least;
  }

  void record(Optional<String> error, long tookNanos, Cost cost) {
    requests.increment();
    spent.add(cost.amount().pico());
    if (error.isPresent()) {
      failures.increment();
      lastError = error;
    } else {
      synchronized (recent) {
        recent[recorded++ % RECENT] = tookNanos;
      }
    }
  }

  ModelRef ref(String model) {
    return new ModelRef(id(), model.isBlank() ? "unknown" : model);
  }

  Status.ProviderStatus status() {
    Status.Circuit worst = Status.Circuit.CLOSED;
    for (KeyState k : keys) {
      Status.Circuit c = k.breaker.state();
      worst = c.compareTo(worst) > 0 ? c : worst;
    }
    long[] sorted;
    synchronized (recent) {
      sorted = Arrays.copyOf(recent, Math.min(recorded, RECENT));
    }
    Arrays.sort(sorted);
    return new Status.ProviderStatus(
        id(),
        provider.models().stream().map(m -> m.ref().model()).toList(),
        worst,
        keys.stream().map(k -> k.status(id())).toList(),
        inFlight(),
        requests.sum(),
        failures.sum(),
        percentile(sorted, 50),
        percentile(sorted, 95),
        Usd.ofPico(spent.sum()),
        lastError);
  }

  private static Optional<Duration> percentile(long[] sorted, int p) {
    return sorted.length == 0
        ? Optional.empty()
        : Optional.of(Duration.ofNanos(sorted[(sorted.length - 1) * p / 100]));
  }
}
