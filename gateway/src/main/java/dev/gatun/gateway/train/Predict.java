package dev.gatun.gateway.train;

import dev.gatun.ai.json.Json;
import dev.gatun.autograd.NoGrad;
import dev.gatun.gateway.chat.Fields;
import dev.gatun.gateway.http.Problem;
import dev.gatun.nn.layer.Sequential;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Rows of a request in numbers, and what a network says of them. */
final class Predict {
  private static final int MOST_ROWS = 10_000;

  private Predict() {}

  /**
   * Reads {@code rows}: objects of the model's columns. One that is missing or null counts as an
   * empty cell does.
   *
   * @return [rows, inputs]
   * @throws Problem 400 that names the cell that is wrong
   */
  static float[] read(Fields f, Encoder encoder) {
    TrainSpec.known(f, Set.of("rows"));
    List<Fields> rows = f.objects("rows");
    if (rows.isEmpty() || rows.size() > MOST_ROWS) {
      throw f.wrong("rows", "an array of 1 to " + MOST_ROWS + " objects");
    }
    Set<String> names = new HashSet<>(encoder.ignored());
    names.add(encoder.target());
    encoder.features().forEach(feature -> names.add(feature.name()));
    int width = encoder.inputs();
    float[] values = new float[rows.size() * width];
    for (int i = 0; i < rows.size(); i++) {
      row(rows.get(i), encoder, names, values, i * width);
    }
    return values;
  }

  private static void row(Fields row, Encoder encoder, Set<String> names, float[] into, int from) {
    for (String name : row.object().members().keySet()) {
      if (!names.contains(name)) {
        throw Problem.field(
            row.at(name),
            "The model has no column '"
                + Table.clip(name)
                + "', but "
                + encoder.features().stream().limit(20).map(Feature::name).toList());
      }
    }
    List<String> cells = new ArrayList<>();
    for (Feature feature : encoder.features()) {
      cells.add(cell(row, feature));
    }
    try {
      encoder.encode(cells, into, from);
    } catch (Feature.BadCell e) {
      throw Problem.field(row.at(e.column()), String.valueOf(e.getMessage()));
    }
  }

  private static String cell(Fields row, Feature feature) {
    return switch (row.object().members().get(feature.name())) {
      case null -> "";
      case Json.Null _ -> "";
      case Json.Str s -> s.value().strip();
      case Json.Num n -> n.literal();
      case Json.Bool b -> Boolean.toString(b.value());
      default -> throw row.wrong(feature.name(), "a number or a text");
    };
  }

  /** What a network says: [rows, outputs], of a classification the probabilities. */
  static float[] ask(Sequential network, Encoder encoder, float[] input) {
    try (NoGrad _ = NoGrad.enter();
        Scope _ = Scope.open()) {
      int width = encoder.inputs();
      Tensor x = Tensor.of(input, Shape.of(input.length / width, width));
      Tensor y = network.forward(x.to(network.parameters().getFirst().tensor().device()));
      return (encoder.isClassification() ? y.softmax(1) : y).toFloatArray();
    }
  }

  /** The predictions in JSON. */
  static Json.Arr json(float[] outputs, Encoder encoder) {
    List<Json> out = new ArrayList<>();
    int width = encoder.outputs();
    for (int from = 0; from < outputs.length; from += width) {
      out.add(
          encoder.isClassification()
              ? classes(outputs, from, encoder)
              : Json.object()
                  .put(
                      "value",
                      EpochRows.number(outputs[from] * encoder.deviation() + encoder.mean()))
                  .build());
    }
    return new Json.Arr(out);
  }

  private static Json classes(float[] outputs, int from, Encoder encoder) {
    Json.ObjectBuilder probabilities = Json.object();
    int best = 0;
    for (int i = 0; i < encoder.classes().size(); i++) {
      best = outputs[from + i] > outputs[from + best] ? i : best;
      probabilities.put(encoder.classes().get(i), EpochRows.number(outputs[from + i]));
    }
    return Json.object()
        .put("class", encoder.classes().get(best))
        .put("probabilities", probabilities.build())
        .build();
  }
}
