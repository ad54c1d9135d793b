package dev.gatun.ai.provider.dialect;

import dev.gatun.ai.Capability;
import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.Citation;
import dev.gatun.ai.FinishReason;
import dev.gatun.ai.Message;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Part;
import dev.gatun.ai.ResponseFormat;
import dev.gatun.ai.StreamEvent;
import dev.gatun.ai.Tool;
import dev.gatun.ai.ToolChoice;
import dev.gatun.ai.Usage;
import dev.gatun.ai.WebSearch;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.ChatCall;
import dev.gatun.ai.spi.ChatReply;
import dev.gatun.ai.spi.ModelInfo;
import dev.gatun.ai.spi.RateLimits;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * OpenAI's chat completions, and what xAI, Perplexity's Sonar and self-hosted servers make of them.
 * Source: OpenAI's API reference and recorded answers, November 2026.
 */
public final class OpenAiChat implements Dialect {
  /** Who speaks it. */
  public enum Flavor {
    /** OpenAI. */
    OPENAI,
    /** xAI: reasoning is counted beside the completion; cost in ticks. */
    XAI,
    /** Perplexity's Sonar: no end marker but an object; cost and search results. */
    SONAR,
    /** Servers that follow OpenAI. */
    COMPATIBLE
  }

  private static final Set<String> MESSAGE_READ =
      Set.of("role", "content", "refusal", "reasoning_content", "tool_calls", "annotations");
  private static final Set<String> READ =
      Set.of("id", "object", "created", "model", "choices", "usage", "citations", "search_results");
  private static final Set<String> READ_OF_CHUNK =
      Set.of(
          "id",
          "object",
          "created",
          "model",
          "choices",
          "usage",
          "citations",
          "search_results",
          "obfuscation");

  private final Flavor flavor;

  /** The dialect as someone speaks it. */
  public OpenAiChat(Flavor flavor) {
    this.flavor = flavor;
  }

  @Override
  public String path(ModelInfo model, boolean stream) {
    return "chat/completions";
  }

  @Override
  public Json.Obj request(ChatCall call, boolean stream) {
    ChatRequest r = call.request();
    ModelInfo model = call.model();
    Json.ObjectBuilder b = Json.object().put("model", model.ref().model());
    b.put("messages", new Json.Arr(messages(r)));
    String limit = flavor == Flavor.OPENAI ? "max_completion_tokens" : "max_tokens";
    r.maxOutputTokens().ifPresent(n -> b.put(limit, n));
    if (model.can(Set.of(Capability.TEMPERATURE))) {
      r.temperature().ifPresent(t -> b.put("temperature", t));
      r.topP().ifPresent(t -> b.put("top_p", t));
    }
    if (model.can(Set.of(Capability.SEED))) {
      r.seed().ifPresent(s -> b.put("seed", s));
    }
    if (!r.stop().isEmpty()) {
      b.put("stop", Json.strings(r.stop()));
    }
    if (!r.tools().isEmpty()) {
      b.put("tools", new Json.Arr(r.tools().stream().map(OpenAiChat::tool).toList()));
      toolChoice(r.toolChoice()).ifPresent(c -> b.put("tool_choice", c));
      if (!r.parallelToolCalls()) {
        b.put("parallel_tool_calls", false);
      }
    }
    format(r.format()).ifPresent(f -> b.put("response_format", f));
    if (model.can(Set.of(Capability.REASONING))) {
      r.reasoning().ifPresent(e -> b.put("reasoning_effort", Thinking.word(model, e)));
    }
    if (flavor == Flavor.SONAR) {
      r.search().ifPresent(s -> search(s, b));
    }
    if (stream) {
      b.put("stream", true);
      if (flavor != Flavor.SONAR) {
        b.put("stream_options", Json.object("include_usage", Json.of(true)));
      }
    }
    return b.build().merge(r.extra());
  }

  private static void search(WebSearch s, Json.ObjectBuilder b) {
    if (!s.domains().isEmpty()) {
      b.put("search_domain_filter", Json.strings(s.domains()));
    }
    if (!s.recency().isEmpty()) {
      b.put("search_recency_filter", s.recency());
    }
    if (!s.contextSize().isEmpty()) {
      b.put("web_search_options", Json.object("search_context_size", Json.of(s.contextSize())));
    }
  }

