package dev.gatun.ai.provider.dialect;

import dev.gatun.ai.Capability;
import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.Citation;
import dev.gatun.ai.FinishReason;
import dev.gatun.ai.Message;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Part;
import dev.gatun.ai.ReasoningEffort;
import dev.gatun.ai.ResponseFormat;
import dev.gatun.ai.StreamEvent;
import dev.gatun.ai.ToolChoice;
import dev.gatun.ai.Usage;
import dev.gatun.ai.WebSearch;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.ChatCall;
import dev.gatun.ai.spi.ChatReply;
import dev.gatun.ai.spi.ModelInfo;
import dev.gatun.ai.spi.RateLimits;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Anthropic's messages. Source: Anthropic's API reference and recorded answers, November 2026.
 *
 * @param samples whether temperature and top-p are sent: the API version 2026-10-21 refuses them
 */
public record AnthropicMessages(boolean samples) implements Dialect {
  /** The limit of an answer where a request names none: the format needs one. */
  private static final int DEFAULT_MAX_TOKENS = 4096;

  /** The same for models that reason unasked, which counts. */
  private static final int DEFAULT_MAX_TOKENS_REASONING = 16_384;

  private static final Set<String> READ =
      Set.of("id", "type", "role", "model", "content", "stop_reason", "usage");

  @Override
  public String path(ModelInfo model, boolean stream) {
    return "v1/messages";
  }

  @Override
  public Json.Obj request(ChatCall call, boolean stream) {
    ChatRequest r = call.request();
    ModelInfo model = call.model();
    int max =
        r.maxOutputTokens()
            .orElse(
                (int)
                    Math.min(
                        Thinking.byBudget(model)
                            ? DEFAULT_MAX_TOKENS
                            : DEFAULT_MAX_TOKENS_REASONING,
                        Math.max(1, model.maxOutput())));
    Json.ObjectBuilder b = Json.object().put("model", model.ref().model()).put("max_tokens", max);
    String system = r.systemText();
    if (r.format() instanceof ResponseFormat.JsonObject) {
      system = (system.isEmpty() ? "" : system + "\n\n") + "Answer with one JSON object only.";
    }
    if (!system.isEmpty()) {
      b.put("system", system);
    }
    b.put(
        "messages",
        new Json.Arr(
            Turns.merged(r.conversation()).stream().map(AnthropicMessages::turn).toList()));
    if (!r.stop().isEmpty()) {
      b.put("stop_sequences", Json.strings(r.stop()));
    }
    tools(r, b);
    Json.ObjectBuilder output = Json.object();
    if (r.format() instanceof ResponseFormat.JsonSchema s) {
      output.put(
          "format", Json.object().put("type", "json_schema").put("schema", s.schema()).build());
    }
    boolean reasons =
        r.reasoning().isPresent()
            && model.can(Set.of(Capability.REASONING))
            && reasoning(r, model, max, b, output);
    if (!reasons
        && samples
        && Thinking.samples(model)
        && model.can(Set.of(Capability.TEMPERATURE))) {
      // Their scale ends at 1.
      r.temperature().ifPresent(t -> b.put("temperature", Math.min(1, t)));
      r.topP().ifPresent(t -> b.put("top_p", t));
    }
    if (!output.build().members().isEmpty()) {
      b.put("output_config", output.build());
    }
    if (stream) {
      b.put("stream", true);
    }
    return b.build().merge(r.extra());
  }

