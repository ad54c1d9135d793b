package dev.gatun.ai.client;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.ChatStream;
import dev.gatun.ai.Cost;
import dev.gatun.ai.EmbeddingRequest;
import dev.gatun.ai.EmbeddingResponse;
import dev.gatun.ai.FanOut;
import dev.gatun.ai.FinishReason;
import dev.gatun.ai.Gathered;
import dev.gatun.ai.Message;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.RoutePlan;
import dev.gatun.ai.Status;
import dev.gatun.ai.Task;
import dev.gatun.ai.Usd;
import dev.gatun.ai.cache.CacheKey;
import dev.gatun.ai.cache.SingleFlight;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.Failure;
import dev.gatun.ai.spi.CallObserver;
import dev.gatun.ai.spi.ChatReply;
import dev.gatun.ai.spi.EmbeddingReply;
import dev.gatun.ai.spi.PrivacyGuard;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.spi.ResponseCache;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pipeline of a call: check, remove personal data, cache, route, attempts, check the answer,
 * cache, restore personal data.
 */
public final class DefaultAiClient implements AiClient {
  private static final Logger log = LoggerFactory.getLogger("dev.gatun.ai");

  private final Settings settings;
  private final Map<String, ProviderState> providers;
  private final Router router;
  private final Observers observers;
  private final HedgeBudget hedges;
  private final AnswerLengths lengths = new AnswerLengths();
  private final AnswerCheck answers = new AnswerCheck();
  private final SingleFlight<ChatResponse> flights = new SingleFlight<>();
  private final Set<Call> active = ConcurrentHashMap.newKeySet();
  private final AtomicLong calls = new AtomicLong();
  private final AtomicBoolean closed = new AtomicBoolean();

  /** A client of these settings. */
  public DefaultAiClient(Settings settings) {
    this.settings = settings;
    Map<String, ProviderState> states = new LinkedHashMap<>();
    for (Provider p : settings.providers()) {
      if (states.putIfAbsent(p.id(), new ProviderState(p, settings)) != null) {
        throw new IllegalStateException("Two providers have the id " + p.id());
      }
    }
    providers = Collections.unmodifiableMap(states);
    router = new Router(settings, providers, lengths);
    observers = new Observers(settings.observers());
    hedges = new HedgeBudget(settings.hedging().map(Settings.Hedging::spendShare).orElse(0.0));
  }

  // Chat

  @Override
  public ChatResponse chat(ChatRequest request) {
    Call call = begin(request, false);
    try {
      PrivacyGuard.Redaction redaction = prepare(request);
      ChatResponse raw = answer(call, redaction.request());
      ChatResponse response = restored(raw, redaction);
      end(call, Optional.of(response), Optional.empty());
      return response;
    } catch (AiException e) {
      end(call, Optional.empty(), Optional.of(e));
      throw e;
    } finally {
      active.remove(call);
    }
  }

  /** The answer from the cache, from an equal call under way, or from a provider. */
  private ChatResponse answer(Call call, ChatRequest request) {
    if (settings.cache().equals(ResponseCache.NONE)
        || !(request.cache().read() || request.cache().store())) {
      return ask(call, request);
    }
    String key = CacheKey.of(request);
    if (!request.cache().read()) {
      return store(key, request, ask(call, request));
    }
    Optional<ChatResponse> stored = stored(call, key);
    if (stored.isPresent()) {
      return stored.get();
    }
    SingleFlight.Outcome<ChatResponse> outcome =
        flights.run(
            key,
            call.deadline,
            // Since the first look an equal call may have stored its answer and ended.
            () -> stored(call, key).orElseGet(() -> store(key, request, ask(call, request))));
    return outcome.shared()
        ? reused(call, outcome.value(), "shared with an equal request that was under way")
        : outcome.value();
  }

  private ChatResponse ask(Call call, ChatRequest request) {
    ChatOperation operation = new ChatOperation(request, answers);
    Plan plan = router.plan(request, false, call.seed);
    AttemptLoop.Won<ChatReply> won =
        new AttemptLoop<>(settings, hedges, lengths, call, plan, operation).run();
    ChatReply reply = won.reply();
    won.attempt().succeed(reply.served(), reply.usage(), reply.limits());
    Cost cost = call.cost();
    hedges.spent(cost);
    Option option = won.attempt().option;
    return new ChatResponse(
        reply.id(),
        option.provider().ref(served(reply.served(), option)),
        reply.message(),
        reply.finish(),
        reply.citations(),
        reply.usage(),
        cost,
        call.route(plan.route().policy(), reasons(plan, option), false),
        reply.extra());
  }

  private static String served(String name, Option option) {
    return name.isBlank() ? option.ref().model() : name;
  }

