package dev.gatun.gateway.analyze;

import dev.gatun.ai.json.Json;
import dev.gatun.gateway.analyze.OnnxModel.TensorData;
import dev.gatun.gateway.http.Problem;
import dev.gatun.nn.format.SafeTensors;
import dev.gatun.nn.format.SafeTensorsFile;
import dev.gatun.tensor.DTypeException;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.FormatException;
import dev.gatun.tensor.Scope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Judges a file of weights: safetensors, or else ONNX. */
final class ModelFile {
  /** The header of a file with 100,000 tensors; the objects made of it take ten times as much. */
  private static final long LONGEST_HEADER = 10 << 20;

  private ModelFile() {}

  /**
   * Counts and judges.
   *
   * @param input the shape of the input with the batch, where the file leaves it open; null for
   *     none
   * @throws Problem 400 in one sentence when the file is neither
   */
  static Analysis of(Path file, long @Nullable [] input) {
    try {
      return isSafeTensors(file) ? safeTensors(file) : onnx(file, input);
    } catch (FormatException e) {
      String message = String.valueOf(e.getMessage()).replace(file.toString(), "the file");
      throw unusable(message.startsWith("is ") ? "The file " + message : message);
    } catch (ArithmeticException _) {
      throw unusable("The file has sizes that a 64-bit number cannot count");
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the uploaded file", e);
    }
  }

  private static Problem unusable(String sentence) {
    String clean = sentence.replaceAll("[\\p{Cntrl}]", "?");
    return Problem.of(
        400, "unusable-file", clean.length() > 500 ? clean.substring(0, 500) + "…" : clean);
  }

