package dev.gatun.gateway.synthetic;

import dev.gatun.ai.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The JSON schema of rows like some given ones. */
final class SchemaInference {
  // A column of texts with so few of them is one of choices.
  private static final int MAX_CHOICES = 12;
  private static final int ROWS_PER_CHOICE = 2;

  private static final Map<String, Pattern> FORMATS =
      Map.of(
          "date", Pattern.compile("\\d{4}-\\d{2}-\\d{2}"),
          "date-time",
              Pattern.compile(
                  "\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[+-]\\d{2}:\\d{2})"),
          "email", Pattern.compile("[^@\\s]+@[^@\\s]+\\.[^@\\s]+"),
          "uuid", Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"));

  private SchemaInference() {}

  static Json.Obj of(List<Json.Obj> rows) {
    return object(rows);
  }

  private static Json.Obj object(List<Json.Obj> values) {
    Map<String, List<Json>> columns = new LinkedHashMap<>();
    for (Json.Obj row : values) {
      row.members()
          .forEach((name, v) -> columns.computeIfAbsent(name, _ -> new ArrayList<>()).add(v));
    }
    Json.ObjectBuilder properties = Json.object();
    List<String> required = new ArrayList<>();
    columns.forEach((name, column) -> {
      properties.put(name, value(column));
      if (column.size() == values.size()) {
        required.add(name);
      }
    });
    return Json.object()
        .put("type", "object")
        .put("properties", properties.build())
        .put("required", Json.strings(required))
        .put("additionalProperties", false)
        .build();
  }

  private static Json.Obj value(List<Json> values) {
    Set<String> types = new LinkedHashSet<>();
    for (Json v : values) {
      types.add(
          switch (v) {
            case Json.Obj _ -> "object";
            case Json.Arr _ -> "array";
            case Json.Str _ -> "string";
            case Json.Num n -> n.integer().isPresent() ? "integer" : "number";
            case Json.Bool _ -> "boolean";
            case Json.Null _ -> "null";
          });
    }
    if (types.contains("number")) {
      types.remove("integer");
    }
    if (types.size() != 1) {
      return types.size() == 2 && types.contains("null")
          ? nullable(value(values.stream().filter(v -> !(v instanceof Json.Null)).toList()))
          : Json.object("type", Json.strings(types));
    }
    return switch (types.iterator().next()) {
      case "object" -> object(values.stream().map(v -> (Json.Obj) v).toList());
      case "array" -> {
        List<Json> all = values.stream().flatMap(v -> ((Json.Arr) v).elements().stream()).toList();
        Json.Obj array = Json.object("type", Json.of("array"));
        yield all.isEmpty() ? array : array.with("items", value(all));
      }
      case "string" -> text(values.stream().map(v -> ((Json.Str) v).value()).toList());
      default -> Json.object("type", Json.of(types.iterator().next()));
    };
  }

  private static Json.Obj nullable(Json.Obj schema) {
    return Json.object("anyOf", Json.array(schema, Json.object("type", Json.of("null"))));
  }

  private static Json.Obj text(List<String> values) {
    Json.Obj schema = Json.object("type", Json.of("string"));
    for (Map.Entry<String, Pattern> f : FORMATS.entrySet()) {
      if (values.stream().allMatch(v -> f.getValue().matcher(v).matches())) {
        return schema.with("format", Json.of(f.getKey()));
      }
    }
    Set<String> choices = new LinkedHashSet<>(values);
    return choices.size() <= MAX_CHOICES && values.size() >= ROWS_PER_CHOICE * choices.size()
        ? schema.with("enum", Json.strings(choices))
        : schema;
  }
}
