package dev.gatun.ai.spi;

import dev.gatun.ai.error.AiException;
import java.util.List;
import java.util.Optional;

/**
 * A provider of models. Implementations are thread-safe, make exactly one upstream request a call,
 * and never retry by themselves: retries, fallbacks, limits and cost are the client's.
 *
 * <p>Blocking calls end early when their {@link Cancellation} fires or their thread is interrupted,
 * with {@link AiException.Cancelled}.
 */
public interface Provider extends AutoCloseable {
  /** A short lower-case name, such as {@code openai}. */
  String id();

  /** The models that routing may choose. */
  List<ModelInfo> models();

  /**
   * A model by name, also one that {@link #models} does not list; empty where the provider is sure
   * that it has no such model.
   */
  Optional<ModelInfo> model(String name);

  /** The keys, at least one; {@link Secret#NONE} where none is needed. */
  List<Secret> keys();

  /**
   * Answers a chat request.
   *
   * @throws AiException in the taxonomy; nothing else
   */
  ChatReply chat(ChatCall call);

  /**
   * Starts a streamed answer; returns when the provider has accepted the request.
   *
   * @throws AiException in the taxonomy; nothing else
   */
  EventSource stream(ChatCall call);

  /**
   * Computes embeddings.
   *
   * @throws AiException in the taxonomy; nothing else. {@link AiException.InvalidRequest} where the
   *     provider has none.
   */
  EmbeddingReply embed(EmbeddingCall call);

  /** Frees connections. Idempotent. */
  @Override
  default void close() {}
}
