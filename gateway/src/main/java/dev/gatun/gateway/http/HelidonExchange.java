package dev.gatun.gateway.http;

import dev.gatun.ai.json.Json;
import dev.gatun.gateway.state.Ids;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** An exchange of Helidon's server. */
final class HelidonExchange implements Exchange {
  // All of them are constants of endpoints.
  private static final Map<String, HeaderName> NAMES = new ConcurrentHashMap<>();

  /** A body that is said to be no larger gets its memory before it comes. */
  private static final int SMALL_BODY = 64 * 1024;

  private static final HeaderName CONTENT_TYPE = HeaderNames.CONTENT_TYPE;
  private static final Header UNBUFFERED = HeaderValues.createCached("X-Accel-Buffering", "no");

  private final ServerRequest request;
  private final ServerResponse response;
  private final String requestId;
  private final int maxBody;
  private final Duration idle;
  private final DisconnectWatch.Watch watch;
  private byte @Nullable [] body;
  private Json.@Nullable Obj json;

  HelidonExchange(
      ServerRequest request,
      ServerResponse response,
      String requestId,
      int maxBody,
      Duration idle,
      DisconnectWatch.Watch watch) {
    this.request = request;
    this.response = response;
    this.requestId = requestId;
    this.maxBody = maxBody;
    this.idle = idle;
    this.watch = watch;
    // The last chunk of a stream is written when the handler has returned.
    response.whenSent(() -> watch.sentOrReturned(this::closes));
  }

  @Override
  public String method() {
    return request.prologue().method().text();
  }

  @Override
  public String path() {
    return request.path().path();
  }

  @Override
  public String pathParameter(String name) {
    return request.path().pathParameters().get(name);
  }

  @Override
  public Optional<String> query(String name) {
    return request.query().contains(name)
        ? Optional.of(request.query().get(name))
        : Optional.empty();
  }

  @Override
  public Optional<String> header(String name) {
    return request.headers().first(NAMES.computeIfAbsent(name, HeaderNames::create));
  }

  @Override
  public List<String> headers(String name) {
    return request.headers().values(HeaderNames.create(name));
  }

  @Override
  public String requestId() {
    return requestId;
  }

  @Override
  public String workId() {
    return Ids.next();
  }

  @Override
  public String clientAddress() {
    return request.remotePeer().host();
  }

  @Override
  public byte[] body() {
    if (body == null) {
      body = readBody();
    }
    return body;
  }

  private byte[] readBody() {
    if (!request.content().hasEntity()) {
      return new byte[0];
    }
    if (request.headers().contentLength().orElse(0) > maxBody) {
      throw tooLarge(maxBody);
    }
    // A slow line may take its time, a client that only holds on may not.
    long length = request.headers().contentLength().orElse(maxBody);
    watch.expectBody(idle.plusSeconds(length >> 16));
    try (InputStream in = request.content().inputStream()) {
      if (length <= SMALL_BODY && request.headers().contentLength().isPresent()) {
        byte[] bytes = new byte[(int) length];
        int n = in.readNBytes(bytes, 0, bytes.length);
        return n == bytes.length ? bytes : Arrays.copyOf(bytes, n);
      }
      byte[] bytes = in.readNBytes(maxBody + 1);
      if (bytes.length > maxBody) {
        throw tooLarge(maxBody);
      }
      return bytes;
    } catch (IOException | UncheckedIOException e) {
      throw Problem.of(408, "body-timeout", "The body of the request did not arrive in time");
    } finally {
      watch.bodyArrived();
    }
  }

  @Override
  public InputStream bodyStream(long most) {
    if (!request.content().hasEntity()) {
      return InputStream.nullInputStream();
    }
    if (request.headers().contentLength().orElse(0) > most) {
      throw tooLarge(most);
    }
    return new LimitedBody(
        request.content().inputStream(), most, () -> tooLarge(most), watch, idle);
  }

