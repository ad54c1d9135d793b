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
 * OpenAI's Responses, as OpenAI and xAI speak it, and Perplexity's Agent API, which is like it but
 * for search results as an item of the output and its own events of reasoning.
 */
final class Responses implements Codec {
  private final Dialect dialect;

  Responses(Dialect dialect) {
    this.dialect = dialect;
  }

  private boolean agent() {
    return dialect == Dialect.PERPLEXITY;
  }

  @Override
  public Map<String, @Nullable Object> body(Answer answer) {
    return response(answer, items(answer), status(answer), true);
  }

  /** The items of the output, whole. */
  private List<@Nullable Object> items(Answer answer) {
    var items = new ArrayList<@Nullable Object>();
    if (agent() && !answer.all(Part.Citation.class).isEmpty()) {
      items.add(searchItem(answer));
    }
    int n = 0;
    for (Part part : grouped(answer)) {
      Map<String, @Nullable Object> item = item(answer, part, n++, true);
      if (item != null) {
        items.add(item);
      }
    }
    return items;
  }

  /** Texts and refusals share one message, as contents of it; here each is its own message. */
  private static List<Part> grouped(Answer answer) {
    var parts = new ArrayList<Part>();
    for (Part part : answer.parts()) {
      if (part instanceof Part.Text(String text)
          && !parts.isEmpty()
          && parts.getLast() instanceof Part.Text(String before)) {
        parts.set(parts.size() - 1, new Part.Text(before + text));
      } else if (!(part instanceof Part.Citation)) {
        parts.add(part);
      }
    }
    return parts;
  }

  /** An item, whole or as it is when it begins; null for what the dialect does not show. */
  private @Nullable Map<String, @Nullable Object> item(
      Answer answer, Part part, int n, boolean whole) {
    String status = whole ? "completed" : "in_progress";
    return switch (part) {
      case Part.Text(String text) ->
          message(answer, n, status, whole ? List.of(textPart(answer, text)) : List.of());
      case Part.Refusal(String text) ->
          message(
              answer,
              n,
              status,
              whole ? List.of(Json.obj("type", "refusal", "refusal", text)) : List.of());
      case Part.Thinking(String text, String signature) -> {
        if (agent()) {
          yield null;
        }
        var item =
            Json.obj(
                "id",
                "rs_" + answer.id() + n,
                "type",
                "reasoning",
                "summary",
                whole && !text.isEmpty()
                    ? List.of(Json.obj("type", "summary_text", "text", text))
                    : List.of());
        if (signature != null) {
          item.put("encrypted_content", signature);
        }
        item.put("status", status);
        yield item;
      }
      case Part.ToolCall tool ->
          Json.obj(
              "id",
              "fc_" + answer.id() + n,
              "type",
              "function_call",
              "status",
              status,
              "arguments",
              whole ? tool.arguments() : "",
              "call_id",
              answer.callId(tool, n, "call_"),
              "name",
              tool.name());
      case Part.Citation ignored -> null;
    };
  }

  private static Map<String, @Nullable Object> message(
      Answer answer, int n, String status, List<@Nullable Object> content) {
    return Json.obj(
        "id",
        "msg_" + answer.id() + n,
        "type",
        "message",
        "status",
        status,
        "content",
        content,
        "role",
        "assistant");
  }

  private Map<String, @Nullable Object> textPart(Answer answer, String text) {
    var annotations = new ArrayList<@Nullable Object>();
    if (!text.isEmpty()) {
      for (Part.Citation citation : answer.all(Part.Citation.class)) {
        annotations.add(annotation(citation, text));
      }
    }
    var part = Json.obj("type", "output_text", "annotations", annotations);
    if (!agent()) {
      part.put("logprobs", List.of());
    }
    part.put("text", text);
    return part;
  }

  private static Map<String, @Nullable Object> annotation(Part.Citation citation, String text) {
    return Json.obj(
        "type", "url_citation",
        "start_index", 0,
        "end_index", text.length(),
        "title", citation.title(),
        "url", citation.url());
  }

  private static Map<String, @Nullable Object> searchItem(Answer answer) {
    return Json.obj(
        "type", "search_results",
        "queries", List.of("query"),
        "results", numberedResults(answer));
  }

  private static List<@Nullable Object> numberedResults(Answer answer) {
    List<@Nullable Object> results = Sonar.searchResults(answer);
    for (int i = 0; i < results.size(); i++) {
      Json.map(results.get(i)).put("id", i + 1);
    }
    return results;
  }

  private static String status(Answer answer) {
    return switch (answer.finish()) {
      case LENGTH, CONTENT_FILTER, CONTEXT_WINDOW -> "incomplete";
      default -> "completed";
    };
  }

