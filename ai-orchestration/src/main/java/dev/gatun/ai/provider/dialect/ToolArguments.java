package dev.gatun.ai.provider.dialect;

import dev.gatun.ai.Part;
import dev.gatun.ai.json.Json;

/** Arguments of tools for formats that take an object and not a text. */
final class ToolArguments {
  private ToolArguments() {}

  /** The arguments; what is no object is wrapped into one, so that nothing is lost. */
  static Json of(Part.ToolCall call) {
    try {
      return call.json() instanceof Json.Obj o ? o : Json.object("value", call.json());
    } catch (Json.JsonSyntaxException _) {
      return Json.object("invalid_json", Json.of(call.arguments()));
    }
  }
}
