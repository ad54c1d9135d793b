package dev.gatun.ai;

import dev.gatun.ai.json.Json;

/** The form of the answer's text. */
public sealed interface ResponseFormat {
  /** Free text. */
  ResponseFormat TEXT = new Text();

  /** Free text. */
  record Text() implements ResponseFormat {}

  /** Some JSON document. */
  record JsonObject() implements ResponseFormat {}

  /**
   * A JSON document that fits a schema. The answer is validated; one that does not fit is sent back
   * to the model once, with what is wrong.
   *
   * @param name a short name of the schema, of letters, digits, {@code _} and {@code -}
   * @param schema the JSON schema (draft 2020-12)
   */
  record JsonSchema(String name, Json.Obj schema) implements ResponseFormat {}
}
