package dev.gatun.gateway.train;

import dev.gatun.ai.json.Json;
import dev.gatun.gateway.http.Problem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Turns rows of texts into what a network takes and gives.
 *
 * @param features the input columns, in order
 * @param target the column to predict
 * @param classes the target's values of a classification, in order; empty for a regression
 * @param mean of the target of a regression, in the training rows
 * @param deviation of the same
 * @param ignored columns that rows may have and that do not count
 */
record Encoder(
    List<Feature> features,
    String target,
    List<String> classes,
    double mean,
    double deviation,
    Set<String> ignored) {
  private static final int MOST_CLASSES = 1000;
  private static final long MOST_NUMBERS = 20_000_000;

  Encoder {
    features = List.copyOf(features);
    classes = List.copyOf(classes);
    ignored = Set.copyOf(ignored);
  }

  boolean isClassification() {
    return !classes.isEmpty();
  }

  /** The numbers of a row. */
  int inputs() {
    return features.stream().mapToInt(Feature::width).sum();
  }

  int outputs() {
    return isClassification() ? classes.size() : 1;
  }

  /**
   * Learns a table.
   *
   * @param train the numbers of the training rows
   * @throws Problem 400 that names the column that is wrong
   */
  static Encoder learn(Table table, TrainSpec spec, int[] train, String at) {
    int target = Table.index(table.columns(), spec.target(), "/target");
    spec.ignored().forEach(name -> Table.index(table.columns(), name, "/ignore"));
    List<Feature> features = new ArrayList<>();
    try {
      for (int c = 0; c < table.columns().size(); c++) {
        String name = table.columns().get(c);
        if (c != target && !spec.ignored().contains(name)) {
          features.add(Feature.learn(name, column(table, c), column(table, c, train)));
        }
      }
    } catch (Feature.BadCell e) {
      throw Problem.field(at, String.valueOf(e.getMessage()));
    }
    if (features.isEmpty()) {
      throw Problem.field(at, "The table has no column beside the target to learn from");
    }
    List<String> targets = column(table, target);
    for (int i = 0; i < targets.size(); i++) {
      boolean good =
          spec.classification()
              ? !targets.get(i).isEmpty()
              : Feature.number(targets.get(i)) != null;
      if (!good) {
        throw Problem.field(
            at,
            "Row "
                + (i + 1)
                + ": the target '"
                + spec.target()
                + "' must be "
                + (spec.classification() ? "a class" : "a number")
                + ", got '"
                + Table.clip(targets.get(i))
                + "'");
      }
    }
    Encoder encoder = targets(spec, features, targets, column(table, target, train));
    long numbers = (long) table.rows().size() * encoder.inputs();
    if (numbers > MOST_NUMBERS) {
      throw Problem.field(
          at,
          "The table becomes "
              + numbers
              + " numbers, at most "
              + MOST_NUMBERS
              + " are trained on: leave out columns by 'ignore'");
    }
    return encoder;
  }

  private static Encoder targets(
      TrainSpec spec, List<Feature> features, List<String> all, List<String> train) {
    if (!spec.classification()) {
      Feature.Numeric learned =
          Feature.numeric(spec.target(), train.stream().map(Double::parseDouble).toList());
      return new Encoder(
          features, spec.target(), List.of(), learned.mean(), learned.deviation(), spec.ignored());
    }
    List<String> classes = List.copyOf(new TreeSet<>(all));
    if (classes.size() < 2 || classes.size() > MOST_CLASSES) {
      throw Problem.field(
          "/target",
          "The target '"
              + spec.target()
              + "' must have 2 to "
              + MOST_CLASSES
              + " different values, got "
              + classes.size());
    }
    return new Encoder(features, spec.target(), classes, 0, 1, spec.ignored());
  }

  private static List<String> column(Table table, int c) {
    return table.rows().stream().map(r -> r[c]).toList();
  }

  private static List<String> column(Table table, int c, int[] rows) {
    return java.util.Arrays.stream(rows).mapToObj(r -> table.rows().get(r)[c]).toList();
  }

  /**
   * The numbers of a row.
   *
   * @param cells in the order of the features
   * @throws Feature.BadCell when one is none of its column's
   */
  void encode(List<String> cells, float[] into, int from) {
    int at = from;
    for (int i = 0; i < cells.size(); i++) {
      Feature f = features.get(i);
      f.encode(cells.get(i), into, at);
      at += f.width();
    }
  }

  /** The number of a class. */
  int classOf(String cell) {
    return Collections.binarySearch(classes, cell);
  }

  /** The target of a regression as the network gives it. */
  float standardised(String cell) {
    return (float) ((Double.parseDouble(cell) - mean) / deviation);
  }

  Json.Obj json() {
    Json.ObjectBuilder b =
        Json.object()
            .put("features", new Json.Arr(features.stream().<Json>map(Feature::json).toList()))
            .put("target", target)
            .put("ignored", Json.strings(ignored));
    if (isClassification()) {
      b.put("classes", Json.strings(classes));
    } else {
      b.put("target_mean", mean).put("target_std", deviation);
    }
    return b.build();
  }

  /** An encoder as {@link #json} wrote it. */
  static Encoder of(Json.Obj json) {
    return new Encoder(
        json.array("features").stream().map(f -> Feature.of((Json.Obj) f)).toList(),
        json.string("target").orElse(""),
        texts(json, "classes"),
        json.number("target_mean").orElse(0),
        json.number("target_std").orElse(1),
        Set.copyOf(texts(json, "ignored")));
  }

  private static List<String> texts(Json.Obj json, String name) {
    return json.array(name).stream().map(v -> v instanceof Json.Str s ? s.value() : "").toList();
  }
}
