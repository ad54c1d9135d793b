package dev.gatun.gateway.local;

import dev.gatun.ai.Capability;
import dev.gatun.ai.ChatRequest;
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
import dev.gatun.ai.spi.RateLimits;
import dev.gatun.ai.spi.Secret;
import dev.gatun.gateway.compute.Workers;
import dev.gatun.gateway.http.Problem;
import dev.gatun.nn.text.LanguageModel;
import dev.gatun.nn.text.Sampler;
import dev.gatun.tensor.FormatException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * A provider that is a language model in this process, trained by Gatun ({@code ./gatun train gpt})
 * and read from a folder. It continues the conversation's text, says in every answer that it is
 * small and what it is, and costs nothing. Its steps take turns on the gateway's threads for
 * computing. Thread-safe.
 */
public final class LocalModel implements Provider {
  /** The provider's id. */
  public static final String ID = "local";

  private static final int MOST_AT_ONCE = 8;
  private static final int TOKENS_A_STEP = 8;
  private static final int USUAL_TOKENS = 256;
  private static final int MOST_TOKENS = 8192;
  private static final double USUAL_TEMPERATURE = 0.8;

  private static final Prices FREE =
      new Prices(LocalDate.of(2026, 1, 1), List.of(new Prices.Tier(0, 0, 0, 0, 0, 0, 0, 0, 0)));

  private final LanguageModel model;
  private final Workers workers;
  private final ModelInfo info;
  private final String notice;
  private final Semaphore places = new Semaphore(MOST_AT_ONCE);
  private final AtomicLong answers = new AtomicLong();

  private LocalModel(String name, LanguageModel model, Workers workers) {
    this.model = model;
    this.workers = workers;
    info =
        new ModelInfo(
            new ModelRef(ID, name),
            EnumSet.of(Capability.CHAT, Capability.STREAM, Capability.TEMPERATURE, Capability.SEED),
            1_000_000, // of a longer text the end counts
            MOST_TOKENS,
            Map.of(Task.GENERAL, 0.02),
            Optional.of(FREE));
    notice =
        String.format(
            Locale.ROOT,
            "This is Gatun's local model %s: a small network of %,d parameters that continues a text"
                + " by its last %,d characters, and knows nothing.%n",
            name,
            model.gpt().config().parameters(),
            model.gpt().config().context());
  }

  /**
   * The model in the folder {@code GATUN_LOCAL_MODEL}, if that is set; it is called like the
   * folder.
   *
   * @param workers where it computes; they stay the caller's
   * @throws IllegalArgumentException when the folder is no model; in one sentence
   */
  public static Optional<Provider> read(ProviderConfig config, Workers workers) {
    return config.get("GATUN_LOCAL_MODEL").map(folder -> load(Path.of(folder), workers));
  }

  private static LocalModel load(Path folder, Workers workers) {
    try {
      String name =
          String.valueOf(folder.toAbsolutePath().normalize().getFileName())
              .replaceAll("[^A-Za-z0-9._-]", "-");
      return new LocalModel(name, LanguageModel.load(folder), workers);
    } catch (FormatException | UncheckedIOException e) {
      throw new IllegalArgumentException("GATUN_LOCAL_MODEL: " + e.getMessage(), e);
    }
  }

  @Override
  public String id() {
    return ID;
  }

  @Override
  public List<ModelInfo> models() {
    return List.of(info);
  }

  @Override
  public Optional<ModelInfo> model(String name) {
    return name.equals(info.ref().model()) ? Optional.of(info) : Optional.empty();
  }

  @Override
  public List<Secret> keys() {
    return List.of(Secret.NONE);
  }

  @Override
  public ChatReply chat(ChatCall call) {
    try (Answer answer = begin(call)) {
      StringBuilder text = new StringBuilder(notice);
      while (!answer.finished()) {
        text.append(step(answer, call.context()));
      }
      return new ChatReply(
          newId(),
          info.ref().model(),
          Message.assistant(text.toString()),
          answer.reason(),
          List.of(),
          usage(answer),
          RateLimits.UNKNOWN,
          Json.Obj.EMPTY);
    }
  }

  private String newId() {
    return "local-" + answers.incrementAndGet();
  }

