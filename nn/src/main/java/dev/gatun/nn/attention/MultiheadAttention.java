package dev.gatun.nn.attention;

import dev.gatun.nn.Init;
import dev.gatun.nn.Members;
import dev.gatun.nn.Model;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.layer.Linear;
import dev.gatun.tensor.Attention;
import dev.gatun.tensor.Attention.MultiheadAttended;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Multi-head attention (Vaswani et al. 2017) over [N, L, features], with PyTorch's parameters.
 * Masks are bool, <em>true where a query must not attend</em>, or float, which is added to the
 * scores.
 */
public final class MultiheadAttention implements Model {
  private final int heads;
  private final @Nullable Parameter inWeight;
  private final @Nullable Parameter queryWeight;
  private final @Nullable Parameter keyWeight;
  private final @Nullable Parameter valueWeight;
  private final @Nullable Parameter inBias;
  private final Linear out;

  /** Queries, keys and values of one size, with biases. */
  public MultiheadAttention(long size, int heads) {
    this(size, heads, true, size, size);
  }

  /**
   * With keys and values of sizes of their own.
   *
   * @param size of queries and outputs; a multiple of {@code heads}
   */
  public MultiheadAttention(long size, int heads, boolean bias, long keySize, long valueSize) {
    if (heads < 1 || size % heads != 0) {
      throw new IllegalArgumentException(
          "The size " + size + " should be a multiple of the number of heads, " + heads);
    }
    this.heads = heads;
    boolean packed = keySize == size && valueSize == size;
    inWeight = packed ? weight(3 * size, size) : null;
    queryWeight = packed ? null : weight(size, size);
    keyWeight = packed ? null : weight(size, keySize);
    valueWeight = packed ? null : weight(size, valueSize);
    inBias = bias ? Parameter.of(Shape.of(3 * size), Init.zeros()) : null;
    out = new Linear(size, size, bias);
    Parameter outBias = out.bias();
    if (outBias != null) {
      outBias.fill(Init.zeros());
    }
  }

  private static Parameter weight(long out, long in) {
    return Parameter.of(Shape.of(out, in), Init.xavierUniform());
  }

  @Override
  public void members(Members members) {
    members
        .parameter("in_proj_weight", inWeight)
        .parameter("q_proj_weight", queryWeight)
        .parameter("k_proj_weight", keyWeight)
        .parameter("v_proj_weight", valueWeight)
        .parameter("in_proj_bias", inBias)
        .child("out_proj", out);
  }

  /** Attention of a sequence to itself. */
  public Tensor forward(Tensor x, boolean causal) {
    return forward(x, x, x, null, null, causal);
  }

  /**
   * What queries [N, L, size] take from values [N, S, value size] by their keys [N, S, key size].
   *
   * @param mask null, or what broadcasts to [N * heads, L, S]
   * @param keyPadding null, or [N, S]: as the mask, for all queries
   * @param causal whether query i attends to keys 0 to i only
   */
  public Tensor forward(
      Tensor query,
      Tensor key,
      Tensor value,
      @Nullable Tensor mask,
      @Nullable Tensor keyPadding,
      boolean causal) {
    return Attention.multiheadAttention(
        query, key, value, heads, parameterTensors(), mask, keyPadding, causal);
  }

  /** As {@link #forward} without {@code causal}, with the weights averaged over the heads. */
  public MultiheadAttended forwardWithWeights(
      Tensor query, Tensor key, Tensor value, @Nullable Tensor mask, @Nullable Tensor keyPadding) {
    return Attention.multiheadAttentionWeights(
        query, key, value, heads, parameterTensors(), mask, keyPadding);
  }

  private Attention.Parameters parameterTensors() {
    Tensor outWeight = out.weight().tensor();
    Tensor outBias = tensor(out.bias());
    if (inWeight != null) {
      return Attention.Parameters.packed(inWeight.tensor(), tensor(inBias), outWeight, outBias);
    }
    if (queryWeight == null || keyWeight == null || valueWeight == null) {
      throw new IllegalStateException("Weights are packed or not, but never absent");
    }
    return new Attention.Parameters(
        queryWeight.tensor(),
        keyWeight.tensor(),
        valueWeight.tensor(),
        tensor(inBias),
        outWeight,
        outBias);
  }

  private static @Nullable Tensor tensor(@Nullable Parameter p) {
    return p == null ? null : p.tensor();
  }
}