  private static void tools(ChatRequest r, Json.ObjectBuilder b) {
    List<Json> tools = new ArrayList<>();
    r.tools()
        .forEach(t -> {
          Json.ObjectBuilder tool =
              Json.object()
                  .put("name", t.name())
                  .put("description", t.description())
                  .put("input_schema", t.parameters());
          tools.add((t.strict() ? tool.put("strict", true) : tool).build());
        });
    r.search().ifPresent(s -> tools.add(search(s)));
    if (tools.isEmpty()) {
      return;
    }
    b.put("tools", new Json.Arr(tools));
    Json.ObjectBuilder choice =
        switch (r.toolChoice()) {
          case ToolChoice.Auto _ -> Json.object().put("type", "auto");
          case ToolChoice.None _ -> Json.object().put("type", "none");
          case ToolChoice.Required _ -> Json.object().put("type", "any");
          case ToolChoice.Named n -> Json.object().put("type", "tool").put("name", n.name());
        };
    boolean plain = r.toolChoice() instanceof ToolChoice.Auto && r.parallelToolCalls();
    if (!r.parallelToolCalls() && !(r.toolChoice() instanceof ToolChoice.None)) {
      choice.put("disable_parallel_tool_use", true);
    }
    if (!plain) {
      b.put("tool_choice", choice.build());
    }
  }

  /** The format takes domains to search or domains to leave out, not both. */
  private static Json search(WebSearch s) {
    Json.ObjectBuilder b =
        Json.object().put("type", "web_search_20250305").put("name", "web_search");
    if (!s.allowedDomains().isEmpty()) {
      b.put("allowed_domains", Json.strings(s.allowedDomains()));
    } else if (!s.excludedDomains().isEmpty()) {
      b.put("blocked_domains", Json.strings(s.excludedDomains()));
    }
    return b.build();
  }

  /**
   * The members that say how much to reason. A budget is below the answer's limit, as the format
   * wants it, and from 1,024 tokens on; with it, a tool cannot be demanded, and a call that is now
   * answered must have begun with reasoning. Tells whether it reasons, and so takes no temperature.
   */
  private static boolean reasoning(
      ChatRequest r, ModelInfo model, int max, Json.ObjectBuilder b, Json.ObjectBuilder output) {
    ReasoningEffort effort = r.reasoning().orElseThrow();
    if (Thinking.byBudget(model)) {
      int budget = Math.min(Thinking.budget(effort), max - 1);
      if (budget >= 1024 && !forced(r.toolChoice()) && !answersUnreasonedCall(r)) {
        b.put(
            "thinking", Json.object().put("type", "enabled").put("budget_tokens", budget).build());
        return true;
      }
      return false;
    }
    if (effort.equals(ReasoningEffort.NONE) && Thinking.canStop(model)) {
      b.put("thinking", Json.object("type", Json.of("disabled")));
      return false;
    }
    b.put("thinking", Json.object().put("type", "adaptive").put("display", "summarized").build());
    output.put(
        "effort",
        switch (effort.name()) {
          case "none", "minimal" -> "low";
          default -> effort.name();
        });
    return true;
  }

  private static boolean forced(ToolChoice choice) {
    return choice instanceof ToolChoice.Required || choice instanceof ToolChoice.Named;
  }

  private static boolean answersUnreasonedCall(ChatRequest r) {
    List<Message> turns = Turns.merged(r.conversation());
    return turns.size() > 1
        && turns.getLast().parts().stream().anyMatch(Part.ToolResult.class::isInstance)
        && turns.get(turns.size() - 2).parts().stream()
            .noneMatch(p -> p instanceof Part.Reasoning x && !x.signature().isEmpty());
  }

  private static Json turn(Message m) {
    List<Json> blocks = new ArrayList<>();
    // Results come first: the format wants them right after the calls.
    m.parts().stream().filter(Part.ToolResult.class::isInstance).forEach(p -> blocks.add(block(p)));
    m.parts().stream()
        .filter(p -> !(p instanceof Part.ToolResult))
        .filter(p -> !(p instanceof Part.Text t && t.text().isEmpty()))
        .filter(p -> !(p instanceof Part.Reasoning r && r.signature().isEmpty()))
        .forEach(p -> blocks.add(block(p)));
    return Json.object()
        .put("role", m.role() == Message.Role.ASSISTANT ? "assistant" : "user")
        .put("content", new Json.Arr(blocks))
        .build();
  }