  /** Eight bytes of length, then a JSON object. */
  private static boolean isSafeTensors(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      byte[] head = in.readNBytes(9);
      if (head.length < 9 || head[8] != '{') {
        return false;
      }
      long n =
          MemorySegment.ofArray(head)
              .get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
      if (n > LONGEST_HEADER && n <= Files.size(file)) {
        throw new FormatException(
            "The header of the file has "
                + n
                + " bytes, at most "
                + LONGEST_HEADER
                + " are analysed");
      }
      return true;
    }
  }

  private static Analysis safeTensors(Path path) throws IOException {
    SafeTensorsFile file = SafeTensors.open(path);
    TensorHealth health = new TensorHealth();
    for (String name : file.names()) {
      try (Scope _ = Scope.open()) {
        health.read(name, file.dtype(name), file.tensor(name, Device.CPU));
      } catch (DTypeException _) {
        health.unread(name, file.dtype(name), file.shape(name).toArray(), 0);
      }
    }
    Json.ObjectBuilder metadata = Json.object();
    file.metadata().entrySet().stream()
        .limit(50)
        .forEach(e -> metadata.put(e.getKey(), LayerList.clip(e.getValue())));
    return new Analysis(
        "safetensors",
        health
            .facts()
            .with("metadata", metadata.build())
            .with("memory", Network.memory(health.parameters(), 0, false)),
        health.findings());
  }

  private static Analysis onnx(Path path, long @Nullable [] input) throws IOException {
    try (var channel = FileChannel.open(path, StandardOpenOption.READ);
        Arena arena = Arena.ofConfined()) {
      MemorySegment all =
          channel.size() == 0
              ? MemorySegment.NULL
              : channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      return onnx(OnnxModel.read(all), input);
    }
  }

  private static Analysis onnx(OnnxModel model, long @Nullable [] input) {
    TensorHealth health = new TensorHealth();
    int external = 0;
    List<TensorData> tensors = new ArrayList<>(model.initializers.values());
    for (var node : model.nodes) {
      TensorData t = node.tensor();
      if (t != null && node.op().equals("Constant") && t.size() > 64) {
        tensors.add(t); // some exporters write weights as constants
      }
    }
    for (TensorData t : tensors) {
      OnnxTypes type = OnnxTypes.of(t.type());
      MemorySegment data = t.external() ? null : type.data(t);
      external += t.external() ? 1 : 0;
      var dtype = type.dtype();
      if (data == null || dtype == null) {
        health.unread(t.name(), type.name(), t.dims(), type.bytes(t));
      } else {
        health.read(t.name(), type.name(), dtype, t.dims(), data);
      }
    }
    Map<String, long[]> inputs = inputs(model, input);
    OnnxCost cost = OnnxCost.of(model, inputs);
    List<Finding> findings = new ArrayList<>(health.findings());
    judge(model, cost, external, findings);
    Map<String, Integer> operations = new TreeMap<>();
    model.nodes.forEach(n -> operations.merge(LayerList.clip(n.op()), 1, Integer::sum));
    Json.ObjectBuilder ops = Json.object();
    operations.entrySet().stream().limit(300).forEach(e -> ops.put(e.getKey(), e.getValue()));
    Json.ObjectBuilder ins = Json.object();
    inputs.entrySet().stream()
        .limit(100)
        .forEach(e ->
            ins.put(
                e.getKey(), OnnxModel.hasRank(e.getValue()) ? Dims.json(e.getValue()) : Json.NULL));
    Json.ObjectBuilder opsets = Json.object();
    model.opsets.forEach(opsets::put);
    return new Analysis(
        "onnx",
        health
            .facts()
            .merge(
                Json.object()
                    .put("ir_version", model.irVersion)
                    .put("producer", model.producer)
                    .put("opsets", opsets.build())
                    .put("inputs", ins.build())
                    .put("outputs", Json.strings(model.outputs.stream().limit(100).toList()))
                    .put("node_count", model.nodes.size())
                    .put("operations", ops.build())
                    .put("multiply_adds", cost.multiplyAdds)
                    .put("multiply_adds_complete", isComplete(model, cost))
                    .put("memory", Network.memory(health.parameters(), cost.activations, true))
                    .build()),
        findings);
  }

  private static boolean isComplete(OnnxModel model, OnnxCost cost) {
    return cost.uncountedNodes == 0 && model.subgraphs == 0 && model.functions == 0;
  }

  /** The shapes of the inputs: as given, or as declared with 1 for an open batch. */
  private static Map<String, long[]> inputs(OnnxModel model, long @Nullable [] given) {
    Map<String, long[]> out = new LinkedHashMap<>(model.inputs);
    if (!out.isEmpty() && given != null) {
      String first = out.keySet().iterator().next();
      long[] declared = model.inputs.getOrDefault(first, OnnxModel.UNKNOWN);
      long[] shape = given;
      if (OnnxModel.hasRank(declared) && declared.length == given.length + 1) {
        shape = new long[given.length + 1];
        shape[0] = 1;
        System.arraycopy(given, 0, shape, 1, given.length);
      }
      out.put(first, shape);
    }
    out.replaceAll((_, shape) -> {
      if (OnnxModel.hasRank(shape) && shape.length > 0 && shape[0] == -1) {
        long[] one = shape.clone();
        one[0] = 1;
        return one;
      }
      return shape;
    });
    return out;
  }

  private static void judge(OnnxModel model, OnnxCost cost, int external, List<Finding> findings) {
    if (external > 0) {
      findings.add(
          Finding.warning(
              "external-data",
              "Weights lie in another file, which was not uploaded",
              external + " tensors",
              "Save the model with its weights inside, or upload both."));
    }
    if (cost.uncountedNodes > 0) {
      findings.add(
          Finding.info(
              "not-counted",
              "Multiply-adds of some nodes are not counted: their shapes are not known",
              cost.uncountedNodes + " nodes of " + String.join(", ", cost.uncounted),
              "Give 'input_shape', or save the model with inferred shapes."));
    }
    if (model.subgraphs > 0 || model.functions > 0) {
      findings.add(
          Finding.info(
              "not-followed",
              "What loops, branches and functions contain is not counted",
              model.subgraphs + " subgraphs, " + model.functions + " functions",
              ""));
    }
    long opset = model.opsets.getOrDefault("ai.onnx", 0L);
    if (opset > 0 && opset < 11) {
      findings.add(
          Finding.info(
              "old-opset",
              "The model uses an old set of operations",
              "opset " + opset,
              "Convert it to opset 17 or newer for newer runtimes."));
    }
    List<String> dead = unused(model);
    if (!dead.isEmpty()) {
      findings.add(
          Finding.info(
              "unused-weights",
              "Weights are stored that no node uses",
              String.join(", ", dead.subList(0, Math.min(5, dead.size()))),
              "Remove them to make the file smaller."));
    }
  }

  private static List<String> unused(OnnxModel model) {
    var used = new java.util.HashSet<String>(model.outputs);
    model.nodes.forEach(n -> used.addAll(n.inputs()));
    if (model.subgraphs > 0) {
      return List.of(); // a subgraph may use them
    }
    return model.initializers.keySet().stream()
        .filter(n -> !used.contains(n))
        .map(LayerList::clip)
        .toList();
  }
}
