package dev.gatun.ai.testkit.dialect;

import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.Failure;
import dev.gatun.ai.testkit.Operation;
import dev.gatun.ai.testkit.RecordedRequest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a provider refuses before any model sees it. */
final class Validation {
  private static final String UNANSWERED =
      "An assistant message with 'tool_calls' must be followed by tool messages responding to each"
          + " 'tool_call_id'. The following tool_call_ids did not have response messages: ";

  private Validation() {}

  /** The error for what is wrong with a request, or null; no keys means that any key will do. */
  static Errors.@Nullable Shape check(RecordedRequest request, Set<String> keys, String id) {
    if (request.operation() == Operation.UNKNOWN) {
      return noSuchPath(request);
    }
    if (request.key().isEmpty()) {
      return missingKey(request, id);
    }
    if (!keys.isEmpty() && !keys.contains(request.key())) {
      return error(request, Failure.AUTHENTICATION, "", id);
    }
    if (request.dialect() == Dialect.ANTHROPIC
        && request.headers().get("anthropic-version").isEmpty()) {
      return invalid(request, "anthropic-version: header is required", id);
    }
    boolean get = request.operation() == Operation.MODELS;
    if (!request.method().equals(get ? "GET" : "POST")) {
      return noSuchPath(request);
    }
    if (get) {
      return null;
    }
    if (request.json().isEmpty()) {
      return invalid(
          request,
          request.dialect() == Dialect.GEMINI
              ? "Invalid JSON payload received. Expected an object."
              : "We could not parse the JSON body of your request.",
          id);
    }
    String wrong =
        switch (request.dialect()) {
          case OPENAI, XAI -> openAi(request);
          case PERPLEXITY -> perplexity(request);
          case ANTHROPIC -> anthropic(request);
          case GEMINI -> gemini(request);
        };
    return wrong == null ? null : invalid(request, wrong, id);
  }

  private static Errors.Shape error(
      RecordedRequest request, Failure failure, String message, String id) {
    return Errors.of(request.dialect(), failure, message, request.model(), request.operation(), id);
  }

  private static Errors.Shape invalid(RecordedRequest request, String message, String id) {
    return error(request, Failure.INVALID_REQUEST, message, id);
  }

  /** The 404 of a path that a provider does not have. */
  static Errors.Shape noSuchPath(RecordedRequest request) {
    String words = "Invalid URL (" + request.method() + " " + request.path() + ")";
    Errors.Shape shape =
        Errors.of(
            request.dialect(),
            request.dialect() == Dialect.PERPLEXITY
                ? Failure.INVALID_REQUEST
                : Failure.MODEL_NOT_FOUND,
            words,
            "",
            Operation.UNKNOWN,
            Ids.of(request.number()));
    return new Errors.Shape(404, shape.body(), shape.headers(), shape.code(), shape.message());
  }

  private static Errors.Shape missingKey(RecordedRequest request, String id) {
    return switch (request.dialect()) {
      case GEMINI -> Errors.geminiUnregistered();
      case OPENAI ->
          error(
              request,
              Failure.AUTHENTICATION,
              "You didn't provide an API key. You need to provide your API key in an Authorization"
                  + " header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
              id);
      case ANTHROPIC -> error(request, Failure.AUTHENTICATION, "x-api-key header is required", id);
      case PERPLEXITY, XAI -> error(request, Failure.AUTHENTICATION, "", id);
    };
  }

  private static @Nullable String openAi(RecordedRequest request) {
    Map<String, @Nullable Object> json = request.json();
    if (request.model().isEmpty()) {
      return "you must provide a model parameter";
    }
    return switch (request.operation()) {
      case CHAT ->
          messages(json, Set.of("developer", "system", "user", "assistant", "tool", "function"));
      case RESPONSES ->
          json.get("input") == null && json.get("prompt") == null
              ? "Missing required parameter: 'input'."
              : outputs(json);
      case EMBEDDINGS -> json.get("input") == null ? "Missing required parameter: 'input'." : null;
      case MODELS, COUNT_TOKENS, UNKNOWN -> null;
    };
  }

