package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Context;
import dev.gatun.examples.conformance.Operations;
import dev.gatun.tensor.Attention;
import dev.gatun.tensor.Tensor;

/** Attention. */
final class AttentionCases {
  private AttentionCases() {}

  static void addTo(Operations t) {
    t.op("scaled_dot_product_attention", AttentionCases::scaledDotProduct);
    t.op(
        "rotary_embedding",
        c -> Attention.rotaryEmbedding(c.x(), c.number("base"), 0, c.flag("interleaved")));
  }

  private static Tensor scaledDotProduct(Context c) {
    Tensor q = c.in("q");
    return Attention.scaledDotProductAttention(
        q,
        c.in("k"),
        c.in("v"),
        c.optional("mask"),
        c.flag("causal"),
        c.number("scale", 1 / Math.sqrt(q.size(-1))));
  }
}
