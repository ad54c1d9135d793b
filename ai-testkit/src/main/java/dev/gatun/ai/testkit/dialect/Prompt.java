package dev.gatun.ai.testkit.dialect;

import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.Operation;
import dev.gatun.ai.testkit.RecordedRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks, whatever its dialect.
 *
 * @param lastUser the text of the last message of the user
 * @param characters characters of all messages and instructions, for an estimate of tokens
 * @param maxTokens the limit of output tokens, or -1
 * @param schema the JSON schema that the answer must fulfil, or null
 * @param jsonObject whether any JSON object will do
 * @param forcedTool the tool that must be called, or null
 */
record Prompt(
    String lastUser,
    long characters,
    long maxTokens,
    @Nullable Map<String, @Nullable Object> schema,
    boolean jsonObject,
    @Nullable Tool forcedTool) {

  /** A tool that a request offers. */
  record Tool(String name, Map<String, @Nullable Object> schema) {}

  static Prompt of(RecordedRequest request) {
    Map<String, @Nullable Object> json = request.json();
    return switch (request.dialect()) {
      case GEMINI -> gemini(json);
      case ANTHROPIC -> anthropic(json);
      case OPENAI, XAI, PERPLEXITY ->
          request.operation() == Operation.RESPONSES
              ? responses(json, request.dialect())
              : chat(json);
    };
  }

  private static Prompt chat(Map<String, @Nullable Object> json) {
    List<@Nullable Object> messages = Json.list(json.get("messages"));
    var format = Json.map(json.get("response_format"));
    var tools = new ArrayList<Tool>();
    for (Object tool : Json.list(json.get("tools"))) {
      var function = Json.map(Json.map(tool).get("function"));
      tools.add(new Tool(Json.string(function.get("name")), Json.map(function.get("parameters"))));
    }
    String forced =
        Json.string(Json.map(Json.map(json.get("tool_choice")).get("function")).get("name"));
    long limit = Json.number(json.get("max_completion_tokens"), -1);
    return new Prompt(
        last(messages),
        characters(messages),
        limit >= 0 ? limit : Json.number(json.get("max_tokens"), -1),
        schema(Json.map(format.get("json_schema")).get("schema")),
        "json_object".equals(format.get("type")),
        choose(tools, forced, "required".equals(json.get("tool_choice"))));
  }

  private static Prompt responses(Map<String, @Nullable Object> json, Dialect dialect) {
    Object input = json.get("input");
    List<@Nullable Object> items = Json.list(input);
    var format =
        dialect == Dialect.PERPLEXITY && json.get("response_format") != null
            ? Json.map(json.get("response_format"))
            : Json.map(Json.map(json.get("text")).get("format"));
    Object schema = format.get("schema");
    if (schema == null) {
      schema = Json.map(format.get("json_schema")).get("schema");
    }
    var tools = new ArrayList<Tool>();
    for (Object tool : Json.list(json.get("tools"))) {
      if ("function".equals(Json.map(tool).get("type"))) {
        tools.add(
            new Tool(
                Json.string(Json.map(tool).get("name")),
                Json.map(Json.map(tool).get("parameters"))));
      }
    }
    String forced = Json.string(Json.map(json.get("tool_choice")).get("name"));
    return new Prompt(
        input instanceof String text ? text : last(items),
        (input instanceof String text ? text.length() : characters(items))
            + Json.string(json.get("instructions")).length(),
        Json.number(json.get("max_output_tokens"), -1),
        schema(schema),
        "json_object".equals(format.get("type")),
        choose(tools, forced, "required".equals(json.get("tool_choice"))));
  }

  private static Prompt anthropic(Map<String, @Nullable Object> json) {
    List<@Nullable Object> messages = Json.list(json.get("messages"));
    var format = Json.map(Json.map(json.get("output_config")).get("format"));
    if (format.isEmpty()) {
      format = Json.map(json.get("output_format"));
    }
    var tools = new ArrayList<Tool>();
    for (Object tool : Json.list(json.get("tools"))) {
      if (Json.map(tool).get("input_schema") != null) {
        tools.add(
            new Tool(
                Json.string(Json.map(tool).get("name")),
                Json.map(Json.map(tool).get("input_schema"))));
      }
    }
    var choice = Json.map(json.get("tool_choice"));
    return new Prompt(
        last(messages),
        characters(messages) + characters(json.get("system")),
        Json.number(json.get("max_tokens"), -1),
        schema(format.get("schema")),
        false,
        choose(tools, Json.string(choice.get("name")), "any".equals(choice.get("type"))));
  }

  private static Prompt gemini(Map<String, @Nullable Object> json) {
    List<@Nullable Object> contents = Json.list(json.get("contents"));
    var config = Json.map(json.get("generationConfig"));
    Object schema = config.get("responseSchema");
    if (schema == null) {
      schema = config.get("responseJsonSchema");
    }
    var tools = new ArrayList<Tool>();
    for (Object tool : Json.list(json.get("tools"))) {
      for (Object declaration : Json.list(Json.map(tool).get("functionDeclarations"))) {
        var function = Json.map(declaration);
        Object parameters = function.get("parameters");
        if (parameters == null) {
          parameters = function.get("parametersJsonSchema");
        }
        tools.add(new Tool(Json.string(function.get("name")), Json.map(parameters)));
      }
    }
    var calling = Json.map(Json.map(json.get("toolConfig")).get("functionCallingConfig"));
    List<@Nullable Object> allowed = Json.list(calling.get("allowedFunctionNames"));
    return new Prompt(
        last(contents),
        characters(contents) + characters(json.get("systemInstruction")),
        Json.number(config.get("maxOutputTokens"), -1),
        schema(schema),
        "application/json".equals(config.get("responseMimeType")),
        choose(
            tools,
            allowed.isEmpty() ? "" : Json.string(allowed.getFirst()),
            "ANY".equals(calling.get("mode"))));
  }

  private static @Nullable Map<String, @Nullable Object> schema(@Nullable Object schema) {
    return schema == null ? null : Json.map(schema);
  }

  private static @Nullable Tool choose(List<Tool> tools, String name, boolean any) {
    for (Tool tool : tools) {
      if (tool.name.equals(name) || (any && name.isEmpty())) {
        return tool;
      }
    }
    return null;
  }

  /** The text of the last message whose role is the user's, or that has none. */
  private static String last(List<@Nullable Object> messages) {
    for (int i = messages.size() - 1; i >= 0; i--) {
      var message = Json.map(messages.get(i));
      Object role = message.get("role");
      if (role == null || role.equals("user")) {
        var text = new StringBuilder();
        collect(message.get("content"), text);
        collect(message.get("parts"), text);
        if (!text.isEmpty()) {
          return text.toString();
        }
      }
    }
    return "";
  }

  private static void collect(@Nullable Object content, StringBuilder text) {
    if (content instanceof String plain) {
      text.append(plain);
    }
    for (Object part : Json.list(content)) {
      text.append(Json.string(Json.map(part).get("text")));
    }
  }

  /** Characters of the texts in a tree; images and files count as nothing. */
  private static long characters(@Nullable Object value) {
    return switch (value) {
      case String text -> text.length();
      case List<?> list -> {
        long sum = 0;
        for (Object item : list) {
          sum += characters(item);
        }
        yield sum;
      }
      case Map<?, ?> map -> {
        long sum = 0;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          Object key = entry.getKey();
          if (key.equals("text")
              || key.equals("content")
              || key.equals("parts")
              || key.equals("output")) {
            sum += characters(entry.getValue());
          }
        }
        yield sum;
      }
      case null, default -> 0;
    };
  }
}
