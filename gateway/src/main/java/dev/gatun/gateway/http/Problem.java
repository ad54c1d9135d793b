package dev.gatun.gateway.http;

import dev.gatun.ai.json.Json;
import java.time.Duration;
import java.util.Optional;

/** What is wrong with a request, or why it cannot be answered now (RFC 9457). */
public final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final String type;
  private final transient Optional<String> pointer;
  private final transient Optional<Duration> retryAfter;

  private Problem(
      int status,
      String type,
      String detail,
      Optional<String> pointer,
      Optional<Duration> retryAfter) {
    super(detail);
    this.status = status;
    this.type = type;
    this.pointer = pointer;
    this.retryAfter = retryAfter;
  }

  /**
   * A problem.
   *
   * @param status the HTTP status
   * @param type a short name in lower case, such as {@code rate-limited}
   * @param detail one sentence
   */
  public static Problem of(int status, String type, String detail) {
    return new Problem(status, type, detail, Optional.empty(), Optional.empty());
  }

  /**
   * A field of the body that is wrong.
   *
   * @param pointer which one, as a JSON pointer (RFC 6901)
   * @param detail what was expected and what came
   */
  public static Problem field(String pointer, String detail) {
    return new Problem(400, "invalid-request", detail, Optional.of(pointer), Optional.empty());
  }

  /** This problem with a time after which it may be gone. */
  public Problem retryAfter(Optional<Duration> wait) {
    return new Problem(status, type, detail(), pointer, wait);
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** The short name. */
  public String type() {
    return type;
  }

  /** The sentence. */
  public String detail() {
    String message = getMessage();
    return message == null ? "" : message;
  }

  /** The field that is wrong. */
  public Optional<String> pointer() {
    return pointer;
  }

  /** After how long it may be gone. */
  public Optional<Duration> retryAfter() {
    return retryAfter;
  }

  /** As {@code application/problem+json}. */
  public Json.Obj json(String requestId) {
    Json.ObjectBuilder b =
        Json.object()
            .put("type", "urn:gatun:problem:" + type)
            .put("title", title())
            .put("status", status)
            .put("detail", detail())
            .put("instance", "urn:gatun:request:" + requestId);
    pointer.ifPresent(p ->
        b.put(
            "errors",
            Json.array(Json.object("pointer", Json.of(p)).with("detail", Json.of(detail())))));
    return b.build();
  }

  private String title() {
    String words = type.replace('-', ' ');
    return Character.toUpperCase(words.charAt(0)) + words.substring(1);
  }
}
