package dev.gatun.ai.client;

import dev.gatun.ai.Usage;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.spi.CallContext;
import dev.gatun.ai.spi.ModelInfo;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.spi.RateLimits;
import dev.gatun.ai.spi.Secret;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is asked of a provider: a chat, a stream, embeddings.
 *
 * @param <R> its reply
 */
interface Operation<R> {
  /** One request to a provider. */
  R run(Provider provider, ModelInfo model, Secret key, CallContext context, OptionalInt maxOutput);

  /** Why a reply is no good answer, if so. */
  Optional<AiException> check(R reply);

  /** Whether the same model shall be asked again, to repair a reply that is no good answer. */
  boolean repair(R reply, AiException problem);

  /** The model that served a reply, as the provider names it. */
  String served(R reply);

  /** What a reply consumed; nothing yet for a stream. */
  Usage usage(R reply);

  RateLimits limits(R reply);

  /** Gives up a reply that nobody will read. */
  void discard(R reply);

  /** The most tokens of the answer that the request itself allows. */
  OptionalInt maxOutput();

  /** Whether the reply arrives piece by piece. */
  boolean streams();

  /** Web searches that may be charged. */
  int searches();
}