  private List<String> reasons(Plan plan, Option option) {
    List<String> reasons = new ArrayList<>(settings.notes());
    for (RoutePlan.Ranked r : plan.route().ranking()) {
      if (r.model().equals(option.ref())) {
        reasons.addAll(r.reasons());
      }
    }
    return reasons;
  }

  // Cache

  private Optional<ChatResponse> stored(Call call, String key) {
    try {
      return settings
          .cache()
          .get(key)
          .map(s -> {
            call.observer.cacheHit();
            return reused(call, s.response(), "from the cache");
          });
    } catch (RuntimeException e) {
      log.atError().setCause(e).addKeyValue("call", call.id).log("The cache cannot be read");
      return Optional.empty();
    }
  }

  /** An answer that cost this call nothing. */
  private ChatResponse reused(Call call, ChatResponse r, String how) {
    return new ChatResponse(
        r.id(),
        r.served(),
        r.message(),
        r.finish(),
        r.citations(),
        r.usage(),
        Cost.FREE,
        call.route(r.route().policy(), List.of(how), true),
        r.extra());
  }

  private ChatResponse store(String key, ChatRequest request, ChatResponse response) {
    boolean complete =
        response.finish().kind() == FinishReason.Kind.STOP
            || response.finish().kind() == FinishReason.Kind.TOOL_CALLS;
    if (request.cache().store() && complete) {
      try {
        settings.cache().put(key, response, request.cache());
      } catch (RuntimeException e) {
        log.atError().setCause(e).log("The cache cannot be written");
      }
    }
    return response;
  }

  // Streams

  @Override
  public ChatStream stream(ChatRequest request) {
    Call call = begin(request, true);
    try {
      PrivacyGuard.Redaction redaction = prepare(request);
      ChatRequest asked = redaction.request();
      boolean caches =
          !settings.cache().equals(ResponseCache.NONE)
              && (asked.cache().read() || asked.cache().store());
      String key = caches ? CacheKey.of(asked) : "";
      if (caches && asked.cache().read()) {
        Optional<ChatResponse> stored = stored(call, key);
        if (stored.isPresent()) {
          ChatResponse response = restored(stored.get(), redaction);
          end(call, Optional.of(response), Optional.empty());
          active.remove(call);
          return new StoredStream(response);
        }
      }
      Plan plan = router.plan(asked, true, call.seed);
      AttemptLoop.Won<StreamOperation.Begun> won =
          new AttemptLoop<>(settings, hedges, lengths, call, plan, new StreamOperation(asked))
              .run();
      won.attempt().firstContent();
      return new LiveStream(
          won,
          plan.route().policy(),
          reasons(plan, won.attempt().option),
          redacts() ? Optional.of(new Restoration(redaction)) : Optional.empty(),
          new StreamOwner(call, asked, key));
    } catch (AiException e) {
      end(call, Optional.empty(), Optional.of(e));
      active.remove(call);
      throw e;
    } catch (RuntimeException | Error e) {
      active.remove(call);
      throw e;
    }
  }

  private final class StreamOwner implements LiveStream.Owner {
    private final Call call;
    private final ChatRequest request;
    private final String key;
    private final AtomicBoolean ended = new AtomicBoolean();

    StreamOwner(Call call, ChatRequest request, String key) {
      this.call = call;
      this.request = request;
      this.key = key;
    }

    @Override
    public Optional<AiException> problem(ChatResponse raw) {
      return answers.problem(request.format(), raw.message(), raw.finish());
    }

    @Override
    public void complete(ChatResponse raw) {
      hedges.spent(raw.cost());
      if (!key.isEmpty()) {
        store(key, request, raw);
      }
    }

    @Override
    public void ended(Optional<ChatResponse> response, Optional<AiException> error) {
      if (ended.compareAndSet(false, true)) {
        active.remove(call);
        end(call, response, error);
      }
    }
  }

  // Embeddings

  @Override
  public EmbeddingResponse embed(EmbeddingRequest request) {
    Call call =
        begin(
            "embeddings",
            request.tenant(),
            Task.GENERAL,
            Map.of(),
            Optional.empty(),
            request.timeout(),
            request.model(),
            false);
    try {
      EmbeddingRequest asked = redacted(request);
      Plan plan = router.plan(asked);
      AttemptLoop.Won<EmbeddingReply> won =
          new AttemptLoop<>(settings, hedges, lengths, call, plan, new EmbedOperation(asked)).run();
      EmbeddingReply reply = won.reply();
      won.attempt().succeed(reply.served(), reply.usage(), reply.limits());
      Option option = won.attempt().option;
      EmbeddingResponse response =
          new EmbeddingResponse(
              option.provider().ref(served(reply.served(), option)),
              reply.vectors(),
              reply.usage(),
              call.cost(),
              call.route(plan.route().policy(), reasons(plan, option), false));
      call.observer.embeds(response);
      log(call, "ok");
      return response;
    } catch (AiException e) {
      end(call, Optional.empty(), Optional.of(e));
      throw e;
    } finally {
      active.remove(call);
    }
  }

