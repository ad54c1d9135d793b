package dev.gatun.gateway.analyze;

import dev.gatun.gateway.chat.Fields;
import dev.gatun.gateway.http.Problem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a list of layers, each an object with a {@code type} and PyTorch's names of arguments (or
 * short ones, as {@code in} and {@code out}), and follows the shape through them. Where a layer's
 * input is unknown its parameters are counted, its multiply-adds are not.
 */
final class LayerList {
  private static final long GREATEST = 1L << 40;
  private static final int MOST_LAYERS = 10_000;
  private static final Set<String> ACTIVATIONS =
      Set.of(
          "relu",
          "relu6",
          "gelu",
          "silu",
          "swish",
          "sigmoid",
          "tanh",
          "softmax",
          "logsoftmax",
          "leakyrelu",
          "prelu",
          "elu",
          "selu",
          "celu",
          "softplus",
          "softsign",
          "hardswish",
          "hardsigmoid",
          "hardtanh",
          "mish",
          "logsigmoid");

  private final List<LayerCost> costs = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();
  private final List<LayerKind> kinds = new ArrayList<>();
  private long @Nullable [] shape;

  /** What a layer is to the rules that judge a network. */
  record LayerKind(LayerCost cost, String type, Fields fields) {}

  /**
   * Layers and what is wrong between them.
   *
   * @param layers in order
   * @param findings about single layers
   */
  record Result(List<LayerKind> layers, List<Finding> findings) {}

  private LayerList(long @Nullable [] input) {
    shape = input;
  }

  /**
   * Reads layers.
   *
   * @param input the shape of one example, without the batch; null when unknown
   * @throws Problem 400 that names the field that is wrong
   */
  static Result read(List<Fields> layers, long @Nullable [] input) {
    if (layers.isEmpty() || layers.size() > MOST_LAYERS) {
      throw Problem.field(
          "/layers", "'layers' must have 1 to " + MOST_LAYERS + " layers, got " + layers.size());
    }
    LayerList list = new LayerList(input);
    for (int i = 0; i < layers.size(); i++) {
      list.add("layers[" + i + "]", layers.get(i));
    }
    return new Result(List.copyOf(list.kinds), List.copyOf(list.findings));
  }

  private void add(String name, Fields f) {
    String given = f.text("type");
    String type = given.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    type = type.equals("dense") || type.equals("fc") ? "linear" : type;
    try {
      LayerCost cost = cost(name, given, type, f);
      shape = cost.output();
      costs.add(cost);
      kinds.add(new LayerKind(cost, type, f));
    } catch (ArithmeticException _) {
      throw Problem.field(f.pointer(), "This layer is larger than a 64-bit number can count");
    }
  }

  private LayerCost cost(String name, String given, String type, Fields f) {
    if (ACTIVATIONS.contains(type) || type.startsWith("dropout") || type.equals("identity")) {
      return new LayerCost(
          name, given, shape, type.equals("prelu") ? size(f, 1, "num_parameters") : 0, 0);
    }
    return switch (type) {
      case "linear" -> linear(name, given, f);
      case "conv1d", "conv2d", "conv3d" -> convolution(name, given, f, type.charAt(4) - '0');
      case "convtranspose1d", "convtranspose2d", "convtranspose3d" ->
          transposed(name, given, f, type.charAt(13) - '0');
      case "maxpool1d", "avgpool1d", "maxpool2d", "avgpool2d", "maxpool3d", "avgpool3d" ->
          pooling(name, given, f, type.charAt(7) - '0');
      case "adaptiveavgpool1d",
          "adaptiveavgpool2d",
          "adaptiveavgpool3d",
          "adaptivemaxpool1d",
          "adaptivemaxpool2d",
          "adaptivemaxpool3d" ->
          adaptive(name, given, f, type.charAt(15) - '0');
      case "globalavgpool", "globalmaxpool", "globalaveragepool" ->
          new LayerCost(name, given, shape == null ? null : new long[] {shape[0]}, 0, 0);
      case "batchnorm", "batchnorm1d", "batchnorm2d", "batchnorm3d" ->
          normalization(name, given, f, 0, "num_features", "features");
      case "groupnorm" -> normalization(name, given, f, 0, "num_channels", "channels");
      case "layernorm" -> layerNorm(name, given, f, 2);
      case "rmsnorm" -> layerNorm(name, given, f, 1);
      case "flatten" ->
          new LayerCost(name, given, shape == null ? null : new long[] {Dims.product(shape)}, 0, 0);
      case "embedding" -> embedding(name, given, f);
      case "rnn" -> recurrent(name, given, f, 1);
      case "gru" -> recurrent(name, given, f, 3);
      case "lstm" -> recurrent(name, given, f, 4);
      case "multiheadattention" -> attention(name, given, f, 0);
      case "transformerencoderlayer" ->
          attention(name, given, f, size(f, 2048, "dim_feedforward", "ff"));
      default -> {
        findings.add(
            Finding.info(
                "unknown-layer",
                "A layer's type is not known, so it is not counted",
                name + " has the type '" + clip(given) + "'",
                ""));
        yield new LayerCost(name, given, null, 0, -1);
      }
    };
  }

