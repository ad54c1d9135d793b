package dev.gatun.ai.client;

import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.StreamEvent;
import dev.gatun.ai.Usage;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.Failure;
import dev.gatun.ai.spi.CallContext;
import dev.gatun.ai.spi.EventSource;
import dev.gatun.ai.spi.ModelInfo;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.spi.RateLimits;
import dev.gatun.ai.spi.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalInt;

/** A chat request whose answer is streamed: it has succeeded when its first content is there. */
final class StreamOperation implements Operation<StreamOperation.Begun> {
  /** A stream with the events up to its first content. */
  record Begun(EventSource source, List<StreamEvent> events) {}

  private final ChatRequest request;

  StreamOperation(ChatRequest request) {
    this.request = request;
  }

  @Override
  public Begun run(
      Provider provider, ModelInfo model, Secret key, CallContext context, OptionalInt maxOutput) {
    EventSource source =
        provider.stream(ChatOperation.call(request, model, key, context, maxOutput));
    List<StreamEvent> events = new ArrayList<>(2);
    boolean begun = false;
    try {
      while (!begun) {
        StreamEvent e = next(source, model);
        events.add(e);
        begun = e.content() || e instanceof StreamEvent.Finished;
      }
      return new Begun(source, events);
    } finally {
      if (!begun) {
        source.close();
      }
    }
  }

  /**
   * The next event in the normal form; a source that ends without its last event is a truncated
   * stream.
   */
  static StreamEvent next(EventSource source, ModelInfo model) {
    try {
      return Signatures.signed(source.next(), model.ref());
    } catch (NoSuchElementException e) {
      throw new AiException.StreamTruncated(
          Failure.of("The stream ended before its end marker")
              .at(model.ref())
              .billed(true)
              .cause(e));
    }
  }

  @Override
  public Optional<AiException> check(Begun reply) {
    return Optional.empty();
  }

  @Override
  public boolean repair(Begun reply, AiException problem) {
    return false;
  }

  @Override
  public String served(Begun reply) {
    return "";
  }

  @Override
  public Usage usage(Begun reply) {
    return Usage.NONE;
  }

  @Override
  public RateLimits limits(Begun reply) {
    return reply.source().limits();
  }

  @Override
  public void discard(Begun reply) {
    reply.source().close();
  }

  @Override
  public OptionalInt maxOutput() {
    return request.maxOutputTokens();
  }

  @Override
  public boolean streams() {
    return true;
  }

  @Override
  public int searches() {
    return request.search().isPresent() ? 1 : 0;
  }
}
