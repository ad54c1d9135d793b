package dev.gatun.ai;

import dev.gatun.ai.json.Json;

/**
 * A function that the model may ask to be called.
 *
 * @param name its name
 * @param description what it does, for the model
 * @param parameters the JSON schema of its arguments, an object schema
 * @param strict whether the provider shall force the arguments to fit the schema
 */
public record Tool(String name, String description, Json.Obj parameters, boolean strict) {
  /** A tool whose arguments are not forced. */
  public static Tool of(String name, String description, Json.Obj parameters) {
    return new Tool(name, description, parameters, false);
  }
}
