package dev.gatun.gateway.chat;

import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.Message;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Part;
import dev.gatun.ai.ReasoningEffort;
import dev.gatun.ai.ResponseFormat;
import dev.gatun.ai.Tool;
import dev.gatun.ai.ToolChoice;
import dev.gatun.ai.json.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads requests in the format of OpenAI's chat completions. */
final class OpenAiRequest {
  /** What is read, and last what changes nothing of the answer. */
  private static final Set<String> KNOWN =
      Set.of(
          "model",
          "messages",
          "max_tokens",
          "max_completion_tokens",
          "temperature",
          "top_p",
          "seed",
          "stop",
          "tools",
          "tool_choice",
          "parallel_tool_calls",
          "response_format",
          "reasoning_effort",
          "stream",
          "stream_options",
          "n",
          "user",
          "store",
          "metadata",
          "service_tier",
          "safety_identifier",
          "prompt_cache_key");

  private OpenAiRequest() {}

  static ChatRequest.Builder read(Fields f, Optional<ModelRef> model) {
    ChatRequest.Builder b = ChatRequest.builder();
    model.ifPresent(b::model);
    messages(f, b);
    f.integer("max_completion_tokens", 1)
        .ifPresentOrElse(
            b::maxOutputTokens, () -> f.integer("max_tokens", 1).ifPresent(b::maxOutputTokens));
    f.number("temperature", 0, 2).ifPresent(b::temperature);
    f.number("top_p", 0, 1).ifPresent(b::topP);
    if (f.has("seed")) {
      b.seed(f.object().integer("seed").orElseThrow(() -> f.wrong("seed", "a whole number")));
    }
    b.stop(f.texts("stop"));
    f.objects("tools").forEach(t -> b.tool(tool(t)));
    if (f.has("tool_choice")) {
      b.toolChoice(toolChoice(f));
    }
    f.bool("parallel_tool_calls").ifPresent(b::parallelToolCalls);
    f.object("response_format").ifPresent(r -> b.format(format(r)));
    f.optionalText("reasoning_effort").ifPresent(e -> b.reasoning(new ReasoningEffort(e)));
    if (f.integer("n", 1).orElse(1) != 1) {
      throw f.wrong("n", "1, since the gateway gives one answer");
    }
    return b.extra(f.beyond(KNOWN, model.isPresent()));
  }

  private static void messages(Fields f, ChatRequest.Builder b) {
    List<Fields> messages = f.objects("messages");
    if (messages.isEmpty()) {
      throw f.wrong("messages", "an array with at least one message");
    }
    Map<String, String> toolNames = new HashMap<>();
    for (Fields m : messages) {
      b.message(message(m, toolNames));
    }
  }

  private static Message message(Fields m, Map<String, String> toolNames) {
    String role = m.text("role");
    return switch (role) {
      case "system", "developer" -> new Message(Message.Role.SYSTEM, content(m, false));
      case "user" -> new Message(Message.Role.USER, content(m, true));
      case "assistant" -> {
        List<Part> parts = new ArrayList<>();
        if (m.has("content")) {
          parts.addAll(content(m, false));
        }
        for (Fields call : m.objects("tool_calls")) {
          Fields function =
              call.object("function").orElseThrow(() -> call.wrong("function", "an object"));
          String id = call.text("id");
          toolNames.put(id, function.text("name"));
          parts.add(new Part.ToolCall(id, function.text("name"), function.text("arguments")));
        }
        if (parts.isEmpty()) {
          throw m.wrong("content", "there when there are no tool calls");
        }
        yield new Message(Message.Role.ASSISTANT, parts);
      }
      case "tool" -> {
        String id = m.text("tool_call_id");
        String text = new Message(Message.Role.TOOL, content(m, false)).text();
        yield new Message(
            Message.Role.TOOL,
            List.of(new Part.ToolResult(id, toolNames.getOrDefault(id, ""), text, false)));
      }
      default -> throw m.wrong("role", "one of system, developer, user, assistant, tool");
    };
  }

  private static List<Part> content(Fields m, boolean images) {
    if (m.object().string("content").isPresent()) {
      return List.of(new Part.Text(m.text("content")));
    }
    List<Part> parts = new ArrayList<>();
    for (Fields p : m.objects("content")) {
      String type = p.text("type");
      if (type.equals("text")) {
        parts.add(new Part.Text(p.text("text")));
      } else if (type.equals("image_url") && images) {
        Fields image = p.object("image_url").orElseThrow(() -> p.wrong("image_url", "an object"));
        parts.add(image(image));
      } else {
        throw p.wrong("type", images ? "text or image_url" : "text");
      }
    }
    if (parts.isEmpty()) {
      throw m.wrong("content", "a string or an array of parts");
    }
    return parts;
  }

  private static Part image(Fields image) {
    String url = image.text("url");
    if (url.startsWith("data:")) {
      int comma = url.indexOf(";base64,");
      if (comma < 0) {
        throw image.wrong("url", "a data URL in base64, or an https URL");
      }
      return new Part.Image(
          url.substring(5, comma), url.substring(comma + ";base64,".length()), Optional.empty());
    }
    return Part.Image.of(ImageUrl.https(image, "url"));
  }

  private static Tool tool(Fields t) {
    if (!t.text("type").equals("function")) {
      throw t.wrong("type", "function");
    }
    Fields f = t.object("function").orElseThrow(() -> t.wrong("function", "an object"));
    return new Tool(
        f.text("name"),
        f.optionalText("description").orElse(""),
        f.object("parameters").map(Fields::object).orElse(Json.object("type", Json.of("object"))),
        f.bool("strict").orElse(false));
  }

  private static ToolChoice toolChoice(Fields f) {
    if (f.object().string("tool_choice").isPresent()) {
      return switch (f.text("tool_choice")) {
        case "auto" -> ToolChoice.AUTO;
        case "none" -> ToolChoice.NONE;
        case "required" -> ToolChoice.REQUIRED;
        default -> throw f.wrong("tool_choice", "auto, none, required or a function");
      };
    }
    Fields choice =
        f.object("tool_choice").orElseThrow(() -> f.wrong("tool_choice", "a string or an object"));
    Fields function =
        choice.object("function").orElseThrow(() -> choice.wrong("function", "an object"));
    return new ToolChoice.Named(function.text("name"));
  }

  private static ResponseFormat format(Fields r) {
    return switch (r.text("type")) {
      case "text" -> ResponseFormat.TEXT;
      case "json_object" -> new ResponseFormat.JsonObject();
      case "json_schema" -> {
        Fields s = r.object("json_schema").orElseThrow(() -> r.wrong("json_schema", "an object"));
        Fields schema = s.object("schema").orElseThrow(() -> s.wrong("schema", "an object"));
        yield new ResponseFormat.JsonSchema(s.text("name"), schema.object());
      }
      default -> throw r.wrong("type", "text, json_object or json_schema");
    };
  }
}
