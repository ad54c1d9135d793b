package dev.gatun.ai.observe;

import dev.gatun.ai.Attempt;
import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.spi.CallObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Metrics through Micrometer. Thread-safe.
 *
 * <p>For each attempt, under OpenTelemetry's names: {@code gen_ai.client.operation.duration},
 * {@code gen_ai.client.operation.time_to_first_chunk} and {@code gen_ai.client.token.usage}, by
 * operation, provider, model and error. For each call: {@code gatun.ai.calls} by outcome, {@code
 * gatun.ai.overhead}, {@code gatun.ai.cost} in US dollars, {@code gatun.ai.cache.hits}.
 */
@SuppressWarnings("exports") // optional: only who uses this class needs the library
public final class MicrometerObserver implements CallObserver {
  /** The boundaries that the conventions advise: 10 ms to 82 s, 1 to 67 million tokens. */
  private static final Duration[] SECONDS =
      IntStream.range(0, 14).mapToObj(i -> Duration.ofMillis(10L << i)).toArray(Duration[]::new);

  private static final double[] TOKENS = DoubleStream.iterate(1, t -> 4 * t).limit(14).toArray();

  private final MeterRegistry registry;

  /** Metrics in a registry. */
  @SuppressWarnings("exports") // optional: who calls this has Micrometer
  public MicrometerObserver(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public Call begin(Begin begin) {
    return new Meters(begin);
  }

  private final class Meters implements Call {
    private final Begin begin;

    Meters(Begin begin) {
      this.begin = begin;
    }

    private Tags tags(ModelRef model) {
      return Tags.of(
          GenAi.OPERATION,
          begin.operation(),
          GenAi.PROVIDER,
          GenAi.provider(model.provider()),
          GenAi.REQUEST_MODEL,
          model.model());
    }

    @Override
    public void firstContent(ModelRef model, Duration after) {
      timer("gen_ai.client.operation.time_to_first_chunk", tags(model)).record(after);
    }

    @Override
    public void attemptEnds(Attempt a, Optional<AiException> error) {
      Tags tags = tags(a.model());
      String type = error.map(AiException::name).orElse("none");
      timer("gen_ai.client.operation.duration", tags.and(GenAi.ERROR_TYPE, type)).record(a.took());
      tokens(tags, "input", a.usage().totalInput());
      tokens(tags, "output", a.usage().totalOutput());
      Counter.builder("gatun.ai.cost")
          .baseUnit("usd")
          .tags(tags.and("source", a.cost().source().name()))
          .register(registry)
          .increment(a.cost().amount().dollars().doubleValue());
    }

    private void tokens(Tags tags, String type, long count) {
      if (count > 0) {
        DistributionSummary.builder("gen_ai.client.token.usage")
            .baseUnit("token")
            .tags(tags.and(GenAi.TOKEN_TYPE, type))
            .serviceLevelObjectives(TOKENS)
            .register(registry)
            .record((double) count);
      }
    }

    private Timer timer(String name, Tags tags) {
      return Timer.builder(name).tags(tags).serviceLevelObjectives(SECONDS).register(registry);
    }

    @Override
    public void cacheHit() {
      Counter.builder("gatun.ai.cache.hits").register(registry).increment();
    }

    @Override
    public void succeeds(ChatResponse response) {
      calls("ok");
      Timer.builder("gatun.ai.overhead").register(registry).record(response.route().overhead());
    }

    @Override
    public void fails(AiException error) {
      calls(error.name());
    }

    private void calls(String outcome) {
      Counter.builder("gatun.ai.calls")
          .tags(GenAi.OPERATION, begin.operation(), "task", begin.task().name(), "outcome", outcome)
          .register(registry)
          .increment();
    }
  }
}
