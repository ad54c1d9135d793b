package dev.gatun.ai.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.gatun.ai.CacheMode;
import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.spi.ResponseCache;
import dev.gatun.ai.spi.TimeSource;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Answers in the memory of this process, limited by the size of their texts. Thread-safe. */
public final class MemoryCache implements ResponseCache {
  private record Entry(String text, Set<String> tags, long expires) {}

  private final Cache<String, Entry> entries;
  private final Duration ttl;
  private final TimeSource time;

  /**
   * An empty cache.
   *
   * @param maxBytes the most memory that answers may take, about
   * @param ttl how long an answer stays that does not say it
   */
  public MemoryCache(long maxBytes, Duration ttl) {
    this(maxBytes, ttl, TimeSource.SYSTEM);
  }

  /** An empty cache by a clock. */
  public MemoryCache(long maxBytes, Duration ttl, TimeSource time) {
    this.ttl = ttl;
    this.time = time;
    Ticker ticker = time::nanos;
    entries =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .weigher((String key, Entry e) -> 2 * (key.length() + e.text().length()) + 128)
            .expireAfter(Expiry.creating((String _, Entry e) -> left(e)))
            .ticker(ticker)
            .executor(Runnable::run)
            .build();
  }

  @Override
  public Optional<Stored> get(String key) {
    // As text: an answer keeps no reference to the request's objects, and its size is known.
    return Optional.ofNullable(entries.getIfPresent(key))
        .map(e -> new Stored(ResponseCodec.read(e.text()), e.tags(), left(e)));
  }

  private Duration left(Entry e) {
    return Duration.ofNanos(Math.max(0, e.expires() - time.nanos()));
  }

  @Override
  public void put(String key, ChatResponse response, CacheMode mode) {
    long expires = time.nanos() + mode.ttl().orElse(ttl).toNanos();
    entries.put(key, new Entry(ResponseCodec.write(response), mode.tags(), expires));
  }

  @Override
  public long invalidate(String tag) {
    long removed = 0;
    for (Map.Entry<String, Entry> e : entries.asMap().entrySet()) {
      if (e.getValue().tags().contains(tag) && entries.asMap().remove(e.getKey(), e.getValue())) {
        removed++;
      }
    }
    return removed;
  }
}
