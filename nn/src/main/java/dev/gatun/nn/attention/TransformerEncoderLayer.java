package dev.gatun.nn.attention;

import dev.gatun.nn.Layer;
import dev.gatun.nn.Members;
import dev.gatun.nn.Model;
import dev.gatun.nn.layer.LayerNorm;
import dev.gatun.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A transformer's encoder layer (Vaswani et al. 2017): self-attention and a feed-forward part over
 * [N, L, size], each added to its input. Parameters are named as PyTorch's.
 */
public final class TransformerEncoderLayer implements Layer, Model {
  private final MultiheadAttention attention;
  private final FeedForward feedForward;
  private final LayerNorm norm1;
  private final LayerNorm norm2;

  public TransformerEncoderLayer(TransformerOptions options) {
    attention = new MultiheadAttention(options.size(), options.heads());
    feedForward = new FeedForward(options);
    norm1 = feedForward.norm();
    norm2 = feedForward.norm();
  }

  @Override
  public void members(Members members) {
    members.child("self_attn", attention);
    feedForward.members(members);
    members.child("norm1", norm1).child("norm2", norm2);
  }

  /** Without masks. */
  @Override
  public Tensor forward(Tensor x) {
    return forward(x, null, null, false);
  }

  /**
   * With masks as {@link MultiheadAttention} has them.
   *
   * @param mask null, or what broadcasts to [N * heads, L, L]
   * @param padding null, or [N, L], which positions are no part of a sequence
   * @param causal whether position i sees positions 0 to i only
   */
  public Tensor forward(Tensor x, @Nullable Tensor mask, @Nullable Tensor padding, boolean causal) {
    Tensor y = feedForward.add(x, norm1, h -> attention.forward(h, h, h, mask, padding, causal));
    return feedForward.add(y, norm2, feedForward::forward);
  }
}
