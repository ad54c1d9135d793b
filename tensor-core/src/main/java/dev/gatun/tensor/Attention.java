package dev.gatun.tensor;

import dev.gatun.tensor.op.ScaledDotProductAttention;
import org.jspecify.annotations.Nullable;

/** Attention and what belongs to it. */
public final class Attention {
  private Attention() {}

  /** {@code softmax(q * k^T / sqrt(E)) * v}: q [..., L, E], k [..., S, E], v [..., S, V]. */
  public static Tensor scaledDotProductAttention(Tensor q, Tensor k, Tensor v) {
    return scaledDotProductAttention(q, k, v, null, false, 1 / Math.sqrt((double) q.size(-1)));
  }

  /**
   * {@code softmax(q * k^T * scale + mask) * v} (Vaswani and others 2017).
   *
   * @param q [..., H, L, E]
   * @param k [..., G, S, E]; where H is a multiple of G, H / G neighbouring query heads share a key
   *     head (Ainslie and others 2023)
   * @param v [..., G, S, V]
   * @param mask null, or what broadcasts to [..., H, L, S]: bool, true where a query may attend, or
   *     float, which is added
   * @param causal query i attends to keys 0 to i only
   * @param scale usually {@code 1 / sqrt(E)}
   * @throws ShapeException when the shapes do not fit
   */
  public static Tensor scaledDotProductAttention(
      Tensor q, Tensor k, Tensor v, @Nullable Tensor mask, boolean causal, double scale) {
    var op = new ScaledDotProductAttention(causal, scale);
    boolean grouped =
        q.rank() >= 3
            && k.rank() == q.rank()
            && v.rank() == q.rank()
            && k.size(-3) > 1
            && k.size(-3) == v.size(-3)
            && k.size(-3) != q.size(-3)
            && q.size(-3) % k.size(-3) == 0;
    if (!grouped) {
      return mask == null ? Engine.call(op, q, k, v) : Engine.call(op, q, k, v, mask);
    }
    // The query heads of a group become an axis of their own, along which keys broadcast.
    int heads = q.rank() - 3;
    long groups = k.size(-3);
    Tensor byGroup = q.unflatten(heads, groups, -1);
    Tensor keys = k.unsqueeze(-3);
    Tensor values = v.unsqueeze(-3);
    Tensor y;
    if (mask == null) {
      y = Engine.call(op, byGroup, keys, values);
    } else {
      boolean perHead = mask.rank() >= 3 && mask.size(-3) > 1;
      Tensor m =
          mask.rank() < 3
              ? mask
              : perHead ? mask.unflatten(mask.rank() - 3, groups, -1) : mask.unsqueeze(-3);
      y = Engine.call(op, byGroup, keys, values, m);
    }
    return y.flatten(heads, heads + 1);
  }

  /**
   * Rotary position embedding (Su and others 2021): pairs of elements of the last axis are rotated
   * by {@code position * base^(-2i / D)}.
   *
   * @param x [..., L, D] with an even D; position is the index along L plus {@code offset}
   * @param interleaved pairs are neighbours (2i, 2i + 1); else (i, i + D / 2)
   * @throws ShapeException when D is odd
   */
  public static Tensor rotaryEmbedding(Tensor x, double base, long offset, boolean interleaved) {
    if (x.rank() < 2 || x.size(-1) % 2 != 0) {
      throw new ShapeException(
          "rotaryEmbedding expects [..., L, D] with an even D, got shape " + x.shape());
    }
    int length = Math.toIntExact(x.size(-2));
    int half = Math.toIntExact(x.size(-1) / 2);
    double[] cos = new double[length * half];
    double[] sin = new double[length * half];
    for (int i = 0; i < cos.length; i++) {
      double angle = (i / half + offset) * Math.pow(base, -(double) (i % half) / half);
      cos[i] = Math.cos(angle);
      sin[i] = Math.sin(angle);
    }
    Tensor c = Constants.values(x, cos, length, half);
    Tensor s = Constants.values(x, sin, length, half);
    Tensor first = interleaved ? x.slice(-1, 0, x.size(-1), 2) : x.narrow(-1, 0, half);
    Tensor second = interleaved ? x.slice(-1, 1, x.size(-1), 2) : x.narrow(-1, half, half);
    Tensor u = first.mul(c).sub(second.mul(s));
    Tensor v = second.mul(c).add(first.mul(s));
    return interleaved ? Tensor.stack(-1, u, v).reshape(x.shape()) : Tensor.concat(-1, u, v);
  }

