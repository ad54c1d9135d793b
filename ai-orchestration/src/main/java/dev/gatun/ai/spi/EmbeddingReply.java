package dev.gatun.ai.spi;

import dev.gatun.ai.Usage;
import java.util.List;

/**
 * A provider's embeddings.
 *
 * @param served the model that computed them, as the provider names it
 * @param vectors one vector a text, in the order of the texts
 * @param usage what it consumed
 * @param limits what the provider tells of its limits
 */
public record EmbeddingReply(String served, List<float[]> vectors, Usage usage, RateLimits limits) {
  /** Copies the list. */
  public EmbeddingReply {
    vectors = List.copyOf(vectors);
  }
}
