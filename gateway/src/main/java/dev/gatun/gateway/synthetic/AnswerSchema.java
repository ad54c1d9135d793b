package dev.gatun.gateway.synthetic;

import dev.gatun.ai.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The schema of an answer with rows, in the subset that every provider's structured outputs accept:
 * every member is required, none beyond them is allowed, an optional one may be null instead. What
 * the subset lacks, such as {@code minimum}, moves to the end of the description as JSON, where
 * models read it; the rows are checked by the whole schema afterwards.
 */
final class AnswerSchema {
  private static final Set<String> KEPT =
      Set.of("type", "enum", "const", "$ref", "description", "format");
  private static final Set<String> SCHEMAS = Set.of("items", "additionalProperties", "not");
  private static final Set<String> FORMATS =
      Set.of("date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid");

  private AnswerSchema() {}

  /**
   * The schema of {@code {"rows": […]}}.
   *
   * @param row the schema of a row
   * @param fixed columns that have one value in all rows
   * @param count how many rows
   */
  static Json.Obj of(Json.Obj row, Map<String, Json> fixed, int count) {
    Json.Obj given = row;
    if (!fixed.isEmpty()) {
      Json.Obj properties = row.object("properties");
      for (Map.Entry<String, Json> f : fixed.entrySet()) {
        properties =
            properties.with(
                f.getKey(),
                Json.object()
                    .put("type", type(f.getValue()))
                    .put("enum", Json.array(f.getValue()))
                    .build());
      }
      given = row.with("properties", properties);
    }
    Json.ObjectBuilder schema =
        Json.object()
            .put("type", "object")
            .put(
                "properties",
                Json.object(
                    "rows",
                    Json.object()
                        .put("type", "array")
                        .put(
                            "description",
                            "The rows\n{\"minItems\":" + count + ",\"maxItems\":" + count + "}")
                        .put("items", portable(given.without("$defs", "definitions")))
                        .build()))
            .put("required", Json.strings(List.of("rows")))
            .put("additionalProperties", false);
    for (String defs : List.of("$defs", "definitions")) {
      if (row.get(defs).isPresent()) {
        Json.ObjectBuilder definitions = Json.object();
        row.object(defs).members().forEach((name, d) -> definitions.put(name, portable(d)));
        schema.put(defs, definitions.build());
      }
    }
    return schema.build();
  }

  private static String type(Json value) {
    return switch (value) {
      case Json.Bool _ -> "boolean";
      case Json.Num n -> n.integer().isPresent() ? "integer" : "number";
      default -> "string";
    };
  }

  private static Json portable(Json schema) {
    if (!(schema instanceof Json.Obj s)) {
      // true, the schema that everything fits.
      return Json.object("type", Json.strings(List.of("string", "number", "boolean", "null")));
    }
    Json.ObjectBuilder kept = Json.object();
    Json.ObjectBuilder described = Json.object();
    s.members()
        .forEach((name, value) -> {
          if (name.equals("$ref") && value instanceof Json.Str ref) {
            kept.put(name, Json.of(moved(ref.value())));
          } else if (name.equals("format")
              && !(value instanceof Json.Str f && FORMATS.contains(f.value()))) {
            described.put(name, value);
          } else if (KEPT.contains(name)) {
            kept.put(name, value);
          } else if (name.equals("items")) {
            kept.put(name, portable(value));
          } else if (Set.of("anyOf", "oneOf", "allOf").contains(name)
              && value instanceof Json.Arr of) {
            kept.put(
                name.equals("allOf") ? name : "anyOf",
                new Json.Arr(of.elements().stream().map(AnswerSchema::portable).toList()));
          } else if (!name.equals("properties")
              && !name.equals("required")
              && !SCHEMAS.contains(name)
              && !name.startsWith("$")) {
            described.put(name, value);
          }
        });
    if (s.get("properties").isPresent()) {
      List<Json> required = s.array("required");
      Json.ObjectBuilder properties = Json.object();
      s.object("properties")
          .members()
          .forEach((name, p) -> {
            Json own = portable(p);
            properties.put(
                name,
                required.contains(Json.of(name))
                    ? own
                    : Json.object("anyOf", Json.array(own, Json.object("type", Json.of("null")))));
          });
      kept.put("properties", properties.build())
          .put("required", Json.strings(s.object("properties").members().keySet()))
          .put("additionalProperties", false);
    }
    Json.Obj rules = described.build();
    Json.Obj result = kept.build();
    return rules.members().isEmpty()
        ? result
        : result.with(
            "description", Json.of(result.string("description").orElse("") + "\n" + rules));
  }

  /** A reference into the row's schema, which is now inside another. */
  private static String moved(String ref) {
    if (!ref.startsWith("#") || ref.startsWith("#/$defs/") || ref.startsWith("#/definitions/")) {
      return ref;
    }
    return "#/properties/rows/items" + ref.substring(1);
  }

  /** A row of an answer without the nulls that stand for optional members. */
  static Json.Obj withoutNulls(Json.Obj row, Json.Obj schema) {
    List<Json> required = schema.array("required");
    Map<String, Json> kept = new LinkedHashMap<>();
    row.members()
        .forEach((name, value) -> {
          Json.Obj own = schema.object("properties").object(name);
          if (value instanceof Json.Null && !required.contains(Json.of(name)) && !allowsNull(own)) {
            return;
          }
          kept.put(name, value instanceof Json.Obj o ? withoutNulls(o, own) : value);
        });
    return new Json.Obj(kept);
  }

  private static boolean allowsNull(Json.Obj schema) {
    if (schema.array("type").contains(Json.of("null"))
        || schema.string("type").filter("null"::equals).isPresent()
        || schema.array("enum").contains(Json.NULL)) {
      return true;
    }
    List<Json> either = new ArrayList<>(schema.array("anyOf"));
    either.addAll(schema.array("oneOf"));
    return either.stream().anyMatch(e -> e instanceof Json.Obj o && allowsNull(o));
  }
}
