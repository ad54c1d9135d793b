package dev.gatun.nn.attention;

import dev.gatun.nn.Members;
import dev.gatun.nn.Model;
import dev.gatun.nn.layer.LayerNorm;
import dev.gatun.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A transformer's decoder layer (Vaswani et al. 2017): self-attention, attention to an encoder's
 * output and a feed-forward part over [N, L, size], each added to its input. Parameters are named
 * as PyTorch's.
 */
public final class TransformerDecoderLayer implements Model {
  private final MultiheadAttention attention;
  private final MultiheadAttention crossAttention;
  private final FeedForward feedForward;
  private final LayerNorm norm1;
  private final LayerNorm norm2;
  private final LayerNorm norm3;

  public TransformerDecoderLayer(TransformerOptions options) {
    attention = new MultiheadAttention(options.size(), options.heads());
    crossAttention = new MultiheadAttention(options.size(), options.heads());
    feedForward = new FeedForward(options);
    norm1 = feedForward.norm();
    norm2 = feedForward.norm();
    norm3 = feedForward.norm();
  }

  @Override
  public void members(Members members) {
    members.child("self_attn", attention).child("multihead_attn", crossAttention);
    feedForward.members(members);
    members.child("norm1", norm1).child("norm2", norm2).child("norm3", norm3);
  }

  /**
   * Without masks but for the causal one.
   *
   * @param memory the encoder's output [N, S, size]
   * @param causal whether position i sees positions 0 to i of x only
   */
  public Tensor forward(Tensor x, Tensor memory, boolean causal) {
    return forward(x, memory, null, null, causal);
  }

  /**
   * With masks as {@link MultiheadAttention} has them.
   *
   * @param padding null, or [N, L], which positions of x are no part of a sequence
   * @param memoryPadding null, or [N, S], alike for the memory
   */
  public Tensor forward(
      Tensor x,
      Tensor memory,
      @Nullable Tensor padding,
      @Nullable Tensor memoryPadding,
      boolean causal) {
    Tensor y = feedForward.add(x, norm1, h -> attention.forward(h, h, h, null, padding, causal));
    y =
        feedForward.add(
            y, norm2, h -> crossAttention.forward(h, memory, memory, null, memoryPadding, false));
    return feedForward.add(y, norm3, feedForward::forward);
  }
}
