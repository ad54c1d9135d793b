package dev.gatun.ai.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.ai.CacheMode;
import dev.gatun.ai.RedisServer;
import dev.gatun.ai.redis.Redis;
import dev.gatun.ai.spi.ResponseCache;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.params.SetParams;

class RedisCacheTest extends ResponseCacheContract {
  @TempDir static Path folder;
  private static RedisServer server;
  private static RedisClient client;
  private static Redis redis;

  @BeforeAll
  static void start() throws Exception {
    server = RedisServer.start(folder);
    client = server.client();
    redis = server.redis();
  }

  @AfterAll
  static void stop() {
    if (client != null) {
      client.close();
      redis.close();
      server.close();
    }
  }

  @Override
  ResponseCache cache() {
    return new RedisCache(redis, "test", Duration.ofHours(1));
  }

  @Override
  void pass(Duration d) throws Exception {
    Thread.sleep(d);
  }

  @Test
  void everythingExpires() {
    cache().put("expiring", Answers.full("x"), mode(Duration.ofMinutes(5), "expiring-tag"));
    assertThat(client.ttl("test:answer:expiring")).isBetween(200L, 300L);
    assertThat(client.ttl("test:tag:expiring-tag")).isGreaterThan(300L);
    // A shorter answer under the same tag does not shorten the tag.
    cache().put("short", Answers.full("x"), mode(Duration.ofSeconds(5), "expiring-tag"));
    assertThat(client.ttl("test:tag:expiring-tag")).isGreaterThan(300L);
  }

  @Test
  void whatIsNotAnAnswerIsAMiss() {
    client.set(
        "test:answer:broken", "{\"tags\":[],\"answer\":\"{}\"}", SetParams.setParams().ex(60));
    client.set("test:answer:text", "hello", SetParams.setParams().ex(60));
    assertThat(cache().get("broken")).isEmpty();
    assertThat(cache().get("text")).isEmpty();
  }

  @Test
  void anUnreachableRedisIsAMissButNotASilentInvalidation() throws Exception {
    RedisServer other = RedisServer.start(Files.createTempDirectory(folder, "other"));
    try (Redis gone = other.redis()) {
      RedisCache cache = new RedisCache(gone, "test", Duration.ofHours(1));
      cache.put("k", Answers.full("x"), CacheMode.DEFAULT);
      other.close();
      assertThat(cache.get("k")).isEmpty();
      cache.put("k", Answers.full("x"), CacheMode.DEFAULT);
      assertThatThrownBy(() -> cache.invalidate("t")).isInstanceOf(UncheckedIOException.class);
    }
  }
}
