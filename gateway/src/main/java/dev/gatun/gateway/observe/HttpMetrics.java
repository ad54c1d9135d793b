package dev.gatun.gateway.observe;

import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

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

  /** No metrics yet. */
  public HttpMetrics() {}

  /** Where other metrics go. */
  public PrometheusMeterRegistry registry() {
    return registry;
  }

  private record Kind(String method, String route, int status) {}

  private final Map<Kind, Timer> timers = new ConcurrentHashMap<>();

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

  /** All metrics as text. */
  public String scrape() {
    return registry.scrape();
  }
}