  private static Json block(Part part) {
    return switch (part) {
      case Part.Text t -> Json.object().put("type", "text").put("text", t.text()).build();
      case Part.Image i ->
          Json.object()
              .put("type", "image")
              .put(
                  "source",
                  i.uri()
                      .<Json>map(
                          u -> Json.object().put("type", "url").put("url", u.toString()).build())
                      .orElseGet(() ->
                          Json.object()
                              .put("type", "base64")
                              .put("media_type", i.mediaType())
                              .put("data", i.base64())
                              .build()))
              .build();
      case Part.ToolCall c ->
          Json.object()
              .put("type", "tool_use")
              .put("id", c.id())
              .put("name", c.name())
              .put("input", ToolArguments.of(c))
              .build();
      case Part.ToolResult t -> {
        Json.ObjectBuilder b =
            Json.object()
                .put("type", "tool_result")
                .put("tool_use_id", t.id())
                .put("content", t.content());
        if (t.error()) {
          b.put("is_error", true);
        }
        yield b.build();
      }
      case Part.Reasoning r ->
          r.text().isEmpty() && r.signature().startsWith("redacted:")
              ? Json.object()
                  .put("type", "redacted_thinking")
                  .put("data", r.signature().substring("redacted:".length()))
                  .build()
              : Json.object()
                  .put("type", "thinking")
                  .put("thinking", r.text())
                  .put("signature", r.signature())
                  .build();
    };
  }

  @Override
  public ChatReply reply(Json.Obj body, RateLimits limits, ModelRef at) {
    Errors.throwIfError(body, at);
    if (!(body.members().get("content") instanceof Json.Arr content)) {
      throw Errors.malformed(at, "has no content");
    }
    List<Part> parts = new ArrayList<>();
    List<Citation> citations = new ArrayList<>();
    for (Json j : content.elements()) {
      if (j instanceof Json.Obj block) {
        part(block).ifPresent(parts::add);
        block.array("citations").forEach(c -> citation(c, citations));
      }
    }
    String stop =
        body.string("stop_reason").orElseThrow(() -> Errors.malformed(at, "has no stop_reason"));
    return new ChatReply(
        body.string("id").orElse(""),
        body.string("model").orElse(at.model()),
        new Message(Message.Role.ASSISTANT, parts),
        finish(stop),
        citations,
        usage(body.object("usage")),
        limits,
        body.without(READ.toArray(String[]::new)));
  }

  private static Optional<Part> part(Json.Obj block) {
    return switch (block.string("type").orElse("")) {
      case "text" -> Optional.of(new Part.Text(block.string("text").orElse("")));
      case "thinking" ->
          Optional.of(
              new Part.Reasoning(
                  block.string("thinking").orElse(""), block.string("signature").orElse("")));
      case "redacted_thinking" ->
          Optional.of(new Part.Reasoning("", "redacted:" + block.string("data").orElse("")));
      case "tool_use" ->
          Optional.of(
              new Part.ToolCall(
                  block.string("id").orElse(""),
                  block.string("name").orElse(""),
                  Json.write(block.object("input"))));
      default -> Optional.empty();
    };
  }

  private static void citation(Json json, List<Citation> to) {
    if (json instanceof Json.Obj o && o.string("url").isPresent()) {
      to.add(
          new Citation(
              o.string("url").get(),
              o.string("title").orElse(""),
              o.string("cited_text").orElse("")));
    }
  }

  private static FinishReason finish(String word) {
    FinishReason.Kind kind =
        switch (word) {
          case "end_turn", "stop_sequence" -> FinishReason.Kind.STOP;
          case "max_tokens", "model_context_window_exceeded" -> FinishReason.Kind.LENGTH;
          case "tool_use" -> FinishReason.Kind.TOOL_CALLS;
          case "refusal" -> FinishReason.Kind.REFUSAL;
          case "pause_turn" -> FinishReason.Kind.PAUSE;
          default -> FinishReason.Kind.OTHER;
        };
    return new FinishReason(kind, word);
  }

