package dev.gatun.examples.conformance.families;

import dev.gatun.nn.Layer;
import dev.gatun.nn.Members;
import dev.gatun.nn.Model;
import dev.gatun.nn.layer.Embedding;
import dev.gatun.nn.layer.LayerNorm;
import dev.gatun.nn.layer.Linear;
import dev.gatun.tensor.Attention;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A small GPT whose output weights are those of the token embedding. */
record TraceGpt(Embedding te, Embedding pe, List<Block> blocks, LayerNorm nf) implements TraceNet {
  static final String FORM =
      "te token Embedding + pe position Embedding; blocks b0,b1: x += pr(attn(qkv(n1(x)))) with";

  /** {@code x += pr(attn(qkv(n1(x)))); x += f2(gelu(f1(n2(x))))}. */
  record Block(int heads, LayerNorm n1, Linear qkv, Linear pr, LayerNorm n2, Linear f1, Linear f2)
      implements Layer, Model {
    static Block of(String prefix, int heads, Map<String, Tensor> initial) {
      long width = TraceNet.size(initial, prefix + "qkv.weight", 1);
      long inner = TraceNet.size(initial, prefix + "f1.weight", 0);
      return new Block(
          heads,
          new LayerNorm(width),
          new Linear(width, 3 * width, initial.containsKey(prefix + "qkv.bias")),
          new Linear(width, width),
          new LayerNorm(width),
          new Linear(width, inner),
          new Linear(inner, width));
    }

    @Override
    public void members(Members members) {
      members.child("n1", n1).child("qkv", qkv).child("pr", pr);
      members.child("n2", n2).child("f1", f1).child("f2", f2);
    }

    @Override
    public Tensor forward(Tensor input) {
      Tensor[] parts = qkv.forward(n1.forward(input)).chunk(3, -1);
      for (int i = 0; i < parts.length; i++) {
        parts[i] = parts[i].unflatten(-1, heads, -1).transpose(1, 2);
      }
      double scale = 1 / Math.sqrt((double) parts[0].size(-1));
      Tensor attended =
          Attention.scaledDotProductAttention(parts[0], parts[1], parts[2], null, true, scale);
      Tensor x = input.add(pr.forward(attended.transpose(1, 2).flatten(2, 3)));
      return x.add(f2.forward(f1.forward(n2.forward(x)).gelu()));
    }
  }

  static TraceGpt of(String net, Map<String, Tensor> initial) {
    int heads = Integer.parseInt(net.replaceFirst(".*with (\\d+) heads.*", "$1"));
    List<Block> blocks = new ArrayList<>();
    while (initial.containsKey("b" + blocks.size() + ".qkv.weight")) {
      blocks.add(Block.of("b" + blocks.size() + ".", heads, initial));
    }
    return new TraceGpt(
        embedding("te", initial),
        embedding("pe", initial),
        blocks,
        new LayerNorm(TraceNet.size(initial, "nf.weight", 0)));
  }

  private static Embedding embedding(String name, Map<String, Tensor> initial) {
    return new Embedding(
        TraceNet.size(initial, name + ".weight", 0), TraceNet.size(initial, name + ".weight", 1));
  }

  @Override
  public void members(Members members) {
    members.child("te", te).child("pe", pe);
    for (int i = 0; i < blocks.size(); i++) {
      members.child("b" + i, blocks.get(i));
    }
    members.child("nf", nf);
  }

  @Override
  public Tensor forward(Tensor tokens) {
    Tensor positions = Tensor.arange(tokens.size(1)).to(tokens.device());
    Tensor x = te.forward(tokens).add(pe.forward(positions));
    for (Block block : blocks) {
      x = block.forward(x);
    }
    return nf.forward(x).matmul(te.weight().tensor().t());
  }
}
