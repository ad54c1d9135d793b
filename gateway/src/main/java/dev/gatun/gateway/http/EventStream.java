package dev.gatun.gateway.http;

/** An answer of server-sent events. Each is on its way when the method returns. */
public interface EventStream extends AutoCloseable {
  /**
   * Sends an event without a name.
   *
   * @throws java.io.UncheckedIOException when the client has left
   */
  void data(String data);

  /**
   * Sends an event with a name.
   *
   * @throws java.io.UncheckedIOException when the client has left
   */
  void event(String name, String data);

  /**
   * Sends an event with an id, which clients send back as {@code Last-Event-ID} to go on after it.
   *
   * @throws java.io.UncheckedIOException when the client has left
   */
  void event(String id, String name, String data);

  /**
   * Sends a comment, so that proxies on the way do not take the silence for the end.
   *
   * @throws java.io.UncheckedIOException when the client has left
   */
  void keepAlive();

  /** Ends the answer. */
  @Override
  void close();
}
