package dev.gatun.gateway.observe;

import dev.gatun.gateway.http.Exchange;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import org.jspecify.annotations.Nullable;

/**
 * A server span for each request, under the caller's where its {@code traceparent} names one, by
 * OpenTelemetry's conventions for HTTP. No text of a request or an answer is recorded. Thread-safe.
 */
public final class Tracing {
  /** Traces nothing. */
  public static final Tracing NONE = new Tracing(OpenTelemetry.noop());

  private final OpenTelemetry telemetry;
  private final Tracer tracer;

  /** Traces by a tracer named {@code dev.gatun.gateway}. */
  public Tracing(OpenTelemetry telemetry) {
    this.telemetry = telemetry;
    tracer = telemetry.getTracer("dev.gatun.gateway");
  }

  /** Begins the span of a request, and makes it the current one of this thread. */
  @SuppressWarnings("MustBeClosedChecker") // Request.end closes it
  public Request begin(Exchange exchange, String route) {
    Context parent =
        telemetry
            .getPropagators()
            .getTextMapPropagator()
            .extract(Context.root(), exchange, Tracing::header);
    Span span =
        tracer
            .spanBuilder(exchange.method() + " " + route)
            .setParent(parent)
            .setSpanKind(SpanKind.SERVER)
            .setAttribute("http.request.method", exchange.method())
            .setAttribute("http.route", route)
            .setAttribute("url.path", exchange.path())
            .setAttribute("gatun.request_id", exchange.requestId())
            .startSpan();
    return new Request(span, parent.with(span).makeCurrent());
  }

  private static @Nullable String header(@Nullable Exchange exchange, String name) {
    return exchange == null ? null : exchange.header(name).orElse(null);
  }

  /** A request under way, in one thread. */
  public static final class Request {
    private final Span span;
    private final Scope scope;

    private Request(Span span, Scope scope) {
      this.span = span;
      this.scope = scope;
    }

    /** The id of its trace, for log lines; empty where nothing is traced. */
    public String traceId() {
      return span.getSpanContext().isValid() ? span.getSpanContext().getTraceId() : "";
    }

    /** It was answered. */
    public void end(String tenant, int status) {
      span.setAttribute("http.response.status_code", (long) status);
      if (!tenant.isEmpty()) {
        span.setAttribute("gatun.tenant", tenant);
      }
      if (status >= 500) {
        span.setStatus(StatusCode.ERROR);
        span.setAttribute("error.type", Integer.toString(status));
      }
      scope.close();
      span.end();
    }
  }
}
