package dev.gatun.ai.spi;

import java.time.Duration;

/**
 * What accompanies an attempt.
 *
 * @param correlationId ties logs, traces and attempts of one call together
 * @param deadline when the attempt must be over
 * @param connect the longest wait for a connection
 * @param firstToken the longest wait for the first piece of the answer
 * @param idle the longest wait between two pieces
 * @param cancellation ends the attempt from another thread
 */
public record CallContext(
    String correlationId,
    Deadline deadline,
    Duration connect,
    Duration firstToken,
    Duration idle,
    Cancellation cancellation) {
  /** With 5 seconds to connect. */
  public CallContext(
      String correlationId,
      Deadline deadline,
      Duration firstToken,
      Duration idle,
      Cancellation cancellation) {
    this(correlationId, deadline, Duration.ofSeconds(5), firstToken, idle, cancellation);
  }
}
