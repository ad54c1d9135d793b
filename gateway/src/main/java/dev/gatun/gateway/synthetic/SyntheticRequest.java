package dev.gatun.gateway.synthetic;

import dev.gatun.ai.ModelRef;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.json.JsonSchema;
import dev.gatun.gateway.auth.Principal;
import dev.gatun.gateway.chat.Fields;
import dev.gatun.gateway.chat.Models;
import dev.gatun.gateway.http.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What rows are asked for.
 *
 * @param schema of a row
 * @param inferred whether the schema is from the sample rows
 * @param rows sample rows
 * @param count how many rows to make
 * @param instructions what they shall be like
 * @param balance the weight of each value, by column
 * @param augment whether to vary the sample rows instead of making others like them
 * @param format of the answer
 * @param model who makes them; empty leaves it to routing
 * @param seed for repeatable rows, where a provider has it
 */
record SyntheticRequest(
    Json.Obj schema,
    boolean inferred,
    List<Json.Obj> rows,
    int count,
    String instructions,
    Map<String, Map<Json, Double>> balance,
    boolean augment,
    RowFormat format,
    Optional<ModelRef> model,
    OptionalLong seed) {
  static final int MAX_COUNT = 10_000;
  private static final int MAX_ROWS = 1_000;
  private static final int MAX_INSTRUCTIONS = 20_000;

  /**
   * Reads a body.
   *
   * @throws Problem 400 that names the wrong member
   */
  static SyntheticRequest read(Json.Obj body, Models models, Principal principal) {
    Fields f = Fields.of(body);
    List<Json.Obj> rows = f.objects("rows").stream().map(Fields::object).toList();
    Optional<Fields> given = f.object("schema");
    if (given.isEmpty() && rows.isEmpty()) {
      throw Problem.field(
          "/schema", "Either 'schema', a JSON schema of a row, or 'rows', sample rows, is needed");
    }
    if (rows.size() > MAX_ROWS) {
      throw f.wrong("rows", "at most " + MAX_ROWS + " rows");
    }
    Json.Obj schema = given.map(Fields::object).orElseGet(() -> SchemaInference.of(rows));
    if (!schema.string("type").orElse("").equals("object")
        || schema.object("properties").members().isEmpty()) {
      throw Problem.field(
          "/schema", "'schema' must be of the type 'object' with at least one of 'properties'");
    }
    JsonSchema compiled;
    try {
      compiled = JsonSchema.of(schema, true);
    } catch (IllegalArgumentException e) {
      throw Problem.field("/schema", String.valueOf(e.getMessage()));
    }
    for (int i = 0; i < rows.size(); i++) {
      List<JsonSchema.Violation> wrong = compiled.check(rows.get(i));
      if (!wrong.isEmpty()) {
        throw Problem.field(
            "/rows/" + i + wrong.getFirst().pointer(),
            "The sample row does not fit 'schema': " + wrong.getFirst());
      }
    }
    boolean augment = f.bool("augment").orElse(false);
    if (augment && rows.isEmpty()) {
      throw Problem.field("/rows", "'augment' varies given 'rows', and there are none");
    }
    int count = f.integer("count", 1).orElseThrow(() -> f.wrong("count", "a whole number"));
    if (count > MAX_COUNT) {
      throw f.wrong("count", "at most " + MAX_COUNT);
    }
    String instructions = f.optionalText("instructions").orElse("");
    if (instructions.length() > MAX_INSTRUCTIONS) {
      throw Problem.field(
          "/instructions", "'instructions' must have at most " + MAX_INSTRUCTIONS + " characters");
    }
    return new SyntheticRequest(
        schema,
        given.isEmpty(),
        rows,
        count,
        instructions,
        balance(f, schema),
        augment,
        f.optionalText("format")
            .map(t -> RowFormat.of(t).orElseThrow(() -> f.wrong("format", "json, jsonl or csv")))
            .orElse(RowFormat.JSON),
        models.resolve(f.optionalText("model").orElse("auto"), principal),
        f.has("seed") ? OptionalLong.of(f.integer("seed", 0).orElseThrow()) : OptionalLong.empty());
  }

  private static Map<String, Map<Json, Double>> balance(Fields body, Json.Obj schema) {
    Map<String, Map<Json, Double>> balance = new LinkedHashMap<>();
    Optional<Fields> given = body.object("balance");
    if (given.isEmpty()) {
      return balance;
    }
    long combinations = 1;
    for (String column : given.get().object().members().keySet()) {
      if (!(schema.object("properties").members().get(column) instanceof Json.Obj property)) {
        throw Problem.field(
            given.get().at(column), "'" + column + "' is none of the columns of 'schema'");
      }
      Fields shares =
          given.get().object(column).orElseThrow(() -> given.get().wrong(column, "an object"));
      Map<Json, Double> values = new LinkedHashMap<>();
      JsonSchema one =
          JsonSchema.of(
              property
                  .with("$defs", schema.object("$defs"))
                  .with("definitions", schema.object("definitions")),
              true);
      for (String value : shares.object().members().keySet()) {
        double share =
            shares
                .number(value, 0, 1e9)
                .orElseThrow(() -> shares.wrong(value, "a share, such as 0.5"));
        Json typed = typed(value, one, shares.at(value));
        if (share > 0) {
          values.put(typed, share);
        }
      }
      if (values.isEmpty()) {
        throw given.get().wrong(column, "an object with at least one share above 0");
      }
      combinations *= values.size();
      if (combinations > 1000) {
        throw Problem.field(
            body.at("balance"), "'balance' must have at most 1000 combinations of values");
      }
      balance.put(column, values);
    }
    return balance;
  }

  /** The value that a member's name stands for: names are texts, columns need not be. */
  private static Json typed(String text, JsonSchema column, String pointer) {
    if (column.check(Json.of(text)).isEmpty()) {
      return Json.of(text);
    }
    try {
      Json value = Json.parse(text);
      if (!(value instanceof Json.Obj || value instanceof Json.Arr)
          && column.check(value).isEmpty()) {
        return value;
      }
    } catch (Json.JsonSyntaxException _) {
      // Said below.
    }
    throw Problem.field(pointer, "'" + text + "' does not fit the column's schema");
  }
}
