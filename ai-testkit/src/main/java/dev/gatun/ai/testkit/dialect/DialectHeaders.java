package dev.gatun.ai.testkit.dialect;

import dev.gatun.ai.testkit.RecordedRequest;
import dev.gatun.ai.testkit.RetryAfter;
import dev.gatun.ai.testkit.Script;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The headers that each provider adds, and the ways to say when to come back. */
final class DialectHeaders {
  private DialectHeaders() {}

  static List<String> of(
      RecordedRequest request, Script script, int status, List<String> more, InstantSource clock) {
    var headers = new Lines();
    String id = Ids.of(request.number());
    switch (request.dialect()) {
      case OPENAI -> {
        headers.set("openai-processing-ms", "30");
        headers.set("openai-version", "2020-10-01");
        headers.set("x-request-id", "req_" + id + id);
        headers.set("x-ratelimit-limit-requests", "5000");
        headers.set("x-ratelimit-limit-tokens", "2000000");
        headers.set("x-ratelimit-remaining-requests", "4999");
        headers.set("x-ratelimit-remaining-tokens", "1999417");
        headers.set("x-ratelimit-reset-requests", "12ms");
        headers.set("x-ratelimit-reset-tokens", "17ms");
      }
      case ANTHROPIC -> {
        headers.set("request-id", "req_01" + id);
        if (status < 400) {
          String now = rfc3339(clock.instant());
          headers.set("anthropic-ratelimit-requests-limit", "10000");
          headers.set("anthropic-ratelimit-requests-remaining", "9999");
          headers.set("anthropic-ratelimit-requests-reset", now);
          headers.set("anthropic-ratelimit-tokens-limit", "12000000");
          headers.set("anthropic-ratelimit-tokens-remaining", "12000000");
          headers.set("anthropic-ratelimit-tokens-reset", now);
        }
      }
      case PERPLEXITY -> headers.set("x-ppl-region", "us-east-1");
      case GEMINI -> headers.set("server-timing", "gfet4t7; dur=51");
      case XAI -> {
        headers.set("x-request-id", Ids.uuid(id));
        headers.set("x-ratelimit-limit-requests", "1800");
        headers.set("x-ratelimit-limit-tokens", "10000000");
        headers.set("x-ratelimit-remaining-requests", "1800");
        headers.set("x-ratelimit-remaining-tokens", "10000000");
      }
    }
    for (int i = 0; i < more.size(); i += 2) {
      headers.set(more.get(i), more.get(i + 1));
    }
    for (RetryAfter retry : script.head().retryAfter()) {
      add(headers, retry, clock);
    }
    for (int i = 0; i < script.head().headers().size(); i++) {
      headers.set(script.head().headers().name(i), script.head().headers().value(i));
    }
    return headers.lines;
  }

  private static void add(Lines headers, RetryAfter retry, InstantSource clock) {
    Duration delay = retry.delay();
    switch (retry.form()) {
      case SECONDS -> headers.set("retry-after", Long.toString(roundedUp(delay)));
      case DECIMAL -> headers.set("retry-after", decimal(delay));
      case DATE -> {
        Instant at = clock.instant().plus(delay);
        Instant whole = at.truncatedTo(ChronoUnit.SECONDS);
        headers.set(
            "retry-after",
            DateTimeFormatter.RFC_1123_DATE_TIME.format(
                (whole.equals(at) ? whole : whole.plusSeconds(1)).atZone(ZoneOffset.UTC)));
      }
      case MILLIS -> headers.set("retry-after-ms", Long.toString(delay.toMillis()));
      case GO_RESET -> {
        headers.set("x-ratelimit-remaining-requests", "0");
        headers.set("x-ratelimit-reset-requests", retry.toGoDuration());
      }
      case RFC3339_RESET -> {
        headers.set("anthropic-ratelimit-requests-remaining", "0");
        headers.set("anthropic-ratelimit-requests-reset", rfc3339(clock.instant().plus(delay)));
      }
      case RETRY_INFO -> {
        // It is in the body: withRetryInfo.
      }
    }
  }

  /** An error with the delay in its details, where a delay in that form is scripted. */
  static Map<String, @Nullable Object> withRetryInfo(
      Map<String, @Nullable Object> body, List<RetryAfter> retries) {
    for (RetryAfter retry : retries) {
      if (retry.form() == RetryAfter.Form.RETRY_INFO && body.get("error") instanceof Map<?, ?>) {
        var error = Json.map(body.get("error"));
        var details = new ArrayList<>(Json.list(error.get("details")));
        details.add(
            Json.obj(
                "@type",
                "type.googleapis.com/google.rpc.RetryInfo",
                "retryDelay",
                decimal(retry.delay()) + "s"));
        error.put("details", details);
        error.put(
            "message",
            Json.string(error.get("message"))
                + "\nPlease retry in "
                + decimal(retry.delay())
                + "s.");
      }
    }
    return body;
  }

  private static long roundedUp(Duration delay) {
    return delay.plusNanos(999_999_999).toSeconds();
  }

  private static String decimal(Duration delay) {
    BigDecimal seconds = BigDecimal.valueOf(delay.toNanos(), 9);
    return seconds.signum() == 0 ? "0" : seconds.stripTrailingZeros().toPlainString();
  }

  private static String rfc3339(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** Header lines of which each name is set once. */
  private static final class Lines {
    private final List<String> lines = new ArrayList<>();

    void set(String name, String value) {
      for (int i = 0; i < lines.size(); i += 2) {
        if (lines.get(i).equalsIgnoreCase(name)) {
          lines.set(i + 1, value);
          return;
        }
      }
      lines.add(name);
      lines.add(value);
    }
  }
}
