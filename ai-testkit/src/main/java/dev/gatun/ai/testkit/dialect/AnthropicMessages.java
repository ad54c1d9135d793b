package dev.gatun.ai.testkit.dialect;

import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.Failure;
import dev.gatun.ai.testkit.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Anthropic's Messages. */
final class AnthropicMessages implements Codec {

  @Override
  public Map<String, @Nullable Object> body(Answer answer) {
    var content = new ArrayList<@Nullable Object>();
    int call = 0;
    List<Part> parts = answer.parts();
    for (Part part : parts) {
      switch (part) {
        case Part.Text(String text) -> content.add(textBlock(text, answer, true));
        case Part.Refusal(String text) -> content.add(textBlock(text, answer, false));
        case Part.Thinking(String text, String signature) ->
            content.add(
                Json.obj(
                    "type",
                    "thinking",
                    "thinking",
                    text,
                    "signature",
                    signature == null ? "" : signature));
        case Part.ToolCall tool -> content.add(toolBlock(tool, call++, answer, true));
        case Part.Citation ignored -> {}
      }
    }
    var message = message(answer, content, finish(answer), stopSequence(answer));
    if (answer.usage()) {
      var usage = Usages.anthropic(answer, output(answer));
      thinkingTokens(usage, answer);
      message.put("usage", usage);
    }
    return message;
  }

  private static void thinkingTokens(Map<String, @Nullable Object> usage, Answer answer) {
    if (answer.tokens().reasoning() > 0) {
      usage.put("output_tokens_details", Json.obj("thinking_tokens", answer.tokens().reasoning()));
    }
  }

  private static long output(Answer answer) {
    return answer.tokens().output() + answer.tokens().reasoning();
  }

  @Override
  public List<Frame> stream(Answer answer) {
    var frames = new ArrayList<Frame>();
    var message = message(answer, List.of(), null, null);
    if (answer.usage()) {
      message.put("usage", Usages.anthropic(answer, Math.min(1, output(answer))));
    }
    frames.add(Frame.open("message_start", Json.obj("type", "message_start", "message", message)));
    int index = 0;
    int call = 0;
    for (Part part : answer.parts()) {
      switch (part) {
        case Part.Text(String text) -> {
          start(frames, index, textBlock("", answer, true));
          for (String piece : Pieces.words(text)) {
            delta(frames, index, Json.obj("type", "text_delta", "text", piece));
          }
          for (Part.Citation citation : answer.all(Part.Citation.class)) {
            delta(
                frames, index, Json.obj("type", "citations_delta", "citation", citation(citation)));
          }
          stop(frames, index++);
        }
        case Part.Refusal(String text) -> {
          start(frames, index, textBlock("", answer, false));
          for (String piece : Pieces.words(text)) {
            delta(frames, index, Json.obj("type", "text_delta", "text", piece));
          }
          stop(frames, index++);
        }
        case Part.Thinking(String text, String signature) -> {
          start(frames, index, Json.obj("type", "thinking", "thinking", "", "signature", ""));
          for (String piece : Pieces.words(text)) {
            delta(frames, index, Json.obj("type", "thinking_delta", "thinking", piece));
          }
          if (signature != null) {
            delta(frames, index, Json.obj("type", "signature_delta", "signature", signature));
          }
          stop(frames, index++);
        }
        case Part.ToolCall tool -> {
          start(frames, index, toolBlock(tool, call++, answer, false));
          delta(frames, index, Json.obj("type", "input_json_delta", "partial_json", ""));
          for (String piece : Pieces.arguments(tool.arguments())) {
            delta(frames, index, Json.obj("type", "input_json_delta", "partial_json", piece));
          }
          stop(frames, index++);
        }
        case Part.Citation ignored -> {}
      }
    }
    var end =
        Json.obj(
            "type",
            "message_delta",
            "delta",
            Json.obj(
                "stop_reason", finish(answer),
                "stop_sequence", stopSequence(answer),
                "stop_details", null));
    if (answer.usage()) {
      var usage =
          Json.obj(
              "input_tokens", answer.tokens().input(),
              "cache_creation_input_tokens",
                  answer.tokens().cacheWrite5m() + answer.tokens().cacheWrite1h(),
              "cache_read_input_tokens", answer.tokens().cacheRead(),
              "output_tokens", output(answer));
      thinkingTokens(usage, answer);
      if (answer.tokens().searches() > 0) {
        usage.put("server_tool_use", Json.obj("web_search_requests", answer.tokens().searches()));
      }
      end.put("usage", usage);
    }
    frames.add(padded(Frame.Kind.CLOSE, "message_delta", end, frames.size()));
    frames.add(
        padded(
            Frame.Kind.TERMINAL, "message_stop", Json.obj("type", "message_stop"), frames.size()));
    return frames;
  }

