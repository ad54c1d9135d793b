package dev.gatun.gateway.idempotency;

import dev.gatun.ai.json.Json;
import dev.gatun.gateway.http.EventFrames;
import dev.gatun.gateway.http.EventStream;
import dev.gatun.gateway.http.Exchange;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An exchange that remembers its answer, for as long as that is short enough to be kept. */
final class RecordingExchange implements Exchange {
  private final Exchange exchange;
  private final String workId;
  private final int maxBytes;
  private final Consumer<StoredAnswer> finished;
  private final Map<String, String> headers = new LinkedHashMap<>();
  private boolean keep = true;
  private @Nullable Recording stream;

  /**
   * Remembers an answer.
   *
   * @param workId of this request and of those that are sent again in its place
   * @param finished gets a successful answer before the client has all of it
   */
  RecordingExchange(
      Exchange exchange, String workId, int maxBytes, Consumer<StoredAnswer> finished) {
    this.exchange = exchange;
    this.workId = workId;
    this.maxBytes = maxBytes;
    this.finished = finished;
  }

  @Override
  public void setHeader(String name, String value) {
    headers.put(name, value);
    exchange.setHeader(name, value);
  }

  @Override
  public void send(int status, Json value) {
    send(status, "application/json", Json.write(value).getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void send(int status, String contentType, byte[] body) {
    if (keep && status < 300 && body.length <= maxBytes) {
      finished.accept(new StoredAnswer(status, headers, contentType, body));
    }
    exchange.send(status, contentType, body);
  }

  @Override
  public void send(int status, String contentType, long length, InputStream body)
      throws IOException {
    if (length <= maxBytes) {
      send(status, contentType, body.readAllBytes());
    } else {
      exchange.send(status, contentType, length, body);
    }
  }

  @Override
  public EventStream events() {
    stream = new Recording(exchange.events());
    return stream;
  }

  @Override
  public void unfinished() {
    keep = false;
    exchange.unfinished();
  }

  /** The endpoint has returned: a stream that it ended is kept, and then ends for the client. */
  void returned() {
    Recording s = stream;
    if (s == null) {
      return;
    }
    if (keep && s.closed && s.kept.size() <= maxBytes) {
      finished.accept(new StoredAnswer(200, headers, "text/event-stream", s.kept.toByteArray()));
    }
    s.out.close();
  }

  /** The endpoint has thrown. */
  void failed() {
    Recording s = stream;
    if (s != null) {
      s.out.close();
    }
  }

  private final class Recording implements EventStream {
    private final EventStream out;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private boolean closed;

    Recording(EventStream out) {
      this.out = out;
    }

    private void record(String frame) {
      if (kept.size() <= maxBytes) {
        kept.writeBytes(frame.getBytes(StandardCharsets.UTF_8));
      }
    }

    @Override
    public void data(String data) {
      out.data(data);
      record(EventFrames.data(data));
    }

    @Override
    public void event(String name, String data) {
      out.event(name, data);
      record(EventFrames.event(name, data));
    }

    @Override
    public void event(String id, String name, String data) {
      out.event(id, name, data);
      record(EventFrames.event(id, name, data));
    }

    @Override
    public void keepAlive() {
      out.keepAlive();
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  /** The body has been read for the request's fingerprint, and was not too large for that. */
  @Override
  public InputStream bodyStream(long most) {
    return new ByteArrayInputStream(exchange.body());
  }

  @Override
  public String method() {
    return exchange.method();
  }

  @Override
  public String path() {
    return exchange.path();
  }

  @Override
  public String pathParameter(String name) {
    return exchange.pathParameter(name);
  }

  @Override
  public Optional<String> query(String name) {
    return exchange.query(name);
  }

  @Override
  public Optional<String> header(String name) {
    return exchange.header(name);
  }

  @Override
  public List<String> headers(String name) {
    return exchange.headers(name);
  }

  @Override
  public String requestId() {
    return exchange.requestId();
  }

  @Override
  public String workId() {
    return workId;
  }

  @Override
  public String clientAddress() {
    return exchange.clientAddress();
  }

  @Override
  public byte[] body() {
    return exchange.body();
  }

  @Override
  public Json.Obj json() {
    return exchange.json();
  }

  @Override
  public void interruptWhenClientLeaves() {
    exchange.interruptWhenClientLeaves();
  }
}
