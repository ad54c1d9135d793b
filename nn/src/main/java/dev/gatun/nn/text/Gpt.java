package dev.gatun.nn.text;

import dev.gatun.autograd.Tape;
import dev.gatun.nn.Init;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Members;
import dev.gatun.nn.Model;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.layer.Embedding;
import dev.gatun.nn.layer.LayerNorm;
import dev.gatun.nn.layer.Linear;
import dev.gatun.tensor.Attention;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A decoder with learned positions, normalised before each part, whose output weights are those of
 * its token embedding (Radford and others 2019, GPT-2). Parameters have the names and shapes of
 * nanoGPT's.
 */
public final class Gpt implements Layer, Model {
  private static final double DEVIATION = 0.02;

  private final GptConfig config;
  private final Embedding tokens;
  private final Embedding positions;
  private final List<Block> blocks;
  private final LayerNorm norm;

  /** With GPT-2's initial weights. */
  public Gpt(GptConfig config) {
    this.config = config;
    tokens = embedding(config.vocabulary(), config.width());
    positions = embedding(config.context(), config.width());
    blocks = Stream.generate(() -> new Block(config)).limit(config.layers()).toList();
    norm = new LayerNorm(config.width());
  }

  private static Embedding embedding(long count, long width) {
    Embedding e = new Embedding(count, width);
    e.weight().fill(Init.normal(0, DEVIATION));
    return e;
  }

  private static Linear linear(long in, long out, double deviation) {
    Linear l = new Linear(in, out);
    l.weight().fill(Init.normal(0, deviation));
    Parameter bias = l.bias();
    if (bias != null) {
      bias.fill(Init.zeros());
    }
    return l;
  }

  /** Its sizes. */
  public GptConfig config() {
    return config;
  }

  @Override
  public void members(Members members) {
    members.child("transformer.wte", tokens).child("transformer.wpe", positions);
    for (int i = 0; i < blocks.size(); i++) {
      members.child("transformer.h." + i, blocks.get(i));
    }
    members.child("transformer.ln_f", norm);
  }

  /** Tokens [N, L], L at most the context, to logits of the token after each [N, L, vocabulary]. */
  @Override
  public Tensor forward(Tensor index) {
    Tensor x = embedded(index, 0);
    for (Block block : blocks) {
      x = block.forward(x);
    }
    return logits(x);
  }

  private Tensor embedded(Tensor index, long from) {
    Tensor where = Tensor.arange(from, from + index.size(1)).to(index.device());
    return tokens.forward(index).add(positions.forward(where));
  }

  private Tensor logits(Tensor x) {
    return norm.forward(x).matmul(tokens.weight().tensor().t());
  }

  /**
   * The keys and values of the tokens that a sequence has so far, so that each further token costs
   * the work of one. Used by one thread at a time; to be closed.
   */
  public static final class Cache implements AutoCloseable {
    private final @Nullable Tensor[] keys;
    private final @Nullable Tensor[] values;
    private int length;

    private Cache(int layers) {
      keys = new @Nullable Tensor[layers];
      values = new @Nullable Tensor[layers];
    }

    /** How many tokens it has. */
    public int length() {
      return length;
    }

    /** Forgets all tokens, and frees their memory. */
    public void clear() {
      for (int i = 0; i < keys.length; i++) {
        keep(keys, i, null);
        keep(values, i, null);
      }
      length = 0;
    }

    private static void keep(@Nullable Tensor[] in, int layer, @Nullable Tensor next) {
      Tensor old = in[layer];
      // Steps have scopes of their own, and perhaps threads: what stays belongs to no scope.
      in[layer] = next == null ? null : Scope.outside(next::detach);
      if (old != null) {
        old.close();
      }
    }

    @Override
    public void close() {
      clear();
    }
  }

  /** A cache without tokens. */
  public Cache cache() {
    return new Cache(config.layers());
  }

