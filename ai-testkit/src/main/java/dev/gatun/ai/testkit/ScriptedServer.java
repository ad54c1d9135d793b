package dev.gatun.ai.testkit;

import dev.gatun.ai.testkit.control.Control;
import dev.gatun.ai.testkit.control.RulesJson;
import dev.gatun.ai.testkit.dialect.Composer;
import dev.gatun.ai.testkit.dialect.Json;
import dev.gatun.ai.testkit.dialect.Reply;
import dev.gatun.ai.testkit.dialect.Route;
import dev.gatun.ai.testkit.wire.Delivery;
import dev.gatun.ai.testkit.wire.HttpListener;
import dev.gatun.ai.testkit.wire.Request;
import dev.gatun.ai.testkit.wire.Sink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A server that speaks the dialects of five AI providers and does what it is told. Thread-safe.
 *
 * <pre>{@code
 * try (var server = ScriptedServer.start()) {
 *   server.when(Match.dialect(Dialect.OPENAI)).then(Script.fail(Failure.OVERLOADED), Script.reply("Hi"));
 *   var client = client(server.baseUrl(Dialect.OPENAI));
 *   ...
 *   assertThat(server.requests()).hasSize(2);
 * }
 * }</pre>
 *
 * <p>Defaults:
 *
 * <ul>
 *   <li>a request without a script of its own is answered by {@link Script#echo};
 *   <li>a request that the provider would refuse is refused as it would (a missing or wrong kind of
 *       key, a missing required field, a path that there is not), and takes no script;
 *   <li>any key is good, until {@link #keys} names those that are;
 *   <li>the last 10,000 requests are kept, in about 64 MiB at most; counts are of all.
 * </ul>
 */
public final class ScriptedServer implements AutoCloseable {
  private final InstantSource clock;
  private final HttpListener listener;
  private final Composer composer;
  private final Rules rules = new Rules();
  private final RequestLog log;
  private final boolean validates;
  private final AtomicLong numbers = new AtomicLong();
  private final Map<Dialect, Set<String>> keys = new ConcurrentHashMap<>();
  private final InetAddress address;
  private volatile DateLine dateLine = new DateLine(Long.MIN_VALUE, "");

  private record DateLine(long second, String text) {}

  private ScriptedServer(Builder builder) throws IOException {
    clock = builder.clock;
    composer = new Composer(clock);
    log = new RequestLog(builder.keptRequests, builder.keptBytes);
    validates = builder.validates;
    address = builder.address;
    listener = new HttpListener(address, builder.port, builder.largestBody, this::accept);
  }

  /** How a server is set up. */
  public static final class Builder {
    private InetAddress address = InetAddress.getLoopbackAddress();
    private int port;
    private InstantSource clock = InstantSource.system();
    private boolean validates = true;
    private int keptRequests = 10_000;
    private long keptBytes = 64L << 20;
    private int largestBody = 64 << 20;

    private Builder() {}

    /** The port; 0, the default, takes a free one. */
    public Builder port(int number) {
      port = number;
      return this;
    }

    /** The address to listen on; the loopback address unless said. */
    public Builder address(InetAddress bind) {
      address = bind;
      return this;
    }

    /** The clock for dates and times in replies; waiting is always real. */
    public Builder clock(InstantSource source) {
      clock = source;
      return this;
    }

    /** Whether requests are checked as the provider would; yes unless said. */
    public Builder validating(boolean yes) {
      validates = yes;
      return this;
    }

    /** How many of the last requests to keep, in about how many bytes of memory. */
    public Builder keep(int requests, long bytes) {
      keptRequests = requests;
      keptBytes = bytes;
      return this;
    }

    /** The largest body that is read; 64 MiB unless said. */
    public Builder largestBody(int bytes) {
      largestBody = bytes;
      return this;
    }

    /**
     * Starts the server.
     *
     * @throws UncheckedIOException if the port cannot be bound
     */
    public ScriptedServer start() {
      try {
        return new ScriptedServer(this);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot listen on port " + port, e);
      }
    }
  }

  /** A server to set up. */
  public static Builder builder() {
    return new Builder();
  }

  /** Starts a server on a free port of the loopback address. */
  public static ScriptedServer start() {
    return builder().start();
  }

  /** The port. */
  public int port() {
    return listener.port();
  }

  /** The server's address, without a path; a slash does not end it. */
  public URI uri() {
    return URI.create("http://" + address.getHostAddress() + ":" + port());
  }

  /** What a client of this dialect takes as base URL; a slash does not end it. */
  public String baseUrl(Dialect dialect) {
    return uri() + dialect.basePath();
  }

  /** Plays these scripts once each, in order, to the next requests of any dialect. */
  public ScriptedServer script(Script... scripts) {
    when(Match.any()).then(scripts);
    return this;
  }

  /**
   * Begins a rule. Rules are asked in the order they were made; the first with a script answers.
   */
  public Rule when(Match match) {
    return rules.add(match);
  }

  /** What a request is answered with that no rule has a script for. */
  public ScriptedServer otherwise(Script script) {
    rules.otherwise(script);
    return this;
  }

  /**
   * Adds rules written in JSON, all or none.
   *
   * @throws IllegalArgumentException if the text holds no rules; it says where and why
   */
  public ScriptedServer load(String rulesInJson) {
    RulesJson.load(this, rulesInJson);
    return this;
  }

  /** Forgets all rules, and answers all by echo again. */
  public ScriptedServer reset() {
    rules.reset();
    return this;
  }

  /** Names the keys that are good for a dialect; none means that any is. */
  public ScriptedServer keys(Dialect dialect, String... good) {
    keys.put(dialect, Set.of(good));
    return this;
  }

  /** The requests kept, in the order of arrival. */
  public List<RecordedRequest> requests() {
    return log.all();
  }

  /** The requests kept of a dialect. */
  public List<RecordedRequest> requests(Dialect dialect) {
    return log.all().stream().filter(request -> request.dialect() == dialect).toList();
  }

  /** The requests kept that match. */
  public List<RecordedRequest> requests(Match match) {
    return log.all().stream().filter(match::matches).toList();
  }

  /** How many requests there were since the start or {@link #clearRequests}, kept or not. */
  public long count() {
    return log.count();
  }

  /** How many requests of a dialect there were. */
  public long count(Dialect dialect) {
    return log.count(dialect);
  }

  /** Forgets the requests and counts. */
  public ScriptedServer clearRequests() {
    log.clear();
    return this;
  }

  /**
   * Waits for a number of requests to have come since the start or {@link #clearRequests}.
   *
   * @return whether they came in time
   * @throws InterruptedException if the waiting thread is interrupted
   */
  public boolean awaitCount(long count, Duration limit) throws InterruptedException {
    return log.await(count, limit);
  }

  /** Connections open now. */
  public int connections() {
    return listener.connections();
  }

  /** Closes the port and all connections. */
  @Override
  public void close() {
    listener.close();
  }

  private HttpListener.Job accept(Request request) {
    if (request.path().startsWith(Control.PATH)) {
      return control(request);
    }
    RecordedRequest recorded = record(request);
    log.add(recorded);
    return new ReplyJob(reply(recorded), recorded.nanoTime(), recorded);
  }

  private HttpListener.Job control(Request request) {
    Control.Result result = Control.handle(this, request);
    Reply reply =
        Reply.whole(
            result.status(),
            "application/json",
            List.of(),
            Json.bytes(result.body()),
            0,
            Script.echo());
    return new ReplyJob(reply, request.nanoTime(), null);
  }

  private Reply reply(RecordedRequest request) {
    try {
      Reply refused =
          validates
              ? composer.rejected(request, keys.getOrDefault(request.dialect(), Set.of()))
              : null;
      return refused == null ? composer.compose(rules.choose(request), request) : refused;
    } catch (RuntimeException e) {
      return composer.broken(request, e);
    }
  }

  /** A reply to send, and the record, if any, of what becomes of it. */
  private final class ReplyJob implements HttpListener.Job, Delivery.Progress {
    private final Reply reply;
    private final long start;
    private final @Nullable RecordedRequest request;

    ReplyJob(Reply reply, long start, @Nullable RecordedRequest request) {
      this.reply = reply;
      this.start = start;
      this.request = request;
    }

    @Override
    public boolean isInstant() {
      return Delivery.isInstant(reply);
    }

    @Override
    public boolean run(Sink sink) {
      try {
        return new Delivery(sink, reply, start, date(), this).run();
      } catch (IOException e) {
        end(RecordedRequest.End.CANCELLED);
        return false;
      }
    }

    @Override
    public void begins(int status) {
      if (request != null) {
        request.status(status);
      }
    }

    @Override
    public void ends(boolean whole) {
      end(whole ? RecordedRequest.End.ANSWERED : RecordedRequest.End.FAULTED);
    }

    private void end(RecordedRequest.End how) {
      if (request != null) {
        request.end(how);
      }
    }
  }

  private RecordedRequest record(Request request) {
    Map<String, @Nullable Object> json = Map.of();
    if (request.body().length > 0) {
      try {
        json = Json.map(Json.parse(request.body()));
      } catch (IOException e) {
        // No JSON: validation says so.
      }
    }
    String model = json.get("model") instanceof String name ? name : "";
    Route route = Route.of(request.path(), model);
    if (!route.model().isEmpty()) {
      model = route.model();
    }
    return new RecordedRequest(
        numbers.getAndIncrement(),
        clock.instant(),
        request.nanoTime(),
        request.method(),
        request.path(),
        request.query(),
        request.headers(),
        request.body(),
        json,
        route.dialect(),
        route.operation(),
        model,
        route.streaming() || Boolean.TRUE.equals(json.get("stream")),
        key(request, route.dialect()));
  }

  /** The key, from where the dialect's clients put it. */
  private static String key(Request request, Dialect dialect) {
    String bearer =
        request
            .headers()
            .get("authorization")
            .filter(value -> value.regionMatches(true, 0, "Bearer ", 0, 7))
            .map(value -> value.substring(7).trim())
            .orElse("");
    return switch (dialect) {
      case OPENAI, PERPLEXITY, XAI -> bearer;
      case ANTHROPIC -> request.headers().get("x-api-key").orElse(bearer);
      case GEMINI -> request.headers().get("x-goog-api-key").orElse(queryKey(request.query()));
    };
  }

  private static String queryKey(String query) {
    for (String part : query.split("&", -1)) {
      if (part.startsWith("key=")) {
        return URLDecoder.decode(part.substring(4), StandardCharsets.UTF_8);
      }
    }
    return "";
  }

  /** The Date header, made once a second. */
  private String date() {
    Instant now = Objects.requireNonNull(clock.instant());
    DateLine line = dateLine;
    if (line.second != now.getEpochSecond()) {
      line =
          new DateLine(
              now.getEpochSecond(),
              DateTimeFormatter.RFC_1123_DATE_TIME.format(now.atZone(ZoneOffset.UTC)));
      dateLine = line;
    }
    return line.text;
  }
}
