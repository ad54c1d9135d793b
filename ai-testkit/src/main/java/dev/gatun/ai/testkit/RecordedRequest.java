package dev.gatun.ai.testkit;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A request that the server received, and what became of it. Thread-safe; the end is known some
 * time after the request.
 */
public final class RecordedRequest {

  /** How a request ended. */
  public enum End {
    /** Not yet. */
    RUNNING,
    /** The reply was sent whole, as far as its script goes. */
    ANSWERED,
    /** A fault of the script ended the connection. */
    FAULTED,
    /** The client closed or reset the connection before the reply was whole. */
    CANCELLED
  }

  private final long number;
  private final Instant time;
  private final long nanoTime;
  private final String method;
  private final String path;
  private final String query;
  private final Headers headers;
  private final byte[] body;
  private final Map<String, @Nullable Object> json;
  private final Dialect dialect;
  private final Operation operation;
  private final String model;
  private final boolean streaming;
  private final String key;

  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile End end = End.RUNNING;
  private volatile int status;
  private volatile long endNanoTime;

  /** The server makes these. */
  RecordedRequest(
      long number,
      Instant time,
      long nanoTime,
      String method,
      String path,
      String query,
      Headers headers,
      byte[] body,
      Map<String, @Nullable Object> json,
      Dialect dialect,
      Operation operation,
      String model,
      boolean streaming,
      String key) {
    this.number = number;
    this.time = time;
    this.nanoTime = nanoTime;
    this.method = method;
    this.path = path;
    this.query = query;
    this.headers = headers;
    this.body = body;
    this.json = json;
    this.dialect = dialect;
    this.operation = operation;
    this.model = model;
    this.streaming = streaming;
    this.key = key;
  }

  /** Its place in the order of arrival, from 0. */
  public long number() {
    return number;
  }

  /** When its last byte came, by the server's clock. */
  public Instant time() {
    return time;
  }

  /** When its last byte came, by {@link System#nanoTime}. */
  public long nanoTime() {
    return nanoTime;
  }

  /** GET, POST, … */
  public String method() {
    return method;
  }

  /** The path as sent, without its query. */
  public String path() {
    return path;
  }

  /** The query without its question mark; empty without one. */
  public String query() {
    return query;
  }

  /** All headers. */
  public Headers headers() {
    return headers;
  }

  /** The body as text. */
  public String body() {
    return new String(body, StandardCharsets.UTF_8);
  }

  /** The body's length in bytes. */
  public int bodySize() {
    return body.length;
  }

  /** The body as JSON: maps, lists, strings, doubles, booleans, nulls; empty if it is none. */
  public Map<String, @Nullable Object> json() {
    return json;
  }

  /** The dialect that the path belongs to. */
  public Dialect dialect() {
    return dialect;
  }

  /** What it asks for. */
  public Operation operation() {
    return operation;
  }

  /** The model it names; empty if it names none. */
  public String model() {
    return model;
  }

  /** Whether it asks for a stream. */
  public boolean streaming() {
    return streaming;
  }

  /** The key it carries, in whichever header or query parameter; empty without one. */
  public String key() {
    return key;
  }

  /** How it ended. */
  public End end() {
    return end;
  }

  /** The status sent, or 0 while none has been. */
  public int status() {
    return status;
  }

  /** Whether the client left before the reply was whole. */
  public boolean cancelled() {
    return end == End.CANCELLED;
  }

  /** How long after the request the end came; empty while it runs. */
  public Optional<Duration> endedAfter() {
    return end == End.RUNNING
        ? Optional.empty()
        : Optional.of(Duration.ofNanos(endNanoTime - nanoTime));
  }

  /** When the end came, by {@link System#nanoTime}; 0 while it runs. */
  public long endNanoTime() {
    return endNanoTime;
  }

  /**
   * Waits for the end.
   *
   * @return how it ended, or {@link End#RUNNING} if it still runs after {@code limit}
   * @throws InterruptedException if the waiting thread is interrupted
   */
  public End awaitEnd(Duration limit) throws InterruptedException {
    return ended.await(limit.toNanos(), TimeUnit.NANOSECONDS) ? end : End.RUNNING;
  }

  void status(int sent) {
    status = sent;
  }

  void end(End how) {
    synchronized (ended) {
      if (end == End.RUNNING) {
        endNanoTime = System.nanoTime();
        end = how;
        ended.countDown();
      }
    }
  }

  /** The request in a line; a key is not shown. */
  @Override
  public String toString() {
    return "#"
        + number
        + " "
        + method
        + " "
        + path
        + (streaming ? " (stream)" : "")
        + " "
        + (model.isEmpty() ? "" : model + " ")
        + status
        + " "
        + end;
  }
}
