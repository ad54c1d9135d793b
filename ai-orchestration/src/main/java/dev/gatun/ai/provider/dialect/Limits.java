package dev.gatun.ai.provider.dialect;

import dev.gatun.ai.provider.http.Waits;
import dev.gatun.ai.spi.RateLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What headers tell of a key's limits. */
public final class Limits {
  private static final Pattern COUNT = Pattern.compile("\\d{1,18}");

  private Limits() {}

  /** The limits that an answer tells. */
  public static RateLimits of(Function<String, @Nullable String> header, Instant now) {
    OptionalLong requests =
        number(header, "x-ratelimit-remaining-requests", "anthropic-ratelimit-requests-remaining");
    OptionalLong tokens =
        number(header, "x-ratelimit-remaining-tokens", "anthropic-ratelimit-tokens-remaining");
    if (requests.isEmpty() && tokens.isEmpty()) {
      return RateLimits.UNKNOWN;
    }
    boolean usedUp = requests.orElse(1) == 0 || tokens.orElse(1) == 0;
    return new RateLimits(requests, tokens, usedUp ? untilReset(header, now) : Optional.empty());
  }

  /** How long until what is used up is full again; where nothing is said to be, until all is. */
  static Optional<Duration> untilReset(Function<String, @Nullable String> header, Instant now) {
    Stream.Builder<Duration> empty = Stream.builder();
    Stream.Builder<Duration> all = Stream.builder();
    for (String what : new String[] {"requests", "tokens", "input-tokens", "output-tokens"}) {
      Optional<Duration> reset =
          Waits.go(header.apply("x-ratelimit-reset-" + what))
              .or(() -> Waits.until(header.apply("anthropic-ratelimit-" + what + "-reset"), now));
      reset.ifPresent(all);
      OptionalLong left =
          number(
              header,
              "x-ratelimit-remaining-" + what,
              "anthropic-ratelimit-" + what + "-remaining");
      if (left.isPresent() && left.getAsLong() == 0) {
        reset.ifPresent(empty);
      }
    }
    Optional<Duration> used = empty.build().max(Comparator.naturalOrder());
    return used.isPresent() ? used : all.build().max(Comparator.naturalOrder());
  }

  private static OptionalLong number(Function<String, @Nullable String> header, String... names) {
    for (String name : names) {
      String text = header.apply(name);
      if (text != null && COUNT.matcher(text.strip()).matches()) {
        return OptionalLong.of(Long.parseLong(text.strip()));
      }
    }
    return OptionalLong.empty();
  }
}
