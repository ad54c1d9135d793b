package dev.gatun.gateway.health;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.Status;
import dev.gatun.ai.json.Json;
import dev.gatun.gateway.auth.Principal;
import dev.gatun.gateway.http.Exchange;
import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** {@code GET /health}, {@code /health/live} and {@code /health/ready}. Without I/O. */
public final class Health {
  private final AiClient client;
  private final Map<String, BooleanSupplier> components;
  private final BooleanSupplier draining;
  private final String version;
  private final long start = System.nanoTime();

  /**
   * The health of a gateway.
   *
   * @param components whether each part is up without which some requests cannot be answered
   * @param draining whether it is about to stop
   * @param version of the gateway
   */
  public Health(
      AiClient client,
      Map<String, BooleanSupplier> components,
      BooleanSupplier draining,
      String version) {
    this.client = client;
    this.components = components;
    this.draining = draining;
    this.version = version;
  }

  /** Everything: 200 when requests can be answered, else 503. */
  public void all(Exchange exchange, Principal principal) {
    Json.ObjectBuilder providers = Json.object();
    for (Status.ProviderStatus p : client.status().providers()) {
      providers.put(p.id(), usable(p) ? "up" : "down");
    }
    boolean ready = isReady();
    exchange.send(
        ready ? 200 : 503,
        Json.object()
            .put("status", state(ready))
            .put("version", version)
            .put("uptime_seconds", Duration.ofNanos(System.nanoTime() - start).toSeconds())
            .put("components", components().put("providers", providers.build()).build())
            .build());
  }

  /** The process works: restart it when this fails. */
  public void live(Exchange exchange, Principal principal) {
    exchange.send(200, Json.object("status", Json.of("up")));
  }

  /**
   * Requests can be answered: send none while this fails. Without one of its components it is
   * {@code degraded}, and goes on with what does not need it.
   */
  public void ready(Exchange exchange, Principal principal) {
    boolean ready = isReady();
    exchange.send(
        ready ? 200 : 503,
        Json.object().put("status", state(ready)).put("components", components().build()).build());
  }

  private Json.ObjectBuilder components() {
    Json.ObjectBuilder b = Json.object().put("server", "up");
    components.forEach((name, up) -> b.put(name, up.getAsBoolean() ? "up" : "down"));
    return b;
  }

  private boolean isReady() {
    return !draining.getAsBoolean()
        && client.status().providers().stream().anyMatch(Health::usable);
  }

  private String state(boolean ready) {
    if (draining.getAsBoolean()) {
      return "draining";
    }
    if (!ready) {
      return "down";
    }
    return components.values().stream().allMatch(BooleanSupplier::getAsBoolean) ? "up" : "degraded";
  }

  private static boolean usable(Status.ProviderStatus p) {
    return p.circuit() != Status.Circuit.OPEN
        && p.keys().stream().anyMatch(Status.KeyStatus::usable);
  }
}