  /** Each output of a function in the input of Responses answers a call of it. */
  private static @Nullable String outputs(Map<String, @Nullable Object> json) {
    var called = new TreeSet<String>();
    for (Object item : Json.list(json.get("input"))) {
      var map = Json.map(item);
      String id = Json.string(map.get("call_id"));
      if ("function_call".equals(map.get("type"))) {
        called.add(id);
      } else if ("function_call_output".equals(map.get("type"))
          && !called.contains(id)
          && json.get("previous_response_id") == null) {
        return "No tool call found for function call output with call_id " + id + ".";
      }
    }
    return null;
  }

  private static @Nullable String messages(Map<String, @Nullable Object> json, Set<String> roles) {
    List<@Nullable Object> messages = Json.list(json.get("messages"));
    if (messages.isEmpty()) {
      return "Missing required parameter: 'messages'.";
    }
    var called = new TreeSet<String>();
    for (int i = 0; i < messages.size(); i++) {
      var message = Json.map(messages.get(i));
      Object role = message.get("role");
      if (!(role instanceof String name) || !roles.contains(name)) {
        return "Invalid value: '"
            + role
            + "'. Supported values are: "
            + roles.stream().sorted().toList()
            + ". (messages["
            + i
            + "].role)";
      }
      if (message.get("content") == null && !role.equals("assistant")) {
        return "Invalid value for 'content': expected a string, got null. (messages[" + i + "])";
      }
      for (Object call : Json.list(message.get("tool_calls"))) {
        called.add(Json.string(Json.map(call).get("id")));
      }
      if (role.equals("tool") && message.get("tool_call_id") == null) {
        return "Missing required parameter: 'messages[" + i + "].tool_call_id'.";
      }
      if (role.equals("tool") && !called.remove(Json.string(message.get("tool_call_id")))) {
        return "Invalid parameter: messages with role 'tool' must be a response to a preceeding"
            + " message with 'tool_calls'.";
      }
      if (!role.equals("tool") && !role.equals("assistant") && !called.isEmpty()) {
        return UNANSWERED + String.join(", ", called);
      }
    }
    return called.isEmpty() ? null : UNANSWERED + String.join(", ", called);
  }

  private static @Nullable String perplexity(RecordedRequest request) {
    Map<String, @Nullable Object> json = request.json();
    if (request.operation() == Operation.RESPONSES) {
      if (json.get("input") == null) {
        return "input is required";
      }
      if (json.get("model") == null && json.get("models") == null && json.get("preset") == null) {
        return "one of model, models or preset is required";
      }
      return outputs(json);
    }
    if (request.model().isEmpty()) {
      return "model is required";
    }
    String wrong = messages(json, Set.of("system", "user", "assistant", "tool"));
    if (wrong != null) {
      return wrong;
    }
    List<@Nullable Object> messages = Json.list(json.get("messages"));
    String before = "";
    for (Object message : messages) {
      String role = Json.string(Json.map(message).get("role"));
      if (role.equals(before) && !role.equals("system")) {
        return "After the (optional) system message(s), user or tool message(s) should alternate"
            + " with assistant message(s).";
      }
      before = role;
    }
    return before.equals("user") || before.equals("tool")
        ? null
        : "Last message must have role `user` or `tool`.";
  }

