package dev.gatun.gateway.chat;

import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.FinishReason;
import dev.gatun.ai.Part;
import dev.gatun.ai.StreamEvent;
import dev.gatun.ai.Usage;
import dev.gatun.ai.json.Json;
import dev.gatun.gateway.http.EventStream;
import java.util.ArrayList;
import java.util.List;

/** Writes answers in the format of Anthropic's messages. */
final class AnthropicAnswer {
  private AnthropicAnswer() {}

  static Json.Obj whole(ChatResponse r) {
    List<Json> content = new ArrayList<>();
    for (Part p : r.message().parts()) {
      switch (p) {
        case Part.Text t ->
            content.add(Json.object().put("type", "text").put("text", t.text()).build());
        case Part.Reasoning x ->
            content.add(
                Json.object()
                    .put("type", "thinking")
                    .put("thinking", x.text())
                    .put("signature", x.signature())
                    .build());
        case Part.ToolCall c -> content.add(toolUse(c.id(), c.name(), input(c)));
        case Part.Image _, Part.ToolResult _ -> {}
      }
    }
    return message(r.id(), r.served().toString(), new Json.Arr(content), r.usage())
        .with("stop_reason", Json.of(stop(r.finish())));
  }

  /** Arguments that are no JSON are kept as a text: nothing is lost. */
  private static Json input(Part.ToolCall c) {
    try {
      return c.json() instanceof Json.Obj o ? o : Json.object("value", c.json());
    } catch (Json.JsonSyntaxException _) {
      return Json.object("invalid_json", Json.of(c.arguments()));
    }
  }

  private static Json toolUse(String id, String name, Json input) {
    return Json.object()
        .put("type", "tool_use")
        .put("id", id)
        .put("name", name)
        .put("input", input)
        .build();
  }

  private static Json.Obj message(String id, String model, Json content, Usage usage) {
    return Json.object()
        .put("id", id)
        .put("type", "message")
        .put("role", "assistant")
        .put("model", model)
        .put("content", content)
        .put("stop_reason", Json.NULL)
        .put("stop_sequence", Json.NULL)
        .put("usage", usage(usage))
        .build();
  }

  private static Json usage(Usage u) {
    return Json.object()
        .put("input_tokens", u.input())
        .put("cache_creation_input_tokens", u.cacheWrite5m() + u.cacheWrite1h())
        .put("cache_read_input_tokens", u.cacheRead())
        .put("output_tokens", u.totalOutput())
        .build();
  }

  private static String stop(FinishReason reason) {
    return switch (reason.kind()) {
      case STOP, OTHER -> "end_turn";
      case LENGTH -> "max_tokens";
      case TOOL_CALLS -> "tool_use";
      case CONTENT_FILTER, REFUSAL -> "refusal";
      case PAUSE -> "pause_turn";
    };
  }

  /** The events of one stream: blocks begin and end with what they hold. Used by one thread. */
  static final class Blocks {
    private final EventStream out;
    private String kind = "";
    private int tool = -1;
    private int index = -1;

    Blocks(EventStream out) {
      this.out = out;
    }

    void send(StreamEvent event) {
      switch (event) {
        case StreamEvent.Started s ->
            emit(
                "message_start",
                Json.object()
                    .put(
                        "message",
                        message(s.id(), s.served().toString(), Json.array(), Usage.NONE)));
        case StreamEvent.Text t -> {
          open("text", -1, Json.object().put("type", "text").put("text", "").build());
          delta(Json.object().put("type", "text_delta").put("text", t.delta()).build());
        }
        case StreamEvent.Reasoning r -> {
          open(
              "thinking",
              -1,
              Json.object()
                  .put("type", "thinking")
                  .put("thinking", "")
                  .put("signature", "")
                  .build());
          if (!r.delta().isEmpty()) {
            delta(Json.object().put("type", "thinking_delta").put("thinking", r.delta()).build());
          }
          if (!r.signature().isEmpty()) {
            delta(
                Json.object()
                    .put("type", "signature_delta")
                    .put("signature", r.signature())
                    .build());
          }
        }
        case StreamEvent.ToolCall c -> {
          open("tool_use", c.index(), toolUse(c.id(), c.name(), Json.Obj.EMPTY));
          if (!c.delta().isEmpty()) {
            delta(
                Json.object()
                    .put("type", "input_json_delta")
                    .put("partial_json", c.delta())
                    .build());
          }
        }
        case StreamEvent.Source _ -> {}
        case StreamEvent.Finished f -> {
          close();
          emit(
              "message_delta",
              Json.object()
                  .put(
                      "delta",
                      Json.object()
                          .put("stop_reason", stop(f.reason()))
                          .put("stop_sequence", Json.NULL)
                          .build())
                  .put("usage", usage(f.usage())));
          emit("message_stop", Json.object());
        }
      }
    }

    private void open(String wanted, int toolIndex, Json block) {
      if (kind.equals(wanted) && tool == toolIndex) {
        return;
      }
      close();
      kind = wanted;
      tool = toolIndex;
      index++;
      emit("content_block_start", Json.object().put("index", index).put("content_block", block));
    }

    private void delta(Json delta) {
      emit("content_block_delta", Json.object().put("index", index).put("delta", delta));
    }

    private void close() {
      if (!kind.isEmpty()) {
        emit("content_block_stop", Json.object().put("index", index));
        kind = "";
      }
    }

    private void emit(String name, Json.ObjectBuilder body) {
      Json.Obj typed = Json.object("type", Json.of(name)).merge(body.build());
      out.event(name, Json.write(typed));
    }
  }
}
