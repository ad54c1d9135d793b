package dev.gatun.ai.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.CacheMode;
import dev.gatun.ai.ManualTime;
import dev.gatun.ai.spi.ResponseCache;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TieredCacheTest extends ResponseCacheContract {
  private final ManualTime time = new ManualTime();
  private final MemoryCache near = new MemoryCache(1 << 20, Duration.ofHours(1), time);
  private final MemoryCache far = new MemoryCache(1 << 20, Duration.ofHours(1), time);
  private final ResponseCache cache = new TieredCache(near, far);

  @Override
  ResponseCache cache() {
    return cache;
  }

  @Override
  void pass(Duration d) {
    time.pass(d);
  }

  @Test
  void copiesToTheNearTierForAMinuteAndWithItsTags() {
    far.put("k", Answers.full("x"), mode(Duration.ofMinutes(10), "t"));
    assertThat(cache.get("k")).isPresent();
    assertThat(near.get("k").orElseThrow().remaining()).isEqualTo(Duration.ofMinutes(1));
    assertThat(cache.invalidate("t")).isEqualTo(1);
    assertThat(near.get("k")).isEmpty();
    assertThat(cache.get("k")).isEmpty();
  }

  @Test
  void aCopyDoesNotOutliveTheOriginal() {
    far.put("k", Answers.full("x"), mode(Duration.ofSeconds(10)));
    pass(Duration.ofSeconds(8));
    assertThat(cache.get("k")).isPresent();
    pass(Duration.ofSeconds(3));
    assertThat(cache.get("k")).isEmpty();
    cache.put("k", Answers.full("x"), CacheMode.DEFAULT);
    assertThat(far.get("k")).isPresent();
  }
}