  /** Texts to embed are redacted as if they were said in a chat. */
  private EmbeddingRequest redacted(EmbeddingRequest request) {
    if (settings.privacy().equals(PrivacyGuard.NONE) && !request.data().redact()) {
      return request;
    }
    List<Message> messages = request.inputs().stream().map(Message::user).toList();
    ChatRequest safe =
        redact(ChatRequest.builder().messages(messages).data(request.data()).build()).request();
    return new EmbeddingRequest(
        safe.messages().stream().map(Message::text).toList(),
        request.model(),
        request.dimensions(),
        request.timeout(),
        request.tenant(),
        request.data());
  }

  // Fan-out, explain, status

  @Override
  public Gathered fanOut(ChatRequest request, FanOut plan) {
    return new FanOutRun(this, request).run(plan);
  }

  @Override
  public RoutePlan explain(ChatRequest request) {
    return router.plan(request, false, seed(calls.get())).route();
  }

  @Override
  public Status status() {
    return new Status(
        settings.time().now(), providers.values().stream().map(ProviderState::status).toList());
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    active.forEach(c -> c.cancellation.cancel());
    RuntimeException failed = null;
    for (ProviderState p : providers.values()) {
      try {
        p.provider.close();
      } catch (RuntimeException e) {
        failed = e;
      }
    }
    settings.cache().close();
    if (failed != null) {
      throw failed;
    }
  }

  // Begin and end of a call

  private Call begin(ChatRequest r, boolean streaming) {
    return begin(
        "chat", r.tenant(), r.task(), r.metadata(), r.maxCost(), r.timeout(), r.model(), streaming);
  }

  private Call begin(
      String operation,
      String tenant,
      Task task,
      Map<String, String> metadata,
      Optional<Usd> maxCost,
      Optional<Duration> timeout,
      Optional<ModelRef> requested,
      boolean streaming) {
    if (closed.get()) {
      throw new IllegalStateException("The client is closed");
    }
    long seed = seed(calls.getAndIncrement());
    String id = metadata.getOrDefault("correlation-id", Long.toHexString(seed));
    CallObserver.Call observer =
        observers.begin(new CallObserver.Begin(operation, id, tenant, task, streaming, requested));
    Call call =
        new Call(
            id,
            seed,
            tenant,
            task,
            metadata,
            maxCost,
            timeout.orElse(settings.timeouts().total()),
            settings.time(),
            observer);
    active.add(call);
    if (closed.get()) {
      call.cancellation.cancel();
    }
    return call;
  }

  /** The n-th number of SplitMix64: the same calls in the same order draw the same. */
  private long seed(long n) {
    long z = settings.seed() + (n + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  private PrivacyGuard.Redaction prepare(ChatRequest request) {
    RequestCheck.check(request, settings.maxRequestSize());
    answers.prepare(request.format());
    return redact(request);
  }

  private PrivacyGuard.Redaction redact(ChatRequest request) {
    if (settings.privacy().equals(PrivacyGuard.NONE) && request.data().redact()) {
      throw new AiException.PrivacyViolation(
          Failure.of(
              "The request wants personal data removed, and the client has no guard for it"));
    }
    try {
      return settings.privacy().redact(request);
    } catch (AiException e) {
      throw e;
    } catch (RuntimeException e) {
      // Fail closed. The cause may quote the request, so it is not passed on.
      throw new AiException.PrivacyViolation(
          Failure.of(
              "Personal data could not be removed, so nothing was sent: "
                  + e.getClass().getSimpleName()));
    }
  }

  private boolean redacts() {
    return !settings.privacy().equals(PrivacyGuard.NONE);
  }

  private ChatResponse restored(ChatResponse r, PrivacyGuard.Redaction redaction) {
    if (!redacts()) {
      return r;
    }
    return new ChatResponse(
        r.id(),
        r.served(),
        Restoration.restore(r.message(), redaction),
        r.finish(),
        r.citations(),
        r.usage(),
        r.cost(),
        r.route(),
        r.extra());
  }

  private void end(Call call, Optional<ChatResponse> response, Optional<AiException> error) {
    response.ifPresent(call.observer::succeeds);
    error.ifPresent(call.observer::fails);
    if (log.isDebugEnabled()) {
      log(call, error.map(AiException::name).orElse("ok"));
    }
  }

  private void log(Call call, String outcome) {
    log.atDebug()
        .addKeyValue("call", call.id)
        .addKeyValue("tenant", call.tenant)
        .addKeyValue("task", call.task)
        .addKeyValue("outcome", outcome)
        .log("Call ended");
  }
}
