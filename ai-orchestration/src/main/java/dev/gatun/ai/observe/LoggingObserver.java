package dev.gatun.ai.observe;

import dev.gatun.ai.Attempt;
import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.EmbeddingResponse;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.spi.CallObserver;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Logs calls through SLF4J with key-value pairs: a line at INFO for a call that succeeded, at WARN
 * for one that failed, and at DEBUG for each attempt. No text of a request or an answer, and no
 * key. Thread-safe.
 */
public final class LoggingObserver implements CallObserver {
  private static final Logger LOG = LoggerFactory.getLogger("dev.gatun.ai.calls");

  /** Logs to {@code dev.gatun.ai.calls}. */
  public LoggingObserver() {}

  @Override
  public Call begin(Begin begin) {
    return new Line(begin);
  }

  private record Line(Begin begin) implements Call {
    private LoggingEventBuilder with(LoggingEventBuilder line) {
      return line.addKeyValue("correlation_id", begin.correlationId())
          .addKeyValue("operation", begin.operation())
          .addKeyValue("tenant", begin.tenant())
          .addKeyValue("task", begin.task());
    }

    @Override
    public void attemptEnds(Attempt a, Optional<AiException> error) {
      with(LOG.atDebug())
          .addKeyValue("model", a.model())
          .addKeyValue("key", a.key())
          .addKeyValue("outcome", a.outcome())
          .addKeyValue("ms", a.took().toMillis())
          .addKeyValue("status", error.map(e -> e.status().orElse(0)).orElse(0))
          .log("attempt");
    }

    @Override
    public void succeeds(ChatResponse r) {
      with(LOG.atInfo())
          .addKeyValue("model", r.served())
          .addKeyValue("attempts", r.route().attempts().size())
          .addKeyValue("cached", r.route().cached())
          .addKeyValue("input_tokens", r.usage().totalInput())
          .addKeyValue("output_tokens", r.usage().totalOutput())
          .addKeyValue("pico_usd", r.cost().amount().pico())
          .addKeyValue("cost_source", r.cost().source())
          .addKeyValue("ms", r.route().took().toMillis())
          .addKeyValue("overhead_us", r.route().overhead().toNanos() / 1000)
          .log("call");
    }

    @Override
    public void embeds(EmbeddingResponse r) {
      with(LOG.atInfo())
          .addKeyValue("model", r.served())
          .addKeyValue("attempts", r.route().attempts().size())
          .addKeyValue("input_tokens", r.usage().totalInput())
          .addKeyValue("pico_usd", r.cost().amount().pico())
          .addKeyValue("cost_source", r.cost().source())
          .addKeyValue("ms", r.route().took().toMillis())
          .log("call");
    }

    @Override
    public void fails(AiException e) {
      // Its message may quote the provider; the name and the code cannot hold personal data.
      with(LOG.atWarn())
          .addKeyValue("error", e.name())
          .addKeyValue("status", e.status().orElse(0))
          .addKeyValue("code", e.failure().code())
          .addKeyValue("request_id", e.failure().requestId())
          .log("call failed");
    }
  }
}
