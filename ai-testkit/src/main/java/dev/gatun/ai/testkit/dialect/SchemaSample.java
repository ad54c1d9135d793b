package dev.gatun.ai.testkit.dialect;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A value that fulfils a JSON schema, always the same one. Knows types, enum, const, properties,
 * items, anyOf, oneOf, allOf, $ref within the document, bounds of numbers, lengths and the usual
 * formats; a {@code pattern} only where the text "sample" happens to fit.
 */
final class SchemaSample {
  private static final int DEPTH = 12;

  private final Map<String, @Nullable Object> root;

  private SchemaSample(Map<String, @Nullable Object> root) {
    this.root = root;
  }

  static @Nullable Object of(Map<String, @Nullable Object> schema) {
    return new SchemaSample(schema).value(schema, "value", 0);
  }

  private @Nullable Object value(Map<String, @Nullable Object> schema, String name, int depth) {
    if (schema.containsKey("const")) {
      return schema.get("const");
    }
    List<@Nullable Object> choices = Json.list(schema.get("enum"));
    if (!choices.isEmpty()) {
      return choices.getFirst();
    }
    if (schema.get("$ref") instanceof String reference) {
      return depth > DEPTH ? null : value(resolve(reference), name, depth + 1);
    }
    for (String union : List.of("anyOf", "oneOf")) {
      List<@Nullable Object> options = Json.list(schema.get(union));
      if (!options.isEmpty()) {
        return value(Json.map(pick(options, depth)), name, depth + 1);
      }
    }
    List<@Nullable Object> all = Json.list(schema.get("allOf"));
    if (!all.isEmpty()) {
      var merged = Json.obj();
      for (Object part : all) {
        Object value = value(Json.map(part), name, depth + 1);
        if (!(value instanceof Map)) {
          return value;
        }
        merged.putAll(Json.map(value));
      }
      if (schema.containsKey("properties")) {
        merged.putAll(Json.map(object(schema, depth)));
      }
      return merged;
    }
    return switch (type(schema)) {
      case "object" -> object(schema, depth);
      case "array" -> array(schema, name, depth);
      case "integer" -> Math.round(Math.ceil(number(schema, 1)));
      case "number" -> number(schema, 1.5);
      case "boolean" -> true;
      case "null" -> null;
      default -> text(schema, name);
    };
  }

  /** The first option that is not null; null itself deep down, so that recursion ends. */
  private static @Nullable Object pick(List<@Nullable Object> options, int depth) {
    for (Object option : options) {
      boolean isNull = "null".equals(Json.map(option).get("type"));
      if (isNull == depth > DEPTH / 2) {
        return option;
      }
    }
    return options.getFirst();
  }

  private static String type(Map<String, @Nullable Object> schema) {
    Object type = schema.get("type");
    if (type instanceof List<?> types) {
      for (Object option : types) {
        if (option instanceof String text && !text.equals("null")) {
          return text;
        }
      }
      return "null";
    }
    if (type instanceof String text) {
      return text.toLowerCase(Locale.ROOT); // Gemini's own schemas write OBJECT, STRING
    }
    return schema.containsKey("properties")
        ? "object"
        : schema.containsKey("items") ? "array" : "string";
  }

  private Map<String, @Nullable Object> object(Map<String, @Nullable Object> schema, int depth) {
    var required = Json.list(schema.get("required"));
    var value = Json.obj();
    for (Map.Entry<String, @Nullable Object> property :
        Json.map(schema.get("properties")).entrySet()) {
      if (depth < DEPTH / 2 || required.contains(property.getKey())) {
        value.put(
            property.getKey(), value(Json.map(property.getValue()), property.getKey(), depth + 1));
      }
    }
    return value;
  }

  private List<@Nullable Object> array(
      Map<String, @Nullable Object> schema, String name, int depth) {
    long least = Json.number(schema.get("minItems"), depth < DEPTH / 2 ? 1 : 0);
    long most = Json.number(schema.get("maxItems"), Long.MAX_VALUE);
    var list = new ArrayList<@Nullable Object>();
    for (long i = 0; i < Math.min(least, most); i++) {
      list.add(value(Json.map(schema.get("items")), name, depth + 1));
    }
    return list;
  }

  private static double number(Map<String, @Nullable Object> schema, double usual) {
    double low = real(schema.get("minimum"), Double.NEGATIVE_INFINITY);
    double high = real(schema.get("maximum"), Double.POSITIVE_INFINITY);
    low = Math.max(low, real(schema.get("exclusiveMinimum"), Double.NEGATIVE_INFINITY) + 1);
    high = Math.min(high, real(schema.get("exclusiveMaximum"), Double.POSITIVE_INFINITY) - 1);
    double step = real(schema.get("multipleOf"), 0);
    double x = Math.clamp(usual, Math.min(low, high), Math.max(low, high));
    return step > 0 ? Math.ceil(x / step) * step : x;
  }

  private static double real(@Nullable Object value, double otherwise) {
    return value instanceof Number number ? number.doubleValue() : otherwise;
  }

  private static String text(Map<String, @Nullable Object> schema, String name) {
    String text =
        switch (Json.string(schema.get("format"))) {
          case "date-time" -> "2026-01-02T03:04:05Z";
          case "date" -> "2026-01-02";
          case "time" -> "03:04:05Z";
          case "duration" -> "P1D";
          case "email" -> "sample@example.com";
          case "hostname" -> "example.com";
          case "ipv4" -> "192.0.2.1";
          case "ipv6" -> "2001:db8::1";
          case "uuid" -> "123e4567-e89b-42d3-a456-426614174000";
          case "uri" -> "https://example.com/";
          default -> "sample " + name;
        };
    int least = (int) Json.number(schema.get("minLength"), 0);
    int most = (int) Json.number(schema.get("maxLength"), Integer.MAX_VALUE);
    if (text.length() < least) {
      text += "x".repeat(least - text.length());
    }
    return text.length() > most ? text.substring(0, most) : text;
  }

  private Map<String, @Nullable Object> resolve(String reference) {
    Object at = root;
    if (reference.startsWith("#")) {
      for (String step : reference.substring(1).split("/", -1)) {
        if (!step.isEmpty()) {
          at = Json.map(at).get(step.replace("~1", "/").replace("~0", "~"));
        }
      }
    }
    return Json.map(at);
  }
}
