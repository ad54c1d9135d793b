package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Context;
import dev.gatun.examples.conformance.Operations;
import dev.gatun.nn.attention.MultiheadAttention;
import dev.gatun.nn.attention.TransformerDecoderLayer;
import dev.gatun.nn.attention.TransformerEncoderLayer;
import dev.gatun.nn.attention.TransformerOptions;
import dev.gatun.tensor.Attention;
import dev.gatun.tensor.Attention.MultiheadAttended;
import dev.gatun.tensor.Tensor;
import java.util.Map;

/** Attention and transformer layers. */
final class AttentionCases {
  private AttentionCases() {}

  static void addTo(Operations t) {
    t.op("scaled_dot_product_attention", AttentionCases::scaledDotProduct);
    t.op(
        "rotary_embedding",
        c -> Attention.rotaryEmbedding(c.x(), c.number("base"), 0, c.flag("interleaved")));
    t.ops("MultiheadAttention", AttentionCases::multihead);
    t.op("TransformerEncoderLayer", AttentionCases::encoder);
    t.op("TransformerDecoderLayer", AttentionCases::decoder);
  }

  private static Tensor scaledDotProduct(Context c) {
    Tensor q = c.in("q");
    return Attention.scaledDotProductAttention(
        q,
        c.in("k"),
        c.in("v"),
        c.optional("mask"),
        c.flag("causal"),
        c.number("scale", 1 / Math.sqrt((double) q.size(-1))));
  }

  private static Map<String, Tensor> multihead(Context c) {
    MultiheadAttention attention =
        c.load(
            new MultiheadAttention(
                c.integer("embed"),
                c.integer("heads"),
                c.flag("bias"),
                c.integer("kdim"),
                c.integer("vdim")));
    MultiheadAttended out =
        attention.forwardWithWeights(
            batchFirst(c, c.in("q")),
            batchFirst(c, c.in("k")),
            batchFirst(c, c.in("v")),
            c.optional("attn_mask"),
            c.optional("key_padding_mask"));
    return Map.of("y", batchFirst(c, out.y()), "weights", out.weights());
  }

  /** To the layout with the batch first, or back from it. */
  private static Tensor batchFirst(Context c, Tensor x) {
    return c.flag("batch_first") ? x : x.transpose(0, 1);
  }

  private static Tensor encoder(Context c) {
    var layer = c.load(new TransformerEncoderLayer(options(c)));
    return batchFirst(c, layer.forward(batchFirst(c, c.x())));
  }

  private static Tensor decoder(Context c) {
    var layer = c.load(new TransformerDecoderLayer(options(c)));
    boolean causal = c.attributes().text("tgt_mask", "").equals("causal");
    Tensor memory = batchFirst(c, c.in("memory"));
    return batchFirst(c, layer.forward(batchFirst(c, c.x()), memory, causal));
  }

  private static TransformerOptions options(Context c) {
    TransformerOptions options =
        TransformerOptions.of(c.integer("d_model"), c.integer("heads"))
            .inner(c.integer("ff"))
            .dropout(0)
            .normFirst(c.flag("norm_first"))
            .epsilon(c.number("eps", 1e-5));
    return c.text("activation").equals("gelu") ? options.gelu() : options;
  }
}