  private List<Json> messages(ChatRequest r) {
    List<Json> out = new ArrayList<>();
    if (!r.systemText().isEmpty()) {
      out.add(message("system", Json.of(r.systemText())));
    }
    // Sonar wants turns to alternate.
    List<Message> turns =
        flavor == Flavor.SONAR ? Turns.merged(r.conversation()) : r.conversation();
    for (Message m : turns) {
      switch (m.role()) {
        case SYSTEM -> {}
        case USER -> out.add(message("user", content(m)));
        case ASSISTANT -> out.add(assistant(m));
        case TOOL -> results(m, out);
      }
    }
    return out;
  }

  private static Json message(String role, Json content) {
    return Json.object().put("role", role).put("content", content).build();
  }

  private static Json content(Message m) {
    if (m.parts().stream().allMatch(Part.Text.class::isInstance)) {
      return Json.of(m.text());
    }
    List<Json> parts = new ArrayList<>();
    for (Part p : m.parts()) {
      switch (p) {
        case Part.Text t ->
            parts.add(Json.object().put("type", "text").put("text", t.text()).build());
        case Part.Image i ->
            parts.add(
                Json.object()
                    .put("type", "image_url")
                    .put("image_url", Json.object("url", Json.of(url(i))))
                    .build());
        case Part.ToolCall _, Part.ToolResult _, Part.Reasoning _ -> {}
      }
    }
    return new Json.Arr(parts);
  }

  /** The address of an image, its bytes as a data URL. */
  static String url(Part.Image i) {
    return i.uri()
        .map(Object::toString)
        .orElseGet(() -> "data:" + i.mediaType() + ";base64," + i.base64());
  }

  private static Json assistant(Message m) {
    Json.ObjectBuilder b = Json.object().put("role", "assistant");
    List<Json> calls = new ArrayList<>();
    for (Part.ToolCall c : m.toolCalls()) {
      calls.add(
          Json.object()
              .put("id", c.id())
              .put("type", "function")
              .put(
                  "function",
                  Json.object().put("name", c.name()).put("arguments", c.arguments()).build())
              .build());
    }
    b.put("content", m.text().isEmpty() && !calls.isEmpty() ? Json.NULL : Json.of(m.text()));
    if (!calls.isEmpty()) {
      b.put("tool_calls", new Json.Arr(calls));
    }
    return b.build();
  }

  private static void results(Message m, List<Json> out) {
    for (Part p : m.parts()) {
      if (p instanceof Part.ToolResult t) {
        out.add(
            Json.object()
                .put("role", "tool")
                .put("tool_call_id", t.id())
                .put("content", t.content())
                .build());
      }
    }
  }

  private static Json tool(Tool t) {
    Json.ObjectBuilder f = Json.object().put("name", t.name());
    if (!t.description().isEmpty()) {
      f.put("description", t.description());
    }
    f.put("parameters", t.parameters());
    if (t.strict()) {
      f.put("strict", true);
    }
    return Json.object().put("type", "function").put("function", f.build()).build();
  }

  private static Optional<Json> toolChoice(ToolChoice choice) {
    return switch (choice) {
      case ToolChoice.Auto _ -> Optional.empty();
      case ToolChoice.None _ -> Optional.of(Json.of("none"));
      case ToolChoice.Required _ -> Optional.of(Json.of("required"));
      case ToolChoice.Named n ->
          Optional.of(
              Json.object()
                  .put("type", "function")
                  .put("function", Json.object("name", Json.of(n.name())))
                  .build());
    };
  }

  private Optional<Json> format(ResponseFormat format) {
    return switch (format) {
      case ResponseFormat.Text _ -> Optional.empty();
      case ResponseFormat.JsonObject _ -> Optional.of(Json.object("type", Json.of("json_object")));
      case ResponseFormat.JsonSchema s -> {
        Json.ObjectBuilder schema = Json.object();
        schema.put("name", s.name());
        if (flavor != Flavor.SONAR) {
          schema.put("strict", true);
        }
        schema.put("schema", s.schema());
        yield Optional.of(
            Json.object().put("type", "json_schema").put("json_schema", schema.build()).build());
      }
    };
  }

