package dev.gatun.ai.testkit;

import java.time.Duration;
import java.util.Objects;

/** How an error says when to come back: one of the forms that providers use. */
public record RetryAfter(Form form, Duration delay) {

  /** Where the delay is written and how. */
  public enum Form {
    /** {@code Retry-After: 3}; the delay is rounded up to whole seconds. */
    SECONDS,
    /** {@code Retry-After: 1.5}. */
    DECIMAL,
    /** {@code Retry-After: Wed, 25 Nov 2026 07:00:00 GMT}, by the server's clock, rounded up. */
    DATE,
    /** {@code retry-after-ms: 1500}. */
    MILLIS,
    /** Gemini's {@code RetryInfo.retryDelay: "48s"} in the body of the error. */
    RETRY_INFO,
    /** OpenAI's {@code x-ratelimit-reset-requests: 6m0s}, a duration as Go writes it. */
    GO_RESET,
    /** Anthropic's {@code anthropic-ratelimit-requests-reset}, a time as RFC 3339 writes it. */
    RFC3339_RESET
  }

  public RetryAfter {
    Objects.requireNonNull(form, "form");
    if (delay.isNegative()) {
      throw new IllegalArgumentException("expected a delay of zero or more, and got " + delay);
    }
  }

  /** {@code Retry-After} in whole seconds. */
  public static RetryAfter seconds(long seconds) {
    return new RetryAfter(Form.SECONDS, Duration.ofSeconds(seconds));
  }

  /** {@code Retry-After} in seconds with decimals. */
  public static RetryAfter decimal(Duration delay) {
    return new RetryAfter(Form.DECIMAL, delay);
  }

  /** {@code Retry-After} as an HTTP date. */
  public static RetryAfter date(Duration delay) {
    return new RetryAfter(Form.DATE, delay);
  }

  /** {@code retry-after-ms}. */
  public static RetryAfter millis(long millis) {
    return new RetryAfter(Form.MILLIS, Duration.ofMillis(millis));
  }

  /** Gemini's {@code retryDelay} in the body. */
  public static RetryAfter retryInfo(Duration delay) {
    return new RetryAfter(Form.RETRY_INFO, delay);
  }

  /** {@code x-ratelimit-reset-requests} as a Go duration. */
  public static RetryAfter goReset(Duration delay) {
    return new RetryAfter(Form.GO_RESET, delay);
  }

  /** {@code anthropic-ratelimit-requests-reset} as a time. */
  public static RetryAfter rfc3339Reset(Duration delay) {
    return new RetryAfter(Form.RFC3339_RESET, delay);
  }

  /** This delay as Go's {@code time.Duration} prints it: {@code 0s, 12ms, 1.5s, 6m0s, 1h0m2s}. */
  public String toGoDuration() {
    if (delay.isZero()) {
      return "0s";
    }
    long nanos = delay.toNanos();
    if (nanos < 1_000) {
      return nanos + "ns";
    }
    if (nanos < 1_000_000) {
      return decimals(nanos, 1_000) + "\u00b5s";
    }
    if (nanos < 1_000_000_000) {
      return decimals(nanos, 1_000_000) + "ms";
    }
    var text = new StringBuilder();
    if (delay.toHours() > 0) {
      text.append(delay.toHours()).append('h');
    }
    if (delay.toMinutes() > 0) {
      text.append(delay.toMinutesPart()).append('m');
    }
    long rest = nanos - delay.toMinutes() * 60_000_000_000L;
    return text.append(decimals(rest, 1_000_000_000)).append('s').toString();
  }

  private static String decimals(long value, long unit) {
    var number = java.math.BigDecimal.valueOf(value).divide(java.math.BigDecimal.valueOf(unit));
    return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
  }
}
