package dev.gatun.gateway.train;

import dev.gatun.nn.Layer;
import dev.gatun.nn.layer.Celu;
import dev.gatun.nn.layer.Dropout;
import dev.gatun.nn.layer.Elu;
import dev.gatun.nn.layer.Gelu;
import dev.gatun.nn.layer.Hardswish;
import dev.gatun.nn.layer.LeakyRelu;
import dev.gatun.nn.layer.Linear;
import dev.gatun.nn.layer.Mish;
import dev.gatun.nn.layer.Relu;
import dev.gatun.nn.layer.Selu;
import dev.gatun.nn.layer.Sequential;
import dev.gatun.nn.layer.Sigmoid;
import dev.gatun.nn.layer.Silu;
import dev.gatun.nn.layer.Tanh;
import dev.gatun.tensor.Generator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Makes multi-layer perceptrons. */
final class Mlp {
  static final Map<String, Supplier<Layer>> ACTIVATIONS =
      Map.ofEntries(
          Map.entry("relu", Relu::new),
          Map.entry("gelu", Gelu::new),
          Map.entry("silu", Silu::new),
          Map.entry("tanh", Tanh::new),
          Map.entry("sigmoid", Sigmoid::new),
          Map.entry("leaky_relu", LeakyRelu::new),
          Map.entry("elu", Elu::new),
          Map.entry("selu", Selu::new),
          Map.entry("celu", Celu::new),
          Map.entry("mish", Mish::new),
          Map.entry("hardswish", Hardswish::new));

  private Mlp() {}

  /** How many numbers a network has. */
  static long parameters(TrainSpec.Network network, int inputs, int outputs) {
    long sum = 0;
    long in = inputs;
    for (int width : network.hidden()) {
      sum += (in + 1) * width;
      in = width;
    }
    return sum + (in + 1) * outputs;
  }

  /**
   * A network of [n, inputs] to [n, outputs].
   *
   * @param dropouts draws what is dropped
   */
  static Sequential of(TrainSpec.Network network, int inputs, int outputs, Generator dropouts) {
    List<Layer> layers = new ArrayList<>();
    int in = inputs;
    for (int width : network.hidden()) {
      layers.add(new Linear(in, width));
      layers.add(java.util.Objects.requireNonNull(ACTIVATIONS.get(network.activation())).get());
      if (network.dropout() > 0) {
        layers.add(new Dropout(network.dropout(), dropouts));
      }
      in = width;
    }
    layers.add(new Linear(in, outputs));
    return Sequential.of(layers);
  }
}