  private Answer begin(ChatCall call) {
    ChatRequest request = call.request();
    if (!(request.format() instanceof ResponseFormat.Text)) {
      throw new AiException.InvalidRequest(
          Failure.of("The local model writes text, not JSON").at(info.ref()));
    }
    check(call.context());
    if (!places.tryAcquire()) {
      throw overloaded();
    }
    int tokens = Math.min(MOST_TOKENS, request.maxOutputTokens().orElse(USUAL_TOKENS));
    Sampler sampler =
        new Sampler(
            request.temperature().orElse(USUAL_TEMPERATURE),
            request.topP().orElse(1),
            request.seed().orElseGet(() -> ThreadLocalRandom.current().nextLong()));
    return new Answer(
        model.continuing(prompt(request), sampler), tokens, request.stop(), places::release);
  }

  /** What was said, a line each; of its own answers without what it says of itself. */
  private String prompt(ChatRequest request) {
    StringBuilder text = new StringBuilder();
    for (Message m : request.messages()) {
      text.append(text.isEmpty() ? "" : "\n").append(m.text().replace(notice, ""));
    }
    return text.toString();
  }

  /** More of an answer, computed among others'. */
  private String step(Answer answer, CallContext context) {
    check(context);
    try {
      return workers.run(() -> answer.more(TOKENS_A_STEP));
    } catch (Problem p) {
      throw p.status() == 503 ? overloaded() : cancelled();
    }
  }

  private void check(CallContext context) {
    if (context.cancellation().isCancelled() || Thread.currentThread().isInterrupted()) {
      throw cancelled();
    }
    if (context.deadline().passed()) {
      throw new AiException.TimedOut(
          AiException.TimedOut.Phase.TOTAL,
          Failure.of("The call's time was over before the local model's answer was")
              .at(info.ref()));
    }
  }

  private AiException cancelled() {
    return new AiException.Cancelled(Failure.of("The call was cancelled").at(info.ref()));
  }

  private AiException overloaded() {
    return new AiException.Overloaded(
        Failure.of("The local model has too much to do")
            .at(info.ref())
            .retryAfter(Optional.of(Duration.ofSeconds(2))));
  }

  /** Counted, and without a price. */
  private static Usage usage(Answer answer) {
    return new Usage(
        answer.promptTokens(), 0, 0, 0, answer.tokens(), 0, 0, 1, Optional.of(Usd.ZERO), false);
  }

  @Override
  public EventSource stream(ChatCall call) {
    return new Events(call.context(), begin(call));
  }

  /** An answer as it is written: each event that is asked for is computed then. */
  private final class Events implements EventSource {
    private final CallContext context;
    private final Answer answer;
    private Supplier<StreamEvent> next = this::started;
    private volatile boolean closed;

    Events(CallContext context, Answer answer) {
      this.context = context;
      this.answer = answer;
    }

    @Override
    public StreamEvent next() {
      if (closed) {
        throw cancelled();
      }
      return next.get();
    }

    private StreamEvent started() {
      next = this::introduced;
      return new StreamEvent.Started(newId(), info.ref());
    }

    private StreamEvent introduced() {
      next = this::written;
      return new StreamEvent.Text(notice);
    }

    private StreamEvent written() {
      while (!answer.finished()) {
        String text = step(answer, context);
        if (!text.isEmpty()) {
          return new StreamEvent.Text(text);
        }
      }
      next =
          () -> {
            throw new NoSuchElementException("The stream is finished");
          };
      return new StreamEvent.Finished(answer.reason(), usage(answer), Json.Obj.EMPTY);
    }

    @Override
    public RateLimits limits() {
      return RateLimits.UNKNOWN;
    }

    @Override
    public void close() {
      closed = true;
      answer.close();
    }
  }

  @Override
  public EmbeddingReply embed(EmbeddingCall call) {
    throw new AiException.InvalidRequest(
        Failure.of("The local model computes no embeddings").at(info.ref()));
  }

  /** Waits a while for answers under way: what they compute with must not vanish. */
  @Override
  public void close() {
    boolean alone = false;
    try {
      alone = places.tryAcquire(MOST_AT_ONCE, 5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (alone) {
      model.close();
    } // else the garbage collector frees it, after the last of them
  }
}
