package dev.gatun.ai.client;

import dev.gatun.ai.EmbeddingRequest;
import dev.gatun.ai.Usage;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.Failure;
import dev.gatun.ai.spi.CallContext;
import dev.gatun.ai.spi.EmbeddingCall;
import dev.gatun.ai.spi.EmbeddingReply;
import dev.gatun.ai.spi.ModelInfo;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.spi.RateLimits;
import dev.gatun.ai.spi.Secret;
import java.util.Optional;
import java.util.OptionalInt;

/** An embedding request. */
record EmbedOperation(EmbeddingRequest request) implements Operation<EmbeddingReply> {
  @Override
  public EmbeddingReply run(
      Provider provider, ModelInfo model, Secret key, CallContext context, OptionalInt maxOutput) {
    return provider.embed(new EmbeddingCall(request, model, key, context));
  }

  @Override
  public Optional<AiException> check(EmbeddingReply reply) {
    int want = request.inputs().size();
    int got = reply.vectors().size();
    return got == want
        ? Optional.empty()
        : Optional.of(
            new AiException.MalformedResponse(
                Failure.of(want + " texts were sent and " + got + " vectors came back")
                    .billed(true)));
  }

  @Override
  public boolean repair(EmbeddingReply reply, AiException problem) {
    return false;
  }

  @Override
  public String served(EmbeddingReply reply) {
    return reply.served();
  }

  @Override
  public Usage usage(EmbeddingReply reply) {
    return reply.usage();
  }

  @Override
  public RateLimits limits(EmbeddingReply reply) {
    return reply.limits();
  }

  @Override
  public void discard(EmbeddingReply reply) {}

  @Override
  public OptionalInt maxOutput() {
    // There is no answer of tokens, and so nothing to reserve for one.
    return OptionalInt.of(0);
  }

  @Override
  public boolean streams() {
    return false;
  }

  @Override
  public int searches() {
    return 0;
  }
}