  private static @Nullable String anthropic(RecordedRequest request) {
    Map<String, @Nullable Object> json = request.json();
    if (request.model().isEmpty()) {
      return "model: Field required";
    }
    if (request.operation() == Operation.CHAT && Json.number(json.get("max_tokens"), -1) < 1) {
      return json.get("max_tokens") == null
          ? "max_tokens: Field required"
          : "max_tokens: Input should be greater than or equal to 1";
    }
    List<@Nullable Object> messages = Json.list(json.get("messages"));
    if (messages.isEmpty()) {
      return "messages: at least one message is required";
    }
    var used = new TreeSet<String>();
    var open = new TreeSet<String>();
    String before = "";
    for (int i = 0; i < messages.size(); i++) {
      var message = Json.map(messages.get(i));
      Object role = message.get("role");
      if (!"user".equals(role) && !"assistant".equals(role)) {
        return "messages." + i + ".role: Input should be 'user' or 'assistant'";
      }
      Object content = message.get("content");
      if (content == null || content.equals("") || content.equals(List.of())) {
        return "messages."
            + i
            + ": all messages must have non-empty content except for the"
            + " optional final assistant message";
      }
      // Neighbours of one role count as one message.
      if ("assistant".equals(role)) {
        if (!before.equals("assistant")) {
          if (!open.isEmpty()) {
            return unanswered(i, open);
          }
          used.clear();
        }
        used.addAll(ids(content, "tool_use", "id"));
      } else {
        if (before.equals("assistant")) {
          open.addAll(used);
        }
        for (String id : ids(content, "tool_result", "tool_use_id")) {
          if (!used.contains(id)) {
            return "messages."
                + i
                + ".content.0: unexpected `tool_use_id` found in `tool_result` blocks: "
                + id
                + ". Each `tool_result` block must have a corresponding `tool_use` block in the"
                + " previous message.";
          }
          open.remove(id);
        }
      }
      before = String.valueOf(role);
    }
    if (!open.isEmpty()) {
      return unanswered(messages.size() - 1, open);
    }
    if (request.headers().get("anthropic-version").orElse("").compareTo("2026-10-21") >= 0) {
      for (String name : List.of("temperature", "top_p", "top_k")) {
        if (json.get(name) != null) {
          return name + ": Extra inputs are not permitted";
        }
      }
    }
    for (Object tool : Json.list(json.get("tools"))) {
      var map = Json.map(tool);
      if (map.get("type") == null && map.get("input_schema") == null) {
        return "tools.0.custom.input_schema: Field required";
      }
    }
    return null;
  }

  private static long count(List<@Nullable Object> parts, String member) {
    return parts.stream().filter(part -> Json.map(part).containsKey(member)).count();
  }

  private static String unanswered(int message, Set<String> ids) {
    return "messages."
        + message
        + ": `tool_use` ids were found without `tool_result` blocks immediately after: "
        + String.join(", ", ids)
        + ". Each `tool_use` block must have a corresponding `tool_result` block in the next"
        + " message.";
  }

  private static Set<String> ids(Object content, String type, String name) {
    var ids = new TreeSet<String>();
    for (Object block : Json.list(content)) {
      if (type.equals(Json.map(block).get("type"))) {
        ids.add(Json.string(Json.map(block).get(name)));
      }
    }
    return ids;
  }

  private static @Nullable String gemini(RecordedRequest request) {
    Map<String, @Nullable Object> json = request.json();
    return switch (request.operation()) {
      case CHAT -> {
        List<@Nullable Object> contents = Json.list(json.get("contents"));
        if (contents.isEmpty()) {
          yield "* GenerateContentRequest.contents: contents is not specified\n";
        }
        long calls = 0;
        for (Object content : contents) {
          Object role = Json.map(content).get("role");
          if (role != null
              && !role.equals("user")
              && !role.equals("model")
              && !role.equals("function")) {
            yield "Please use a valid role: user, model.";
          }
          List<@Nullable Object> parts = Json.list(Json.map(content).get("parts"));
          if (parts.isEmpty()) {
            yield "* GenerateContentRequest.contents[0].parts: contents.parts must not be empty.\n";
          }
          long responses = count(parts, "functionResponse");
          if (responses != calls && (responses > 0 || calls > 0)) {
            yield "Please ensure that the number of function response parts is equal to the number"
                + " of function call parts of the function call turn.";
          }
          calls = count(parts, "functionCall");
        }
        yield null;
      }
      case EMBEDDINGS ->
          json.get("content") == null && Json.list(json.get("requests")).isEmpty()
              ? "* EmbedContentRequest.content: contents is not specified\n"
              : null;
      case RESPONSES, MODELS, COUNT_TOKENS, UNKNOWN -> null;
    };
  }
}
