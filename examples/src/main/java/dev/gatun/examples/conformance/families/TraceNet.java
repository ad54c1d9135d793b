package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Attributes;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Members;
import dev.gatun.nn.Model;
import dev.gatun.nn.layer.BatchNorm2d;
import dev.gatun.nn.layer.Conv2d;
import dev.gatun.nn.layer.Embedding;
import dev.gatun.nn.layer.Flatten;
import dev.gatun.nn.layer.GroupNorm;
import dev.gatun.nn.layer.Linear;
import dev.gatun.nn.layer.MaxPool2d;
import dev.gatun.nn.layer.Relu;
import dev.gatun.nn.layer.Sigmoid;
import dev.gatun.nn.layer.Silu;
import dev.gatun.nn.layer.Tanh;
import dev.gatun.nn.recurrent.Lstm;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.UnsupportedOpException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A network of a recorded training, built from its description and the shapes of its initial state:
 * {@code c1 conv(1,4,3,pad1)-b1 BN-ReLU-flatten-fc} and alike.
 */
sealed interface TraceNet extends Layer, Model permits TraceNet.Chain, TraceNet.Residual, TraceGpt {

  /** Named layers one after another. */
  record Chain(Map<String, Layer> layers) implements TraceNet {
    @Override
    public void members(Members members) {
      layers.forEach(members::layer);
    }

    @Override
    public Tensor forward(Tensor x) {
      Tensor y = x;
      for (Layer layer : layers.values()) {
        y = layer.forward(y);
      }
      return y;
    }
  }

  /** {@code x = i(x); x = x + p(silu(a(silu(g(x))))); o(mean over H,W)}. */
  record Residual(Conv2d i, GroupNorm g, Conv2d a, Conv2d p, Linear o) implements TraceNet {
    static final String FORM = "x=i(x); x = x + p(silu(a(silu(g(x))))); o(mean over H,W)";

    @Override
    public void members(Members members) {
      members.child("i", i).child("g", g).child("a", a).child("p", p).child("o", o);
    }

    @Override
    public Tensor forward(Tensor input) {
      Tensor x = i.forward(input);
      Tensor inner = a.forward(g.forward(x).silu()).silu();
      return o.forward(x.add(p.forward(inner)).mean(2, 3));
    }
  }

  /** The network that {@code net} describes. */
  static TraceNet of(Attributes attributes, Map<String, Tensor> initial) {
    String net = attributes.text("net");
    if (net.startsWith(TraceGpt.FORM)) {
      return TraceGpt.of(net, initial);
    }
    if (net.startsWith(Residual.FORM)) {
      Map<String, String> parts = new LinkedHashMap<>();
      Matcher m = Pattern.compile("(\\w) ([^;,(]*(?:\\([^)]*\\)| 1x1))").matcher(net);
      m.region(Residual.FORM.length(), net.length());
      while (m.find()) {
        parts.put(m.group(1), m.group(2));
      }
      return new Residual(
          conv("i", part(parts, "i"), initial),
          new GroupNorm(
              Integer.parseInt(part(parts, "g").replaceAll("\\D*(\\d+).*", "$1")),
              size(initial, "g.weight", 0)),
          conv("a", part(parts, "a"), initial),
          conv("p", part(parts, "p"), initial),
          linear("o", initial));
    }
    return chain(net, attributes.text("batch_norm", ""), initial);
  }

  private static String part(Map<String, String> parts, String name) {
    String text = parts.get(name);
    if (text == null) {
      throw new UnsupportedOpException("The network's description lacks the layer " + name);
    }
    return text;
  }

  private static Chain chain(String net, String batchNorm, Map<String, Tensor> initial) {
    Map<String, Layer> layers = new LinkedHashMap<>();
    for (String token : net.split("\\s*-(?![^(]*\\))\\s*", -1)) {
      String[] words = token.split("\\s+", 2);
      boolean named = initial.keySet().stream().anyMatch(key -> key.startsWith(words[0] + "."));
      String name = named ? words[0] : Integer.toString(layers.size());
      String kind = named ? (words.length == 1 ? "Linear" : words[1]) : token;
      layers.put(name, layer(name, kind, batchNorm, initial));
    }
    return new Chain(layers);
  }

  private static Layer layer(
      String name, String kind, String batchNorm, Map<String, Tensor> initial) {
    return switch (kind.replaceAll("[\\d(].*", "").strip()) {
      case "Linear" -> linear(name, initial);
      case "conv" -> conv(name, kind, initial);
      case "BN" ->
          BatchNorm2d.of(size(initial, name + ".weight", 0))
              .momentum(TraceText.numberAfter("momentum", batchNorm, 0.1))
              .epsilon(TraceText.numberAfter("eps", batchNorm, 1e-5))
              .build();
      case "Embedding" ->
          new Embedding(size(initial, name + ".weight", 0), size(initial, name + ".weight", 1));
      case "LSTM" ->
          Lstm.of(
                  size(initial, name + ".weight_ih_l0", 1),
                  size(initial, name + ".weight_hh_l0", 1))
              .batchFirst(kind.contains("batch_first"))
              .build();
      case "maxpool" -> new MaxPool2d(Integer.parseInt(kind.substring("maxpool".length())));
      case "flatten" -> new Flatten();
      case "ReLU" -> new Relu();
      case "Tanh" -> new Tanh();
      case "Sigmoid" -> new Sigmoid();
      case "SiLU" -> new Silu();
      default -> throw new UnsupportedOpException("No layer for '" + kind + "'");
    };
  }

  private static Linear linear(String name, Map<String, Tensor> initial) {
    return new Linear(
        size(initial, name + ".weight", 1),
        size(initial, name + ".weight", 0),
        initial.containsKey(name + ".bias"));
  }

  /** {@code conv(in,out,kernel,stride2,pad1,groups6)}; sizes come from the weight. */
  private static Conv2d conv(String name, String text, Map<String, Tensor> initial) {
    Shape weight = shape(initial, name + ".weight");
    int groups = (int) TraceText.numberAfter("groups", text, 1);
    return Conv2d.of(
            Math.toIntExact(weight.size(1) * groups),
            Math.toIntExact(weight.size(0)),
            Math.toIntExact(weight.size(2)),
            Math.toIntExact(weight.size(3)))
        .stride((int) TraceText.numberAfter("stride", text, 1))
        .padding((int) TraceText.numberAfter("pad", text, 0))
        .groups(groups)
        .bias(initial.containsKey(name + ".bias"))
        .build();
  }

  /** The size of an axis of an initial tensor. */
  static int size(Map<String, Tensor> initial, String name, int axis) {
    return Math.toIntExact(shape(initial, name).size(axis));
  }

  private static Shape shape(Map<String, Tensor> initial, String name) {
    Tensor t = initial.get(name);
    if (t == null) {
      throw new UnsupportedOpException("The network's initial state lacks " + name);
    }
    return t.shape();
  }
}