  private static Usage usage(Json.Obj u) {
    if (u.members().isEmpty()) {
      return Usage.NONE;
    }
    long written = u.integer("cache_creation_input_tokens").orElse(0);
    Json.Obj creation = u.object("cache_creation");
    long hour = creation.integer("ephemeral_1h_input_tokens").orElse(0);
    return new Usage(
        u.integer("input_tokens").orElse(0),
        u.integer("cache_read_input_tokens").orElse(0),
        creation.integer("ephemeral_5m_input_tokens").orElse(Math.max(0, written - hour)),
        hour,
        u.integer("output_tokens").orElse(0),
        0,
        u.object("server_tool_use").integer("web_search_requests").orElse(0),
        1,
        Optional.empty(),
        false);
  }

  @Override
  public Decoder decoder(ModelRef at) {
    return new Events(at);
  }

  private static final class Events implements Decoder {
    private final ModelRef at;
    private final Map<Long, Integer> calls = new HashMap<>();
    // The usage of the last event replaces that of the first, member by member.
    private Json.Obj usage = Json.Obj.EMPTY;
    private Json.Obj extra = Json.Obj.EMPTY;
    private Optional<FinishReason> finish = Optional.empty();
    private boolean started;
    private boolean done;

    Events(ModelRef at) {
      this.at = at;
    }

    @Override
    public void accept(String name, String data, Consumer<StreamEvent> out) {
      if (done) {
        return;
      }
      Json.Obj e = Errors.object(data, at);
      Errors.throwIfError(e, at);
      switch (e.string("type").orElse(name)) {
        case "message_start" -> {
          Json.Obj m = e.object("message");
          usage = m.object("usage");
          started = true;
          out.accept(
              new StreamEvent.Started(
                  m.string("id").orElse(""),
                  new ModelRef(
                      at.provider(),
                      m.string("model").filter(x -> !x.isBlank()).orElse(at.model()))));
        }
        case "content_block_start" -> begin(e, out);
        case "content_block_delta" -> delta(e, out);
        case "message_delta" -> {
          usage = usage.merge(e.object("usage"));
          extra = extra.merge(e.object("delta").without("stop_reason"));
          e.object("delta").string("stop_reason").ifPresent(w -> finish = Optional.of(finish(w)));
        }
        case "message_stop" -> {
          done = true;
          if (!started) {
            throw Errors.malformed(at, "ended before it began");
          }
          out.accept(
              new StreamEvent.Finished(
                  finish.orElseThrow(() -> Errors.malformed(at, "ended without a stop_reason")),
                  usage(usage),
                  extra));
        }
        default -> {}
      }
    }

    private void begin(Json.Obj e, Consumer<StreamEvent> out) {
      Json.Obj block = e.object("content_block");
      switch (block.string("type").orElse("")) {
        case "tool_use" ->
            out.accept(
                new StreamEvent.ToolCall(
                    calls.computeIfAbsent(e.integer("index").orElse(0), _ -> calls.size()),
                    block.string("id").orElse(""),
                    block.string("name").orElse(""),
                    "",
                    ""));
        case "redacted_thinking" ->
            out.accept(
                new StreamEvent.Reasoning("", "redacted:" + block.string("data").orElse("")));
        case "text" ->
            block
                .string("text")
                .filter(t -> !t.isEmpty())
                .ifPresent(t -> out.accept(new StreamEvent.Text(t)));
        default -> {}
      }
    }

    private void delta(Json.Obj e, Consumer<StreamEvent> out) {
      Json.Obj d = e.object("delta");
      switch (d.string("type").orElse("")) {
        case "text_delta" -> out.accept(new StreamEvent.Text(d.string("text").orElse("")));
        case "thinking_delta" ->
            out.accept(new StreamEvent.Reasoning(d.string("thinking").orElse(""), ""));
        case "signature_delta" ->
            out.accept(new StreamEvent.Reasoning("", d.string("signature").orElse("")));
        case "input_json_delta" -> {
          Integer call = calls.get(e.integer("index").orElse(0));
          if (call != null) {
            out.accept(
                new StreamEvent.ToolCall(call, "", "", d.string("partial_json").orElse(""), ""));
          }
        }
        case "citations_delta" -> {
          List<Citation> found = new ArrayList<>();
          citation(d.object("citation"), found);
          found.forEach(c -> out.accept(new StreamEvent.Source(c)));
        }
        default -> {}
      }
    }
  }
}
