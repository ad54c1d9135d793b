package dev.gatun.ai.spi;

import dev.gatun.ai.CacheMode;
import dev.gatun.ai.ChatResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Stores complete answers. Thread-safe. A cache that cannot be reached is a miss and a log line,
 * never an error of the call.
 */
public interface ResponseCache extends AutoCloseable {
  /** Stores nothing. */
  ResponseCache NONE =
      new ResponseCache() {
        @Override
        public Optional<Stored> get(String key) {
          return Optional.empty();
        }

        @Override
        public void put(String key, ChatResponse response, CacheMode mode) {}

        @Override
        public long invalidate(String tag) {
          return 0;
        }
      };

  /** The answer of a key, unless it has expired. */
  Optional<Stored> get(String key);

  /**
   * A stored answer.
   *
   * @param response the answer
   * @param tags the names under which it can be invalidated
   * @param remaining how long it will still be stored
   */
  record Stored(ChatResponse response, Set<String> tags, Duration remaining) {
    /** Copies the tags. */
    public Stored {
      tags = Set.copyOf(tags);
    }
  }

  /** Stores an answer for the mode's time to live, or the cache's own, under the mode's tags. */
  void put(String key, ChatResponse response, CacheMode mode);

  /**
   * Removes all answers under a tag.
   *
   * @return how many
   * @throws java.io.UncheckedIOException when the cache cannot be reached: some may remain
   */
  long invalidate(String tag);

  @Override
  default void close() {}
}
