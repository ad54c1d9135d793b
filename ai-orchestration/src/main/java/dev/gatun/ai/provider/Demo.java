package dev.gatun.ai.provider;

import dev.gatun.ai.Capability;
import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.FinishReason;
import dev.gatun.ai.Message;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.ResponseFormat;
import dev.gatun.ai.StreamEvent;
import dev.gatun.ai.Task;
import dev.gatun.ai.Usage;
import dev.gatun.ai.Usd;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.Failure;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.CallContext;
import dev.gatun.ai.spi.ChatCall;
import dev.gatun.ai.spi.ChatReply;
import dev.gatun.ai.spi.EmbeddingCall;
import dev.gatun.ai.spi.EmbeddingReply;
import dev.gatun.ai.spi.EventSource;
import dev.gatun.ai.spi.ModelInfo;
import dev.gatun.ai.spi.Prices;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.spi.ProviderConfig;
import dev.gatun.ai.spi.ProviderFactory;
import dev.gatun.ai.spi.RateLimits;
import dev.gatun.ai.spi.Secret;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A provider without a key and without a model: it answers from a script, says so in every answer,
 * and costs nothing. It keeps to a JSON schema where one is asked for, and its embeddings tell
 * texts with common words from others. For looking around, and for tests without a network.
 */
public final class Demo implements Provider {
  static final String ID = "demo";
  private static final int DIMENSIONS = 64;

  private static final Prices FREE =
      new Prices(LocalDate.of(2026, 1, 1), List.of(new Prices.Tier(0, 0, 0, 0, 0, 0, 0, 0, 0)));

  private final ModelInfo model =
      new ModelInfo(
          new ModelRef(ID, "scripted"),
          EnumSet.complementOf(EnumSet.of(Capability.WEB_SEARCH)),
          1_000_000,
          100_000,
          Map.of(Task.GENERAL, 0.01),
          Optional.of(FREE));
  private final AtomicLong answers = new AtomicLong();

  /** The demo. */
  public Demo() {}

  /** Makes it, whatever the configuration. */
  public static final class Factory implements ProviderFactory {
    /** By the service loader. */
    public Factory() {}

    @Override
    public String id() {
      return ID;
    }

    @Override
    public Optional<Provider> create(ProviderConfig config) {
      return Optional.of(new Demo());
    }
  }

  @Override
  public String id() {
    return ID;
  }

  @Override
  public List<ModelInfo> models() {
    return List.of(model);
  }

  @Override
  public Optional<ModelInfo> model(String name) {
    return name.equals(model.ref().model()) ? Optional.of(model) : Optional.empty();
  }

  @Override
  public List<Secret> keys() {
    return List.of(Secret.NONE);
  }

  @Override
  public ChatReply chat(ChatCall call) {
    check(call.context());
    String text = answer(call.request());
    return new ChatReply(
        id(answers.incrementAndGet()),
        model.ref().model(),
        Message.assistant(text),
        FinishReason.STOP,
        List.of(),
        usage(call.request(), text),
        RateLimits.UNKNOWN,
        Json.Obj.EMPTY);
  }

  private static String id(long number) {
    return "demo-" + number;
  }

  private static void check(CallContext context) {
    if (context.cancellation().isCancelled()) {
      throw new AiException.Cancelled(Failure.of("The call was cancelled"));
    }
  }

  private static String answer(ChatRequest request) {
    return switch (request.format()) {
      case ResponseFormat.Text _ ->
          "This is Gatun's demo provider: no model was asked, because no provider has a key. You"
              + " said: "
              + request.messages().getLast().text();
      case ResponseFormat.JsonObject _ ->
          "{\"demo\":true,\"note\":\"no model was asked, because no provider has a key\"}";
      case ResponseFormat.JsonSchema s ->
          Json.write(SchemaInstance.of(s.schema(), request.seed().orElseGet(() -> seed(request))));
    };
  }

  /** Other requests get other documents, equal ones the same. */
  private static long seed(ChatRequest request) {
    return request.messages().getLast().text().hashCode() & 0xffff;
  }

  /** Costs nothing, and the tokens are estimates: nobody counted them. */
  private static Usage usage(ChatRequest request, String text) {
    long input = request.messages().stream().mapToLong(m -> m.text().length()).sum() / 4 + 1;
    return new Usage(input, 0, 0, 0, text.length() / 4 + 1, 0, 0, 1, Optional.of(Usd.ZERO), true);
  }

  @Override
  public EventSource stream(ChatCall call) {
    check(call.context());
    String text = answer(call.request());
    List<StreamEvent> events = new ArrayList<>();
    events.add(new StreamEvent.Started(id(answers.incrementAndGet()), model.ref()));
    int from = 0;
    while (from < text.length()) {
      int space = text.indexOf(' ', from);
      int to = space < 0 ? text.length() : space + 1;
      events.add(new StreamEvent.Text(text.substring(from, to)));
      from = to;
    }
    events.add(
        new StreamEvent.Finished(FinishReason.STOP, usage(call.request(), text), Json.Obj.EMPTY));
    Iterator<StreamEvent> all = events.iterator();
    return new EventSource() {
      private volatile boolean closed;

      @Override
      public StreamEvent next() {
        check(call.context());
        if (closed) {
          throw new AiException.Cancelled(Failure.of("The stream was closed"));
        }
        if (!all.hasNext()) {
          throw new NoSuchElementException("The stream is finished");
        }
        return all.next();
      }

      @Override
      public RateLimits limits() {
        return RateLimits.UNKNOWN;
      }

      @Override
      public void close() {
        closed = true;
      }
    };
  }

  @Override
  public EmbeddingReply embed(EmbeddingCall call) {
    check(call.context());
    int dimensions = call.request().dimensions().orElse(DIMENSIONS);
    List<float[]> vectors = new ArrayList<>();
    long tokens = 0;
    for (String input : call.request().inputs()) {
      vectors.add(words(input, dimensions));
      tokens += input.length() / 4 + 1;
    }
    Usage usage = new Usage(tokens, 0, 0, 0, 0, 0, 0, 1, Optional.of(Usd.ZERO), true);
    return new EmbeddingReply(model.ref().model(), vectors, usage, RateLimits.UNKNOWN);
  }

  /** A bag of words, hashed, of length 1. */
  private static float[] words(String text, int dimensions) {
    float[] v = new float[dimensions];
    for (String word : text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+", -1)) {
      int h = word.hashCode() * 0x9E3779B9;
      v[Math.floorMod(h >>> 1, dimensions)] += (h & 1) == 0 ? 1 : -1;
    }
    double square = 0;
    for (float x : v) {
      square += (double) x * x;
    }
    float scale = square == 0 ? 0 : (float) (1 / Math.sqrt(square));
    for (int i = 0; i < v.length; i++) {
      v[i] *= scale;
    }
    return v;
  }
}
