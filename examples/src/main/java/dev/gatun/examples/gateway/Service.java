package dev.gatun.examples.gateway;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.AiClientBuilder;
import dev.gatun.ai.Status;
import dev.gatun.ai.SwitchableClient;
import dev.gatun.ai.observe.LoggingObserver;
import dev.gatun.ai.observe.MicrometerObserver;
import dev.gatun.ai.observe.OpenTelemetryObserver;
import dev.gatun.ai.routing.RoutingPolicy;
import dev.gatun.ai.spi.CallObserver;
import dev.gatun.ai.spi.ProviderConfig;
import dev.gatun.gateway.Gateway;
import dev.gatun.gateway.GatewayConfig;
import dev.gatun.gateway.auth.FileWatch;
import dev.gatun.gateway.http.Server;
import dev.gatun.gateway.local.LocalModel;
import dev.gatun.gateway.observe.HttpMetrics;
import dev.gatun.gateway.observe.Tracing;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway with what it needs in a process of its own: providers, log, metrics, traces. When a
 * file of its settings changes it is read again, and calls under way end as they began.
 * Thread-safe.
 */
final class Service implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Service.class);

  /** Settings of the gateway that are used as soon as they are read again. */
  private static final Set<String> AT_ONCE =
      Set.of(
          "GATUN_API_KEYS",
          "GATUN_CORS_ORIGINS",
          "GATUN_DRAIN_SECONDS",
          "GATUN_LOCAL_MODEL",
          "GATUN_LOG_FORMAT",
          "GATUN_MAX_BODY_BYTES",
          "GATUN_MAX_CONCURRENT",
          "GATUN_ROUTING");

  private final Settings source;
  private final GatewayConfig config;
  private final HttpMetrics metrics = new HttpMetrics();
  private final List<CallObserver> observers;
  private final Optional<OpenTelemetrySdk> telemetry;
  private final SwitchableClient client;
  private final Gateway gateway;
  private final FileWatch watch = new FileWatch();
  private ProviderConfig settings;

  private Service(Settings source) {
    this.source = source;
    settings = source.read();
    Logs.configure(settings);
    config = GatewayConfig.read(settings);
    telemetry = Telemetry.of(settings);
    observers = observers();
    client = new SwitchableClient(client(config.server(), settings));
    gateway = gateway();
    if (!source.files().isEmpty()) {
      watch.onChange(source.files(), this::reload);
    }
  }

  /**
   * Starts it.
   *
   * @throws IllegalArgumentException when a setting is unusable; the message names it
   */
  static Service start(Settings source) {
    return new Service(source);
  }

  private Gateway gateway() {
    try {
      return Gateway.start(
          config, client, metrics, telemetry.map(Tracing::new).orElse(Tracing.NONE));
    } catch (RuntimeException e) {
      client.close();
      telemetry.ifPresent(OpenTelemetrySdk::close);
      throw e;
    }
  }

  private List<CallObserver> observers() {
    List<CallObserver> all = new ArrayList<>();
    all.add(new LoggingObserver());
    all.add(new MicrometerObserver(metrics.registry()));
    all.add(metrics.traffic());
    telemetry.ifPresent(t -> all.add(new OpenTelemetryObserver(t)));
    return all;
  }

  private AiClient client(Server.Settings server, ProviderConfig from) {
    RoutingPolicy routing = Routing.of(from);
    AiClientBuilder providers = AiClient.builder();
    LocalModel.read(from, config.workers()).ifPresent(providers::provider);
    AiClientBuilder builder = config.limits().protect(providers.discover(from), routing);
    observers.forEach(builder::observer);
    // A provider that hangs does not take every place.
    return builder.bulkhead(Math.max(1, server.maxConcurrent() / 2)).build();
  }

  /**
   * Reads the settings again. Providers, routing, limits and keys are replaced; what is under way
   * ends as it began.
   *
   * @throws IllegalArgumentException when they are unusable; then everything stays as it was
   */
  synchronized void reload() {
    ProviderConfig next = source.read();
    AiClient replacement = client(GatewayConfig.server(next, config.access()), next);
    try {
      gateway.reload(next);
      Logs.configure(next);
    } catch (RuntimeException e) {
      replacement.close();
      throw e;
    }
    client.switchTo(replacement);
    metrics.circuits(client::status);
    Set<String> later = later(settings, next);
    if (!later.isEmpty()) {
      LOG.warn("Used only after a restart: {}", later);
    }
    settings = next;
  }

  private static Set<String> later(ProviderConfig old, ProviderConfig next) {
    Set<String> names = new TreeSet<>(old.names());
    names.addAll(next.names());
    names.removeIf(n ->
        !(n.startsWith("GATUN_") || n.startsWith("OTEL_"))
            || AT_ONCE.contains(n)
            || old.get(n).equals(next.get(n)));
    return names;
  }

  /** {@link #reload}, whose outcome the log tells. */
  void reloadNow() {
    try {
      reload();
      LOG.info("Read again, since it was told to: {}", source.files());
    } catch (RuntimeException e) {
      LOG.error("What is in {} now is not used: {}", source.files(), e.getMessage());
    }
  }

  /** The files that are read again when they change. */
  List<Path> files() {
    return source.files();
  }

  /** How it was started. */
  GatewayConfig config() {
    return config;
  }

  int port() {
    return gateway.port();
  }

  /** The providers that it has now. */
  List<String> providers() {
    return client.status().providers().stream().map(Status.ProviderStatus::id).toList();
  }

  /** Lets requests end, sends what is left of traces, and stops. */
  @Override
  public void close() {
    watch.close();
    gateway.close();
    client.close();
    telemetry.ifPresent(OpenTelemetrySdk::close);
  }
}
