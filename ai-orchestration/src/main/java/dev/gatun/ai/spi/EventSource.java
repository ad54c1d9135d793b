package dev.gatun.ai.spi;

import dev.gatun.ai.StreamEvent;
import dev.gatun.ai.error.AiException;

/**
 * The events of a provider's stream. Read by one thread; {@link #close} may come from any.
 *
 * <p>The first event is {@link StreamEvent.Started}, the last {@link StreamEvent.Finished}. A
 * connection that ends before the provider's own end marker is an {@link
 * AiException.StreamTruncated}, never a quiet end.
 */
public interface EventSource extends AutoCloseable {
  /**
   * Waits for the next event.
   *
   * @throws AiException when the stream breaks, says an error, or a time limit passes
   * @throws java.util.NoSuchElementException after {@link StreamEvent.Finished}
   */
  StreamEvent next();

  /** What the provider told of its limits when it accepted the request. */
  RateLimits limits();

  /** Ends the provider's work unless the stream has ended. Idempotent. */
  @Override
  void close();
}
