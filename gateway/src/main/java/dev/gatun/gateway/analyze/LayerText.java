package dev.gatun.gateway.analyze;

import dev.gatun.ai.json.Json;
import dev.gatun.gateway.chat.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds layers in a text: in what PyTorch prints of a model, and in programs that call constructors
 * of that name, as {@code nn.Linear(784, 256)}.
 */
final class LayerText {
  private static final List<String> CONVOLUTION =
      List.of("in", "out", "kernel_size", "stride", "padding", "dilation", "groups");
  private static final List<String> POOLING = List.of("kernel_size", "stride", "padding");

  /** The names of arguments that come without one. */
  private static final Map<String, List<String>> POSITIONS =
      Map.ofEntries(
          Map.entry("linear", List.of("in", "out", "bias")),
          Map.entry("conv1d", CONVOLUTION),
          Map.entry("conv2d", CONVOLUTION),
          Map.entry("conv3d", CONVOLUTION),
          Map.entry("convtranspose1d", CONVOLUTION.subList(0, 5)),
          Map.entry("convtranspose2d", CONVOLUTION.subList(0, 5)),
          Map.entry("maxpool1d", POOLING),
          Map.entry("maxpool2d", POOLING),
          Map.entry("maxpool3d", POOLING),
          Map.entry("avgpool1d", POOLING),
          Map.entry("avgpool2d", POOLING),
          Map.entry("avgpool3d", POOLING),
          Map.entry("adaptiveavgpool1d", List.of("output_size")),
          Map.entry("adaptiveavgpool2d", List.of("output_size")),
          Map.entry("adaptivemaxpool2d", List.of("output_size")),
          Map.entry("batchnorm1d", List.of("num_features")),
          Map.entry("batchnorm2d", List.of("num_features")),
          Map.entry("batchnorm3d", List.of("num_features")),
          Map.entry("groupnorm", List.of("num_groups", "num_channels")),
          Map.entry("layernorm", List.of("normalized_shape")),
          Map.entry("rmsnorm", List.of("normalized_shape")),
          Map.entry("embedding", List.of("num_embeddings", "embedding_dim")),
          Map.entry("rnn", List.of("input_size", "hidden_size", "num_layers")),
          Map.entry("gru", List.of("input_size", "hidden_size", "num_layers")),
          Map.entry("lstm", List.of("input_size", "hidden_size", "num_layers")),
          Map.entry("multiheadattention", List.of("embed_dim", "num_heads")),
          Map.entry("transformerencoderlayer", List.of("d_model", "nhead", "dim_feedforward")),
          Map.entry("dropout", List.of("p")),
          Map.entry("flatten", List.of()),
          Map.entry("relu", List.of()),
          Map.entry("gelu", List.of()),
          Map.entry("silu", List.of()),
          Map.entry("sigmoid", List.of()),
          Map.entry("tanh", List.of()),
          Map.entry("softmax", List.of()),
          Map.entry("logsoftmax", List.of()),
          Map.entry("leakyrelu", List.of()),
          Map.entry("elu", List.of()));

  private static final Pattern CALL =
      Pattern.compile(
          "\\b(" + String.join("|", POSITIONS.keySet()) + ")\\(", Pattern.CASE_INSENSITIVE);
  private static final int LONGEST_ARGUMENTS = 1000;

  private LayerText() {}

  /** The layers, in the order of the text; none where there are none. */
  static List<Fields> find(String text) {
    List<Fields> out = new ArrayList<>();
    Matcher m = CALL.matcher(text);
    while (m.find()) {
      String type = m.group(1).toLowerCase(Locale.ROOT);
      Optional<String> arguments = arguments(text, m.end());
      if (arguments.isPresent()) {
        String pointer = "/description/" + out.size();
        out.add(new Fields(layer(m.group(1), type, arguments.get()), pointer));
      }
    }
    return out;
  }

  private static Optional<String> arguments(String text, int from) {
    int depth = 1;
    for (int i = from; i < Math.min(text.length(), from + LONGEST_ARGUMENTS); i++) {
      char c = text.charAt(i);
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (depth == 0) {
        return Optional.of(text.substring(from, i));
      }
    }
    return Optional.empty();
  }

  private static Json.Obj layer(String given, String type, String arguments) {
    Json.ObjectBuilder b = Json.object().put("type", given);
    List<String> names = POSITIONS.getOrDefault(type, List.of());
    int position = 0;
    for (String part : split(arguments)) {
      int equals = part.indexOf('=');
      String name;
      if (equals > 0) {
        name = part.substring(0, equals).strip();
      } else if (position < names.size()) {
        name = names.get(position++);
      } else {
        continue;
      }
      value(part.substring(equals + 1).strip()).ifPresent(v -> b.put(name, v));
    }
    return b.build();
  }

  /** At commas outside of brackets. */
  private static List<String> split(String arguments) {
    List<String> out = new ArrayList<>();
    int depth = 0;
    int begin = 0;
    for (int i = 0; i < arguments.length(); i++) {
      char c = arguments.charAt(i);
      depth += c == '(' || c == '[' ? 1 : c == ')' || c == ']' ? -1 : 0;
      if (c == ',' && depth == 0) {
        out.add(arguments.substring(begin, i));
        begin = i + 1;
      }
    }
    out.add(arguments.substring(begin));
    return out.stream().filter(s -> !s.isBlank()).toList();
  }

  private static Optional<Json> value(String text) {
    if (text.matches("-?[0-9]{1,15}(\\.[0-9]{1,15})?")) {
      return Optional.of(new Json.Num(text));
    }
    if (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")) {
      return Optional.of(Json.of(text.equalsIgnoreCase("true")));
    }
    if (text.matches("['\"][a-z]{1,20}['\"]")) {
      return Optional.of(Json.of(text.substring(1, text.length() - 1)));
    }
    if (text.matches("[(\\[][0-9, ]{1,100}[)\\]]")) {
      List<Json> sizes = new ArrayList<>();
      for (String part : text.substring(1, text.length() - 1).split(",", -1)) {
        if (part.strip().matches("[0-9]{1,15}")) {
          sizes.add(new Json.Num(part.strip()));
        }
      }
      return Optional.of(new Json.Arr(sizes));
    }
    return Optional.empty();
  }
}
