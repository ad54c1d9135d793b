package dev.gatun.ai.provider;

import dev.gatun.ai.json.Json;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * A small document that fits a JSON schema of the usual keywords. Rules may also stand at the end
 * of a description, as a JSON object: where schemas for answers must do without, they are put
 * there. The elements of an array differ from each other as far as their schema allows.
 */
final class SchemaInstance {
  private static final int MAX_DEPTH = 32;

  private final Json.Obj root;

  private SchemaInstance(Json.Obj root) {
    this.root = root;
  }

  /**
   * A document.
   *
   * @param variation which of many
   */
  static Json of(Json.Obj schema, long variation) {
    return new SchemaInstance(schema).of(schema, variation & 0xffff_ffffL, 0);
  }

  private Json of(Json.Obj written, long variation, int depth) {
    if (depth > MAX_DEPTH) {
      return Json.NULL;
    }
    Json.Obj schema = described(written);
    if (schema.members().containsKey("const")) {
      return schema.members().get("const");
    }
    List<Json> choices = schema.array("enum");
    if (!choices.isEmpty()) {
      return choices.get((int) (mixed(variation, depth) % choices.size()));
    }
    if (schema.string("$ref").isPresent()) {
      return of(target(schema.string("$ref").get()), variation, depth + 1);
    }
    for (String name : List.of("anyOf", "oneOf", "allOf")) {
      if (!schema.array(name).isEmpty() && schema.array(name).getFirst() instanceof Json.Obj o) {
        return of(o, variation, depth + 1);
      }
    }
    return switch (type(schema)) {
      case "object" -> object(schema, variation, depth);
      case "array" -> array(schema, variation, depth);
      case "string" -> string(schema, variation);
      case "integer" -> number(schema, variation, true);
      case "number" -> number(schema, variation, false);
      case "boolean" -> Json.of(mixed(variation, depth) % 2 == 0);
      default -> Json.NULL;
    };
  }

  /** The schema with the rules at the end of its description. */
  private static Json.Obj described(Json.Obj schema) {
    String description = schema.string("description").orElse("");
    int start = description.lastIndexOf("\n{");
    if (start < 0 || !description.endsWith("}")) {
      return schema;
    }
    try {
      return Json.parse(description.substring(start)) instanceof Json.Obj rules
          ? schema.merge(rules)
          : schema;
    } catch (Json.JsonSyntaxException _) {
      return schema;
    }
  }

  /** Spreads consecutive variations, so that two columns of choices do not go in step. */
  private static long mixed(long variation, int depth) {
    if (variation == 0) {
      return 0;
    }
    long z = (variation + depth) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    return (z ^ (z >>> 27)) >>> 1;
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

  private Json.Obj target(String ref) {
    Json.Obj at = root;
    if (ref.startsWith("#/")) {
      for (String part : ref.substring(2).split("/", -1)) {
        at = at.object(part.replace("~1", "/").replace("~0", "~"));
      }
    }
    return at;
  }

  private Json object(Json.Obj schema, long variation, int depth) {
    Json.ObjectBuilder b = Json.object();
    int[] column = {0};
    schema
        .object("properties")
        .members()
        .forEach((name, s) -> {
          boolean needed = schema.array("required").contains(Json.of(name));
          long own = variation == 0 ? 0 : variation + 0x10001L * column[0]++;
          if (s instanceof Json.Obj o && (needed || depth < 4)) {
            b.put(name, of(o, own, depth + 1));
          }
        });
    return b.build();
  }

  private Json array(Json.Obj schema, long variation, int depth) {
    long count = Math.min(100, Math.max(1, schema.integer("minItems").orElse(1)));
    count = Math.min(count, schema.integer("maxItems").orElse(count));
    List<Json> elements = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      elements.add(of(schema.object("items"), variation + i, depth + 1));
    }
    return new Json.Arr(elements);
  }

  private static Json string(Json.Obj schema, long v) {
    String text =
        switch (schema.string("format").orElse("")) {
          case "date" -> LocalDate.of(2026, 1, 1).plusDays(v % 3650).toString();
          case "date-time" ->
              Instant.parse("2026-01-01T00:00:00Z").plus(Duration.ofMinutes(v)).toString();
          case "time" -> String.format("%02d:%02d:%02dZ", v / 3600 % 24, v / 60 % 60, v % 60);
          case "duration" -> "P" + (1 + v) + "D";
          case "email" -> "demo" + suffix("", v) + "@example.com";
          case "hostname" -> "demo" + suffix("", v) + ".example.com";
          case "uri", "uri-reference" -> "https://example.com/" + suffix("", v);
          case "ipv4" -> "192.0.2." + v % 256;
          case "ipv6" -> "2001:db8::" + Long.toHexString(v % 0x10000);
          case "uuid" -> new UUID(0x4000, Long.MIN_VALUE | v).toString();
          default -> "demo" + suffix(" ", v);
        };
    int min = (int) Math.min(10_000, schema.integer("minLength").orElse(0));
    int max =
        (int) Math.min(Integer.MAX_VALUE, schema.integer("maxLength").orElse(Integer.MAX_VALUE));
    StringBuilder out = new StringBuilder(text);
    while (out.length() < min) {
      out.append('x');
    }
    // The end differs more than the beginning.
    return Json.of(out.length() > max ? out.substring(out.length() - max) : out.toString());
  }

  private static String suffix(String before, long v) {
    return v == 0 ? "" : before + v;
  }

  private static Json number(Json.Obj schema, long v, boolean whole) {
    BigDecimal step =
        schema.number("multipleOf").isPresent()
            ? BigDecimal.valueOf(schema.number("multipleOf").getAsDouble())
            : whole ? BigDecimal.ONE : new BigDecimal("0.001");
    if (step.signum() <= 0) {
      step = BigDecimal.ONE;
    }
    // In steps from zero.
    double low =
        Math.max(
            Math.ceil(schema.number("minimum").orElse(Double.NEGATIVE_INFINITY) / d(step) - 1e-9),
            Math.floor(
                    schema.number("exclusiveMinimum").orElse(Double.NEGATIVE_INFINITY) / d(step)
                        + 1e-9)
                + 1);
    double high =
        Math.min(
            Math.floor(schema.number("maximum").orElse(Double.POSITIVE_INFINITY) / d(step) + 1e-9),
            Math.ceil(
                    schema.number("exclusiveMaximum").orElse(Double.POSITIVE_INFINITY) / d(step)
                        - 1e-9)
                - 1);
    double one = Math.clamp(Math.ceil(1 / d(step) - 1e-9), low, Math.max(low, high));
    double count = high - low + 1;
    double at;
    if (v == 0) {
      at = one;
    } else if (count < 1e15) {
      // Whole numbers that are prime to most ranges reach all of them.
      at = low + (v * 7919.0) % Math.max(1, count);
    } else {
      at = Double.isFinite(low) ? low + v : Double.isFinite(high) ? high - v : one + v;
    }
    return new Json.Num(
        step.multiply(new BigDecimal(at).setScale(0, RoundingMode.HALF_UP))
            .stripTrailingZeros()
            .toPlainString());
  }

  private static double d(BigDecimal step) {
    return step.doubleValue();
  }
}
