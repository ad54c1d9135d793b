package dev.gatun.ai.testkit.dialect;

import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.Failure;
import dev.gatun.ai.testkit.Finish;
import dev.gatun.ai.testkit.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** OpenAI's chat completions, and xAI's, which add reasoning, citations and the cost in ticks. */
final class OpenAiChat implements Codec {
  private final Dialect dialect;

  OpenAiChat(Dialect dialect) {
    this.dialect = dialect;
  }

  private boolean xai() {
    return dialect == Dialect.XAI;
  }

  @Override
  public Map<String, @Nullable Object> body(Answer answer) {
    var message = Json.obj("role", "assistant");
    String text = answer.text();
    String refusal = answer.refusal();
    List<Part.ToolCall> calls = answer.all(Part.ToolCall.class);
    message.put(
        "content", text.isEmpty() && (!calls.isEmpty() || !refusal.isEmpty()) ? null : text);
    if (xai() && !answer.thinking().isEmpty()) {
      message.put("reasoning_content", answer.thinking());
    }
    message.put("refusal", refusal.isEmpty() ? null : refusal);
    if (!xai()) {
      message.put("annotations", annotations(answer));
    }
    if (!calls.isEmpty()) {
      var list = new ArrayList<@Nullable Object>();
      for (int i = 0; i < calls.size(); i++) {
        Part.ToolCall call = calls.get(i);
        list.add(
            Json.obj(
                "id", answer.callId(call, i, "call_"),
                "type", "function",
                "function", Json.obj("name", call.name(), "arguments", call.arguments())));
      }
      message.put("tool_calls", list);
    }
    List<@Nullable Object> choices =
        answer.parts().isEmpty()
            ? List.of()
            : List.of(
                Json.obj(
                    "index",
                    0,
                    "message",
                    message,
                    "logprobs",
                    null,
                    "finish_reason",
                    finish(answer)));
    var body = envelope(answer, "chat.completion", choices);
    if (answer.usage()) {
      body.put("usage", usage(answer));
    }
    if (xai() && !answer.all(Part.Citation.class).isEmpty()) {
      body.put("citations", urls(answer));
    }
    return body;
  }

  @Override
  public List<Frame> stream(Answer answer) {
    var frames = new ArrayList<Frame>();
    if (!answer.parts().isEmpty()) {
      frames.add(
          Frame.open(
              null,
              chunk(answer, Json.obj("role", "assistant", "content", "", "refusal", null), null)));
      int call = 0;
      for (Part part : answer.parts()) {
        switch (part) {
          case Part.Text(String text) -> {
            for (String piece : Pieces.words(text)) {
              frames.add(Frame.token(null, chunk(answer, Json.obj("content", piece), null)));
            }
          }
          case Part.Thinking(String text, var signature) -> {
            if (xai()) {
              for (String piece : Pieces.words(text)) {
                frames.add(
                    Frame.token(null, chunk(answer, Json.obj("reasoning_content", piece), null)));
              }
            }
          }
          case Part.Refusal(String text) -> {
            for (String piece : Pieces.words(text)) {
              frames.add(Frame.token(null, chunk(answer, Json.obj("refusal", piece), null)));
            }
          }
          case Part.ToolCall tool -> {
            // xAI sends a call in one piece; OpenAI the name first, then the arguments.
            String first = xai() ? tool.arguments() : "";
            frames.add(
                Frame.token(
                    null,
                    chunk(
                        answer,
                        Json.obj(
                            "tool_calls",
                            List.of(
                                Json.obj(
                                    "index",
                                    call,
                                    "id",
                                    answer.callId(tool, call, "call_"),
                                    "type",
                                    "function",
                                    "function",
                                    Json.obj("name", tool.name(), "arguments", first)))),
                        null)));
            if (!xai()) {
              for (String piece : Pieces.arguments(tool.arguments())) {
                frames.add(
                    Frame.token(
                        null,
                        chunk(
                            answer,
                            Json.obj(
                                "tool_calls",
                                List.of(
                                    Json.obj(
                                        "index", call, "function", Json.obj("arguments", piece)))),
                            null)));
              }
            }
            call++;
          }
          case Part.Citation ignored -> {}
        }
      }
      var last = Json.obj();
      if (!xai() && !answer.all(Part.Citation.class).isEmpty()) {
        last.put("annotations", annotations(answer));
      }
      frames.add(Frame.close(null, chunk(answer, last, finish(answer))));
    }
    if (usageAsked(answer) && answer.usage()) {
      var chunk = envelope(answer, "chat.completion.chunk", List.of());
      chunk.put("usage", usage(answer));
      if (xai() && !answer.all(Part.Citation.class).isEmpty()) {
        chunk.put("citations", urls(answer));
      }
      frames.add(Frame.close(null, chunk));
    }
    frames.add(new Frame(null, "[DONE]", Frame.Kind.TERMINAL));
    return frames;
  }

