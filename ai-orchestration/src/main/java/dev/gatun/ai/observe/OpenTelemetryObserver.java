package dev.gatun.ai.observe;

import dev.gatun.ai.Attempt;
import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.EmbeddingResponse;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.spi.CallObserver;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Traces through OpenTelemetry: a span for each call, under the span that is current where the call
 * begins, and in it a client span for each attempt. No text of a request or an answer is recorded.
 * Thread-safe.
 */
@SuppressWarnings("exports") // optional: only who uses this class needs the library
public final class OpenTelemetryObserver implements CallObserver {
  private final Tracer tracer;

  /** Traces by a tracer named {@code dev.gatun.ai}. */
  @SuppressWarnings("exports") // optional: who calls this has OpenTelemetry
  public OpenTelemetryObserver(OpenTelemetry telemetry) {
    tracer = telemetry.getTracer("dev.gatun.ai");
  }

  @Override
  public Call begin(Begin begin) {
    Span span =
        tracer
            .spanBuilder("gatun " + begin.operation())
            .setAttribute(GenAi.OPERATION, begin.operation())
            .setAttribute("gatun.correlation_id", begin.correlationId())
            .setAttribute("gatun.task", begin.task().name())
            .setAttribute("gatun.stream", begin.streaming())
            .startSpan();
    begin.requested().ifPresent(m -> span.setAttribute(GenAi.REQUEST_MODEL, m.toString()));
    return new Spans(begin.operation(), span);
  }

  private final class Spans implements Call {
    private final String operation;
    private final Span call;
    // Hedged attempts overlap.
    private final Map<ModelRef, Deque<Span>> attempts = new HashMap<>();

    Spans(String operation, Span call) {
      this.operation = operation;
      this.call = call;
    }

    @Override
    public void attemptBegins(ModelRef model) {
      Span span =
          tracer
              .spanBuilder(operation + " " + model.model())
              .setParent(Context.current().with(call))
              .setSpanKind(SpanKind.CLIENT)
              .setAttribute(GenAi.OPERATION, operation)
              .setAttribute(GenAi.PROVIDER, GenAi.provider(model.provider()))
              .setAttribute(GenAi.REQUEST_MODEL, model.model())
              .startSpan();
      attempts.computeIfAbsent(model, _ -> new ArrayDeque<>()).add(span);
    }

    @Override
    public void firstContent(ModelRef model, Duration after) {
      Deque<Span> open = attempts.get(model);
      if (open != null && !open.isEmpty()) {
        open.peek().addEvent("gen_ai.first_chunk");
      }
    }

    @Override
    public void attemptEnds(Attempt a, Optional<AiException> error) {
      Deque<Span> open = attempts.get(a.model());
      Span span = open == null ? null : open.poll();
      if (span == null) {
        return;
      }
      span.setAttribute(GenAi.INPUT_TOKENS, a.usage().totalInput());
      span.setAttribute(GenAi.OUTPUT_TOKENS, a.usage().totalOutput());
      span.setAttribute("gatun.cost.pico_usd", a.cost().amount().pico());
      error.ifPresent(e -> {
        fail(span, e);
        e.status().ifPresent(s -> span.setAttribute("http.response.status_code", (long) s));
      });
      span.end();
    }

    @Override
    public void cacheHit() {
      call.setAttribute("gatun.cache_hit", true);
    }

    @Override
    public void succeeds(ChatResponse r) {
      call.setAttribute(GenAi.PROVIDER, GenAi.provider(r.served().provider()));
      call.setAttribute(GenAi.RESPONSE_MODEL, r.served().model());
      call.setAttribute(GenAi.RESPONSE_ID, r.id());
      call.setAttribute(
          AttributeKey.stringArrayKey(GenAi.FINISH_REASONS), List.of(r.finish().raw()));
      call.setAttribute("gatun.attempts", (long) r.route().attempts().size());
      call.end();
    }

    @Override
    public void embeds(EmbeddingResponse r) {
      call.setAttribute(GenAi.PROVIDER, GenAi.provider(r.served().provider()));
      call.setAttribute(GenAi.RESPONSE_MODEL, r.served().model());
      call.setAttribute("gatun.attempts", (long) r.route().attempts().size());
      call.end();
    }

    @Override
    public void fails(AiException e) {
      fail(call, e);
      call.end();
    }

    private static void fail(Span span, AiException e) {
      span.setStatus(StatusCode.ERROR, e.name());
      span.setAttribute(GenAi.ERROR_TYPE, e.name());
    }
  }
}
