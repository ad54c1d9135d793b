package dev.gatun.gateway.observe;

import dev.gatun.ai.Status;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** Metrics of the gateway, in Prometheus's format. Thread-safe. */
public final class HttpMetrics {
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(1),
    Duration.ofMillis(5),
    Duration.ofMillis(25),
    Duration.ofMillis(100),
    Duration.ofMillis(500),
    Duration.ofSeconds(2),
    Duration.ofSeconds(10),
    Duration.ofSeconds(60)
  };

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  private final Traffic traffic;

  /** No metrics yet. */
  public HttpMetrics() {
    this(new Traffic());
  }

  HttpMetrics(Traffic traffic) {
    this.traffic = traffic;
  }

  /** Where other metrics go. */
  public PrometheusMeterRegistry registry() {
    return registry;
  }

  private record Kind(String method, String route, int status) {}

  private final Map<Kind, Timer> timers = new ConcurrentHashMap<>();

  /** The traffic of the last hour; a client that observes it tells it of calls and of money. */
  public Traffic traffic() {
    return traffic;
  }

  /** A request that asked for work was answered. */
  public void worked(String method, String route, int status, long nanos) {
    traffic.answered(method + " " + route, status, nanos);
  }

  /** A request was answered. */
  public void answered(String method, String route, int status, long nanos) {
    // A registry's own lookup builds and sorts the tags each time.
    timers
        .computeIfAbsent(new Kind(method, route, status), this::timer)
        .record(nanos, TimeUnit.NANOSECONDS);
  }

  private Timer timer(Kind kind) {
    return Timer.builder("http.server.request.duration")
        .tag("http.request.method", kind.method())
        .tag("http.route", kind.route())
        .tag("http.response.status_code", Integer.toString(kind.status()))
        .serviceLevelObjectives(BUCKETS)
        .register(registry);
  }

  /** Tells how many requests are being answered. */
  public void inFlight(IntSupplier count) {
    Gauge.builder("http.server.active.requests", count, IntSupplier::getAsInt).register(registry);
  }

  /** Tells the circuits of all providers that there are now: 0 closed, 1 half open, 2 open. */
  public void circuits(Supplier<Status> status) {
    for (Status.ProviderStatus p : status.get().providers()) {
      Gauge.builder("gatun.provider.circuit", () -> circuit(status.get(), p.id()))
          .tag("provider", p.id())
          .register(registry);
    }
  }

  private static double circuit(Status status, String provider) {
    return status.providers().stream()
        .filter(p -> p.id().equals(provider))
        .mapToInt(p ->
            switch (p.circuit()) {
              case CLOSED -> 0;
              case HALF_OPEN -> 1;
              case OPEN -> 2;
            })
        .asDoubleStream()
        .findFirst()
        .orElse(Double.NaN);
  }

  /** All metrics as text. */
  public String scrape() {
    return registry.scrape();
  }
}
