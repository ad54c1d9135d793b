package dev.gatun.ai;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * How a request uses the response cache.
 *
 * @param read whether a stored answer may be returned
 * @param store whether the answer may be stored
 * @param ttl how long it stays; empty for the cache's default
 * @param tags names under which it can be invalidated
 */
public record CacheMode(boolean read, boolean store, Optional<Duration> ttl, Set<String> tags) {
  /** Reads and stores. */
  public static final CacheMode DEFAULT = new CacheMode(true, true, Optional.empty(), Set.of());

  /** Neither reads nor stores. */
  public static final CacheMode OFF = new CacheMode(false, false, Optional.empty(), Set.of());

  /** Asks anew and stores the answer. */
  public static final CacheMode REFRESH = new CacheMode(false, true, Optional.empty(), Set.of());

  /** Copies the tags. */
  public CacheMode {
    tags = Set.copyOf(tags);
  }
}
