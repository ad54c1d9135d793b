package dev.gatun.gateway.chat;

import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.Citation;
import dev.gatun.ai.FinishReason;
import dev.gatun.ai.Message;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Part;
import dev.gatun.ai.StreamEvent;
import dev.gatun.ai.Usage;
import dev.gatun.ai.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writes answers in the format of OpenAI's chat completions. */
final class OpenAiAnswer {
  private OpenAiAnswer() {}

  static Json.Obj whole(ChatResponse r, long created) {
    Json.ObjectBuilder message = Json.object().put("role", "assistant");
    String text = r.text();
    message.put("content", text.isEmpty() && !r.toolCalls().isEmpty() ? Json.NULL : Json.of(text));
    message.put("refusal", Json.NULL);
    String reasoning = reasoning(r.message());
    if (!reasoning.isEmpty()) {
      message.put("reasoning_content", reasoning);
    }
    if (!r.toolCalls().isEmpty()) {
      message.put(
          "tool_calls",
          new Json.Arr(
              r.toolCalls().stream()
                  .map(c -> call(c.id(), c.name(), c.arguments()).build())
                  .map(Json.class::cast)
                  .toList()));
    }
    if (!r.citations().isEmpty()) {
      message.put("annotations", annotations(r.citations()));
    }
    return Json.object()
        .put("id", r.id())
        .put("object", "chat.completion")
        .put("created", created)
        .put("model", r.served().toString())
        .put(
            "choices",
            Json.array(
                Json.object()
                    .put("index", 0)
                    .put("message", message.build())
                    .put("logprobs", Json.NULL)
                    .put("finish_reason", finish(r.finish()))
                    .build()))
        .put("usage", usage(r.usage()))
        .build();
  }

  private static String reasoning(Message m) {
    StringBuilder out = new StringBuilder();
    m.parts().forEach(p -> out.append(p instanceof Part.Reasoning r ? r.text() : ""));
    return out.toString();
  }

  private static Json.ObjectBuilder call(String id, String name, String arguments) {
    return Json.object()
        .put("id", id)
        .put("type", "function")
        .put("function", Json.object().put("name", name).put("arguments", arguments).build());
  }

  private static Json annotations(List<Citation> citations) {
    List<Json> list = new ArrayList<>();
    for (Citation c : citations) {
      list.add(
          Json.object()
              .put("type", "url_citation")
              .put(
                  "url_citation",
                  Json.object()
                      .put("url", c.url())
                      .put("title", c.title())
                      .put("start_index", 0)
                      .put("end_index", 0)
                      .build())
              .build());
    }
    return new Json.Arr(list);
  }

  static String finish(FinishReason reason) {
    return switch (reason.kind()) {
      case STOP, REFUSAL, PAUSE, OTHER -> "stop";
      case LENGTH -> "length";
      case TOOL_CALLS -> "tool_calls";
      case CONTENT_FILTER -> "content_filter";
    };
  }

  static Json.Obj usage(Usage u) {
    return Json.object()
        .put("prompt_tokens", u.totalInput())
        .put("completion_tokens", u.totalOutput())
        .put("total_tokens", u.total())
        .put("prompt_tokens_details", Json.object("cached_tokens", Json.of(u.cacheRead())))
        .put("completion_tokens_details", Json.object("reasoning_tokens", Json.of(u.reasoning())))
        .build();
  }

  /** The chunks of one stream; used by one thread. */
  static final class Chunks {
    private final long created;
    private String id = "";
    private String model = "";

    Chunks(long created) {
      this.created = created;
    }

    /** What of a stream is sent for an event; nothing for some. */
    Optional<Json.Obj> of(StreamEvent event) {
      return switch (event) {
        case StreamEvent.Started s -> {
          id = s.id();
          model = name(s.served());
          yield Optional.of(
              chunk(Json.object().put("role", "assistant").put("content", "").build()));
        }
        case StreamEvent.Text t -> Optional.of(chunk(Json.object("content", Json.of(t.delta()))));
        case StreamEvent.Reasoning r ->
            r.delta().isEmpty()
                ? Optional.empty()
                : Optional.of(chunk(Json.object("reasoning_content", Json.of(r.delta()))));
        case StreamEvent.ToolCall c ->
            Optional.of(chunk(Json.object("tool_calls", Json.array(delta(c)))));
        case StreamEvent.Source s ->
            Optional.of(chunk(Json.object("annotations", annotations(List.of(s.citation())))));
        case StreamEvent.Finished f ->
            Optional.of(chunk(Json.Obj.EMPTY, Json.of(finish(f.reason()))));
      };
    }

    private static Json delta(StreamEvent.ToolCall c) {
      Json.ObjectBuilder function = Json.object();
      if (!c.name().isEmpty()) {
        function.put("name", c.name());
      }
      function.put("arguments", c.delta());
      Json.ObjectBuilder b = Json.object().put("index", c.index());
      if (!c.id().isEmpty()) {
        b.put("id", c.id()).put("type", "function");
      }
      return b.put("function", function.build()).build();
    }

    Json.Obj usageChunk(Usage usage) {
      return head().put("choices", Json.array()).put("usage", usage(usage)).build();
    }

    private Json.Obj chunk(Json.Obj delta) {
      return chunk(delta, Json.NULL);
    }

    private Json.Obj chunk(Json.Obj delta, Json finish) {
      return head()
          .put(
              "choices",
              Json.array(
                  Json.object()
                      .put("index", 0)
                      .put("delta", delta)
                      .put("logprobs", Json.NULL)
                      .put("finish_reason", finish)
                      .build()))
          .build();
    }

    private Json.ObjectBuilder head() {
      return Json.object()
          .put("id", id)
          .put("object", "chat.completion.chunk")
          .put("created", created)
          .put("model", model);
    }

    private static String name(ModelRef ref) {
      return ref.toString();
    }
  }
}
