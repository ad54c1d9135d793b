package dev.gatun.ai.spi;

import dev.gatun.ai.Attempt;
import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.EmbeddingResponse;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Task;
import dev.gatun.ai.error.AiException;
import java.time.Duration;
import java.util.Optional;

/**
 * Is told what calls do, for metrics and traces. Thread-safe; must be quick and must not throw. No
 * text of a request or an answer reaches it.
 */
public interface CallObserver {
  /** Ignores everything. */
  CallObserver NONE = _ -> new Call() {};

  /** A call begins. */
  Call begin(Begin begin);

  /**
   * The begin of a call.
   *
   * @param operation {@code chat} or {@code embeddings}
   * @param correlationId the call's id
   * @param tenant on whose behalf, or empty
   * @param task what for
   * @param streaming whether the answer is streamed
   * @param requested the model that the request names
   */
  record Begin(
      String operation,
      String correlationId,
      String tenant,
      Task task,
      boolean streaming,
      Optional<ModelRef> requested) {}

  /** A call under way. Its methods are called by one thread at a time. */
  interface Call {
    /** An attempt begins. */
    default void attemptBegins(ModelRef model) {}

    /** The first content of the answer arrived, this long after the attempt began. */
    default void firstContent(ModelRef model, Duration after) {}

    /** An attempt ended. */
    default void attemptEnds(Attempt attempt, Optional<AiException> error) {}

    /** The answer comes from the cache. */
    default void cacheHit() {}

    /** The call succeeded. */
    default void succeeds(ChatResponse response) {}

    /** The call for embeddings succeeded. */
    default void embeds(EmbeddingResponse response) {}

    /** The call failed. */
    default void fails(AiException error) {}
  }
}
