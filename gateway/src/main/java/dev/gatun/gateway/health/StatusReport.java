package dev.gatun.gateway.health;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.Status;
import dev.gatun.ai.json.Json;
import dev.gatun.gateway.auth.Principal;
import dev.gatun.gateway.http.Exchange;
import dev.gatun.gateway.observe.Alerts;
import dev.gatun.gateway.observe.Traffic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntSupplier;

/**
 * {@code GET /v1/ai/status}: providers, models, circuits, keys, latency and spend, traffic and
 * alerts. Without I/O.
 */
public final class StatusReport {
  private final AiClient client;
  private final Traffic traffic;
  private final Alerts alerts;
  private final IntSupplier inFlight;

  /**
   * The state of a client and of the gateway around it.
   *
   * @param inFlight the requests that are being answered
   */
  public StatusReport(AiClient client, Traffic traffic, Alerts alerts, IntSupplier inFlight) {
    this.client = client;
    this.traffic = traffic;
    this.alerts = alerts;
    this.inFlight = inFlight;
  }

  /** Answers a request. */
  public void handle(Exchange exchange, Principal principal) {
    Status status = client.status();
    List<Json> providers = new ArrayList<>();
    status.providers().forEach(p -> providers.add(provider(p)));
    exchange.send(
        200,
        Json.object()
            .put("at", status.at().toString())
            .put("in_flight", inFlight.getAsInt())
            .put("providers", new Json.Arr(providers))
            .put("traffic", traffic.json())
            .put("alerts", alerts.json())
            .build());
  }

  private static Json provider(Status.ProviderStatus p) {
    List<Json> keys = new ArrayList<>();
    for (Status.KeyStatus k : p.keys()) {
      keys.add(
          Json.object()
              .put("fingerprint", k.fingerprint())
              .put("usable", k.usable())
              .put(
                  "blocked_until",
                  k.blockedUntil().map(t -> Json.of(t.toString())).orElse(Json.NULL))
              .put("reason", k.reason())
              .build());
    }
    return Json.object()
        .put("id", p.id())
        .put("circuit", p.circuit().name().toLowerCase(Locale.ROOT))
        .put("in_flight", p.inFlight())
        .put("requests", p.requests())
        .put("failures", p.failures())
        .put("latency_p50_ms", millis(p.latencyP50()))
        .put("latency_p95_ms", millis(p.latencyP95()))
        .put("spent_usd", new Json.Num(p.spent().dollars().toPlainString()))
        .put("last_error", p.lastError().map(Json::of).orElse(Json.NULL))
        .put("models", Json.strings(p.models()))
        .put("keys", new Json.Arr(keys))
        .build();
  }

  private static Json millis(Optional<Duration> d) {
    return d.map(x -> Json.of(x.toNanos() / 1e6)).orElse(Json.NULL);
  }
}