  static String clip(String text) {
    return text.length() > 60 ? text.substring(0, 60) + "…" : text;
  }

  // ---- The layers -----------------------------------------------------------------------------

  private LayerCost linear(String name, String given, Fields f) {
    long[] before = shape;
    long last = before == null || before.length == 0 ? -1 : before[before.length - 1];
    long in = input(name, f, last, "in", "in_features", "input_size");
    long out = size(f, -1, "out", "out_features", "units", "output_size");
    long parameters = Math.addExact(Dims.product(in, out), bias(f) ? out : 0);
    if (before == null) {
      return new LayerCost(name, given, new long[] {out}, parameters, Dims.product(in, out));
    }
    long[] after = before.length == 0 ? new long[1] : before.clone();
    after[after.length - 1] = out;
    return new LayerCost(
        name, given, after, parameters, Math.multiplyExact(in, Dims.product(after)));
  }

  private LayerCost convolution(String name, String given, Fields f, int rank) {
    long[] before = spatial(name, rank);
    long in = input(name, f, before == null ? -1 : before[0], "in", "in_channels");
    long out = size(f, -1, "out", "out_channels", "filters");
    long[] kernel = sizes(f, rank, -1, "kernel_size", "kernel");
    long groups = size(f, 1, "groups");
    if (in % groups != 0 || out % groups != 0) {
      throw Problem.field(
          f.at("groups"), "'groups' must divide the channels, got " + groups + " of " + in);
    }
    long each = Math.multiplyExact(Dims.product(kernel), in / groups);
    long parameters = Math.addExact(Math.multiplyExact(each, out), bias(f) ? out : 0);
    if (before == null) {
      return new LayerCost(name, given, null, parameters, -1);
    }
    long[] stride = sizes(f, rank, 1, "stride", "strides");
    long[] dilation = sizes(f, rank, 1, "dilation");
    boolean same = f.object().string("padding").filter("same"::equalsIgnoreCase).isPresent();
    boolean valid = f.object().string("padding").filter("valid"::equalsIgnoreCase).isPresent();
    long[] padding = same || valid ? new long[rank] : sizes(f, rank, 0, "padding");
    long[] after = new long[rank + 1];
    after[0] = out;
    for (int i = 0; i < rank; i++) {
      after[i + 1] =
          same
              ? Math.ceilDiv(before[i + 1], stride[i])
              : Dims.window(
                  before[i + 1], kernel[i], stride[i], padding[i], padding[i], dilation[i]);
    }
    return new LayerCost(
        name,
        given,
        positive(name, after),
        parameters,
        Math.multiplyExact(each, Dims.product(after)));
  }

  private LayerCost transposed(String name, String given, Fields f, int rank) {
    long[] before = spatial(name, rank);
    long in = input(name, f, before == null ? -1 : before[0], "in", "in_channels");
    long out = size(f, -1, "out", "out_channels", "filters");
    long[] kernel = sizes(f, rank, -1, "kernel_size", "kernel");
    long each = Math.multiplyExact(Dims.product(kernel), out) / size(f, 1, "groups");
    long parameters = Math.addExact(Math.multiplyExact(each, in), bias(f) ? out : 0);
    if (before == null) {
      return new LayerCost(name, given, null, parameters, -1);
    }
    long[] stride = sizes(f, rank, 1, "stride", "strides");
    long[] padding = sizes(f, rank, 0, "padding");
    long[] extra = sizes(f, rank, 0, "output_padding");
    long[] after = new long[rank + 1];
    after[0] = out;
    for (int i = 0; i < rank; i++) {
      after[i + 1] =
          Math.multiplyExact(before[i + 1] - 1, stride[i]) - 2 * padding[i] + kernel[i] + extra[i];
    }
    return new LayerCost(
        name,
        given,
        positive(name, after),
        parameters,
        Math.multiplyExact(each, Dims.product(before)));
  }