  @Override
  public List<Frame> failed(Answer answer, Failure failure, String message, int sent) {
    var error = Errors.of(Dialect.ANTHROPIC, failure, message, answer).body();
    return List.of(Frame.close("error", error));
  }

  private static void start(List<Frame> frames, int index, Map<String, @Nullable Object> block) {
    frames.add(
        padded(
            Frame.Kind.OPEN,
            "content_block_start",
            Json.obj("type", "content_block_start", "index", index, "content_block", block),
            frames.size()));
    if (index == 0) {
      frames.add(new Frame("ping", "{\"type\": \"ping\"}", Frame.Kind.OPEN));
    }
  }

  private static void delta(List<Frame> frames, int index, Map<String, @Nullable Object> delta) {
    frames.add(
        padded(
            Frame.Kind.TOKEN,
            "content_block_delta",
            Json.obj("type", "content_block_delta", "index", index, "delta", delta),
            frames.size()));
  }

  private static void stop(List<Frame> frames, int index) {
    frames.add(
        padded(
            Frame.Kind.OPEN,
            "content_block_stop",
            Json.obj("type", "content_block_stop", "index", index),
            frames.size()));
  }

  /** Anthropic pads its events with spaces before the last brace. */
  private static Frame padded(
      Frame.Kind kind, String event, Map<String, @Nullable Object> json, int number) {
    String text = Json.text(json);
    String spaces = " ".repeat(number * 5 % 16);
    return new Frame(event, text.substring(0, text.length() - 1) + spaces + "}", kind);
  }

  private static Map<String, @Nullable Object> message(
      Answer answer,
      List<@Nullable Object> content,
      @Nullable String reason,
      @Nullable String sequence) {
    var map =
        Json.obj(
            "model",
            answer.model(),
            "id",
            "msg_01" + answer.id(),
            "type",
            "message",
            "role",
            "assistant",
            "content",
            content,
            "stop_reason",
            reason,
            "stop_sequence",
            sequence,
            "stop_details",
            null);
    if (answer.unknowns()) {
      map.put("x_unheard_of", Json.obj("a", List.of(1, "b", true)));
    }
    return map;
  }

  private static Map<String, @Nullable Object> textBlock(
      String text, Answer answer, boolean cited) {
    var block = Json.obj("type", "text", "text", text);
    List<Part.Citation> citations = answer.all(Part.Citation.class);
    if (cited && !citations.isEmpty()) {
      var list = new ArrayList<@Nullable Object>();
      if (!text.isEmpty()) {
        for (Part.Citation citation : citations) {
          list.add(citation(citation));
        }
      }
      block.put("citations", list);
    }
    return block;
  }

  private static Map<String, @Nullable Object> citation(Part.Citation citation) {
    return Json.obj(
        "type", "web_search_result_location",
        "cited_text", citation.snippet(),
        "url", citation.url(),
        "title", citation.title(),
        "encrypted_index", "Eo8B");
  }

  private static Map<String, @Nullable Object> toolBlock(
      Part.ToolCall tool, int n, Answer answer, boolean whole) {
    Object input = Json.obj();
    if (whole) {
      try {
        input = Json.parse(tool.arguments());
      } catch (java.io.IOException e) {
        throw new IllegalArgumentException(
            "expected arguments in JSON, which Anthropic sends as an object, and got "
                + tool.arguments(),
            e);
      }
    }
    return Json.obj(
        "type", "tool_use",
        "id", answer.callId(tool, n, "toolu_01"),
        "name", tool.name(),
        "input", input,
        "caller", Json.obj("type", "direct"));
  }

  private static String finish(Answer answer) {
    String word = answer.finishWord();
    if (word != null) {
      return word;
    }
    return switch (answer.finish()) {
      case STOP, MALFORMED_CALL -> "end_turn";
      case LENGTH -> "max_tokens";
      case TOOL_CALLS -> "tool_use";
      case CONTENT_FILTER, REFUSAL -> "refusal";
      case STOP_SEQUENCE -> "stop_sequence";
      case CONTEXT_WINDOW -> "model_context_window_exceeded";
      case PAUSE -> "pause_turn";
    };
  }

  private static @Nullable String stopSequence(Answer answer) {
    if (answer.finish() != dev.gatun.ai.testkit.Finish.STOP_SEQUENCE) {
      return null;
    }
    List<@Nullable Object> asked = Json.list(answer.request().json().get("stop_sequences"));
    return asked.isEmpty() ? "" : Json.string(asked.getFirst());
  }
}
