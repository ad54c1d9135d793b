package dev.gatun.ai.provider;

import dev.gatun.ai.json.Json;
import java.util.ArrayList;
import java.util.List;

/** A small document that fits a JSON schema of the usual keywords. */
final class SchemaInstance {
  private static final int MAX_DEPTH = 32;

  private SchemaInstance() {}

  static Json of(Json.Obj schema) {
    return of(schema, schema, 0);
  }

  private static Json of(Json.Obj schema, Json.Obj root, int depth) {
    if (depth > MAX_DEPTH) {
      return Json.NULL;
    }
    if (schema.members().containsKey("const")) {
      return schema.members().get("const");
    }
    if (!schema.array("enum").isEmpty()) {
      return schema.array("enum").getFirst();
    }
    if (schema.string("$ref").isPresent()) {
      return of(target(schema.string("$ref").get(), root), root, depth + 1);
    }
    for (String name : List.of("anyOf", "oneOf", "allOf")) {
      if (!schema.array(name).isEmpty() && schema.array(name).getFirst() instanceof Json.Obj o) {
        return of(o, root, depth + 1);
      }
    }
    return switch (type(schema)) {
      case "object" -> object(schema, root, depth);
      case "array" -> array(schema, root, depth);
      case "string" -> string(schema);
      case "integer", "number" -> number(schema);
      case "boolean" -> Json.of(true);
      default -> Json.NULL;
    };
  }

  private static String type(Json.Obj schema) {
    if (schema.members().get("type") instanceof Json.Arr types
        && !types.elements().isEmpty()
        && types.elements().getFirst() instanceof Json.Str s) {
      return s.value();
    }
    String implied = schema.get("properties").isPresent() ? "object" : "string";
    return schema.string("type").orElse(implied);
  }

  private static Json.Obj target(String ref, Json.Obj root) {
    Json.Obj at = root;
    if (ref.startsWith("#/")) {
      for (String part : ref.substring(2).split("/", -1)) {
        at = at.object(part.replace("~1", "/").replace("~0", "~"));
      }
    }
    return at;
  }

  private static Json object(Json.Obj schema, Json.Obj root, int depth) {
    Json.ObjectBuilder b = Json.object();
    schema
        .object("properties")
        .members()
        .forEach((name, s) -> {
          boolean needed = schema.array("required").contains(Json.of(name));
          if (s instanceof Json.Obj o && (needed || depth < 4)) {
            b.put(name, of(o, root, depth + 1));
          }
        });
    return b.build();
  }

  private static Json array(Json.Obj schema, Json.Obj root, int depth) {
    long count = Math.min(100, Math.max(1, schema.integer("minItems").orElse(1)));
    count = Math.min(count, schema.integer("maxItems").orElse(count));
    List<Json> elements = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      elements.add(of(schema.object("items"), root, depth + 1));
    }
    return new Json.Arr(elements);
  }

  private static Json string(Json.Obj schema) {
    String text =
        switch (schema.string("format").orElse("")) {
          case "date" -> "2026-01-01";
          case "date-time" -> "2026-01-01T00:00:00Z";
          case "time" -> "00:00:00Z";
          case "email" -> "demo@example.com";
          case "uri" -> "https://example.com/";
          case "uuid" -> "00000000-0000-4000-8000-000000000000";
          default -> "demo";
        };
    int min = (int) Math.min(10_000, schema.integer("minLength").orElse(0));
    int max =
        (int) Math.min(Integer.MAX_VALUE, schema.integer("maxLength").orElse(Integer.MAX_VALUE));
    StringBuilder out = new StringBuilder(text);
    while (out.length() < min) {
      out.append('x');
    }
    return Json.of(out.length() > max ? out.substring(0, max) : out.toString());
  }

  private static Json number(Json.Obj schema) {
    double min = schema.number("minimum").orElse(Double.NEGATIVE_INFINITY);
    double above = schema.number("exclusiveMinimum").orElse(Double.NEGATIVE_INFINITY);
    double low = Math.max(min, above + 1);
    double max =
        schema
            .number("maximum")
            .orElse(schema.number("exclusiveMaximum").orElse(Double.POSITIVE_INFINITY) - 1);
    double value = Math.clamp(1.0, low, Math.max(low, max));
    if (!Double.isFinite(value)) {
      value = 1;
    }
    double step = schema.number("multipleOf").orElse(1);
    return Json.of(step > 0 ? Math.ceil(value / step) * step : value);
  }
}