  @Override
  public ChatReply reply(Json.Obj body, RateLimits limits, ModelRef at) {
    Errors.throwIfError(body, at);
    if (body.array("choices").isEmpty()
        || !(body.array("choices").getFirst() instanceof Json.Obj choice)) {
      throw Errors.malformed(at, "has no choices");
    }
    Json.Obj m = choice.object("message");
    List<Part> parts = new ArrayList<>();
    m.string("reasoning_content")
        .filter(t -> !t.isEmpty())
        .ifPresent(t -> parts.add(new Part.Reasoning(t, "")));
    m.string("content").filter(t -> !t.isEmpty()).ifPresent(t -> parts.add(new Part.Text(t)));
    Optional<String> refusal = m.string("refusal").filter(t -> !t.isEmpty());
    refusal.ifPresent(t -> parts.add(new Part.Text(t)));
    for (Json j : m.array("tool_calls")) {
      if (j instanceof Json.Obj c) {
        Json.Obj f = c.object("function");
        parts.add(
            new Part.ToolCall(
                c.string("id").orElse(""),
                f.string("name").orElse(""),
                f.string("arguments").orElse("")));
      }
    }
    FinishReason finish =
        choice
            .string("finish_reason")
            .map(w -> finish(w, refusal.isPresent()))
            .orElseThrow(() -> Errors.malformed(at, "has no finish_reason"));
    return new ChatReply(
        body.string("id").orElse(""),
        body.string("model").orElse(at.model()),
        new Message(Message.Role.ASSISTANT, parts),
        finish,
        citations(body, m),
        usage(body),
        limits,
        body.without(READ).merge(m.without(MESSAGE_READ)));
  }

  private static FinishReason finish(String word, boolean refused) {
    FinishReason.Kind kind =
        switch (word) {
          case "stop" -> refused ? FinishReason.Kind.REFUSAL : FinishReason.Kind.STOP;
          case "length" -> FinishReason.Kind.LENGTH;
          case "tool_calls", "function_call" -> FinishReason.Kind.TOOL_CALLS;
          case "content_filter" -> FinishReason.Kind.CONTENT_FILTER;
          default -> FinishReason.Kind.OTHER;
        };
    return new FinishReason(kind, word);
  }

  /** Search results where there are some, else bare addresses, else OpenAI's annotations. */
  private static List<Citation> citations(Json.Obj body, Json.Obj message) {
    List<Citation> out = new ArrayList<>();
    for (Json j : body.array("search_results")) {
      if (j instanceof Json.Obj o) {
        o.string("url")
            .ifPresent(u ->
                out.add(
                    new Citation(u, o.string("title").orElse(""), o.string("snippet").orElse(""))));
      }
    }
    if (out.isEmpty()) {
      for (Json j : body.array("citations")) {
        if (j instanceof Json.Str s) {
          out.add(new Citation(s.value(), "", ""));
        }
      }
    }
    for (Json j : message.array("annotations")) {
      if (j instanceof Json.Obj o && o.object("url_citation").string("url").isPresent()) {
        Json.Obj c = o.object("url_citation");
        out.add(new Citation(c.string("url").get(), c.string("title").orElse(""), ""));
      }
    }
    return out;
  }

  private Usage usage(Json.Obj body) {
    if (body.get("usage").isEmpty()) {
      return Usage.NONE;
    }
    Json.Obj u = body.object("usage");
    long prompt = u.integer("prompt_tokens").orElse(0);
    long completion = u.integer("completion_tokens").orElse(0);
    Json.Obj in = u.object("prompt_tokens_details");
    long cached = in.integer("cached_tokens").orElse(0);
    long written = in.integer("cache_write_tokens").orElse(0);
    long reasoning =
        u.object("completion_tokens_details")
            .integer("reasoning_tokens")
            .orElse(u.integer("reasoning_tokens").orElse(0));
    // xAI and Sonar count reasoning beside the completion, OpenAI in it.
    boolean beside = flavor == Flavor.XAI || flavor == Flavor.SONAR;
    long searches =
        flavor == Flavor.XAI
            ? u.integer("num_sources_used").orElse(0)
            : u.integer("num_search_queries").orElse(0);
    return new Usage(
        Math.max(0, prompt - cached - written),
        cached,
        written,
        0,
        beside ? completion : Math.max(0, completion - reasoning),
        reasoning,
        searches,
        1,
        ReportedCost.of(u),
        false);
  }

