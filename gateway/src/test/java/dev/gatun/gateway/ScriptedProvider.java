package dev.gatun.gateway;

import dev.gatun.ai.Capability;
import dev.gatun.ai.FinishReason;
import dev.gatun.ai.Message;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.StreamEvent;
import dev.gatun.ai.Task;
import dev.gatun.ai.Usage;
import dev.gatun.ai.Usd;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.Failure;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.ChatCall;
import dev.gatun.ai.spi.ChatReply;
import dev.gatun.ai.spi.EmbeddingCall;
import dev.gatun.ai.spi.EmbeddingReply;
import dev.gatun.ai.spi.EventSource;
import dev.gatun.ai.spi.ModelInfo;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.spi.RateLimits;
import dev.gatun.ai.spi.Secret;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/** A provider that answers what a test hands it: a message, events, errors, or silence. */
final class ScriptedProvider implements Provider {
  /** Never answers; remembers when it was cancelled. */
  static final Object SILENCE = new Object();

  final List<ChatCall> calls = new CopyOnWriteArrayList<>();
  final CountDownLatch cancelled = new CountDownLatch(1);
  private final BlockingQueue<List<Object>> scripts = new LinkedBlockingQueue<>();
  private final String id;

  ScriptedProvider() {
    this("scripted");
  }

  ScriptedProvider(String id) {
    this.id = id;
  }

  /** The next call's answer: one Message, or events, or an error; latches are waited for. */
  ScriptedProvider next(Object... script) {
    scripts.add(List.of(script));
    return this;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public List<ModelInfo> models() {
    return List.of(model("m").orElseThrow());
  }

  @Override
  public Optional<ModelInfo> model(String name) {
    return Optional.of(
        new ModelInfo(
            new ModelRef(id, name),
            EnumSet.allOf(Capability.class),
            100_000,
            8_000,
            Map.of(Task.GENERAL, 0.9),
            Optional.empty()));
  }

  @Override
  public List<Secret> keys() {
    return List.of(Secret.NONE);
  }

  private List<Object> take() {
    List<Object> script = scripts.poll();
    return script == null ? List.of(Message.assistant("hello")) : script;
  }

  @Override
  public ChatReply chat(ChatCall call) {
    calls.add(call);
    Object first = take().getFirst();
    if (first == SILENCE) {
      throw wait(call);
    }
    if (first instanceof AiException e) {
      throw e;
    }
    Message message = (Message) first;
    return new ChatReply(
        "id-1",
        "m",
        message,
        message.toolCalls().isEmpty()
            ? FinishReason.STOP
            : new FinishReason(FinishReason.Kind.TOOL_CALLS, "tool_calls"),
        List.of(),
        new Usage(7, 3, 0, 0, 5, 2, 0, 1, Optional.of(Usd.of("0.0125")), false),
        RateLimits.UNKNOWN,
        Json.Obj.EMPTY);
  }

  private AiException wait(ChatCall call) {
    CountDownLatch done = new CountDownLatch(1);
    try (var _ = call.context().cancellation().onCancel(done::countDown)) {
      done.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    cancelled.countDown();
    return new AiException.Cancelled(Failure.of("cancelled"));
  }

  @Override
  public EventSource stream(ChatCall call) {
    calls.add(call);
    var events = take().iterator();
    return new EventSource() {
      private boolean started;

      @Override
      public StreamEvent next() {
        if (!started) {
          started = true;
          return new StreamEvent.Started("id-1", new ModelRef(id, "m"));
        }
        if (!events.hasNext()) {
          throw new NoSuchElementException();
        }
        Object next = events.next();
        if (next instanceof CountDownLatch gate) {
          try {
            gate.await();
          } catch (InterruptedException _) {
            throw new AiException.Cancelled(Failure.of("cancelled"));
          }
          return next();
        }
        if (next == SILENCE) {
          throw ScriptedProvider.this.wait(call);
        }
        if (next instanceof AiException e) {
          throw e;
        }
        return (StreamEvent) next;
      }

      @Override
      public RateLimits limits() {
        return RateLimits.UNKNOWN;
      }

      @Override
      public void close() {
        call.context().cancellation().cancel();
      }
    };
  }

  @Override
  public EmbeddingReply embed(EmbeddingCall call) {
    return new EmbeddingReply(
        call.model().ref().model(),
        call.request().inputs().stream().map(s -> new float[] {s.length(), 0.5f}).toList(),
        Usage.of(4, 0),
        RateLimits.UNKNOWN);
  }
}
