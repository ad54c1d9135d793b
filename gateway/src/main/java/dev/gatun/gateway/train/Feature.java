package dev.gatun.gateway.train;

import dev.gatun.ai.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** A column as the network sees it. What is learnt of it is learnt from the training rows alone. */
sealed interface Feature {
  /** The column's name. */
  String name();

  /** How many numbers it becomes. */
  int width();

  /**
   * Writes a cell's numbers.
   *
   * @throws BadCell when the cell is none of this column's
   */
  void encode(String cell, float[] into, int at);

  /** As it is stored with a model. */
  Json.Obj json();

  /** A cell that is not what its column holds. */
  final class BadCell extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String column;

    BadCell(String column, String expected, String got) {
      super("Column '" + column + "' must be " + expected + ", got '" + Table.clip(got) + "'");
      this.column = column;
    }

    String column() {
      return column;
    }
  }

  /** A number, standardised; a missing one counts as the mean. */
  record Numeric(String name, double mean, double deviation) implements Feature {
    @Override
    public int width() {
      return 1;
    }

    @Override
    public void encode(String cell, float[] into, int at) {
      if (cell.isEmpty()) {
        return;
      }
      Double value = number(cell);
      if (value == null) {
        throw new BadCell(name, "a number", cell);
      }
      into[at] = (float) ((value - mean) / deviation);
    }

    @Override
    public Json.Obj json() {
      return Json.object()
          .put("name", name)
          .put("kind", "numeric")
          .put("mean", mean)
          .put("std", deviation)
          .build();
    }
  }

  /** A text of a few, one-hot; one that the training rows had not is none of them. */
  record Categorical(String name, Map<String, Integer> places) implements Feature {
    /** A text is more likely a name or a date than a category beyond that. */
    static final int MOST = 100;

    public Categorical {
      places = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(places));
    }

    static Categorical of(String name, Iterable<String> values) {
      Map<String, Integer> places = new LinkedHashMap<>();
      values.forEach(v -> places.put(v, places.size()));
      return new Categorical(name, places);
    }

    @Override
    public int width() {
      return places.size();
    }

    @Override
    public void encode(String cell, float[] into, int at) {
      Integer place = places.get(cell);
      if (place != null) {
        into[at + place] = 1;
      }
    }

    @Override
    public Json.Obj json() {
      return Json.object()
          .put("name", name)
          .put("kind", "categorical")
          .put("values", Json.strings(places.keySet()))
          .build();
    }
  }

  /** The finite number of a text; null when it is none. */
  static @org.jspecify.annotations.Nullable Double number(String cell) {
    // Double.parseDouble takes 1d and 0x1p3, too.
    if (cell.isEmpty() || cell.length() > 60) {
      return null;
    }
    char last = cell.charAt(cell.length() - 1);
    if (!((last >= '0' && last <= '9') || last == '.')) {
      return null;
    }
    try {
      double v = Double.parseDouble(cell);
      return Double.isFinite(v) && !cell.startsWith("0x") ? v : null;
    } catch (NumberFormatException _) {
      return null;
    }
  }

  /**
   * Learns a column.
   *
   * @param all its cells in all rows: they decide whether it holds numbers
   * @param train its cells in the training rows
   * @throws BadCell when it holds neither numbers nor categories
   */
  static Feature learn(String name, List<String> all, List<String> train) {
    boolean numeric =
        all.stream().anyMatch(c -> !c.isEmpty())
            && all.stream().allMatch(c -> c.isEmpty() || number(c) != null);
    if (!numeric) {
      TreeSet<String> values = new TreeSet<>(train);
      if (values.size() > Categorical.MOST) {
        throw new BadCell(
            name,
            "numbers or at most " + Categorical.MOST + " different texts (or be in 'ignore')",
            values.getFirst());
      }
      return Categorical.of(name, values);
    }
    List<Double> numbers = new ArrayList<>();
    for (String cell : train) {
      Double v = number(cell);
      if (v != null) {
        numbers.add(v);
      }
    }
    return numeric(name, numbers);
  }

  /** A column of numbers, standardised by those. */
  static Numeric numeric(String name, List<Double> numbers) {
    double mean = numbers.stream().mapToDouble(v -> v).average().orElse(0);
    double variance =
        numbers.stream().mapToDouble(v -> (v - mean) * (v - mean)).average().orElse(0);
    double deviation = Math.sqrt(variance);
    return new Numeric(name, mean, deviation > 0 && Double.isFinite(deviation) ? deviation : 1);
  }

  /** A feature as {@link #json} wrote it. */
  static Feature of(Json.Obj json) {
    String name = json.string("name").orElse("");
    if (json.string("kind").orElse("").equals("numeric")) {
      return new Numeric(name, json.number("mean").orElse(0), json.number("std").orElse(1));
    }
    return Categorical.of(
        name,
        json.array("values").stream().map(v -> v instanceof Json.Str s ? s.value() : "").toList());
  }
}
