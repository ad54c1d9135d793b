package dev.gatun.gateway.http;

import dev.gatun.ai.error.AiException;
import dev.gatun.ai.json.Json;
import dev.gatun.gateway.auth.Access;
import dev.gatun.gateway.auth.FileWatch;
import dev.gatun.gateway.auth.Principal;
import dev.gatun.gateway.auth.Scope;
import dev.gatun.gateway.events.Outbox;
import dev.gatun.gateway.limit.Limits;
import dev.gatun.gateway.observe.AuditLog;
import dev.gatun.gateway.observe.HttpMetrics;
import dev.gatun.gateway.observe.Tracing;
import dev.gatun.gateway.state.StateUnavailableException;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * The HTTP server: for each request an id, security headers, authentication, one answer whatever
 * happens, metrics and a line in the access log. Thread-safe.
 */
public final class Server implements AutoCloseable {
  private static final Logger ACCESS = LoggerFactory.getLogger("dev.gatun.gateway.access");
  private static final Logger LOG = LoggerFactory.getLogger(Server.class);

  private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final HeaderName REQUEST_ID = HeaderNames.create("X-Request-Id");

  /** Against pages that show an answer in a frame, guess its type or keep it; written as bytes. */
  private static final List<Header> SECURITY =
      List.of(
          HeaderValues.createCached("X-Content-Type-Options", "nosniff"),
          HeaderValues.createCached("Referrer-Policy", "no-referrer"),
          HeaderValues.createCached("X-Frame-Options", "DENY"),
          HeaderValues.createCached(
              "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
          HeaderValues.createCached(HeaderNames.CACHE_CONTROL, "no-store"));

  private static final Header TRANSPORT_SECURITY =
      HeaderValues.createCached("Strict-Transport-Security", "max-age=31536000");

  private volatile Settings settings;
  private final Guard guard;
  private final Watchers watchers;
  private final FileWatch files = new FileWatch();
  private final DisconnectWatch watch = new DisconnectWatch();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final WebServer server;
  private volatile boolean draining;

  /**
   * How the server listens.
   *
   * @param host the address to listen on
   * @param port the port; 0 for a free one
   * @param maxBody the most bytes of a request's body
   * @param idle how long a connection may say nothing
   * @param maxConcurrent the most requests at once; more are answered by 503
   * @param drain how long requests may go on when the server stops
   * @param corsOrigins origins whose pages may call, or {@code *}; empty for none
   * @param tls the certificate; without one it speaks plain HTTP
   */
  public record Settings(
      String host,
      int port,
      int maxBody,
      Duration idle,
      int maxConcurrent,
      Duration drain,
      List<String> corsOrigins,
      Optional<TlsFiles> tls) {
    /** Copies the list. */
    public Settings {
      corsOrigins = List.copyOf(corsOrigins);
    }
  }

  /**
   * What stands before every endpoint.
   *
   * @param access who may call
   * @param limits how much
   */
  public record Guard(Access access, Limits limits) {}

  /**
   * What sees every request.
   *
   * @param metrics counts and times
   * @param audit who was refused and what was changed
   * @param tracing traces
   * @param events are told of exceeded budgets
   */
  public record Watchers(HttpMetrics metrics, AuditLog audit, Tracing tracing, Outbox events) {}

  /**
   * Starts a server.
   *
   * @throws UncheckedIOException when the port is taken
   */
  public Server(Settings settings, Guard guard, Watchers watchers, List<Route> routes) {
    this.settings = settings;
    this.guard = guard;
    this.watchers = watchers;
    WebServerConfig.Builder builder =
        WebServer.builder()
            .host(settings.host())
            .port(settings.port())
            .shutdownHook(false)
            .idleConnectionTimeout(settings.idle())
            .connectionOptions(o -> o.readTimeout(settings.idle()).tcpNoDelay(true))
            .addProtocol(
                Http1Config.builder()
                    .maxHeadersSize(32 * 1024)
                    .maxPrologueLength(8 * 1024)
                    .addReceiveListener(watch)
                    .build())
            .routing(r -> routes(r, routes));
    settings.tls().ifPresent(t -> builder.tls(t.load()));
    server = builder.build();
    try {
      server.start();
    } catch (RuntimeException e) {
      watch.close();
      files.close();
      throw e;
    }
    settings
        .tls()
        .ifPresent(t ->
            files.onChange(
                t.files(),
                () -> {
                  server.reloadTls(t.load());
                  watchers.audit().write("tls.changed", Json.Obj.EMPTY);
                }));
  }

  private void routes(HttpRouting.Builder routing, List<Route> routes) {
    for (Route route : routes) {
      routing.route(
          Method.create(route.method()), route.path(), (req, res) -> serve(route, req, res));
    }
    Route nothing =
        Route.open(
            "GET",
            "/*",
            (x, _) -> {
              throw Problem.of(
                  404, "not-found", "There is no " + x.method() + " " + printable(x.path()));
            });
    routing.any((req, res) -> serve(nothing, req, res));
  }

  /** The port that it listens on. */
  public int port() {
    return server.port();
  }

  /** Uses the limits and origins of other settings; address, times and certificate stay. */
  public void reload(Settings next) {
    Settings now = settings;
    settings =
        new Settings(
            now.host(),
            now.port(),
            next.maxBody(),
            now.idle(),
            next.maxConcurrent(),
            next.drain(),
            next.corsOrigins(),
            now.tls());
  }

  /** Whether it has been told to stop. */
  public boolean draining() {
    return draining;
  }

  /** The requests that are being answered. */
  public int inFlight() {
    return inFlight.get();
  }

  private void serve(Route route, ServerRequest req, ServerResponse res) {
    long start = System.nanoTime();
    String id = requestId(req);
    HelidonExchange exchange =
        new HelidonExchange(req, res, id, settings.maxBody(), settings.idle(), watch.open());
    res.header(REQUEST_ID, id);
    headers(res);
    cors(req, res);
    if (draining) {
      // Its next request shall find another instance.
      res.header(HeaderNames.CONNECTION, "close");
    }
    Caller caller = new Caller();
    inFlight.incrementAndGet();
    Tracing.Request span = watchers.tracing().begin(exchange, route.path());
    try (var _ = MDC.putCloseable("request_id", id);
        var _ = MDC.putCloseable("trace_id", span.traceId())) {
      try {
        dispatch(route, req, exchange, caller);
      } catch (Problem p) {
        answer(exchange, route, p);
      } catch (AiException e) {
        if (e instanceof AiException.BudgetExceeded) {
          watchers.events().budgetExceeded(caller.tenant, String.valueOf(e.getMessage()));
        }
        answer(exchange, route, AiProblems.of(e));
      } catch (StateUnavailableException e) {
        answer(
            exchange,
            route,
            Problem.of(503, "state-unavailable", "The gateway's database cannot be reached now")
                .retryAfter(Optional.of(Duration.ofSeconds(2))));
      }
    } catch (UncheckedIOException e) {
      LOG.debug("Not answered: {}", e.getMessage());
    } catch (RuntimeException e) {
      LOG.atError()
          .addKeyValue("request_id", id)
          .addKeyValue("trace_id", span.traceId())
          .setCause(e)
          .log("An error of the gateway");
      answer(
          exchange,
          route,
          Problem.of(500, "internal-error", "The gateway failed; its log says more under this id"));
    } finally {
      MDC.remove("tenant");
      inFlight.decrementAndGet();
      exchange.finish();
      long nanos = System.nanoTime() - start;
      int status = res.status().code();
      span.end(caller.tenant, status);
      watchers.metrics().answered(route.method(), route.path(), status, nanos);
      if (route.scope().filter(x -> x != Scope.STATUS).isPresent()) {
        watchers.metrics().worked(route.method(), route.path(), status, nanos);
      }
      audit(route, exchange, caller, status);
      ACCESS
          .atInfo()
          .addKeyValue("request_id", id)
          .addKeyValue("method", exchange.method())
          .addKeyValue("route", route.path())
          .addKeyValue("status", status)
          .addKeyValue("ms", nanos / 1_000_000)
          .addKeyValue("tenant", caller.tenant)
          .addKeyValue("trace_id", span.traceId())
          .log("request");
      exchange.returned();
    }
  }

  private void headers(ServerResponse res) {
    for (Header h : SECURITY) {
      res.header(h);
    }
    if (settings.tls().isPresent()) {
      res.header(TRANSPORT_SECURITY);
    }
  }

  /** Who was refused, and what was taken away. */
  private void audit(Route route, Exchange exchange, Caller caller, int status) {
    String event =
        switch (status) {
          case 401 -> "auth.refused";
          case 403 -> "auth.forbidden";
          default -> route.method().equals("DELETE") && status < 300 ? "deleted" : "";
        };
    if (!event.isEmpty()) {
      watchers
          .audit()
          .write(
              event,
              Json.object()
                  .put("request_id", exchange.requestId())
                  .put("address", exchange.clientAddress())
                  .put("tenant", caller.tenant)
                  .put("method", route.method())
                  .put("path", printable(exchange.path()))
                  .put("status", status)
                  .build());
    }
  }

  /** Who calls, for the access log, once it is known. */
  private static final class Caller {
    private String tenant = "";
  }

  private void dispatch(Route route, ServerRequest req, HelidonExchange exchange, Caller caller) {
    if (preflight(req)) {
      exchange.send(204, "text/plain", new byte[0]);
      return;
    }
    if (inFlight.get() > settings.maxConcurrent() && route.scope().isPresent()) {
      throw Problem.of(503, "overloaded", "The gateway has too much to do")
          .retryAfter(Optional.of(Duration.ofSeconds(1)));
    }
    Principal principal = Principal.ANYBODY;
    if (route.scope().isPresent()) {
      principal = guard.access().authenticate(exchange);
      caller.tenant = principal.tenant();
      MDC.put("tenant", caller.tenant);
      Access.require(principal, route.scope().get());
      if (route.method().equals("POST")) {
        guard.limits().admit(exchange, principal);
      }
    }
    route.endpoint().handle(exchange, principal);
  }

  private static void answer(HelidonExchange exchange, Route route, Problem p) {
    if (exchange.isSent()) {
      LOG.warn("After the answer had begun: {}", p.type());
      return;
    }
    p.retryAfter()
        .ifPresent(d ->
            exchange.setHeader(
                "Retry-After", Long.toString(Math.max(1, d.plusMillis(999).toSeconds()))));
    exchange.send(
        p.status(),
        ErrorBodies.contentType(route.style()),
        ErrorBodies.of(p, route.style(), exchange.requestId())
            .toString()
            .getBytes(StandardCharsets.UTF_8));
  }

  /** The client's own id when it is harmless in logs and headers, else a new one. */
  private static String requestId(ServerRequest req) {
    return req.headers()
        .first(REQUEST_ID)
        .filter(v -> HARMLESS.matcher(v).matches())
        .orElseGet(Server::newId);
  }

  /** Unique, and no secret: a generator that nobody waits for will do. */
  private static String newId() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return new UUID(
            (random.nextLong() & ~0xF000L) | 0x4000L,
            (random.nextLong() & ~(0xC0L << 56)) | (0x80L << 56))
        .toString();
  }

