package dev.gatun.gateway.analyze;

import dev.gatun.ai.json.Json;
import dev.gatun.gateway.analyze.LayerList.LayerKind;
import dev.gatun.gateway.chat.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Judges a network that is given as a list of layers. */
final class Network {
  private static final Set<String> SATURATING = Set.of("sigmoid", "tanh", "softsign");
  private static final Set<String> LINEAR_MAPS = Set.of("linear", "conv1d", "conv2d", "conv3d");
  private static final int MOST_SHOWN = 1000;

  private Network() {}

  /**
   * Counts and judges.
   *
   * @param input the shape of one example; null when unknown
   * @throws dev.gatun.gateway.http.Problem 400 that names the field that is wrong
   */
  static Analysis of(List<Fields> layers, long @Nullable [] input) {
    LayerList.Result read = LayerList.read(layers, input);
    List<Finding> findings = new ArrayList<>(read.findings());
    long parameters = 0;
    long activations = 0;
    long macs = 0;
    boolean counted = true;
    List<Json> shown = new ArrayList<>();
    try {
      for (LayerKind layer : read.layers()) {
        LayerCost cost = layer.cost();
        parameters = Math.addExact(parameters, cost.parameters());
        activations = Math.addExact(activations, cost.activations());
        macs = Math.addExact(macs, Math.max(0, cost.multiplyAdds()));
        counted &= cost.multiplyAdds() >= 0;
        if (shown.size() < MOST_SHOWN) {
          shown.add(cost.json());
        }
      }
    } catch (ArithmeticException _) {
      throw dev.gatun.gateway.http.Problem.field(
          "/layers", "The network is larger than a 64-bit number can count");
    }
    judge(read.layers(), parameters, findings);
    Json.ObjectBuilder facts =
        Json.object()
            .put("layers", new Json.Arr(shown))
            .put("layer_count", read.layers().size())
            .put("parameters", parameters);
    if (input != null) {
      facts.put("input_shape", Dims.json(input)).put("multiply_adds", macs);
    }
    facts.put("multiply_adds_complete", counted && input != null);
    facts.put("memory", memory(parameters, activations, input != null));
    if (input == null) {
      findings.add(
          Finding.info(
              "no-input-shape",
              "Without the input's shape not all can be counted",
              "no 'input_shape' was given",
              "Give the shape of one example, such as \"input_shape\": [3, 224, 224]."));
    }
    return new Analysis("network", facts.build(), findings);
  }

  /** In bytes, of float32; training keeps gradients and AdamW's two moments beside the weights. */
  static Json.Obj memory(long parameters, long activations, boolean known) {
    Json.ObjectBuilder b =
        Json.object()
            .put("weights_float32_bytes", saturated(parameters, 4))
            .put("training_state_adamw_bytes", saturated(parameters, 16));
    if (known) {
      b.put("activations_per_example_bytes", saturated(activations, 4));
    }
    return b.build();
  }

  private static long saturated(long a, long b) {
    return a > Long.MAX_VALUE / b ? Long.MAX_VALUE : a * b;
  }

  private static void judge(List<LayerKind> layers, long parameters, List<Finding> findings) {
    long maps = layers.stream().filter(l -> LINEAR_MAPS.contains(l.type())).count();
    neighbours(layers, findings);
    List<LayerKind> saturating =
        layers.stream().filter(l -> SATURATING.contains(l.type())).toList();
    if (saturating.size() >= 4) {
      findings.add(
          Finding.warning(
              "vanishing-gradients",
              "Many saturating activations one after another let gradients vanish",
              saturating.size() + " layers of sigmoid or tanh",
              "Use ReLU, GELU or SiLU inside, and keep sigmoid for the output."));
    }
    if (maps >= 8 && layers.stream().noneMatch(l -> l.type().contains("norm"))) {
      findings.add(
          Finding.warning(
              "deep-without-normalisation",
              "A deep network without any normalisation is hard to train",
              maps + " layers with weights, none that normalises",
              "Put LayerNorm or BatchNorm between them, or add residual connections."));
    }
    for (LayerKind l : layers) {
      if (l.type().startsWith("dropout") && l.fields().object().number("p").orElse(0.5) > 0.7) {
        findings.add(
            Finding.warning(
                "strong-dropout",
                "A dropout throws most of its input away",
                l.cost().name() + " has p = " + l.fields().object().number("p").orElse(0.5),
                "Probabilities from 0.1 to 0.5 are usual."));
      }
      if (parameters > 100_000 && l.cost().parameters() > 0.9 * parameters && maps > 1) {
        findings.add(
            Finding.info(
                "one-layer-has-most",
                "One layer has more than nine tenths of the parameters",
                l.cost().name()
                    + " has "
                    + Dims.count(l.cost().parameters())
                    + " of "
                    + Dims.count(parameters),
                "Reduce its input first, for example by pooling before it is flattened."));
      }
    }
    last(layers, findings);
  }

  private static void neighbours(List<LayerKind> layers, List<Finding> findings) {
    for (int i = 0; i + 1 < layers.size(); i++) {
      LayerKind a = layers.get(i);
      LayerKind b = layers.get(i + 1);
      if (LINEAR_MAPS.contains(a.type()) && a.type().equals(b.type())) {
        findings.add(
            Finding.warning(
                "no-activation-between",
                "Two linear layers without an activation between them are one",
                a.cost().name() + " and " + b.cost().name(),
                "Put an activation such as ReLU between them, or leave one out."));
      }
      if (LINEAR_MAPS.contains(a.type())
          && b.type().startsWith("batchnorm")
          && a.fields().bool("bias").orElse(true)) {
        findings.add(
            Finding.info(
                "bias-before-batchnorm",
                "A bias before a batch normalisation has no effect",
                a.cost().name() + " has a bias, " + b.cost().name() + " subtracts it again",
                "Set \"bias\": false in " + a.cost().name() + "."));
      }
      if (a.type().contains("softmax") && b.type().contains("softmax")) {
        findings.add(
            Finding.error(
                "softmax-twice",
                "A softmax of a softmax flattens the probabilities",
                a.cost().name() + " and " + b.cost().name(),
                "Leave one out."));
      }
    }
  }

  private static void last(List<LayerKind> layers, List<Finding> findings) {
    LayerKind last = layers.getLast();
    if (last.type().startsWith("dropout")) {
      findings.add(
          Finding.warning(
              "dropout-at-the-end",
              "A dropout after the last layer disturbs the outputs themselves",
              last.cost().toString(),
              "Leave it out."));
    }
    if (last.type().equals("relu")) {
      findings.add(
          Finding.warning(
              "relu-at-the-end",
              "The outputs cannot be negative, and those at 0 have no gradient",
              last.cost().toString(),
              "Leave it out, or use the activation that the loss expects."));
    }
    if (last.type().equals("softmax")) {
      findings.add(
          Finding.info(
              "softmax-at-the-end",
              "Most frameworks' cross entropy takes scores and applies the softmax itself",
              last.cost().toString(),
              "Leave it out of training when the loss is a cross entropy of scores (logits)."));
    }
    if (layers.size() > 1 && layers.stream().filter(l -> l.cost().parameters() > 0).count() == 0) {
      findings.add(
          Finding.error(
              "nothing-to-train",
              "No layer has parameters",
              layers.size() + " layers",
              "Add a layer with weights."));
    }
  }
}
