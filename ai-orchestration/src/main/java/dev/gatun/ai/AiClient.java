package dev.gatun.ai;

import dev.gatun.ai.error.AiException;

/**
 * Several providers behind one client: it routes, retries, falls back, caches, counts the cost and
 * keeps to limits, and each answer says what was done.
 *
 * <p>Thread-safe. Calls block their thread, which may be a virtual one; interrupting it cancels the
 * call.
 */
public interface AiClient extends AutoCloseable {
  /** A builder; its Javadoc states the defaults. */
  static AiClientBuilder builder() {
    return new AiClientBuilder();
  }

  /**
   * Answers a request.
   *
   * @throws AiException when no attempt succeeded
   */
  ChatResponse chat(ChatRequest request);

  /**
   * Starts a streamed answer; returns when its first content has arrived, so that until then
   * another provider can step in.
   *
   * @throws AiException when no attempt succeeded
   */
  ChatStream stream(ChatRequest request);

  /**
   * Computes embeddings.
   *
   * @throws AiException when no attempt succeeded
   */
  EmbeddingResponse embed(EmbeddingRequest request);

  /**
   * Asks several models at once.
   *
   * @throws AiException when all of them failed
   */
  Gathered fanOut(ChatRequest request, FanOut plan);

  /** Who would be asked, in which order and why. Without I/O. */
  RoutePlan explain(ChatRequest request);

  /** A snapshot of providers, keys, circuits and spend. Without I/O. */
  Status status();

  /** Cancels what is under way and frees connections. Idempotent. */
  @Override
  void close();
}
