package dev.gatun.gateway.events;

/** A queue for events. Thread-safe. */
public interface EventSink extends AutoCloseable {
  /**
   * Sends an event. When this returns the queue has it.
   *
   * @throws RuntimeException when it has not: it is sent again later
   */
  void send(Event event);

  @Override
  void close();
}
