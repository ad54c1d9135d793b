package dev.gatun.ai.observe;

import dev.gatun.ai.Attempt;
import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.Cost;
import dev.gatun.ai.EmbeddingResponse;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.catalog.Catalog;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.spi.CallObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Metrics through Micrometer. Thread-safe.
 *
 * <p>For each attempt, under OpenTelemetry's names: {@code gen_ai.client.operation.duration},
 * {@code gen_ai.client.operation.time_to_first_chunk} and {@code gen_ai.client.token.usage}, by
 * operation, provider, model and error. For each call: {@code gatun.ai.calls} by outcome, {@code
 * gatun.ai.overhead}, {@code gatun.ai.cost} in US dollars, {@code gatun.ai.cache.hits}.
 *
 * <p>Clients name models, so their number has a bound: those of the shipped catalog have their
 * names, and so have the first 100 others that answered; all else is {@code other}.
 */
@SuppressWarnings("exports") // optional: only who uses this class needs the library
public final class MicrometerObserver implements CallObserver {
  /** The boundaries that the conventions advise: 10 ms to 82 s, 1 to 67 million tokens. */
  private static final Duration[] SECONDS =
      IntStream.range(0, 14).mapToObj(i -> Duration.ofMillis(10L << i)).toArray(Duration[]::new);

  private static final double[] TOKENS = DoubleStream.iterate(1, t -> 4 * t).limit(14).toArray();

  private static final double PICO = 1e12;
  private static final int MOST_UNLISTED = 100;
  private static final String OTHER = "other";

  private final MeterRegistry registry;
  private final Map<AttemptKey, AttemptMeters> attempts = new ConcurrentHashMap<>();
  private final Map<CallKey, Counter> calls = new ConcurrentHashMap<>();
  private final Map<ModelKey, Timer> firstChunks = new ConcurrentHashMap<>();
  private final Set<ModelRef> unlisted = ConcurrentHashMap.newKeySet();
  private final Timer overhead;
  private final Counter cacheHits;

  // A registry's own lookup builds and sorts the tags each time. The kinds are few.

  private record ModelKey(String operation, ModelRef model) {}

  private record AttemptKey(String operation, ModelRef model, String error, Cost.Source source) {}

  private record CallKey(String operation, String task, String outcome) {}

  private record AttemptMeters(
      Timer duration, DistributionSummary input, DistributionSummary output, Counter cost) {}

  /** Metrics in a registry. */
  @SuppressWarnings("exports") // optional: who calls this has Micrometer
  public MicrometerObserver(MeterRegistry registry) {
    this.registry = registry;
    overhead = Timer.builder("gatun.ai.overhead").register(registry);
    cacheHits = Counter.builder("gatun.ai.cache.hits").register(registry);
  }

  @Override
  public Call begin(Begin begin) {
    return new Meters(begin);
  }

  private static Tags tags(String operation, ModelRef model) {
    return Tags.of(
        GenAi.OPERATION,
        operation,
        GenAi.PROVIDER,
        GenAi.provider(model.provider()),
        GenAi.REQUEST_MODEL,
        model.model());
  }

  /** The model as whose its numbers count. */
  private ModelRef series(ModelRef model, boolean answered) {
    if (Catalog.shipped().models().containsKey(model) || unlisted.contains(model)) {
      return model;
    }
    if (answered && unlisted.size() < MOST_UNLISTED) {
      unlisted.add(model);
      return model;
    }
    return new ModelRef(model.provider(), OTHER);
  }

  private AttemptMeters attempt(AttemptKey key) {
    Tags tags = tags(key.operation(), key.model());
    return new AttemptMeters(
        timer("gen_ai.client.operation.duration", tags.and(GenAi.ERROR_TYPE, key.error())),
        tokens(tags, "input"),
        tokens(tags, "output"),
        Counter.builder("gatun.ai.cost")
            .baseUnit("usd")
            .tags(tags.and("source", key.source().name()))
            .register(registry));
  }

  private DistributionSummary tokens(Tags tags, String type) {
    return DistributionSummary.builder("gen_ai.client.token.usage")
        .baseUnit("token")
        .tags(tags.and(GenAi.TOKEN_TYPE, type))
        .serviceLevelObjectives(TOKENS)
        .register(registry);
  }

  private Timer timer(String name, Tags tags) {
    return Timer.builder(name).tags(tags).serviceLevelObjectives(SECONDS).register(registry);
  }

  private final class Meters implements Call {
    private final Begin begin;

    Meters(Begin begin) {
      this.begin = begin;
    }

    @Override
    public void firstContent(ModelRef model, Duration after) {
      firstChunks
          .computeIfAbsent(
              new ModelKey(begin.operation(), series(model, true)),
              k ->
                  timer(
                      "gen_ai.client.operation.time_to_first_chunk",
                      tags(k.operation(), k.model())))
          .record(after);
    }

    @Override
    public void attemptEnds(Attempt a, Optional<AiException> error) {
      AttemptMeters m =
          attempts.computeIfAbsent(
              new AttemptKey(
                  begin.operation(),
                  series(a.model(), error.isEmpty()),
                  error.map(AiException::name).orElse("none"),
                  a.cost().source()),
              MicrometerObserver.this::attempt);
      m.duration().record(a.took());
      count(m.input(), a.usage().totalInput());
      count(m.output(), a.usage().totalOutput());
      m.cost().increment(a.cost().amount().pico() / PICO);
    }

    private void count(DistributionSummary of, long tokens) {
      if (tokens > 0) {
        of.record((double) tokens);
      }
    }

    @Override
    public void cacheHit() {
      cacheHits.increment();
    }

    @Override
    public void succeeds(ChatResponse response) {
      calls("ok");
      overhead.record(response.route().overhead());
    }

    @Override
    public void embeds(EmbeddingResponse response) {
      calls("ok");
      overhead.record(response.route().overhead());
    }

    @Override
    public void fails(AiException error) {
      calls(error.name());
    }

    private void calls(String outcome) {
      calls
          .computeIfAbsent(
              new CallKey(begin.operation(), begin.task().name(), outcome),
              k ->
                  Counter.builder("gatun.ai.calls")
                      .tags(
                          GenAi.OPERATION, k.operation(), "task", k.task(), "outcome", k.outcome())
                      .register(registry))
          .increment();
    }
  }
}
