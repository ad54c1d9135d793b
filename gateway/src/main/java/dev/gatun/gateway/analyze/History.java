package dev.gatun.gateway.analyze;

import dev.gatun.ai.json.Json;
import dev.gatun.gateway.chat.Fields;
import dev.gatun.gateway.http.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A training history: columns of numbers, one for each epoch. Given as an array of objects (one for
 * an epoch), as an object of arrays (as Keras does), or as CSV with a header. Not-a-numbers are
 * {@code null} or texts as {@code "nan"}, {@code "inf"}.
 */
final class History {
  private static final int MOST_EPOCHS = 100_000;
  private static final int MOST_COLUMNS = 64;
  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("train_loss", "loss"),
          Map.entry("training_loss", "loss"),
          Map.entry("validation_loss", "val_loss"),
          Map.entry("valid_loss", "val_loss"),
          Map.entry("test_loss", "val_loss"),
          Map.entry("eval_loss", "val_loss"),
          Map.entry("acc", "accuracy"),
          Map.entry("train_accuracy", "accuracy"),
          Map.entry("train_acc", "accuracy"),
          Map.entry("validation_accuracy", "val_accuracy"),
          Map.entry("val_acc", "val_accuracy"),
          Map.entry("test_accuracy", "val_accuracy"),
          Map.entry("lr", "learning_rate"));

  private final Map<String, double[]> columns;
  private final int epochs;

  private History(Map<String, double[]> columns, int epochs) {
    this.columns = columns;
    this.epochs = epochs;
  }

  /**
   * Reads a member.
   *
   * @throws Problem 400 that names what is wrong
   */
  static History read(Fields f, String name) {
    return switch (f.object().members().get(name)) {
      case Json.Str s -> csv(s.value(), f.at(name));
      case Json.Arr a -> ofRows(a.elements(), f.at(name));
      case Json.Obj o when o.members().get("epochs") instanceof Json.Arr a ->
          ofRows(a.elements(), f.at(name) + "/epochs");
      case Json.Obj o -> ofColumns(o, f.at(name));
      case null, default ->
          throw f.wrong(name, "an array of epochs, an object of arrays, or CSV with a header");
    };
  }

  private static History ofRows(List<Json> rows, String at) {
    Map<String, double[]> columns = new LinkedHashMap<>();
    for (int i = 0; i < checked(rows.size(), at); i++) {
      if (!(rows.get(i) instanceof Json.Obj o)) {
        throw Problem.field(at + "/" + i, "Each epoch must be an object");
      }
      for (var e : o.members().entrySet()) {
        double[] column = columns.computeIfAbsent(canonical(e.getKey()), _ -> missing(rows.size()));
        column[i] = number(e.getValue(), at + "/" + i + "/" + e.getKey());
        limit(columns.size(), at);
      }
    }
    return make(columns, rows.size(), at);
  }

  private static History ofColumns(Json.Obj o, String at) {
    Map<String, double[]> columns = new LinkedHashMap<>();
    int epochs = -1;
    for (var e : o.members().entrySet()) {
      String where = at + "/" + e.getKey();
      if (!(e.getValue() instanceof Json.Arr a)) {
        throw Problem.field(where, "A column must be an array of numbers, one for each epoch");
      }
      List<Json> values = a.elements();
      if (epochs >= 0 && values.size() != epochs) {
        throw Problem.field(
            where, "Columns must be equally long, got " + values.size() + " after " + epochs);
      }
      epochs = checked(values.size(), where);
      double[] column = new double[epochs];
      for (int i = 0; i < epochs; i++) {
        column[i] = number(values.get(i), where + "/" + i);
      }
      columns.put(canonical(e.getKey()), column);
      limit(columns.size(), at);
    }
    return make(columns, Math.max(0, epochs), at);
  }

  /** CSV: a header, then a line for each epoch. */
  static History csv(String text, String at) {
    List<String> lines = text.lines().filter(l -> !l.isBlank()).toList();
    if (lines.isEmpty()) {
      throw Problem.field(at, "A history in CSV needs a header and at least one epoch");
    }
    String[] names = lines.getFirst().split(",", -1);
    limit(names.length, at);
    int epochs = checked(lines.size() - 1, at);
    double[][] values = new double[names.length][epochs];
    for (int i = 0; i < epochs; i++) {
      String[] cells = lines.get(i + 1).split(",", -1);
      if (cells.length != names.length) {
        throw Problem.field(
            at,
            "Line "
                + (i + 2)
                + " of the CSV has "
                + cells.length
                + " cells, its header "
                + names.length);
      }
      for (int c = 0; c < cells.length; c++) {
        values[c][i] = number(Json.of(cells[c].strip()), at);
      }
    }
    Map<String, double[]> columns = new LinkedHashMap<>();
    for (int c = 0; c < names.length; c++) {
      columns.put(canonical(names[c].strip().replace("\"", "")), values[c]);
    }
    return make(columns, epochs, at);
  }

  private static History make(Map<String, double[]> columns, int epochs, String at) {
    if (!columns.containsKey("loss") && !columns.containsKey("val_loss")) {
      throw Problem.field(
          at, "A history needs a column 'loss' or 'val_loss', got " + columns.keySet());
    }
    return new History(columns, epochs);
  }

  private static int checked(int epochs, String at) {
    if (epochs < 1 || epochs > MOST_EPOCHS) {
      throw Problem.field(at, "A history needs 1 to " + MOST_EPOCHS + " epochs, got " + epochs);
    }
    return epochs;
  }

  private static void limit(int count, String at) {
    if (count > MOST_COLUMNS) {
      throw Problem.field(at, "A history has at most " + MOST_COLUMNS + " columns");
    }
  }

  private static double[] missing(int n) {
    double[] out = new double[n];
    java.util.Arrays.fill(out, Double.NaN);
    return out;
  }

  private static String canonical(String name) {
    String key = name.toLowerCase(Locale.ROOT).replaceAll("[ .-]", "_");
    return NAMES.getOrDefault(key, key);
  }

  private static double number(Json value, String at) {
    return switch (value) {
      case Json.Num n -> n.decimal().doubleValue();
      case Json.Null _ -> Double.NaN;
      case Json.Str s -> {
        String text = s.value().strip().toLowerCase(Locale.ROOT);
        if (text.isEmpty() || text.equals("nan") || text.equals("null")) {
          yield Double.NaN;
        }
        if (text.matches("[+-]?inf(inity)?")) {
          yield text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        try {
          yield Double.parseDouble(text);
        } catch (NumberFormatException _) {
          throw Problem.field(
              at, "A history has numbers only, got '" + LayerList.clip(s.value()) + "'");
        }
      }
      default -> throw Problem.field(at, "A history has numbers only");
    };
  }

  double @Nullable [] column(String name) {
    return columns.get(name);
  }

  int epochs() {
    return epochs;
  }

  /** Counts and judges. */
  Analysis analysis() {
    Json.ObjectBuilder series = Json.object();
    columns.forEach((name, v) -> {
      Json.ObjectBuilder b = Json.object();
      finite(b, "first", v[0]);
      finite(b, "last", v[v.length - 1]);
      double least = Double.POSITIVE_INFINITY;
      int at = -1;
      for (int i = 0; i < v.length; i++) {
        if (v[i] < least) {
          least = v[i];
          at = i;
        }
      }
      if (at >= 0) {
        b.put("least", least).put("least_at_epoch", at + 1);
      }
      series.put(name, b.build());
    });
    return new Analysis(
        "history",
        Json.object().put("epochs", epochs).put("columns", series.build()).build(),
        new ArrayList<>(HistoryRules.judge(this)));
  }

  private static void finite(Json.ObjectBuilder b, String name, double value) {
    if (Double.isFinite(value)) {
      b.put(name, value);
    } else {
      b.put(name, Double.toString(value));
    }
  }
}
