package dev.gatun.ai.client;

import dev.gatun.ai.Capability;
import dev.gatun.ai.FinishReason;
import dev.gatun.ai.Message;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.StreamEvent;
import dev.gatun.ai.Task;
import dev.gatun.ai.Usage;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.ChatCall;
import dev.gatun.ai.spi.ChatReply;
import dev.gatun.ai.spi.EmbeddingCall;
import dev.gatun.ai.spi.EmbeddingReply;
import dev.gatun.ai.spi.EventSource;
import dev.gatun.ai.spi.ModelInfo;
import dev.gatun.ai.spi.Prices;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.spi.RateLimits;
import dev.gatun.ai.spi.Secret;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Function;

/** A provider that does what a test says. */
final class FakeProvider implements Provider {
  private final String id;
  private final List<ModelInfo> models = new ArrayList<>();
  private List<Secret> keys = List.of(Secret.NONE);
  final List<ChatCall> calls = Collections.synchronizedList(new ArrayList<>());
  Function<ChatCall, ChatReply> chat = _ -> reply("hello");
  Function<ChatCall, EventSource> stream = _ -> events(text("hel"), text("lo"), finished());
  Function<EmbeddingCall, EmbeddingReply> embed =
      c ->
          new EmbeddingReply(
              c.model().ref().model(),
              c.request().inputs().stream().map(s -> new float[] {s.length()}).toList(),
              Usage.of(3, 0),
              RateLimits.UNKNOWN);

  FakeProvider(String id) {
    this.id = id;
  }

  /** A provider with one model, "m", of this quality, at a dollar a million tokens. */
  static FakeProvider of(String id, double quality) {
    return new FakeProvider(id).with("m", quality, 1_000_000);
  }

  FakeProvider with(String model, double quality, long picoPerToken) {
    models.add(
        new ModelInfo(
            new ModelRef(id, model),
            EnumSet.allOf(Capability.class),
            100_000,
            4_000,
            Map.of(Task.GENERAL, quality),
            Optional.of(prices(picoPerToken))));
    return this;
  }

  FakeProvider with(ModelInfo model) {
    models.add(model);
    return this;
  }

  static Prices prices(long pico) {
    return new Prices(
        LocalDate.of(2026, 1, 1),
        List.of(new Prices.Tier(0, pico, pico, pico, pico, pico, pico, 0, 0)));
  }

  FakeProvider keys(String... values) {
    keys = java.util.Arrays.stream(values).map(Secret::of).toList();
    return this;
  }

  FakeProvider chat(Function<ChatCall, ChatReply> value) {
    chat = value;
    return this;
  }

  FakeProvider stream(Function<ChatCall, EventSource> value) {
    stream = value;
    return this;
  }

  /** Fails with these, one a call, then answers. */
  FakeProvider failing(AiException... errors) {
    List<AiException> left = Collections.synchronizedList(new ArrayList<>(List.of(errors)));
    chat =
        _ -> {
          synchronized (left) {
            if (!left.isEmpty()) {
              throw left.removeFirst();
            }
          }
          return reply("hello from " + id);
        };
    return this;
  }

  static ChatReply reply(String text) {
    return reply(text, Usage.of(10, 5));
  }

  static ChatReply reply(String text, Usage usage) {
    return new ChatReply(
        "id-1",
        "m",
        Message.assistant(text),
        FinishReason.STOP,
        List.of(),
        usage,
        RateLimits.UNKNOWN,
        Json.Obj.EMPTY);
  }

  static StreamEvent text(String delta) {
    return new StreamEvent.Text(delta);
  }

  static StreamEvent finished() {
    return new StreamEvent.Finished(FinishReason.STOP, Usage.of(10, 2), Json.Obj.EMPTY);
  }

  /** A source of events; an exception among them is thrown. */
  static Events events(Object... eventsOrErrors) {
    return new Events(eventsOrErrors);
  }

  static final class Events implements EventSource {
    private final Object[] script;
    private int next = -1;
    volatile boolean closed;

    Events(Object[] script) {
      this.script = script;
    }

    @Override
    public StreamEvent next() {
      if (closed) {
        throw Errors.cancelled("closed");
      }
      if (next < 0) {
        next = 0;
        return new StreamEvent.Started("id-1", new ModelRef("fake", "m"));
      }
      if (next == script.length) {
        throw new NoSuchElementException();
      }
      return switch (script[next++]) {
        case StreamEvent e -> e;
        case RuntimeException e -> throw e;
        case Object o -> throw new AssertionError(o);
      };
    }

    @Override
    public RateLimits limits() {
      return RateLimits.UNKNOWN;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public List<ModelInfo> models() {
    return models;
  }

  @Override
  public Optional<ModelInfo> model(String name) {
    return models.stream().filter(m -> m.ref().model().equals(name)).findFirst();
  }

  @Override
  public List<Secret> keys() {
    return keys;
  }

  @Override
  public ChatReply chat(ChatCall call) {
    calls.add(call);
    return chat.apply(call);
  }

  @Override
  public EventSource stream(ChatCall call) {
    calls.add(call);
    return stream.apply(call);
  }

  @Override
  public EmbeddingReply embed(EmbeddingCall call) {
    return embed.apply(call);
  }
}