  private Problem tooLarge(long most) {
    // What is left of the body is not read: the connection cannot serve another request.
    response.header(HeaderNames.CONNECTION, "close");
    return Problem.of(
        413, "body-too-large", "The body of the request is larger than " + most + " bytes");
  }

  @Override
  public Json.Obj json() {
    if (json == null) {
      json = parsed();
    }
    return json;
  }

  private Json.Obj parsed() {
    String type = header("content-type").orElse("").toLowerCase(Locale.ROOT);
    String media = type.contains(";") ? type.substring(0, type.indexOf(';')).strip() : type.strip();
    if (!media.equals("application/json") && !media.endsWith("+json")) {
      throw Problem.of(
          415,
          "unsupported-media-type",
          "The body must be application/json, got '" + (media.isEmpty() ? "no type" : media) + "'");
    }
    byte[] bytes = body();
    try {
      if (Json.parse(bytes) instanceof Json.Obj o) {
        return o;
      }
    } catch (Json.JsonSyntaxException e) {
      throw Problem.of(400, "invalid-json", "The body is not a JSON document");
    }
    throw Problem.of(400, "invalid-json", "The body must be a JSON object");
  }

  @Override
  public void setHeader(String name, String value) {
    response.header(NAMES.computeIfAbsent(name, HeaderNames::create), value);
  }

  @Override
  public void send(int status, Json value) {
    send(status, "application/json", Json.bytes(value));
  }

  @Override
  public void send(int status, String contentType, byte[] body) {
    watch.end();
    response.status(status);
    response.headers().set(CONTENT_TYPE, contentType);
    try {
      response.send(body);
    } catch (ServerConnectionException e) {
      throw left(e);
    }
  }

  @Override
  public void send(int status, String contentType, long length, InputStream body)
      throws IOException {
    watch.begin();
    response.status(status);
    response.headers().set(CONTENT_TYPE, contentType);
    response.headers().contentLength(length);
    byte[] buffer = new byte[64 * 1024];
    try (OutputStream out = response.outputStream()) {
      for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
        send(out, buffer, n);
      }
    } catch (ServerConnectionException e) {
      throw left(e);
    }
  }

  private static void send(OutputStream out, byte[] bytes, int length) {
    try {
      out.write(bytes, 0, length);
    } catch (IOException e) {
      throw left(e);
    }
  }

  private static UncheckedIOException left(Exception e) {
    return new UncheckedIOException(new IOException("The client has left", e));
  }

  boolean isSent() {
    return response.isSent();
  }

  @Override
  public EventStream events() {
    watch.begin();
    response.status(200);
    response.headers().set(CONTENT_TYPE, "text/event-stream");
    // Proxies such as nginx would hold events back otherwise.
    response.header(UNBUFFERED);
    return new Events(response.outputStream());
  }

  private record Events(OutputStream out) implements EventStream {
    @Override
    public void data(String data) {
      write(EventFrames.data(data));
    }

    @Override
    public void event(String name, String data) {
      write(EventFrames.event(name, data));
    }

    @Override
    public void event(String id, String name, String data) {
      write(EventFrames.event(id, name, data));
    }

    @Override
    public void keepAlive() {
      write(": keep-alive\n\n");
    }

    private void write(String text) {
      try {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
      } catch (IOException | ServerConnectionException e) {
        throw left(e);
      }
    }

    @Override
    public void close() {
      try {
        out.close();
      } catch (IOException | ServerConnectionException e) {
        throw left(e);
      }
    }
  }

  @Override
  public void interruptWhenClientLeaves() {
    watch.beginLater();
  }

  /** The handler is through with what an interrupt may end. */
  void finish() {
    watch.end();
  }

  /** The handler returns. */
  void returned() {
    watch.sentOrReturned(this::closes);
  }

  /** Helidon does not close a connection that a client or an answer wants closed. */
  private boolean closes() {
    return request.headers().contains(HeaderValues.CONNECTION_CLOSE)
        || response.headers().contains(HeaderValues.CONNECTION_CLOSE);
  }
}
