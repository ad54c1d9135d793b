package dev.gatun.gateway.chat;

import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.Message;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Part;
import dev.gatun.ai.ReasoningEffort;
import dev.gatun.ai.Tool;
import dev.gatun.ai.ToolChoice;
import dev.gatun.ai.json.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads requests in the format of Anthropic's messages. */
final class AnthropicRequest {
  /** What is read, and last what changes nothing of the answer. */
  private static final Set<String> KNOWN =
      Set.of(
          "model",
          "messages",
          "system",
          "max_tokens",
          "temperature",
          "top_p",
          "stop_sequences",
          "tools",
          "tool_choice",
          "thinking",
          "stream",
          "metadata",
          "service_tier");

  private AnthropicRequest() {}

  static ChatRequest.Builder read(Fields f, Optional<ModelRef> model) {
    ChatRequest.Builder b = ChatRequest.builder();
    model.ifPresent(b::model);
    b.maxOutputTokens(
        f.integer("max_tokens", 1)
            .orElseThrow(() -> f.wrong("max_tokens", "a whole number from 1 on")));
    if (f.has("system")) {
      b.system(text(f, "system"));
    }
    List<Fields> messages = f.objects("messages");
    if (messages.isEmpty()) {
      throw f.wrong("messages", "an array with at least one message");
    }
    Map<String, String> toolNames = new HashMap<>();
    messages.forEach(m -> message(m, toolNames, b));
    f.number("temperature", 0, 1).ifPresent(b::temperature);
    f.number("top_p", 0, 1).ifPresent(b::topP);
    b.stop(f.texts("stop_sequences"));
    f.objects("tools").forEach(t -> b.tool(tool(t)));
    f.object("tool_choice").ifPresent(c -> toolChoice(c, b));
    f.object("thinking").ifPresent(t -> thinking(t, b));
    return b.extra(f.beyond(KNOWN, model.isPresent()));
  }

  private static void thinking(Fields t, ChatRequest.Builder b) {
    switch (t.text("type")) {
      case "disabled" -> b.reasoning(ReasoningEffort.NONE);
      case "adaptive" -> b.reasoning(ReasoningEffort.MEDIUM);
      case "enabled" -> {
        int budget = t.integer("budget_tokens", 1024).orElse(1024);
        b.reasoning(
            budget <= 4096
                ? ReasoningEffort.LOW
                : budget <= 16_384 ? ReasoningEffort.MEDIUM : ReasoningEffort.HIGH);
      }
      default -> throw t.wrong("type", "enabled, adaptive or disabled");
    }
  }

  /** A string, or the texts of blocks. */
  private static String text(Fields f, String name) {
    if (f.object().string(name).isPresent()) {
      return f.text(name);
    }
    return f.objects(name).stream()
        .map(block -> {
          if (!block.text("type").equals("text")) {
            throw block.wrong("type", "text");
          }
          return block.text("text");
        })
        .collect(Collectors.joining("\n\n"));
  }

  private static void message(Fields m, Map<String, String> toolNames, ChatRequest.Builder b) {
    Message.Role role =
        switch (m.text("role")) {
          case "user" -> Message.Role.USER;
          case "assistant" -> Message.Role.ASSISTANT;
          default -> throw m.wrong("role", "user or assistant");
        };
    if (m.object().string("content").isPresent()) {
      b.message(new Message(role, List.of(new Part.Text(m.text("content")))));
      return;
    }
    List<Part> parts = new ArrayList<>();
    for (Fields block : m.objects("content")) {
      Part part = part(block, toolNames);
      if (part instanceof Part.ToolResult) {
        // In the normal form results are turns of their own, before what the user says with them.
        b.message(new Message(Message.Role.TOOL, List.of(part)));
      } else {
        parts.add(part);
      }
    }
    if (!parts.isEmpty()) {
      b.message(new Message(role, parts));
    } else if (m.array("content").isEmpty()) {
      throw m.wrong("content", "a string or an array of blocks");
    }
  }

  private static Part part(Fields block, Map<String, String> toolNames) {
    return switch (block.text("type")) {
      case "text" -> new Part.Text(block.text("text"));
      case "thinking" ->
          new Part.Reasoning(block.text("thinking"), block.optionalText("signature").orElse(""));
      case "image" -> image(block);
      case "tool_use" -> {
        toolNames.put(block.text("id"), block.text("name"));
        Fields input = block.object("input").orElseThrow(() -> block.wrong("input", "an object"));
        yield new Part.ToolCall(block.text("id"), block.text("name"), Json.write(input.object()));
      }
      case "tool_result" -> {
        String id = block.text("tool_use_id");
        yield new Part.ToolResult(
            id,
            toolNames.getOrDefault(id, ""),
            block.has("content") ? text(block, "content") : "",
            block.bool("is_error").orElse(false));
      }
      default -> throw block.wrong("type", "text, thinking, image, tool_use or tool_result");
    };
  }

  private static Part image(Fields block) {
    Fields source = block.object("source").orElseThrow(() -> block.wrong("source", "an object"));
    return switch (source.text("type")) {
      case "base64" ->
          new Part.Image(source.text("media_type"), source.text("data"), Optional.empty());
      case "url" -> Part.Image.of(ImageUrl.https(source, "url"));
      default -> throw source.wrong("type", "base64 or url");
    };
  }

  private static Tool tool(Fields t) {
    Fields schema =
        t.object("input_schema").orElseThrow(() -> t.wrong("input_schema", "an object"));
    return Tool.of(t.text("name"), t.optionalText("description").orElse(""), schema.object());
  }

  private static void toolChoice(Fields c, ChatRequest.Builder b) {
    b.toolChoice(
        switch (c.text("type")) {
          case "auto" -> ToolChoice.AUTO;
          case "any" -> ToolChoice.REQUIRED;
          case "none" -> ToolChoice.NONE;
          case "tool" -> new ToolChoice.Named(c.text("name"));
          default -> throw c.wrong("type", "auto, any, tool or none");
        });
    b.parallelToolCalls(!c.bool("disable_parallel_tool_use").orElse(false));
  }
}
