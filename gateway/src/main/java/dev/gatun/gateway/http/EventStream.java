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

  /** Ends the answer. */
  @Override
  void close();
}
