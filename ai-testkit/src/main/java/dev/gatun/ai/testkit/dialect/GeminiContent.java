package dev.gatun.ai.testkit.dialect;

import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.Failure;
import dev.gatun.ai.testkit.Finish;
import dev.gatun.ai.testkit.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gemini's generateContent and streamGenerateContent: the last chunk's reason is the end marker.
 */
final class GeminiContent implements Codec {

  @Override
  public String lineEnd() {
    return "\r\n";
  }

  @Override
  public Map<String, @Nullable Object> body(Answer answer) {
    var parts = new ArrayList<@Nullable Object>();
    for (Part part : answer.parts()) {
      switch (part) {
        case Part.Text(String text) -> parts.add(Json.obj("text", text));
        case Part.Refusal(String text) -> parts.add(Json.obj("text", text));
        case Part.Thinking(String text, var ignored) ->
            parts.add(Json.obj("text", text, "thought", true));
        case Part.ToolCall tool -> parts.add(call(tool));
        case Part.Citation ignored -> {}
      }
    }
    String signature = signature(answer);
    if (signature != null && !parts.isEmpty()) {
      sign(parts, signature);
    }
    return response(
        answer, answer.parts().isEmpty() ? null : parts, finish(answer), answer.tokens().output());
  }

  @Override
  public List<Frame> stream(Answer answer) {
    var frames = new ArrayList<Frame>();
    if (answer.parts().isEmpty()) {
      frames.add(Frame.terminal(null, response(answer, null, finish(answer), 0)));
      return frames;
    }
    long sent = 0;
    boolean signed = false;
    String signature = signature(answer);
    for (Part part : answer.parts()) {
      switch (part) {
        case Part.Text(String text) -> {
          for (String piece : Pieces.words(text)) {
            sent = Math.min(sent + 1, answer.tokens().output());
            frames.add(token(answer, Json.obj("text", piece), sent));
          }
        }
        case Part.Refusal(String text) -> {
          for (String piece : Pieces.words(text)) {
            sent = Math.min(sent + 1, answer.tokens().output());
            frames.add(token(answer, Json.obj("text", piece), sent));
          }
        }
        case Part.Thinking(String text, var ignored) -> {
          for (String piece : Pieces.words(text)) {
            frames.add(token(answer, Json.obj("text", piece, "thought", true), sent));
          }
        }
        case Part.ToolCall tool -> {
          // A call comes whole: Gemini does not split arguments.
          var json = call(tool);
          if (signature != null && !signed) {
            json.put("thoughtSignature", signature);
            signed = true;
          }
          sent = Math.min(sent + 1, answer.tokens().output());
          frames.add(token(answer, json, sent));
        }
        case Part.Citation ignored -> {}
      }
    }
    var last = Json.obj("text", "");
    if (signature != null && !signed) {
      last.put("thoughtSignature", signature);
    }
    frames.add(
        Frame.terminal(
            null, response(answer, List.of(last), finish(answer), answer.tokens().output())));
    return frames;
  }

  @Override
  public List<Frame> failed(Answer answer, Failure failure, String message, int sent) {
    return List.of(Frame.close(null, Errors.of(Dialect.GEMINI, failure, message, answer).body()));
  }

  private static Frame token(Answer answer, Map<String, @Nullable Object> part, long output) {
    return Frame.token(null, response(answer, List.of(part), null, output));
  }

  private static Map<String, @Nullable Object> call(Part.ToolCall tool) {
    Object arguments;
    try {
      arguments = Json.parse(tool.arguments());
    } catch (java.io.IOException e) {
      throw new IllegalArgumentException(
          "expected arguments in JSON, which Gemini sends as an object, and got "
              + tool.arguments(),
          e);
    }
    var call = Json.obj("name", tool.name(), "args", arguments);
    if (tool.id() != null) {
      call.put("id", tool.id());
    }
    return Json.obj("functionCall", call);
  }

  private static @Nullable String signature(Answer answer) {
    for (Part.Thinking thinking : answer.all(Part.Thinking.class)) {
      if (thinking.signature() != null) {
        return thinking.signature();
      }
    }
    return null;
  }

  /** The signature goes with the first call, or with the last part if there is none. */
  private static void sign(List<@Nullable Object> parts, String signature) {
    for (Object part : parts) {
      if (Json.map(part).containsKey("functionCall")) {
        Json.map(part).put("thoughtSignature", signature);
        return;
      }
    }
    Json.map(parts.getLast()).put("thoughtSignature", signature);
  }

  private static Map<String, @Nullable Object> response(
      Answer answer, @Nullable List<@Nullable Object> parts, @Nullable String finish, long output) {
    var map = Json.obj();
    if (parts != null) {
      var candidate = Json.obj("content", Json.obj("parts", parts, "role", "model"));
      if (finish != null) {
        candidate.put("finishReason", finish);
      }
      candidate.put("index", 0);
      List<Part.Citation> citations = answer.all(Part.Citation.class);
      if (finish != null && !citations.isEmpty()) {
        candidate.put("groundingMetadata", grounding(answer, citations));
      }
      map.put("candidates", List.of(candidate));
    }
    if (answer.usage()) {
      map.put("usageMetadata", Usages.gemini(answer, output));
    }
    map.put("modelVersion", answer.model());
    map.put("responseId", answer.id());
    if (answer.unknowns()) {
      map.put("xUnheardOf", Json.obj("a", List.of(1, "b", true)));
    }
    return map;
  }

  private static Map<String, @Nullable Object> grounding(
      Answer answer, List<Part.Citation> citations) {
    var chunks = new ArrayList<@Nullable Object>();
    var indices = new ArrayList<@Nullable Object>();
    for (Part.Citation citation : citations) {
      indices.add(chunks.size());
      chunks.add(Json.obj("web", Json.obj("uri", citation.url(), "title", citation.title())));
    }
    return Json.obj(
        "groundingChunks", chunks,
        "groundingSupports",
            List.of(
                Json.obj(
                    "segment",
                    Json.obj("endIndex", answer.text().length(), "text", answer.text()),
                    "groundingChunkIndices",
                    indices)),
        "webSearchQueries", List.of("query"));
  }

  private static String finish(Answer answer) {
    String word = answer.finishWord();
    if (word != null) {
      return word;
    }
    Finish finish = answer.finish();
    return switch (finish) {
      case STOP, TOOL_CALLS, STOP_SEQUENCE, PAUSE -> "STOP";
      case LENGTH, CONTEXT_WINDOW -> "MAX_TOKENS";
      case CONTENT_FILTER -> "SAFETY";
      case REFUSAL -> "PROHIBITED_CONTENT";
      case MALFORMED_CALL -> "MALFORMED_FUNCTION_CALL";
    };
  }
}
