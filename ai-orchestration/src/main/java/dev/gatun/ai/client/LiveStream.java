package dev.gatun.ai.client;

import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.ChatStream;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.StreamEvent;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.json.Json;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A stream that a provider feeds. The attempt behind it ends with it, whichever way. */
final class LiveStream implements ChatStream {
  /** What the client does around a stream. */
  interface Owner {
    /** What is wrong with the whole answer, if anything. */
    Optional<AiException> problem(ChatResponse raw);

    /** The whole answer as the provider gave it: to be cached; called when it is complete. */
    void complete(ChatResponse raw);

    /** The stream has ended, well or with an error. */
    void ended(Optional<ChatResponse> response, Optional<AiException> error);
  }

  private final OpenAttempt attempt;
  private final StreamOperation.Begun begun;
  private final List<String> reasons;
  private final String policy;
  private final Optional<Restoration> restoration;
  private final Owner owner;

  private final Assembler assembler = new Assembler();
  // What the caller is told: the same unless personal data is put back.
  private final Assembler told;
  private final Deque<StreamEvent> ready = new ArrayDeque<>();
  private int replayed;
  private String id = "";
  private ModelRef served;
  private @Nullable ChatResponse response;
  private @Nullable AiException error;
  private volatile boolean closed;

  LiveStream(
      AttemptLoop.Won<StreamOperation.Begun> won,
      String policy,
      List<String> reasons,
      Optional<Restoration> restoration,
      Owner owner) {
    attempt = won.attempt();
    begun = won.reply();
    this.policy = policy;
    this.reasons = reasons;
    this.restoration = restoration;
    told = restoration.isPresent() ? new Assembler() : assembler;
    this.owner = owner;
    served = attempt.option.ref();
  }

  private final Iterator<StreamEvent> events =
      new Iterator<>() {
        @Override
        public boolean hasNext() {
          return more();
        }

        @Override
        public StreamEvent next() {
          if (!more()) {
            throw new NoSuchElementException("The stream has ended");
          }
          return ready.remove();
        }
      };

  @Override
  public Iterator<StreamEvent> iterator() {
    return events;
  }

  /** Whether there is another event; waits for it. */
  private boolean more() {
    while (ready.isEmpty()) {
      if (response != null) {
        return false;
      }
      if (error != null) {
        throw error;
      }
      advance();
    }
    return true;
  }

  private void advance() {
    List<StreamEvent> events;
    try {
      if (closed) {
        throw Errors.cancelled("The stream was closed before its end");
      }
      StreamEvent event =
          replayed < begun.events().size()
              ? begun.events().get(replayed++)
              : StreamOperation.next(begun.source(), attempt.option.model());
      assembler.add(event);
      events = restoration.map(r -> r.restore(event)).orElseGet(() -> List.of(event));
      if (restoration.isPresent()) {
        events.forEach(told::add);
      }
      if (event instanceof StreamEvent.Started s) {
        id = s.id();
        served = s.served();
      } else if (event instanceof StreamEvent.Finished f) {
        finish(f);
      }
    } catch (RuntimeException e) {
      AiException cause = Errors.taxonomy(e);
      if (closed && !(cause instanceof AiException.Cancelled)) {
        cause = Errors.cancelled("The stream was closed before its end");
      }
      fail(cause);
      throw cause;
    }
    ready.addAll(events);
  }

  private void finish(StreamEvent.Finished f) {
    attempt.succeed(served.model(), f.usage(), begun.source().limits());
    begun.source().close();
    ChatResponse raw = response(f.extra(), f, assembler.message());
    Optional<AiException> problem = owner.problem(raw);
    if (problem.isPresent()) {
      throw problem.get();
    }
    owner.complete(raw);
    ChatResponse restored = response(f.extra(), f, told.message());
    response = restored;
    owner.ended(Optional.of(restored), Optional.empty());
  }

  private ChatResponse response(
      Json.Obj extra, StreamEvent.Finished f, dev.gatun.ai.Message message) {
    return new ChatResponse(
        id,
        served,
        message,
        f.reason(),
        assembler.citations(),
        f.usage(),
        attempt.call.cost(),
        attempt.call.route(policy, reasons, false),
        extra);
  }

  private void fail(AiException e) {
    error = e;
    begun.source().close();
    attempt.fail(e, Optional.empty(), assembler.tokens());
    owner.ended(Optional.empty(), Optional.of(e));
  }

  @Override
  public ChatResponse result() {
    while (more()) {
      ready.clear();
    }
    if (response == null) {
      throw new IllegalStateException("A stream that ended has a response");
    }
    return response;
  }

  /** May come from any thread: the reader learns of it at its next event. */
  @Override
  public void close() {
    if (closed || response != null || error != null) {
      return;
    }
    closed = true;
    begun.source().close();
    attempt.cancel(assembler.tokens());
    owner.ended(
        Optional.empty(), Optional.of(Errors.cancelled("The stream was closed before its end")));
  }
}
