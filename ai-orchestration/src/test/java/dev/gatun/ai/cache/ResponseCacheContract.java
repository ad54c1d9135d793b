package dev.gatun.ai.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.CacheMode;
import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.spi.ResponseCache;
import dev.gatun.ai.testkit.Tries;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What every cache keeps to. */
abstract class ResponseCacheContract {
  abstract ResponseCache cache();

  abstract void pass(Duration time) throws Exception;

  private final String a = UUID.randomUUID().toString();
  private final String b = UUID.randomUUID().toString();
  private final ChatResponse answer = Answers.full("tête\n\"x\" \u2028 \ud83d\ude00");

  @Test
  void givesBackTheWholeAnswer() {
    cache().put(a, answer, CacheMode.DEFAULT);
    assertThat(cache().get(a).orElseThrow().response()).isEqualTo(answer);
    assertThat(cache().get(b)).isEmpty();
  }

  @Test
  void replaces() {
    cache().put(a, answer, CacheMode.DEFAULT);
    cache().put(a, Answers.full("new"), CacheMode.DEFAULT);
    assertThat(cache().get(a).orElseThrow().response().text()).isEqualTo("new");
  }

  @Test
  void forgetsAfterTheTimeToLive() throws Exception {
    cache().put(b, answer, mode(Duration.ofHours(1)));
    Tries.within(
        Duration.ofMillis(300),
        () -> {
          long from = System.nanoTime();
          cache().put(a, answer, mode(Duration.ofMillis(300)));
          var found = cache().get(a);
          Duration took = Duration.ofNanos(System.nanoTime() - from);
          // Whether it is still there is for a machine to say that was not away meanwhile.
          if (took.compareTo(Duration.ofMillis(300)) < 0) {
            assertThat(found.orElseThrow().remaining()).isLessThanOrEqualTo(Duration.ofMillis(300));
          }
          return took;
        });
    pass(Duration.ofMillis(400));
    assertThat(cache().get(a)).isEmpty();
    assertThat(cache().get(b)).isPresent();
  }

  @Test
  void invalidatesByTag() {
    String x = UUID.randomUUID().toString();
    cache().put(a, answer, mode(Duration.ofHours(1), x, "y"));
    cache().put(b, answer, mode(Duration.ofHours(1), "y"));
    assertThat(cache().get(a).orElseThrow().tags()).containsExactlyInAnyOrder(x, "y");
    assertThat(cache().invalidate(x)).isEqualTo(1);
    assertThat(cache().get(a)).isEmpty();
    assertThat(cache().get(b)).isPresent();
    assertThat(cache().invalidate(x)).isZero();
  }

  static CacheMode mode(Duration ttl, String... tags) {
    return new CacheMode(true, true, Optional.of(ttl), Set.of(tags));
  }
}