  /**
   * The logits [vocabulary] of the token that follows, when some tokens are added to those of a
   * cache. Without gradients. Thread-safe with a cache of its own for each sequence.
   *
   * @throws IllegalArgumentException when there is no token, or more than the context has room for
   */
  public float[] next(int[] more, Cache cache) {
    int total = cache.length + more.length;
    if (more.length == 0 || total > config.context()) {
      throw new IllegalArgumentException(
          "A step adds 1 to "
              + (config.context() - cache.length)
              + " tokens to the "
              + cache.length
              + " of the cache, got "
              + more.length);
    }
    return Tape.noGrad(() -> step(more, cache, total));
  }

  private float[] step(int[] more, Cache cache, int total) {
    try (Scope _ = Scope.open()) {
      Tensor index =
          Tensor.of(more, Shape.of(1, more.length)).to(tokens.weight().tensor().device());
      Tensor x = embedded(index, cache.length);
      for (int i = 0; i < blocks.size(); i++) {
        x = blocks.get(i).forward(x, cache, i);
      }
      cache.length = total;
      return logits(x.narrow(1, more.length - 1L, 1)).toFloatArray();
    }
  }

  /** {@code x += proj(attn(norm(x))); x += proj(gelu(fc(norm(x))))}. */
  private static final class Block implements Layer, Model {
    private final int heads;
    private final double scale;
    private final LayerNorm norm1;
    private final Linear queriesKeysValues;
    private final Linear attended;
    private final LayerNorm norm2;
    private final Linear widen;
    private final Linear narrow;

    Block(GptConfig c) {
      heads = c.heads();
      scale = 1 / Math.sqrt((double) c.width() / c.heads());
      long w = c.width();
      double residual = DEVIATION / Math.sqrt(2.0 * c.layers());
      norm1 = new LayerNorm(w);
      queriesKeysValues = linear(w, 3 * w, DEVIATION);
      attended = linear(w, w, residual);
      norm2 = new LayerNorm(w);
      widen = linear(w, 4 * w, DEVIATION);
      narrow = linear(4 * w, w, residual);
    }

    @Override
    public void members(Members members) {
      members.child("ln_1", norm1).child("attn.c_attn", queriesKeysValues);
      members.child("attn.c_proj", attended).child("ln_2", norm2);
      members.child("mlp.c_fc", widen).child("mlp.c_proj", narrow);
    }

    /** Queries, keys and values, [N, heads, L, width / heads] each. */
    private Tensor[] parts(Tensor x) {
      Tensor[] parts = queriesKeysValues.forward(norm1.forward(x)).chunk(3, -1);
      for (int i = 0; i < parts.length; i++) {
        parts[i] = parts[i].unflatten(-1, heads, -1).transpose(1, 2);
      }
      return parts;
    }

    private Tensor after(Tensor x, Tensor attention) {
      Tensor y = x.add(attended.forward(attention.transpose(1, 2).flatten(2, 3)));
      return y.add(narrow.forward(widen.forward(norm2.forward(y)).gelu()));
    }

    @Override
    public Tensor forward(Tensor x) {
      Tensor[] p = parts(x);
      return after(x, Attention.scaledDotProductAttention(p[0], p[1], p[2], null, true, scale));
    }

    /** Of tokens that follow those of a cache, to which they are added. */
    Tensor forward(Tensor x, Cache cache, int layer) {
      Tensor[] p = parts(x);
      Tensor keys = joined(cache.keys[layer], p[1]);
      Tensor values = joined(cache.values[layer], p[2]);
      long more = x.size(1);
      long before = keys.size(2) - more;
      Tensor mask = null;
      if (more > 1 && before > 0) {
        // New token i sees all tokens of the cache and the new ones up to itself.
        Tensor last = Tensor.arange(before, before + more).unsqueeze(1);
        mask = Tensor.arange(before + more).le(last).to(x.device());
      }
      Tensor y = Attention.scaledDotProductAttention(p[0], keys, values, mask, before == 0, scale);
      Cache.keep(cache.keys, layer, keys);
      Cache.keep(cache.values, layer, values);
      return after(x, y);
    }

    private static Tensor joined(@Nullable Tensor before, Tensor more) {
      return before == null ? more : Tensor.concat(2, before, more);
    }
  }
}
