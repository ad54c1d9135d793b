package dev.gatun.examples.conformance.families;

import dev.gatun.nn.Layer;
import dev.gatun.nn.Members;
import dev.gatun.nn.Model;
import dev.gatun.nn.layer.BatchNorm2d;
import dev.gatun.nn.layer.Conv2d;
import dev.gatun.nn.layer.Dropout;
import dev.gatun.nn.layer.Linear;
import dev.gatun.tensor.FormatException;
import dev.gatun.tensor.Pooling;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.UnsupportedOpException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A network given by the source of a small PyTorch module: {@code s.name = nn.Layer(...)} in its
 * constructor, assignments and a {@code return} in {@code forward(s, x)}.
 */
final class PythonNet implements Layer, Model {
  private static final Pattern LAYER = Pattern.compile("s\\.(\\w+) = nn\\.(\\w+)(\\([^;\\n]*\\))");
  private static final Pattern FORWARD = Pattern.compile("def forward\\(s, x\\):(.*)");
  private static final Pattern ASSIGNMENT = Pattern.compile("(\\w+) = (.*)");

  private final Map<String, Layer> layers = new LinkedHashMap<>();
  private final List<String> statements;

  PythonNet(String source) {
    Matcher forward = FORWARD.matcher(source);
    if (!forward.find()) {
      throw new FormatException("The network has no forward(s, x): " + source);
    }
    statements = List.of(forward.group(1).strip().split("\\s*;\\s*"));
    Matcher m = LAYER.matcher(source);
    while (m.find()) {
      layers.put(m.group(1), layer(m.group(2), new Reader(m.group(3), Map.of()).arguments()));
    }
  }

  /** What stands between parentheses. */
  private record Arguments(List<Object> positional, Map<String, Object> named) {
    int integer(int position, String name, int otherwise) {
      Object v = position < positional.size() ? positional.get(position) : named.get(name);
      return v instanceof Double d ? d.intValue() : otherwise;
    }
  }

  private static Layer layer(String kind, Arguments a) {
    return switch (kind) {
      case "Linear" -> new Linear(a.integer(0, "in_features", 0), a.integer(1, "out_features", 0));
      case "Conv2d" ->
          Conv2d.of(
                  a.integer(0, "in_channels", 0),
                  a.integer(1, "out_channels", 0),
                  a.integer(2, "kernel_size", 0))
              .stride(a.integer(3, "stride", 1))
              .padding(a.integer(4, "padding", 0))
              .build();
      case "BatchNorm2d" -> new BatchNorm2d(a.integer(0, "num_features", 0));
      case "Dropout" -> new Dropout();
      default -> throw new UnsupportedOpException("No layer for nn." + kind);
    };
  }

  @Override
  public void members(Members members) {
    layers.forEach(members::layer);
  }

  @Override
  public Tensor forward(Tensor x) {
    Map<String, Object> variables = new LinkedHashMap<>(Map.of("x", x));
    for (String statement : statements) {
      if (statement.startsWith("return ")) {
        return tensor(new Reader(statement.substring(7), variables).expression());
      }
      Matcher m = ASSIGNMENT.matcher(statement);
      if (!m.matches()) {
        throw new FormatException("Unknown statement '" + statement + "'");
      }
      variables.put(m.group(1), new Reader(m.group(2), variables).expression());
    }
    throw new FormatException("The network returns nothing");
  }

  private Object call(String owner, String name, Arguments a) {
    if (owner.equals("s")) {
      Layer layer = layers.get(name);
      if (layer == null) {
        throw new FormatException("The network has no layer " + name);
      }
      return layer.forward(tensor(a.positional().get(0)));
    }
    Tensor x = tensor(a.positional().get(0));
    return switch (name) {
      case "relu" -> x.relu();
      case "gelu" -> x.gelu();
      case "silu" -> x.silu();
      case "tanh" -> x.tanh();
      case "sigmoid" -> x.sigmoid();
      case "flatten" -> x.flatten(a.integer(1, "start_dim", 0), -1);
      case "max_pool2d" -> {
        int kernel = a.integer(1, "kernel_size", 1);
        yield Pooling.maxPool2d(
            x, kernel, a.integer(2, "stride", kernel), a.integer(3, "padding", 0));
      }
      case "avg_pool2d" -> {
        int kernel = a.integer(1, "kernel_size", 1);
        yield Pooling.avgPool2d(
            x, kernel, a.integer(2, "stride", kernel), a.integer(3, "padding", 0));
      }
      default -> throw new UnsupportedOpException("No function for " + name);
    };
  }

  private static Tensor tensor(Object value) {
    if (value instanceof Tensor t) {
      return t;
    }
    throw new FormatException("Expected a tensor, got " + value);
  }

  /** Reads and computes an expression of numbers, variables, calls, sums and products. */
  private final class Reader {
    private static final Pattern TOKEN =
        Pattern.compile("\\s*([A-Za-z_]\\w*|\\d+\\.?\\d*|[-+*(),.=])");

    private final List<String> tokens = new ArrayList<>();
    private final Map<String, Object> variables;
    private int at;

    Reader(String text, Map<String, Object> variables) {
      this.variables = variables;
      Matcher m = TOKEN.matcher(text.strip());
      int end = 0;
      while (m.lookingAt()) {
        tokens.add(m.group(1));
        end = m.end();
        m.region(end, text.strip().length());
      }
      if (end < text.strip().length()) {
        throw new FormatException("Cannot read the expression '" + text + "'");
      }
    }

    private String peek() {
      return at < tokens.size() ? tokens.get(at) : "";
    }

    private boolean accept(String token) {
      boolean there = peek().equals(token);
      at += there ? 1 : 0;
      return there;
    }

    Object expression() {
      Object left = product();
      while (accept("+")) {
        Object right = product();
        left =
            left instanceof Double a && right instanceof Double b
                ? a + b
                : tensor(left).add(tensor(right));
      }
      return left;
    }

    private Object product() {
      Object left = member();
      while (accept("*")) {
        Object right = member();
        left =
            left instanceof Double a && right instanceof Double b
                ? a * b
                : tensor(left).mul(tensor(right));
      }
      return left;
    }

    /** A number, a variable or a parenthesis, with the calls that follow it. */
    private Object member() {
      Object value;
      if (accept("(")) {
        value = expression();
        accept(")");
      } else {
        String name = peek();
        at++;
        if (name.matches("\\d.*")) {
          value = Double.valueOf(name);
        } else if (name.equals("s") || name.equals("F")) {
          accept(".");
          String function = tokens.get(at++);
          value = call(name, function, arguments());
        } else {
          value = variables.get(name);
          if (value == null) {
            throw new FormatException("The network's source has no variable '" + name + "'");
          }
        }
      }
      while (accept(".")) {
        String method = tokens.get(at++);
        Arguments a = arguments();
        a.positional().add(0, value);
        value = call("", method, a);
      }
      return value;
    }

    Arguments arguments() {
      Arguments a = new Arguments(new ArrayList<>(), new LinkedHashMap<>());
      accept("(");
      while (!accept(")")) {
        if (at >= tokens.size()) {
          throw new FormatException("A parenthesis is not closed in " + tokens);
        }
        if (at + 1 < tokens.size() && tokens.get(at + 1).equals("=")) {
          String name = peek();
          at += 2;
          a.named().put(name, expression());
        } else {
          a.positional().add(expression());
        }
        accept(",");
      }
      return a;
    }
  }
}
