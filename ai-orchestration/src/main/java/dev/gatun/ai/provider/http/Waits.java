package dev.gatun.ai.provider.http;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The forms in which providers say how long to wait. */
public final class Waits {
  private static final Pattern GO = Pattern.compile("(\\d+(?:\\.\\d+)?)(ns|us|µs|ms|s|m|h)");
  private static final Duration MAX = Duration.ofDays(31);

  private Waits() {}

  /**
   * What the headers of a refusal say: {@code retry-after-ms}, then {@code retry-after} in seconds,
   * whole or not, or as a date.
   */
  public static Optional<Duration> retryAfter(
      Function<String, @Nullable String> header, Instant now) {
    Optional<Duration> millis = decimal(header.apply("retry-after-ms"), 1_000_000);
    if (millis.isPresent()) {
      return millis;
    }
    String text = header.apply("retry-after");
    Optional<Duration> seconds = decimal(text, 1_000_000_000);
    return seconds.isPresent() || text == null ? seconds : date(text, now);
  }

  private static Optional<Duration> decimal(@Nullable String text, long nanos) {
    if (text == null || !text.strip().matches("\\d{1,12}(\\.\\d{1,12})?")) {
      return Optional.empty();
    }
    return capped(
        new BigDecimal(text.strip())
            .multiply(BigDecimal.valueOf(nanos))
            .toBigInteger()
            .min(java.math.BigInteger.valueOf(Long.MAX_VALUE))
            .longValue());
  }

  private static Optional<Duration> date(String text, Instant now) {
    try {
      Instant then =
          ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return Optional.of(atLeastZero(Duration.between(now, then)));
    } catch (DateTimeException _) {
      return Optional.empty();
    }
  }

  /** An instant (RFC 3339), as Anthropic writes resets. */
  public static Optional<Duration> until(@Nullable String text, Instant now) {
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(atLeastZero(Duration.between(now, Instant.parse(text.strip()))));
    } catch (DateTimeException _) {
      return Optional.empty();
    }
  }

  /** A duration as Go and protobuf write it: {@code 1h2m}, {@code 12ms}, {@code 48s}. */
  public static Optional<Duration> go(@Nullable String text) {
    if (text == null || text.isBlank()) {
      return Optional.empty();
    }
    Matcher m = GO.matcher(text.strip());
    BigDecimal nanos = BigDecimal.ZERO;
    int at = 0;
    while (m.find()) {
      if (m.start() != at || m.group(1).length() > 15) {
        return Optional.empty();
      }
      at = m.end();
      nanos = nanos.add(new BigDecimal(m.group(1)).multiply(BigDecimal.valueOf(unit(m.group(2)))));
    }
    return at == text.strip().length()
        ? capped(nanos.min(BigDecimal.valueOf(Long.MAX_VALUE)).longValue())
        : Optional.empty();
  }

  private static long unit(String name) {
    return switch (name) {
      case "ns" -> 1L;
      case "us", "µs" -> 1_000L;
      case "ms" -> 1_000_000L;
      case "s" -> 1_000_000_000L;
      case "m" -> 60_000_000_000L;
      default -> 3_600_000_000_000L;
    };
  }

  private static Optional<Duration> capped(long nanos) {
    Duration d = Duration.ofNanos(nanos);
    return Optional.of(d.compareTo(MAX) > 0 ? MAX : d);
  }

  private static Duration atLeastZero(Duration d) {
    return d.isNegative() ? Duration.ZERO : d.compareTo(MAX) > 0 ? MAX : d;
  }
}
