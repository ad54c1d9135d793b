package dev.gatun.gateway.synthetic;

import dev.gatun.ai.json.Json;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** How rows are written. */
enum RowFormat {
  /** A JSON array, in the answer's document. */
  JSON("application/json"),
  /** One JSON object a line. */
  JSONL("application/jsonl"),
  /** Comma-separated values with a line of names (RFC 4180). */
  CSV("text/csv; charset=utf-8; header=present");

  private final String contentType;

  RowFormat(String contentType) {
    this.contentType = contentType;
  }

  String contentType() {
    return contentType;
  }

  static Optional<RowFormat> of(String name) {
    return Arrays.stream(values())
        .filter(f -> f.name().toLowerCase(Locale.ROOT).equals(name))
        .findFirst();
  }

  /** The rows as a text. */
  String write(List<Json.Obj> rows, Json.Obj schema) {
    return switch (this) {
      case JSON -> Json.write(new Json.Arr(List.copyOf(rows)));
      case JSONL -> {
        StringBuilder out = new StringBuilder();
        rows.forEach(r -> out.append(Json.write(r)).append('\n'));
        yield out.toString();
      }
      case CSV -> csv(rows, schema);
    };
  }

  private static String csv(List<Json.Obj> rows, Json.Obj schema) {
    Set<String> columns = new LinkedHashSet<>(schema.object("properties").members().keySet());
    rows.forEach(r -> columns.addAll(r.members().keySet()));
    StringBuilder out = new StringBuilder();
    line(out, columns.stream().toList());
    for (Json.Obj row : rows) {
      line(out, columns.stream().map(c -> cell(row.members().get(c))).toList());
    }
    return out.toString();
  }

  private static void line(StringBuilder out, List<String> cells) {
    for (int i = 0; i < cells.size(); i++) {
      out.append(i == 0 ? "" : ",").append(quoted(cells.get(i), cells.size() == 1));
    }
    out.append("\r\n");
  }

  private static String cell(@org.jspecify.annotations.Nullable Json value) {
    return switch (value) {
      case null -> "";
      case Json.Null _ -> "";
      case Json.Str s -> s.value();
      default -> Json.write(value);
    };
  }

  private static String quoted(String cell, boolean alone) {
    boolean needed =
        cell.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
            || !cell.equals(cell.strip())
            // A line of one empty cell would look like none.
            || (alone && cell.isEmpty());
    return needed ? '"' + cell.replace("\"", "\"\"") + '"' : cell;
  }
}
