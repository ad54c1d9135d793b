package dev.gatun.gateway.http;

import dev.gatun.ai.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * A request and its answer, independent of the server. Used by one thread; an answer is given once.
 */
public interface Exchange {
  /** The method, such as {@code POST}. */
  String method();

  /** The path, decoded, without the query. */
  String path();

  /** A part of the path that the route names in braces. */
  String pathParameter(String name);

  /** A parameter of the query. */
  Optional<String> query(String name);

  /** A header of the request. */
  Optional<String> header(String name);

  /** All values of a header of the request. */
  List<String> headers(String name);

  /** The id of the request: it is in its answer, in its log lines and in its traces. */
  String requestId();

  /**
   * An id for what the request begins. It is the same when the request is sent again with its
   * {@code Idempotency-Key} because its answer was lost: what is stored under it once is not begun
   * a second time.
   */
  String workId();

  /** The address of the client. */
  String clientAddress();

  /**
   * The body.
   *
   * @throws Problem 413 when it is larger than allowed, 408 when it comes too slowly
   */
  byte[] body();

  /**
   * The body as it arrives, for what is too large for the memory. Reading it throws {@link
   * Problem}s as {@link #body} does.
   *
   * @param most the most bytes
   */
  InputStream bodyStream(long most);

  /**
   * The body as a JSON object.
   *
   * @throws Problem 415 for another content type, 400 for what is not a JSON object, and as {@link
   *     #body}
   */
  Json.Obj json();

  /** Adds a header to the answer. */
  void setHeader(String name, String value);

  /** Answers with JSON. */
  void send(int status, Json value);

  /** Answers with a text of a type. */
  void send(int status, String contentType, byte[] body);

  /**
   * Answers with the bytes of a stream, which is not closed.
   *
   * @param length how many it has
   * @throws IOException when it cannot be read
   */
  void send(int status, String contentType, long length, InputStream body) throws IOException;

  /** Answers with events, one at a time. */
  EventStream events();

  /** Says that the answer under way will not be whole: it is never given again. */
  default void unfinished() {}

  /**
   * From now on until the answer is sent, this thread is interrupted when the client leaves, even
   * if nothing is being sent to it. For work that is worth nothing without the client.
   */
  void interruptWhenClientLeaves();
}
