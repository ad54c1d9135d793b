package dev.gatun.ai.cache;

import dev.gatun.ai.CacheMode;
import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.redis.Redis;
import dev.gatun.ai.spi.ResponseCache;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.args.ExpiryOption;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.SetParams;

/**
 * Answers in Redis 7 or newer, shared by several processes. A Redis that does not answer is a miss
 * and a line in the log. Thread-safe.
 */
public final class RedisCache implements ResponseCache {
  private static final Logger LOG = LoggerFactory.getLogger(RedisCache.class);

  /** A tag's set must outlive the answers under it. */
  private static final Duration TAG_MARGIN = Duration.ofMinutes(1);

  private final Redis redis;
  private final String prefix;
  private final Duration ttl;

  /**
   * A cache in a Redis.
   *
   * @param redis stays the caller's
   * @param prefix begins all names, such as {@code myapp}
   * @param ttl how long an answer stays that does not say it
   */
  public RedisCache(Redis redis, String prefix, Duration ttl) {
    this.redis = redis;
    this.prefix = prefix;
    this.ttl = ttl;
  }

  @Override
  public Optional<Stored> get(String key) {
    try {
      return redis.with(r -> find(r, key));
    } catch (JedisConnectionException e) {
      // That it is away is told once, by the connection.
      LOG.debug("A cached answer in Redis cannot be read: {}", e.getMessage());
      return Optional.empty();
    } catch (JedisException | IllegalArgumentException | ClassCastException e) {
      LOG.warn("A cached answer in Redis cannot be read: {}", e.getMessage());
      return Optional.empty();
    }
  }

  private Optional<Stored> find(UnifiedJedis r, String key) {
    Response<String> text;
    Response<Long> left;
    try (AbstractPipeline p = r.pipelined()) {
      text = p.get(name(key));
      left = p.pttl(name(key));
      p.sync();
    }
    if (text.get() == null || left.get() <= 0) {
      return Optional.empty();
    }
    Json.Obj o = (Json.Obj) Json.parse(text.get());
    Set<String> tags = new HashSet<>();
    o.array("tags").forEach(t -> tags.add(((Json.Str) t).value()));
    return Optional.of(
        new Stored(
            ResponseCodec.read(o.string("answer").orElse("")),
            tags,
            Duration.ofMillis(left.get())));
  }

  @Override
  public void put(String key, ChatResponse response, CacheMode mode) {
    Duration stay = mode.ttl().orElse(ttl);
    if (!stay.isPositive()) {
      return;
    }
    String text =
        Json.write(
            Json.object()
                .put("tags", Json.strings(mode.tags()))
                .put("answer", ResponseCodec.write(response))
                .build());
    try {
      redis.with(r -> store(r, key, text, stay, mode.tags()));
    } catch (JedisConnectionException e) {
      LOG.debug("An answer is not cached, since Redis is away: {}", e.getMessage());
    } catch (JedisException e) {
      LOG.warn("An answer is not cached, since Redis failed: {}", e.getMessage());
    }
  }

  private boolean store(UnifiedJedis r, String key, String text, Duration stay, Set<String> tags) {
    try (AbstractPipeline p = r.pipelined()) {
      // The tags first: an answer without its tag could not be invalidated.
      for (String tag : tags) {
        p.sadd(tagName(tag), key);
        long seconds = stay.plus(TAG_MARGIN).toSeconds();
        p.expire(tagName(tag), seconds, ExpiryOption.NX);
        p.expire(tagName(tag), seconds, ExpiryOption.GT);
      }
      p.set(name(key), text, SetParams.setParams().px(Math.max(1, stay.toMillis())));
      p.sync();
    }
    return true;
  }

  @Override
  public long invalidate(String tag) {
    try {
      return redis.with(r -> remove(r, tag));
    } catch (JedisException e) {
      throw new UncheckedIOException(
          new IOException("Tag '" + tag + "' is not invalidated, since Redis failed", e));
    }
  }

  private long remove(UnifiedJedis r, String tag) {
    List<String> names = r.smembers(tagName(tag)).stream().map(this::name).toList();
    long removed = names.isEmpty() ? 0 : r.unlink(names.toArray(String[]::new));
    r.unlink(tagName(tag));
    return removed;
  }

  private String name(String key) {
    return prefix + ":answer:" + key;
  }

  private String tagName(String tag) {
    return prefix + ":tag:" + tag;
  }
}
