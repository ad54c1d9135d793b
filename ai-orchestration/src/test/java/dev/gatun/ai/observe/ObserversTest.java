package dev.gatun.ai.observe;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.gatun.ai.AiClient;
import dev.gatun.ai.Attempt;
import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.Cost;
import dev.gatun.ai.EmbeddingRequest;
import dev.gatun.ai.FinishReason;
import dev.gatun.ai.Message;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Route;
import dev.gatun.ai.Task;
import dev.gatun.ai.Usage;
import dev.gatun.ai.Usd;
import dev.gatun.ai.catalog.Catalog;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.Failure;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.provider.Demo;
import dev.gatun.ai.spi.CallObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ObserversTest {
  private static final ModelRef BAD = new ModelRef("xai", "grok");
  private static final ModelRef GOOD = new ModelRef("gemini", "flash");

  /** A call whose first attempt failed and whose second answered. */
  private static void play(CallObserver observer) {
    CallObserver.Call call =
        observer.begin(
            new CallObserver.Begin("chat", "c-1", "acme", Task.CODE, true, Optional.empty()));
    AiException error =
        new AiException.Overloaded(Failure.of("secret text of the provider").status(503));
    call.attemptBegins(BAD);
    Attempt failed =
        new Attempt(
            BAD, "sha256:00", "Overloaded", Duration.ofMillis(7), Usage.NONE, Cost.FREE, false);
    call.attemptEnds(failed, Optional.of(error));
    call.attemptBegins(GOOD);
    call.firstContent(GOOD, Duration.ofMillis(3));
    Cost cost = new Cost(Usd.of("0.25"), Cost.Source.PRICED);
    Usage usage = Usage.of(100, 20);
    Attempt ok = new Attempt(GOOD, "sha256:11", "ok", Duration.ofMillis(9), usage, cost, true);
    call.attemptEnds(ok, Optional.empty());
    call.succeeds(
        new ChatResponse(
            "id-1",
            GOOD,
            Message.assistant("secret answer"),
            FinishReason.STOP,
            List.of(),
            usage,
            cost,
            new Route(
                "p",
                List.of(),
                List.of(failed, ok),
                false,
                Duration.ofMillis(20),
                Duration.ofNanos(5000)),
            Json.Obj.EMPTY));
    observer
        .begin(new CallObserver.Begin("chat", "c-2", "", Task.CODE, false, Optional.of(BAD)))
        .fails(error);
  }

  @Test
  void metersUnderTheConventionsNames() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    play(new MicrometerObserver(registry));
    assertThat(
            registry
                .get("gen_ai.client.operation.duration")
                .tags("gen_ai.provider.name", "x_ai", "error.type", "Overloaded")
                .timer()
                .count())
        .isEqualTo(1);
    assertThat(
            registry
                .get("gen_ai.client.token.usage")
                .tags("gen_ai.provider.name", "gcp.gemini", "gen_ai.token.type", "input")
                .summary()
                .totalAmount())
        .isEqualTo(100);
    assertThat(registry.get("gen_ai.client.operation.time_to_first_chunk").timer().count())
        .isEqualTo(1);
    assertThat(registry.get("gatun.ai.cost").tag("source", "PRICED").counter().count())
        .isEqualTo(0.25);
    assertThat(registry.get("gatun.ai.calls").tag("outcome", "ok").counter().count()).isEqualTo(1);
    assertThat(registry.get("gatun.ai.calls").tag("outcome", "Overloaded").counter().count())
        .isEqualTo(1);
  }

  @Test
  void modelsThatClientsMakeUpAreOneSeries() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    MicrometerObserver observer = new MicrometerObserver(registry);
    AiException refused = new AiException.ModelNotFound(Failure.of("unknown").status(404));
    ModelRef listed = Catalog.shipped().models().keySet().iterator().next();
    for (int i = 0; i < 1000; i++) {
      ended(observer, new ModelRef("openai", "made-up-" + i), Optional.of(refused));
      ended(observer, new ModelRef("openai", "tuned-" + i), Optional.empty());
    }
    ended(observer, listed, Optional.of(refused));
    List<String> names =
        registry.find("gen_ai.client.operation.duration").timers().stream()
            .map(t -> t.getId().getTag("gen_ai.request.model"))
            .distinct()
            .toList();
    assertThat(names)
        .hasSize(102)
        .contains("other", "tuned-0", "tuned-99", listed.model())
        .doesNotContain("tuned-100", "made-up-0");
    assertThat(
            registry
                .get("gen_ai.client.operation.duration")
                .tags("gen_ai.request.model", "other", "error.type", "ModelNotFound")
                .timer()
                .count())
        .isEqualTo(1000);
  }

  private static void ended(CallObserver observer, ModelRef model, Optional<AiException> error) {
    observer
        .begin(new CallObserver.Begin("chat", "c", "", Task.CODE, false, Optional.of(model)))
        .attemptEnds(
            new Attempt(
                model,
                "sha256:00",
                error.map(AiException::name).orElse("ok"),
                Duration.ofMillis(1),
                Usage.of(1, 1),
                Cost.FREE,
                true),
            error);
  }

  @Test
  void embeddingsAreOneTraceToo() {
    InMemorySpanExporter spans = InMemorySpanExporter.create();
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (OpenTelemetrySdk sdk =
            OpenTelemetrySdk.builder()
                .setTracerProvider(
                    SdkTracerProvider.builder()
                        .addSpanProcessor(SimpleSpanProcessor.create(spans))
                        .build())
                .build();
        AiClient client =
            AiClient.builder()
                .provider(new Demo())
                .observer(new OpenTelemetryObserver(sdk))
                .observer(new MicrometerObserver(registry))
                .build()) {
      var _ = client.embed(EmbeddingRequest.of("lake"));
      List<SpanData> all = spans.getFinishedSpanItems();
      assertThat(all)
          .extracting(SpanData::getName)
          .containsExactly("embeddings scripted", "gatun embeddings");
      assertThat(all.getFirst().getParentSpanId()).isEqualTo(all.getLast().getSpanId());
    }
    assertThat(registry.get("gatun.ai.calls").tag("outcome", "ok").counter().count()).isEqualTo(1);
  }

  @Test
  void spansOfACallAndItsAttempts() {
    InMemorySpanExporter spans = InMemorySpanExporter.create();
    List<SpanData> all;
    try (OpenTelemetrySdk sdk =
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(spans))
                    .build())
            .build()) {
      play(new OpenTelemetryObserver(sdk));
      all = spans.getFinishedSpanItems();
    }
    assertThat(all)
        .extracting(SpanData::getName)
        .containsExactly("chat grok", "chat flash", "gatun chat", "gatun chat");
    SpanData call = all.get(2);
    assertThat(all.subList(0, 2))
        .allSatisfy(s -> assertThat(s.getParentSpanId()).isEqualTo(call.getSpanId()))
        .allSatisfy(s -> assertThat(s.getKind()).isEqualTo(SpanKind.CLIENT));
    assertThat(all.get(0).getAttributes().get(AttributeKey.stringKey("error.type")))
        .isEqualTo("Overloaded");
    assertThat(all.get(0).getAttributes().get(AttributeKey.longKey("http.response.status_code")))
        .isEqualTo(503);
    assertThat(call.getAttributes().get(AttributeKey.stringKey("gen_ai.response.model")))
        .isEqualTo("flash");
    assertThat(all.toString()).doesNotContain("secret");
  }

  @Test
  void logsWithoutTexts() {
    Logger logger = (Logger) LoggerFactory.getLogger("dev.gatun.ai.calls");
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    logger.addAppender(lines);
    logger.setLevel(Level.DEBUG);
    logger.setAdditive(false);
    try {
      play(new LoggingObserver());
    } finally {
      logger.detachAppender(lines);
      logger.setLevel(null);
      logger.setAdditive(true);
    }
    assertThat(lines.list)
        .extracting(ILoggingEvent::getMessage)
        .containsExactly("attempt", "attempt", "call", "call failed");
    assertThat(lines.list.get(2).getKeyValuePairs().toString())
        .contains("correlation_id=\"c-1\"", "pico_usd=\"250000000000\"", "overhead_us=\"5\"");
    assertThat(lines.list)
        .allSatisfy(l ->
            assertThat(l.getFormattedMessage() + l.getKeyValuePairs()).doesNotContain("secret"));
  }
}