  @Override
  public Decoder decoder(ModelRef at) {
    return new Chunks(at);
  }

  private final class Chunks implements Decoder {
    private final ModelRef at;
    private boolean started;
    private boolean refused;
    private Optional<FinishReason> finish = Optional.empty();
    private Usage usage = Usage.NONE;
    private Json.Obj extra = Json.Obj.EMPTY;
    private final Set<String> sources = new HashSet<>();
    private final Set<Integer> calls = new HashSet<>();
    private boolean done;

    Chunks(ModelRef at) {
      this.at = at;
    }

    @Override
    public void accept(String name, String data, Consumer<StreamEvent> out) {
      if (done) {
        return;
      }
      if (data.strip().equals("[DONE]")) {
        finish(out);
        return;
      }
      Json.Obj chunk = Errors.object(data, at);
      Errors.throwIfError(chunk, at);
      if (!started) {
        started = true;
        out.accept(
            new StreamEvent.Started(
                chunk.string("id").orElse(""),
                new ModelRef(
                    at.provider(),
                    chunk.string("model").filter(m -> !m.isBlank()).orElse(at.model()))));
      }
      if (chunk.get("usage").isPresent()) {
        usage = usage(chunk);
      }
      extra = extra.merge(chunk.without(READ_OF_CHUNK));
      for (Citation c : citations(chunk, Json.Obj.EMPTY)) {
        if (sources.add(c.url())) {
          out.accept(new StreamEvent.Source(c));
        }
      }
      if (!chunk.array("choices").isEmpty()
          && chunk.array("choices").getFirst() instanceof Json.Obj choice) {
        choice(choice, out);
      }
      if (flavor == Flavor.SONAR
          && chunk.string("object").orElse("").equals("chat.completion.done")) {
        finish(out);
      }
    }

    private void choice(Json.Obj choice, Consumer<StreamEvent> out) {
      // Sonar's last object repeats the whole message beside an empty delta.
      Json.Obj delta = choice.object("delta");
      text(delta, "reasoning_content", t -> out.accept(new StreamEvent.Reasoning(t, "")));
      text(delta, "content", t -> out.accept(new StreamEvent.Text(t)));
      text(
          delta,
          "refusal",
          t -> {
            refused = true;
            out.accept(new StreamEvent.Text(t));
          });
      for (Json j : delta.array("tool_calls")) {
        if (j instanceof Json.Obj c) {
          int index = (int) c.integer("index").orElse(Math.max(0, calls.size() - 1));
          boolean first = calls.add(index);
          Json.Obj f = c.object("function");
          out.accept(
              new StreamEvent.ToolCall(
                  index,
                  first ? c.string("id").orElse("") : "",
                  first ? f.string("name").orElse("") : "",
                  f.string("arguments").orElse(""),
                  ""));
        }
      }
      for (Citation c : citations(Json.Obj.EMPTY, delta)) {
        if (sources.add(c.url())) {
          out.accept(new StreamEvent.Source(c));
        }
      }
      choice
          .string("finish_reason")
          .ifPresent(w -> finish = Optional.of(OpenAiChat.finish(w, refused)));
    }

    private static void text(Json.Obj delta, String name, Consumer<String> to) {
      delta.string(name).filter(t -> !t.isEmpty()).ifPresent(to);
    }

    private void finish(Consumer<StreamEvent> out) {
      done = true;
      if (!started) {
        throw Errors.malformed(at, "is an empty stream");
      }
      out.accept(
          new StreamEvent.Finished(
              finish.orElseThrow(() -> Errors.malformed(at, "ended without a finish_reason")),
              usage,
              extra));
    }
  }
}
