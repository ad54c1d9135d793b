package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Context;
import dev.gatun.examples.conformance.Operations;
import dev.gatun.tensor.Embeddings;
import dev.gatun.tensor.Tensor;
import java.util.Locale;

/** Rows of a table by their numbers. */
final class EmbeddingCases {
  private EmbeddingCases() {}

  static void addTo(Operations t) {
    t.op("embedding", EmbeddingCases::embedding);
    t.op(
        "embedding_bag",
        c ->
            Embeddings.embeddingBag(
                c.in("index"),
                c.optional("offsets"),
                c.in("weight"),
                Embeddings.Mode.valueOf(c.text("mode").toUpperCase(Locale.ROOT)),
                null));
  }

  private static Tensor embedding(Context c) {
    return c.has("padding_idx")
        ? Embeddings.embedding(c.in("index"), c.in("weight"), c.integer("padding_idx"))
        : Embeddings.embedding(c.in("index"), c.in("weight"));
  }
}
