package dev.gatun.ai;

import dev.gatun.ai.error.AiException;
import java.util.Iterator;

/**
 * A streamed answer. Read it once, in one thread, either with a {@code for} loop or by {@link
 * #result}; {@link #close} may be called from any thread and cancels the provider's work.
 *
 * <p>Interrupting a virtual thread that reads ends the stream too; a platform thread notices an
 * interrupt only at the next event.
 *
 * <p>Routing is over when the stream exists: its first content event has arrived. When the provider
 * fails later, {@link Iterator#hasNext} throws the {@link AiException}; a stream never ends quietly
 * before its {@link StreamEvent.Finished}.
 */
public interface ChatStream extends Iterable<StreamEvent>, AutoCloseable {
  /**
   * The events. The same iterator each time.
   *
   * @return an iterator whose methods throw {@link AiException} when the stream breaks
   */
  @Override
  Iterator<StreamEvent> iterator();

  /**
   * Reads the rest and returns the whole answer.
   *
   * @throws AiException when the stream breaks
   */
  ChatResponse result();

  /** Cancels the provider's work unless the stream has ended. Idempotent. */
  @Override
  void close();
}