  @Override
  public List<Frame> failed(Answer answer, Failure failure, String message, int sent) {
    return List.of(Frame.close(null, Errors.of(dialect, failure, message, answer).body()));
  }

  private boolean usageAsked(Answer answer) {
    Object option = Json.map(answer.request().json().get("stream_options")).get("include_usage");
    return xai() || Boolean.TRUE.equals(option);
  }

  private Map<String, @Nullable Object> chunk(
      Answer answer, Map<String, @Nullable Object> delta, @Nullable String finish) {
    var choice = Json.obj("index", 0, "delta", delta, "logprobs", null, "finish_reason", finish);
    var chunk = envelope(answer, "chat.completion.chunk", List.of(choice));
    if (!xai()) {
      if (usageAsked(answer)) {
        chunk.put("usage", null);
      }
      Object option =
          Json.map(answer.request().json().get("stream_options")).get("include_obfuscation");
      if (!Boolean.FALSE.equals(option)) {
        chunk.put("obfuscation", "x7Qp2Lk9".substring(delta.toString().length() % 8));
      }
    }
    return chunk;
  }

  private Map<String, @Nullable Object> envelope(
      Answer answer, String object, List<@Nullable Object> choices) {
    var map =
        Json.obj(
            "id",
            xai() ? answer.id() : "chatcmpl-" + answer.id(),
            "object",
            object,
            "created",
            answer.created(),
            "model",
            answer.model(),
            "choices",
            choices);
    if (!xai()) {
      String tier = answer.tokens().tier();
      map.put("service_tier", tier == null ? "default" : tier);
    }
    map.put("system_fingerprint", "fp_44709d6fcb");
    if (answer.unknowns()) {
      map.put("x_unheard_of", Json.obj("a", List.of(1, "b", true)));
    }
    return map;
  }

  private String finish(Answer answer) {
    String word = answer.finishWord();
    if (word != null) {
      return word;
    }
    Finish finish = answer.finish();
    return switch (finish) {
      case LENGTH, CONTEXT_WINDOW -> "length";
      case TOOL_CALLS -> "tool_calls";
      case CONTENT_FILTER -> "content_filter";
      case STOP, REFUSAL, STOP_SEQUENCE, PAUSE, MALFORMED_CALL -> "stop";
    };
  }

  private Map<String, @Nullable Object> usage(Answer answer) {
    return xai() ? Usages.xaiChat(answer) : Usages.openAiChat(answer);
  }

  private static List<@Nullable Object> annotations(Answer answer) {
    var list = new ArrayList<@Nullable Object>();
    for (Part.Citation citation : answer.all(Part.Citation.class)) {
      list.add(
          Json.obj(
              "type",
              "url_citation",
              "url_citation",
              Json.obj(
                  "start_index", 0,
                  "end_index", answer.text().length(),
                  "title", citation.title(),
                  "url", citation.url())));
    }
    return list;
  }

  static List<@Nullable Object> urls(Answer answer) {
    var list = new ArrayList<@Nullable Object>();
    for (Part.Citation citation : answer.all(Part.Citation.class)) {
      list.add(citation.url());
    }
    return list;
  }
}
