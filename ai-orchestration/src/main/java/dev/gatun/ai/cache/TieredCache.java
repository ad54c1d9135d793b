package dev.gatun.ai.cache;

import dev.gatun.ai.CacheMode;
import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.spi.ResponseCache;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A fast cache before a slow one: looks in order, stores in all. An answer found in a later tier is
 * copied to the earlier ones for a minute at most, so that what another process invalidates in a
 * shared tier does not live on for long. Thread-safe.
 */
public final class TieredCache implements ResponseCache {
  private static final Duration COPY = Duration.ofMinutes(1);
  private final List<ResponseCache> tiers;

  /** The tiers, fastest first; they are closed with this. */
  public TieredCache(ResponseCache... tiers) {
    this.tiers = List.of(tiers);
  }

  @Override
  public Optional<Stored> get(String key) {
    for (int i = 0; i < tiers.size(); i++) {
      Optional<Stored> found = tiers.get(i).get(key);
      if (found.isPresent()) {
        Stored s = found.get();
        Duration ttl = s.remaining().compareTo(COPY) < 0 ? s.remaining() : COPY;
        for (int j = 0; j < i && ttl.isPositive(); j++) {
          tiers
              .get(j)
              .put(key, s.response(), new CacheMode(true, true, Optional.of(ttl), s.tags()));
        }
        return found;
      }
    }
    return Optional.empty();
  }

  @Override
  public void put(String key, ChatResponse response, CacheMode mode) {
    tiers.forEach(t -> t.put(key, response, mode));
  }

  @Override
  public long invalidate(String tag) {
    return tiers.stream().mapToLong(t -> t.invalidate(tag)).max().orElse(0);
  }

  @Override
  public void close() {
    tiers.forEach(ResponseCache::close);
  }
}
