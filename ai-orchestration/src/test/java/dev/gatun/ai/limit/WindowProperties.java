package dev.gatun.ai.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.Cost;
import dev.gatun.ai.ManualTime;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Usage;
import dev.gatun.ai.Usd;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.spi.Limiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class WindowProperties {
  private static final long LIMIT = 100;

  private record Granted(long nanos, long tokens) {}

  @Property(tries = 300)
  void noMinuteHoldsMoreThanTheLimit(
      @ForAll @Size(min = 1, max = 200) List<@IntRange(min = 0, max = 30_000) Integer> pauses,
      @ForAll @Size(min = 1, max = 200) List<@IntRange(min = 1, max = 60) Integer> demands) {
    ManualTime time = new ManualTime();
    MemoryLimiter limiter =
        new MemoryLimiter(List.of(Rule.forAll("t").tokensPerMinute(LIMIT)), time);
    List<Granted> granted = new ArrayList<>();
    for (int i = 0; i < pauses.size(); i++) {
      time.pass(Duration.ofMillis(pauses.get(i)));
      long reserved = demands.get(i % demands.size());
      long used = Math.max(1, reserved / (1 + i % 3));
      try {
        limiter.reserve(demand(reserved)).settle(Usage.of(used, 0), Cost.FREE);
        granted.add(new Granted(time.nanos(), used));
      } catch (AiException.LimitExceeded refused) {
        // Waiting as long as it says is enough.
        Duration wait = refused.retryAfter().orElseThrow();
        assertThat(wait).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(Window.SECONDS));
        time.pass(wait);
        limiter.reserve(demand(reserved)).settle(Usage.of(used, 0), Cost.FREE);
        granted.add(new Granted(time.nanos(), used));
      }
    }
    for (Granted first : granted) {
      long minute =
          granted.stream()
              .filter(g ->
                  g.nanos() >= first.nanos()
                      && g.nanos() < first.nanos() + Duration.ofMinutes(1).toNanos())
              .mapToLong(Granted::tokens)
              .sum();
      assertThat(minute).isLessThanOrEqualTo(LIMIT);
    }
  }

  private static Limiter.Demand demand(long tokens) {
    return new Limiter.Demand("", new ModelRef("p", "m"), "k", tokens, Usd.ZERO);
  }
}