  /**
   * The parameters of multi-head attention, as PyTorch keeps them.
   *
   * @param queryWeight [E, query features]
   * @param keyWeight [E, key features]
   * @param valueWeight [E, value features]
   * @param inBias the three biases one after another, [3 * E], or null
   * @param outWeight [E, E]
   * @param outBias [E] or null
   */
  public record Parameters(
      Tensor queryWeight,
      Tensor keyWeight,
      Tensor valueWeight,
      @Nullable Tensor inBias,
      Tensor outWeight,
      @Nullable Tensor outBias) {

    /** With the weights for query, key and value one after another, [3 * E, E]. */
    public static Parameters packed(
        Tensor inWeight, @Nullable Tensor inBias, Tensor outWeight, @Nullable Tensor outBias) {
      Tensor[] parts = inWeight.chunk(3, 0);
      return new Parameters(parts[0], parts[1], parts[2], inBias, outWeight, outBias);
    }
  }

  /**
   * What multi-head attention gives.
   *
   * @param y [N, L, E]
   * @param weights the attention weights, averaged over the heads, [N, L, S]
   */
  public record MultiheadAttended(Tensor y, Tensor weights) {}

  /**
   * Multi-head attention (Vaswani and others 2017) with the attention weights.
   *
   * @param query [N, L, query features]
   * @param key [N, S, key features]
   * @param value [N, S, value features]
   * @param mask null, or what broadcasts to [N * heads, L, S]: bool, <em>true where a query must
   *     not attend</em> (as PyTorch has it here), or float, which is added
   * @param keyPadding null, or [N, S]: as the mask, for all queries
   * @throws ShapeException when the shapes do not fit
   */
  public static MultiheadAttended multiheadAttentionWeights(
      Tensor query,
      Tensor key,
      Tensor value,
      int heads,
      Parameters parameters,
      @Nullable Tensor mask,
      @Nullable Tensor keyPadding) {
    Heads h = Heads.of(query, key, value, heads, parameters);
    Tensor merged = additive(h.q(), mask, keyPadding);
    var op = new ScaledDotProductAttention(false, 1 / Math.sqrt((double) h.q().size(-1)));
    Tensor weights = op.weights(h.q(), h.k(), merged);
    return new MultiheadAttended(output(weights.matmul(h.v()), parameters), weights.mean(1));
  }

  /** {@link #multiheadAttentionWeights} without the weights, which may be faster. */
  public static Tensor multiheadAttention(
      Tensor query,
      Tensor key,
      Tensor value,
      int heads,
      Parameters parameters,
      @Nullable Tensor mask,
      @Nullable Tensor keyPadding,
      boolean causal) {
    Heads h = Heads.of(query, key, value, heads, parameters);
    Tensor merged = additive(h.q(), mask, keyPadding);
    double scale = 1 / Math.sqrt((double) h.q().size(-1));
    Tensor y = scaledDotProductAttention(h.q(), h.k(), h.v(), merged, causal, scale);
    return output(y, parameters);
  }

  /** The projected operands, [N, heads, L or S, E / heads]. */
  private record Heads(Tensor q, Tensor k, Tensor v) {
    static Heads of(Tensor query, Tensor key, Tensor value, int heads, Parameters p) {
      long features = p.queryWeight().size(0);
      if (query.rank() != 3 || key.rank() != 3 || value.rank() != 3) {
        throw new ShapeException(
            "multiheadAttention expects query, key and value of rank 3 [N, L, features], got shapes "
                + query.shape()
                + ", "
                + key.shape()
                + " and "
                + value.shape());
      }
      if (heads < 1 || features % heads != 0) {
        throw new ShapeException(
            "multiheadAttention of "
                + features
                + " features needs a number of heads that divides "
                + "them, got "
                + heads);
      }
      Tensor bias = p.inBias();
      return new Heads(
          project(query, p.queryWeight(), bias, 0, heads),
          project(key, p.keyWeight(), bias, features, heads),
          project(value, p.valueWeight(), bias, 2 * features, heads));
    }

    private static Tensor project(
        Tensor x, Tensor weight, @Nullable Tensor bias, long from, int heads) {
      Tensor part = bias == null ? null : bias.narrow(0, from, weight.size(0));
      return Linalg.linear(x, weight, part).unflatten(2, heads, -1).transpose(1, 2);
    }
  }

  private static Tensor output(Tensor y, Parameters p) {
    return Linalg.linear(y.transpose(1, 2).flatten(2, 3), p.outWeight(), p.outBias());
  }

  /** Both masks as one that is added to scores [N, heads, L, S]. */
  private static @Nullable Tensor additive(
      Tensor q, @Nullable Tensor mask, @Nullable Tensor keyPadding) {
    Tensor m = mask == null ? null : toAdditive(q, mask);
    if (m != null && m.rank() == 3) {
      m = m.size(0) == 1 ? m.unsqueeze(0) : m.unflatten(0, q.size(0), -1);
    }
    if (keyPadding == null) {
      return m;
    }
    Tensor p = toAdditive(q, keyPadding).unsqueeze(1).unsqueeze(1);
    return m == null ? p : m.add(p);
  }

  private static Tensor toAdditive(Tensor q, Tensor mask) {
    return mask.dtype() == DType.BOOL
        ? mask.where(q.constant(Double.NEGATIVE_INFINITY), q.constant(0.0))
        : mask.to(q.dtype());
  }
}
