package dev.gatun.ai;

import java.util.List;

/**
 * Embeddings, in the order of the texts.
 *
 * @param served the model that computed them
 * @param vectors one vector a text; they belong to the receiver
 * @param usage what it consumed
 * @param cost what all attempts cost together
 * @param route how it came about
 */
public record EmbeddingResponse(
    ModelRef served, List<float[]> vectors, Usage usage, Cost cost, Route route) {
  /** Copies the list. */
  public EmbeddingResponse {
    vectors = List.copyOf(vectors);
  }
}
