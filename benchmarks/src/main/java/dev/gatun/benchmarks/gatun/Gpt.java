package dev.gatun.benchmarks.gatun;

import dev.gatun.nn.Layer;
import dev.gatun.nn.Members;
import dev.gatun.nn.Model;
import dev.gatun.nn.layer.Embedding;
import dev.gatun.nn.layer.LayerNorm;
import dev.gatun.nn.layer.Linear;
import dev.gatun.tensor.Attention;
import dev.gatun.tensor.Tensor;
import java.util.List;
import java.util.stream.Stream;

/** A pre-norm decoder with an untied head; returns logits [batch * context, vocabulary]. */
final class Gpt implements Layer, Model {
  static final int VOCABULARY = 96;
  static final int CONTEXT = 128;
  private static final int WIDTH = 128;
  private static final int HEADS = 4;
  private static final int LAYERS = 4;

  private final Embedding tokens = new Embedding(VOCABULARY, WIDTH);
  private final Embedding positions = new Embedding(CONTEXT, WIDTH);
  private final List<Block> blocks = Stream.generate(Block::new).limit(LAYERS).toList();
  private final LayerNorm norm = new LayerNorm(WIDTH);
  private final Linear head = new Linear(WIDTH, VOCABULARY, false);

  @Override
  public void members(Members members) {
    members.child("tokens", tokens).child("positions", positions);
    for (int i = 0; i < blocks.size(); i++) {
      members.child("block" + i, blocks.get(i));
    }
    members.child("norm", norm).child("head", head);
  }

  @Override
  public Tensor forward(Tensor index) {
    Tensor x = tokens.forward(index).add(positions.forward(Tensor.arange(index.size(1))));
    for (Block block : blocks) {
      x = block.forward(x);
    }
    return head.forward(norm.forward(x)).flatten(0, 1);
  }

  private static final class Block implements Layer, Model {
    private final LayerNorm norm1 = new LayerNorm(WIDTH);
    private final Linear queriesKeysValues = new Linear(WIDTH, 3 * WIDTH);
    private final Linear projection = new Linear(WIDTH, WIDTH);
    private final LayerNorm norm2 = new LayerNorm(WIDTH);
    private final Linear widen = new Linear(WIDTH, 4 * WIDTH);
    private final Linear narrow = new Linear(4 * WIDTH, WIDTH);

    @Override
    public void members(Members members) {
      members.child("norm1", norm1).child("qkv", queriesKeysValues).child("projection", projection);
      members.child("norm2", norm2).child("widen", widen).child("narrow", narrow);
    }

    @Override
    public Tensor forward(Tensor input) {
      Tensor[] parts = queriesKeysValues.forward(norm1.forward(input)).chunk(3, -1);
      for (int i = 0; i < parts.length; i++) {
        parts[i] = parts[i].unflatten(-1, HEADS, -1).transpose(1, 2);
      }
      double scale = 1 / Math.sqrt((double) WIDTH / HEADS);
      Tensor attended =
          Attention.scaledDotProductAttention(parts[0], parts[1], parts[2], null, true, scale);
      Tensor x = input.add(projection.forward(attended.transpose(1, 2).flatten(2, 3)));
      return x.add(narrow.forward(widen.forward(norm2.forward(x)).gelu()));
    }
  }
}