  private LayerCost pooling(String name, String given, Fields f, int rank) {
    long[] before = spatial(name, rank);
    if (before == null) {
      return new LayerCost(name, given, null, 0, 0);
    }
    long[] kernel = sizes(f, rank, -1, "kernel_size", "kernel", "pool_size");
    long[] stride = has(f, "stride", "strides") ? sizes(f, rank, 1, "stride", "strides") : kernel;
    long[] padding = sizes(f, rank, 0, "padding");
    long[] after = before.clone();
    for (int i = 0; i < rank; i++) {
      after[i + 1] = Dims.window(before[i + 1], kernel[i], stride[i], padding[i], padding[i], 1);
    }
    return new LayerCost(name, given, positive(name, after), 0, 0);
  }

  private LayerCost adaptive(String name, String given, Fields f, int rank) {
    long[] before = spatial(name, rank);
    long[] size = sizes(f, rank, 1, "output_size", "out");
    if (before == null) {
      return new LayerCost(name, given, null, 0, 0);
    }
    long[] after = before.clone();
    System.arraycopy(size, 0, after, 1, rank);
    return new LayerCost(name, given, after, 0, 0);
  }

  private LayerCost normalization(String name, String given, Fields f, int axis, String... names) {
    long channels = shape == null || shape.length <= axis ? -1 : shape[axis];
    long features = input(name, f, channels, names);
    return new LayerCost(
        name, given, shape, Math.multiplyExact(2, features), work(features, channels));
  }

  private LayerCost layerNorm(String name, String given, Fields f, int parts) {
    long last = shape == null || shape.length == 0 ? -1 : shape[shape.length - 1];
    long[] normalized =
        f.object().members().get("normalized_shape") instanceof dev.gatun.ai.json.Json.Arr
            ? Shapes.of(f, "normalized_shape")
            : new long[] {input(name, f, last, "normalized_shape", "features", "dim")};
    long features = Dims.product(normalized);
    return new LayerCost(
        name, given, shape, Math.multiplyExact(parts, features), work(features, last));
  }

  /** One multiplication and addition for each element. */
  private long work(long features, long known) {
    return known < 0 || shape == null ? features : Dims.product(shape);
  }

  private LayerCost embedding(String name, String given, Fields f) {
    long words = size(f, -1, "num_embeddings", "num", "vocab", "in");
    long width = size(f, -1, "embedding_dim", "dim", "out");
    long[] after = null;
    if (shape != null) {
      after = Arrays.copyOf(shape, shape.length + 1);
      after[shape.length] = width;
    }
    return new LayerCost(name, given, after, Dims.product(words, width), 0);
  }

  /** {@code gates} is the number of products of each kind in a cell. */
  private LayerCost recurrent(String name, String given, Fields f, int gates) {
    long[] before = shape;
    long steps = before != null && before.length == 2 ? before[0] : -1;
    long last = before != null && before.length == 2 ? before[1] : -1;
    long in = input(name, f, last, "input_size", "in");
    long hidden = size(f, -1, "hidden_size", "hidden", "units", "out");
    long layers = size(f, 1, "num_layers", "layers");
    long directions = f.bool("bidirectional").orElse(false) ? 2 : 1;
    long weights = 0;
    long width = in;
    for (long i = 0; i < Math.min(layers, MOST_LAYERS); i++) {
      long cell = Math.multiplyExact(hidden, Math.addExact(width, hidden));
      weights = Math.addExact(weights, Dims.product(directions, gates, cell));
      width = Math.multiplyExact(hidden, directions);
    }
    long biases = bias(f) ? Dims.product(2, gates, hidden, layers, directions) : 0;
    return new LayerCost(
        name,
        given,
        steps >= 0 ? new long[] {steps, width} : null,
        Math.addExact(weights, biases),
        steps >= 0 ? Math.multiplyExact(weights, steps) : -1);
  }

