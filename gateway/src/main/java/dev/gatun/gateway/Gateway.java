package dev.gatun.gateway;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.ProviderConfig;
import dev.gatun.gateway.auth.Scope;
import dev.gatun.gateway.chat.ChatCompletions;
import dev.gatun.gateway.chat.Embeddings;
import dev.gatun.gateway.chat.Messages;
import dev.gatun.gateway.chat.Models;
import dev.gatun.gateway.enhance.Enhance;
import dev.gatun.gateway.events.Outbox;
import dev.gatun.gateway.events.RedisStream;
import dev.gatun.gateway.health.Health;
import dev.gatun.gateway.health.StatusReport;
import dev.gatun.gateway.http.Exchange;
import dev.gatun.gateway.http.Route;
import dev.gatun.gateway.http.Server;
import dev.gatun.gateway.idempotency.Idempotency;
import dev.gatun.gateway.jobs.Jobs;
import dev.gatun.gateway.jobs.JobsApi;
import dev.gatun.gateway.jobs.Submission;
import dev.gatun.gateway.observe.Alerts;
import dev.gatun.gateway.observe.HttpMetrics;
import dev.gatun.gateway.observe.Tracing;
import dev.gatun.gateway.state.Database;
import dev.gatun.gateway.synthetic.SyntheticData;
import dev.gatun.gateway.web.OpenApi;
import dev.gatun.gateway.web.Pages;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The REST service: an AI client behind HTTP, in its own endpoints and in OpenAI's and Anthropic's
 * formats. Thread-safe.
 */
public final class Gateway implements AutoCloseable {
  static final String VERSION = "0.1.0-SNAPSHOT";

  private final Models models;
  private final SyntheticData syntheticData;
  private final Database database;
  private final Outbox outbox;
  private final Jobs jobs;
  private final Idempotency idempotency;
  private final GatewayConfig config;
  private final MachineLearning learning;
  private final Alerts alerts;
  private final List<Route> routes;
  private @Nullable Server server;

  private Gateway(GatewayConfig config, AiClient client, HttpMetrics metrics) {
    models = new Models(client);
    syntheticData = new SyntheticData(client, models);
    this.config = config;
    database = new Database(config.database());
    learning = new MachineLearning(config, database);
    outbox = new Outbox(database, config.events().map(RedisStream::new));
    jobs = new Jobs(database, outbox, config.jobs(), List.of(syntheticData, learning.jobs()));
    idempotency = new Idempotency(database);
    alerts = new Alerts(config.alerts(), metrics, client::status);
    alerts.onChange(a -> outbox.tell(a.firing() ? "alert.firing" : "alert.over", "", a.json()));
    OpenApi api = new OpenApi(VERSION);
    routes =
        Stream.of(
                routes(client, metrics).stream(),
                Pages.routes().stream(),
                Stream.of(Route.open("GET", "/openapi.json", api::handle)))
            .flatMap(r -> r)
            .map(api::checked)
            .toList();
    metrics.inFlight(this::inFlight);
    metrics.circuits(client::status);
  }

  /**
   * Starts a gateway.
   *
   * @param config how it listens and who may call; it is closed with the gateway
   * @param client answers; it stays the caller's
   * @param metrics where the client's observers put their metrics too
   * @throws java.io.UncheckedIOException when the port is taken
   */
  public static Gateway start(GatewayConfig config, AiClient client, HttpMetrics metrics) {
    return start(config, client, metrics, Tracing.NONE);
  }

  /**
   * Starts a gateway that traces.
   *
   * @param config how it listens and who may call; it is closed with the gateway
   * @param client answers; it stays the caller's
   * @param metrics where the client's observers put their metrics too
   * @param tracing gets a span for each request
   * @throws java.io.UncheckedIOException when the port is taken
   */
  public static Gateway start(
      GatewayConfig config, AiClient client, HttpMetrics metrics, Tracing tracing) {
    Gateway gateway = new Gateway(config, client, metrics);
    try {
      gateway.server =
          new Server(
              config.server(),
              new Server.Guard(config.access(), config.limits()),
              new Server.Watchers(metrics, config.audit(), tracing, gateway.outbox),
              gateway.routes);
      return gateway;
    } catch (RuntimeException e) {
      gateway.close();
      throw e;
    }
  }