  private void cors(ServerRequest req, ServerResponse res) {
    Optional<String> origin = req.headers().first(HeaderNames.ORIGIN);
    if (origin.isEmpty()
        || !(settings.corsOrigins().contains("*")
            || settings.corsOrigins().contains(origin.get()))) {
      return;
    }
    res.header(HeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin.get());
    res.header(HeaderNames.VARY, "Origin");
    res.header(
        HeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS,
        "X-Request-Id, Retry-After, RateLimit, RateLimit-Policy, X-Gatun-Model, X-Gatun-Cost-Usd");
    if (preflight(req)) {
      res.header(HeaderNames.ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, DELETE");
      res.header(
          HeaderNames.ACCESS_CONTROL_ALLOW_HEADERS,
          req.headers()
              .first(HeaderNames.ACCESS_CONTROL_REQUEST_HEADERS)
              .filter(h -> h.matches("[A-Za-z0-9, -]{1,1024}"))
              .orElse("Authorization, Content-Type"));
      res.header(HeaderNames.ACCESS_CONTROL_MAX_AGE, "600");
    }
  }

  private static boolean preflight(ServerRequest req) {
    return req.prologue().method().equals(Method.OPTIONS)
        && req.headers().contains(HeaderNames.ACCESS_CONTROL_REQUEST_METHOD);
  }

  /** A path in a sentence and a log line: no control characters, not endless. */
  static String printable(String path) {
    String clean = path.replaceAll("[^\\x20-\\x7e]", "?");
    return clean.length() > 100 ? clean.substring(0, 100) + "…" : clean;
  }

  /** Lets requests end, up to the time that the settings allow, and stops. */
  @Override
  public void close() {
    draining = true;
    long end = System.nanoTime() + settings.drain().toNanos();
    try {
      while (inFlight.get() > 0 && System.nanoTime() < end) {
        Thread.sleep(10);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    server.stop();
    watch.close();
    files.close();
  }
}