  private LayerCost attention(String name, String given, Fields f, long inner) {
    long[] before = shape;
    long steps = before != null && before.length == 2 ? before[0] : -1;
    long last = before != null && before.length == 2 ? before[1] : -1;
    long width = input(name, f, last, "embed_dim", "d_model", "dim");
    long heads = size(f, 1, "num_heads", "nhead", "heads");
    if (width % heads != 0) {
      findings.add(
          Finding.error(
              "heads-do-not-divide",
              "The number of heads does not divide the width",
              name + " has " + heads + " heads of the width " + width,
              "Choose a number of heads that divides " + width + "."));
    }
    long square = Dims.product(4, width, width);
    long feedForward = Dims.product(2, width, inner);
    long parameters =
        Math.addExact(square, 4 * width)
            + (inner == 0 ? 0 : Math.addExact(feedForward, inner + width + 4 * width));
    long macs = -1;
    if (steps >= 0) {
      macs =
          Math.addExact(
              Math.multiplyExact(steps, Math.addExact(square, feedForward)),
              Dims.product(2, steps, steps, width));
    }
    return new LayerCost(name, given, before, parameters, macs);
  }

  // ---- Arguments ------------------------------------------------------------------------------

  private static boolean bias(Fields f) {
    return f.bool("bias").orElse(true);
  }

  private static boolean has(Fields f, String... names) {
    return Arrays.stream(names).anyMatch(f::has);
  }

  /** The shape when it has channels and this many axes; else it is not known from here on. */
  private long @Nullable [] spatial(String name, int rank) {
    if (shape != null && shape.length != rank + 1) {
      findings.add(
          Finding.error(
              "wrong-rank",
              "A layer gets an input of the wrong number of axes",
              name
                  + " needs [channels, "
                  + "size, ".repeat(rank - 1)
                  + "size], gets "
                  + Arrays.toString(shape),
              "Reshape its input, or use the layer of the fitting rank."));
      return null;
    }
    return shape;
  }

  private long @Nullable [] positive(String name, long[] after) {
    for (long size : after) {
      if (size < 1) {
        findings.add(
            Finding.error(
                "empty-output",
                "A layer's kernel is larger than its input",
                name + " would give " + Arrays.toString(after),
                "Use a smaller kernel or stride, more padding, or a larger input."));
        return null;
      }
    }
    return after;
  }

  /** The size of the input that a layer declares; a finding when what comes is another one. */
  private long input(String name, Fields f, long comes, String... names) {
    if (!has(f, names) && comes > 0) {
      return comes;
    }
    long declared = size(f, -1, names);
    if (comes > 0 && comes != declared) {
      findings.add(
          Finding.error(
              "shape-mismatch",
              "A layer expects another input than it gets",
              name + " expects " + declared + ", gets " + comes,
              "Set its input size to " + comes + ", or change the layer before it."));
    }
    return declared;
  }

  private static long size(Fields f, long normal, String... names) {
    for (String name : names) {
      if (f.has(name)) {
        var value = f.object().integer(name);
        if (value.isEmpty() || value.getAsLong() < 1 || value.getAsLong() > GREATEST) {
          throw f.wrong(name, "a whole number from 1 on");
        }
        return value.getAsLong();
      }
    }
    if (normal < 0) {
      throw f.wrong(names[0], "a whole number from 1 on");
    }
    return normal;
  }

  /** One number for all axes, or one for each. */
  private static long[] sizes(Fields f, int rank, long normal, String... names) {
    for (String name : names) {
      if (f.has(name)) {
        long[] out = Shapes.of(f, name);
        if (out.length == 1 && rank > 1) {
          long all = out[0];
          out = new long[rank];
          Arrays.fill(out, all);
        }
        if (out.length != rank) {
          throw f.wrong(name, "one number or " + rank);
        }
        for (long v : out) {
          if (v < Math.min(normal < 0 ? 1 : normal, 1)) {
            throw f.wrong(name, normal == 0 ? "at least 0" : "at least 1");
          }
        }
        return out;
      }
    }
    if (normal < 0) {
      throw f.wrong(names[0], "a whole number or " + rank + " of them");
    }
    long[] out = new long[rank];
    Arrays.fill(out, normal);
    return out;
  }
}
