package dev.gatun.ai.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.ai.CacheMode;
import dev.gatun.ai.ManualTime;
import dev.gatun.ai.spi.ResponseCache;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteCacheTest extends ResponseCacheContract {
  @TempDir Path folder;
  private final ManualTime time = new ManualTime();
  private SqliteCache cache;

  @BeforeEach
  void open() {
    cache = open(1 << 20);
  }

  private SqliteCache open(long maxBytes) {
    return new SqliteCache(folder.resolve("a/cache.db"), maxBytes, Duration.ofHours(1), time);
  }

  @AfterEach
  void close() {
    cache.close();
  }

  @Override
  ResponseCache cache() {
    return cache;
  }

  @Override
  void pass(Duration d) {
    time.pass(d);
  }

  @Test
  void survivesTheProcess() {
    cache.put("k", Answers.full("x"), mode(Duration.ofHours(1), "t"));
    cache.close();
    cache = open(1 << 20);
    assertThat(cache.get("k").orElseThrow().response()).isEqualTo(Answers.full("x"));
    assertThat(cache.invalidate("t")).isEqualTo(1);
  }

  @Test
  void keepsToItsSizeByUse() {
    cache.close();
    cache = open(100_000);
    cache.put("old", Answers.full("x".repeat(40_000)), CacheMode.DEFAULT);
    pass(Duration.ofSeconds(1));
    cache.put("older", Answers.full("x".repeat(40_000)), CacheMode.DEFAULT);
    pass(Duration.ofSeconds(1));
    assertThat(cache.get("old")).isPresent();
    pass(Duration.ofSeconds(1));
    cache.put("new", Answers.full("x".repeat(40_000)), CacheMode.DEFAULT);
    assertThat(cache.get("old")).isPresent();
    assertThat(cache.get("older")).isEmpty();
    assertThat(cache.get("new")).isPresent();
  }

  @Test
  void saysWhatIsWrongWithTheFile() throws Exception {
    Path file = Files.writeString(folder.resolve("text.db"), "not a database at all, but a text");
    assertThatThrownBy(() -> new SqliteCache(file, 1, Duration.ofHours(1)))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("not a database");
    assertThat(file).hasContent("not a database at all, but a text");
  }
}