  private Map<String, @Nullable Object> response(
      Answer answer, List<@Nullable Object> output, String status, boolean done) {
    Map<String, @Nullable Object> asked = answer.request().json();
    var map =
        Json.obj(
            "id",
            "resp_" + answer.id(),
            "object",
            "response",
            "created_at",
            answer.created(),
            "status",
            status);
    if (agent()) {
      map.put("model", answer.model());
      map.put("output", output);
      if (done && answer.usage()) {
        map.put("usage", Usages.agent(answer));
      }
      if (status.equals("incomplete")) {
        map.put("incomplete_details", Json.obj("reason", reason(answer)));
      }
    } else {
      boolean over = !status.equals("in_progress");
      map.put("background", false);
      map.put("completed_at", over ? answer.created() : null);
      map.put("error", null);
      map.put(
          "incomplete_details",
          status.equals("incomplete") ? Json.obj("reason", reason(answer)) : null);
      map.put("instructions", asked.get("instructions"));
      map.put("max_output_tokens", asked.get("max_output_tokens"));
      map.put("model", answer.model());
      map.put("output", output);
      map.put("parallel_tool_calls", asked.getOrDefault("parallel_tool_calls", true));
      map.put("previous_response_id", asked.get("previous_response_id"));
      map.put(
          "reasoning", asked.getOrDefault("reasoning", Json.obj("effort", null, "summary", null)));
      String tier = answer.tokens().tier();
      map.put("service_tier", tier == null ? "default" : tier);
      map.put("store", asked.getOrDefault("store", true));
      map.put("temperature", asked.getOrDefault("temperature", 1.0));
      map.put("text", asked.getOrDefault("text", Json.obj("format", Json.obj("type", "text"))));
      map.put("tool_choice", asked.getOrDefault("tool_choice", "auto"));
      map.put("tools", asked.getOrDefault("tools", List.of()));
      map.put("top_p", asked.getOrDefault("top_p", 1.0));
      map.put("truncation", "disabled");
      map.put(
          "usage",
          done && answer.usage() ? Usages.responses(answer, dialect == Dialect.XAI) : null);
      map.put("user", null);
      map.put("metadata", asked.getOrDefault("metadata", Json.obj()));
    }
    if (answer.unknowns()) {
      map.put("x_unheard_of", Json.obj("a", List.of(1, "b", true)));
    }
    return map;
  }

  private static String reason(Answer answer) {
    String word = answer.finishWord();
    return word != null
        ? word
        : answer.finish() == Finish.CONTENT_FILTER ? "content_filter" : "max_output_tokens";
  }

  /** Numbers the events of one stream. */
  private static final class Events {
    private final List<Frame> frames = new ArrayList<>();

    void add(Frame.Kind kind, String type, @Nullable Object... members) {
      var map = Json.obj("type", type);
      map.putAll(Json.obj(members));
      map.put("sequence_number", frames.size());
      frames.add(new Frame(type, Json.text(map), kind));
    }
  }

  @Override
  public List<Frame> stream(Answer answer) {
    var events = new Events();
    var begun = response(answer, List.of(), "in_progress", false);
    events.add(Frame.Kind.OPEN, "response.created", "response", begun);
    events.add(Frame.Kind.OPEN, "response.in_progress", "response", begun);
    int index = 0;
    if (agent() && !answer.all(Part.Citation.class).isEmpty()) {
      events.add(Frame.Kind.OPEN, "response.reasoning.started", "thought", answer.thinking());
      events.add(Frame.Kind.OPEN, "response.reasoning.search_queries", "queries", List.of("query"));
      events.add(
          Frame.Kind.OPEN, "response.reasoning.search_results", "results", numberedResults(answer));
      events.add(Frame.Kind.OPEN, "response.reasoning.stopped");
      added(events, index, searchItem(answer));
      done(events, index++, searchItem(answer));
    }
    int n = 0;
    for (Part part : grouped(answer)) {
      Map<String, @Nullable Object> first = item(answer, part, n, false);
      Map<String, @Nullable Object> last = item(answer, part, n++, true);
      if (first == null || last == null) {
        continue;
      }
      added(events, index, first);
      content(events, answer, part, index, Json.string(first.get("id")));
      done(events, index++, last);
    }
    String status = status(answer);
    events.add(
        Frame.Kind.TERMINAL,
        "response." + status,
        "response",
        response(answer, items(answer), status, true));
    return events.frames;
  }

  private static void added(Events events, int index, Map<String, @Nullable Object> item) {
    events.add(Frame.Kind.OPEN, "response.output_item.added", "item", item, "output_index", index);
  }

  private static void done(Events events, int index, Map<String, @Nullable Object> item) {
    events.add(Frame.Kind.OPEN, "response.output_item.done", "item", item, "output_index", index);
  }

