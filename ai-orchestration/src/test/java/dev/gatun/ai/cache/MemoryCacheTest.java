package dev.gatun.ai.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.CacheMode;
import dev.gatun.ai.ManualTime;
import dev.gatun.ai.spi.ResponseCache;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class MemoryCacheTest extends ResponseCacheContract {
  private final ManualTime time = new ManualTime();
  private final ResponseCache cache = new MemoryCache(1 << 20, Duration.ofHours(1), time);

  @Override
  ResponseCache cache() {
    return cache;
  }

  @Override
  void pass(Duration d) {
    time.pass(d);
  }

  @Test
  void keepsToItsSize() {
    for (int i = 0; i < 100; i++) {
      cache.put("k" + i, Answers.full("x".repeat(50_000)), CacheMode.DEFAULT);
    }
    long kept = 0;
    for (int i = 0; i < 100; i++) {
      kept += cache.get("k" + i).isPresent() ? 1 : 0;
    }
    assertThat(kept).isBetween(1L, 10L);
  }
}