  private List<Route> routes(AiClient client, HttpMetrics metrics) {
    Health health = new Health(client, Map.of("database", database::isUp), this::draining, VERSION);
    JobsApi jobsApi = new JobsApi(jobs, this::draining);
    Submission submission =
        (x, p, kind, payload) ->
            jobsApi.accepted(x, p, jobs.submit(x.workId(), kind, p.tenant(), payload));
    List<Route> routes = new ArrayList<>(learning.routes(client, models, submission));
    routes.addAll(
        List.of(
            Route.open("GET", "/health", health::all),
            Route.open("GET", "/health/live", health::live),
            Route.open("GET", "/health/ready", health::ready),
            Route.of("GET", "/metrics", Scope.STATUS, (x, _) -> metrics(x, metrics)),
            Route.of(
                "GET",
                "/v1/ai/status",
                Scope.STATUS,
                new StatusReport(client, metrics.traffic(), alerts, this::inFlight)::handle),
            Route.of(
                    "POST",
                    "/v1/chat/completions",
                    Scope.CHAT,
                    new ChatCompletions(client, models)::handle)
                .errors(Route.ErrorStyle.OPENAI),
            Route.of("POST", "/v1/embeddings", Scope.CHAT, new Embeddings(client, models)::handle)
                .errors(Route.ErrorStyle.OPENAI),
            Route.of("POST", "/v1/messages", Scope.CHAT, new Messages(client, models)::handle)
                .errors(Route.ErrorStyle.ANTHROPIC),
            Route.of(
                "POST",
                "/v1/ai/synthetic-data",
                Scope.CHAT,
                (x, p) -> syntheticData.handle(x, p, submission)),
            Route.of("POST", "/v1/ai/enhance", Scope.CHAT, new Enhance(client, models)::handle),
            Route.of("GET", "/v1/jobs", Scope.CHAT, jobsApi::list),
            Route.of("GET", "/v1/jobs/{id}", Scope.CHAT, jobsApi::get),
            Route.of("DELETE", "/v1/jobs/{id}", Scope.CHAT, jobsApi::cancel),
            Route.of("GET", "/v1/jobs/{id}/events", Scope.CHAT, jobsApi::events)));
    return routes.stream()
        .map(r -> r.method().equals("POST") ? r.wrapped(idempotency::wrap) : r)
        .toList();
  }

  private static void metrics(Exchange exchange, HttpMetrics metrics) {
    exchange.send(
        200,
        "text/plain; version=0.0.4; charset=utf-8",
        metrics.scrape().getBytes(StandardCharsets.UTF_8));
  }

  private boolean draining() {
    return server != null && server.draining();
  }

  private int inFlight() {
    return server == null ? 0 : server.inFlight();
  }

  /** All routes. */
  List<Route> routes() {
    return routes;
  }

  /** What looks whether something is wrong; tell it who wants to know. */
  public Alerts alerts() {
    return alerts;
  }

  /**
   * Uses other settings from now on: the keys of {@code GATUN_API_KEYS}, {@code
   * GATUN_MAX_CONCURRENT}, {@code GATUN_MAX_BODY_BYTES}, {@code GATUN_CORS_ORIGINS} and {@code
   * GATUN_DRAIN_SECONDS}. What is under way goes on.
   *
   * @throws IllegalArgumentException when one is unusable; then nothing is changed
   */
  public void reload(ProviderConfig settings) {
    Server.Settings next = GatewayConfig.server(settings, config.access());
    config.access().reload(settings);
    if (server != null) {
      server.reload(next);
    }
    config.audit().write("settings.changed", Json.Obj.EMPTY);
  }

  /** The port that it listens on. */
  public int port() {
    if (server == null) {
      throw new IllegalStateException("The gateway is not started");
    }
    return server.port();
  }

  /** Lets requests end, and stops. */
  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
    alerts.close();
    jobs.close();
    learning.close();
    idempotency.close();
    outbox.close();
    database.close();
    config.access().close();
    config.limits().close();
  }
}