  private void content(Events events, Answer answer, Part part, int index, String itemId) {
    switch (part) {
      case Part.Text(String text) -> {
        if (!agent()) {
          events.add(
              Frame.Kind.OPEN,
              "response.content_part.added",
              "content_index",
              0,
              "item_id",
              itemId,
              "output_index",
              index,
              "part",
              textPart(answer, ""));
        }
        for (String piece : Pieces.words(text)) {
          events.add(
              Frame.Kind.TOKEN,
              "response.output_text.delta",
              "content_index",
              0,
              "delta",
              piece,
              "item_id",
              itemId,
              "logprobs",
              List.of(),
              "output_index",
              index);
        }
        if (!agent()) {
          int a = 0;
          for (Part.Citation citation : answer.all(Part.Citation.class)) {
            events.add(
                Frame.Kind.OPEN,
                "response.output_text.annotation.added",
                "annotation",
                annotation(citation, text),
                "annotation_index",
                a++,
                "content_index",
                0,
                "item_id",
                itemId,
                "output_index",
                index);
          }
        }
        events.add(
            Frame.Kind.OPEN,
            "response.output_text.done",
            "content_index",
            0,
            "item_id",
            itemId,
            "logprobs",
            List.of(),
            "output_index",
            index,
            "text",
            text);
        if (!agent()) {
          events.add(
              Frame.Kind.OPEN,
              "response.content_part.done",
              "content_index",
              0,
              "item_id",
              itemId,
              "output_index",
              index,
              "part",
              textPart(answer, text));
        }
      }
      case Part.Refusal(String text) -> {
        events.add(
            Frame.Kind.OPEN,
            "response.content_part.added",
            "content_index",
            0,
            "item_id",
            itemId,
            "output_index",
            index,
            "part",
            Json.obj("type", "refusal", "refusal", ""));
        for (String piece : Pieces.words(text)) {
          events.add(
              Frame.Kind.TOKEN,
              "response.refusal.delta",
              "content_index",
              0,
              "delta",
              piece,
              "item_id",
              itemId,
              "output_index",
              index);
        }
        events.add(
            Frame.Kind.OPEN,
            "response.refusal.done",
            "content_index",
            0,
            "item_id",
            itemId,
            "output_index",
            index,
            "refusal",
            text);
        events.add(
            Frame.Kind.OPEN,
            "response.content_part.done",
            "content_index",
            0,
            "item_id",
            itemId,
            "output_index",
            index,
            "part",
            Json.obj("type", "refusal", "refusal", text));
      }
      case Part.Thinking(String text, var ignored) -> {
        if (!text.isEmpty()) {
          var empty = Json.obj("type", "summary_text", "text", "");
          events.add(
              Frame.Kind.OPEN,
              "response.reasoning_summary_part.added",
              "item_id",
              itemId,
              "output_index",
              index,
              "part",
              empty,
              "summary_index",
              0);
          for (String piece : Pieces.words(text)) {
            events.add(
                Frame.Kind.TOKEN,
                "response.reasoning_summary_text.delta",
                "delta",
                piece,
                "item_id",
                itemId,
                "output_index",
                index,
                "summary_index",
                0);
          }
          events.add(
              Frame.Kind.OPEN,
              "response.reasoning_summary_text.done",
              "item_id",
              itemId,
              "output_index",
              index,
              "summary_index",
              0,
              "text",
              text);
          events.add(
              Frame.Kind.OPEN,
              "response.reasoning_summary_part.done",
              "item_id",
              itemId,
              "output_index",
              index,
              "part",
              Json.obj("type", "summary_text", "text", text),
              "summary_index",
              0);
        }
      }
      case Part.ToolCall tool -> {
        for (String piece : Pieces.arguments(tool.arguments())) {
          events.add(
              Frame.Kind.TOKEN,
              "response.function_call_arguments.delta",
              "delta",
              piece,
              "item_id",
              itemId,
              "output_index",
              index);
        }
        events.add(
            Frame.Kind.OPEN,
            "response.function_call_arguments.done",
            "arguments",
            tool.arguments(),
            "item_id",
            itemId,
            "name",
            tool.name(),
            "output_index",
            index);
      }
      case Part.Citation ignored -> {}
    }
  }

  @Override
  public List<Frame> failed(Answer answer, Failure failure, String message, int sent) {
    Errors.Shape error = Errors.of(dialect, failure, message, answer);
    var response = response(answer, List.of(), "failed", false);
    if (agent()) {
      response.put("error", error.body().get("error"));
      var event = Json.obj("type", "response.failed", "response", response);
      event.put("error", error.body().get("error"));
      event.put("sequence_number", sent);
      return List.of(Frame.close("response.failed", event));
    }
    Object code = error.code();
    response.put("error", Json.obj("code", code, "message", error.message()));
    return List.of(
        Frame.close(
            "error",
            Json.obj(
                "type",
                "error",
                "code",
                code,
                "message",
                error.message(),
                "param",
                null,
                "sequence_number",
                sent)),
        Frame.close(
            "response.failed",
            Json.obj(
                "type", "response.failed", "response", response, "sequence_number", sent + 1)));
  }
}
