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
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.Failure;
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
 * Gemini's generateContent. A stream has no end marker: a chunk with a finish reason, and then the
 * end of the connection. Source: Google's API reference and recorded answers, November 2026.
 */
public final class GeminiContent implements Dialect {
  private static final String UNSIGNED = "skip_thought_signature_validator";
  private static final Set<String> READ =
      Set.of("candidates", "usageMetadata", "modelVersion", "responseId");

  /** The dialect. */
  public GeminiContent() {}

  @Override
  public String path(ModelInfo model, boolean stream) {
    return "v1beta/models/"
        + model.ref().model()
        + (stream ? ":streamGenerateContent?alt=sse" : ":generateContent");
  }

  @Override
  public Json.Obj request(ChatCall call, boolean stream) {
    ChatRequest r = call.request();
    ModelInfo model = call.model();
    Json.ObjectBuilder b = Json.object();
    if (!r.systemText().isEmpty()) {
      b.put("systemInstruction", Json.object("parts", Json.array(text(r.systemText()))));
    }
    b.put(
        "contents",
        new Json.Arr(
            Turns.merged(r.conversation()).stream()
                .map(m -> content(m, !Thinking.byBudget(model)))
                .toList()));
    Json.Obj config = config(r, model);
    if (!config.members().isEmpty()) {
      b.put("generationConfig", config);
    }
    tools(r, b);
    return b.build().merge(r.extra());
  }

  private static Json.Obj config(ChatRequest r, ModelInfo model) {
    Json.ObjectBuilder c = Json.object();
    r.maxOutputTokens().ifPresent(n -> c.put("maxOutputTokens", n));
    if (model.can(Set.of(Capability.TEMPERATURE))) {
      r.temperature().ifPresent(t -> c.put("temperature", t));
      r.topP().ifPresent(t -> c.put("topP", t));
    }
    if (model.can(Set.of(Capability.SEED))) {
      r.seed().ifPresent(s -> c.put("seed", s));
    }
    if (!r.stop().isEmpty()) {
      c.put("stopSequences", Json.strings(r.stop()));
    }
    switch (r.format()) {
      case ResponseFormat.Text _ -> {}
      case ResponseFormat.JsonObject _ -> c.put("responseMimeType", "application/json");
      case ResponseFormat.JsonSchema s ->
          c.put("responseMimeType", "application/json").put("responseJsonSchema", s.schema());
    }
    if (model.can(Set.of(Capability.REASONING))) {
      r.reasoning().ifPresent(e -> c.put("thinkingConfig", thinking(e, model)));
    }
    return c.build();
  }

  private static Json thinking(ReasoningEffort effort, ModelInfo model) {
    boolean none = effort.equals(ReasoningEffort.NONE);
    Json.ObjectBuilder b = Json.object();
    if (Thinking.byBudget(model)) {
      b.put("thinkingBudget", Thinking.budget(effort));
    } else {
      b.put(
          "thinkingLevel",
          switch (effort.name()) {
            case "none", "minimal", "low" -> "low";
            case "medium" -> "medium";
            default -> "high";
          });
    }
    return b.put("includeThoughts", !none).build();
  }

  private static void tools(ChatRequest r, Json.ObjectBuilder b) {
    List<Json> tools = new ArrayList<>();
    if (!r.tools().isEmpty()) {
      List<Json> functions = new ArrayList<>();
      r.tools()
          .forEach(t ->
              functions.add(
                  Json.object()
                      .put("name", t.name())
                      .put("description", t.description())
                      .put("parametersJsonSchema", t.parameters())
                      .build()));
      tools.add(Json.object("functionDeclarations", new Json.Arr(functions)));
    }
    if (r.search().isPresent()) {
      tools.add(Json.object("googleSearch", Json.Obj.EMPTY));
    }
    if (!tools.isEmpty()) {
      b.put("tools", new Json.Arr(tools));
    }
    if (!r.tools().isEmpty() && !(r.toolChoice() instanceof ToolChoice.Auto)) {
      Json.ObjectBuilder mode =
          switch (r.toolChoice()) {
            case ToolChoice.None _ -> Json.object().put("mode", "NONE");
            case ToolChoice.Named n ->
                Json.object()
                    .put("mode", "ANY")
                    .put("allowedFunctionNames", Json.strings(List.of(n.name())));
            case ToolChoice.Auto _, ToolChoice.Required _ -> Json.object().put("mode", "ANY");
          };
      b.put("toolConfig", Json.object("functionCallingConfig", mode.build()));
    }
  }

  private static Json text(String text) {
    return Json.object("text", Json.of(text));
  }

  private static Json content(Message m, boolean signs) {
    List<Json> parts = new ArrayList<>();
    // From 3 on, models refuse a turn whose first call is not signed; this word is what Google says
    // to
    // send for calls that another model made.
    String missing =
        signs && m.toolCalls().stream().allMatch(c -> c.signature().isEmpty()) ? UNSIGNED : "";
    for (Part p : m.parts()) {
      switch (p) {
        case Part.Text t -> parts.add(text(t.text()));
        case Part.Image i ->
            parts.add(
                i.uri().isPresent()
                    ? Json.object(
                        "fileData", Json.object("fileUri", Json.of(i.uri().get().toString())))
                    : Json.object(
                        "inlineData",
                        Json.object()
                            .put("mimeType", i.mediaType())
                            .put("data", i.base64())
                            .build()));
        case Part.ToolCall c -> {
          Json.Obj call =
              Json.object(
                  "functionCall",
                  Json.object().put("name", c.name()).put("args", ToolArguments.of(c)).build());
          String signature = c.signature().isEmpty() ? missing : c.signature();
          missing = "";
          parts.add(signature.isEmpty() ? call : call.with("thoughtSignature", Json.of(signature)));
        }
        case Part.ToolResult t ->
            parts.add(
                Json.object(
                    "functionResponse",
                    Json.object().put("name", t.name()).put("response", result(t)).build()));
        case Part.Reasoning r -> {
          if (!r.signature().isEmpty()) {
            parts.add(
                Json.object()
                    .put("text", r.text())
                    .put("thought", true)
                    .put("thoughtSignature", r.signature())
                    .build());
          }
        }
      }
    }
    if (parts.isEmpty()) {
      parts.add(text(""));
    }
    return Json.object()
        .put("role", m.role() == Message.Role.ASSISTANT ? "model" : "user")
        .put("parts", new Json.Arr(parts))
        .build();
  }

  /** The format wants an object: a result that is one goes as it is. */
  private static Json result(Part.ToolResult t) {
    try {
      if (Json.parse(t.content()) instanceof Json.Obj o && !t.error()) {
        return o;
      }
    } catch (Json.JsonSyntaxException _) {
      // A text then.
    }
    return Json.object(t.error() ? "error" : "result", Json.of(t.content()));
  }

  @Override
  public ChatReply reply(Json.Obj body, RateLimits limits, ModelRef at) {
    Errors.throwIfError(body, at);
    Json.Obj candidate =
        candidate(body, at).orElseThrow(() -> Errors.malformed(at, "has no candidates"));
    List<Part> parts = new ArrayList<>();
    int calls = 0;
    for (Json j : candidate.object("content").array("parts")) {
      if (!(j instanceof Json.Obj p)) {
        continue;
      }
      String signature = p.string("thoughtSignature").orElse("");
      Optional<String> text = p.string("text");
      if (p.members().get("functionCall") instanceof Json.Obj c) {
        parts.add(
            new Part.ToolCall(
                id(c, calls++),
                c.string("name").orElse(""),
                Json.write(c.object("args")),
                signature));
      } else if (p.bool("thought").orElse(false)) {
        parts.add(new Part.Reasoning(text.orElse(""), signature));
      } else if (text.isPresent() && !text.get().isEmpty()) {
        parts.add(new Part.Text(text.get()));
      }
    }
    String word =
        candidate
            .string("finishReason")
            .orElseThrow(() -> Errors.malformed(at, "has no finishReason"));
    return new ChatReply(
        body.string("responseId").orElse(""),
        body.string("modelVersion").orElse(at.model()),
        new Message(Message.Role.ASSISTANT, parts),
        finish(word, calls > 0),
        citations(candidate),
        usage(body.object("usageMetadata")),
        limits,
        body.without(READ.toArray(String[]::new)));
  }

  /** Gemini's calls need no id; the normal form does. */
  private static String id(Json.Obj call, int index) {
    return call.string("id").orElse("call_" + index);
  }

  private static Optional<Json.Obj> candidate(Json.Obj body, ModelRef at) {
    if (!body.array("candidates").isEmpty()
        && body.array("candidates").getFirst() instanceof Json.Obj c) {
      return Optional.of(c);
    }
    Optional<String> blocked = body.object("promptFeedback").string("blockReason");
    if (blocked.isPresent()) {
      throw new AiException.ContentFiltered(
          Failure.of(at.provider() + " blocked the prompt: " + Errors.scrub(blocked.get(), ""))
              .at(at)
              .status(200)
              .code(Errors.scrub(blocked.get(), ""))
              .billed(true));
    }
    return Optional.empty();
  }

  private static List<Citation> citations(Json.Obj candidate) {
    List<Citation> out = new ArrayList<>();
    for (Json j : candidate.object("groundingMetadata").array("groundingChunks")) {
      if (j instanceof Json.Obj o && o.object("web").string("uri").isPresent()) {
        out.add(
            new Citation(
                o.object("web").string("uri").get(),
                o.object("web").string("title").orElse(""),
                ""));
      }
    }
    for (Json j : candidate.object("citationMetadata").array("citationSources")) {
      if (j instanceof Json.Obj o && o.string("uri").isPresent()) {
        out.add(new Citation(o.string("uri").get(), o.string("title").orElse(""), ""));
      }
    }
    return out;
  }

  private static FinishReason finish(String word, boolean calls) {
    FinishReason.Kind kind =
        switch (word) {
          // Also where it calls tools.
          case "STOP" -> calls ? FinishReason.Kind.TOOL_CALLS : FinishReason.Kind.STOP;
          case "MAX_TOKENS" -> FinishReason.Kind.LENGTH;
          case "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII" ->
              FinishReason.Kind.CONTENT_FILTER;
          default ->
              word.startsWith("IMAGE_")
                  ? FinishReason.Kind.CONTENT_FILTER
                  : FinishReason.Kind.OTHER;
        };
    return new FinishReason(kind, word);
  }

  private static Usage usage(Json.Obj u) {
    if (u.members().isEmpty()) {
      return Usage.NONE;
    }
    long cached = u.integer("cachedContentTokenCount").orElse(0);
    long prompt =
        u.integer("promptTokenCount").orElse(0) + u.integer("toolUsePromptTokenCount").orElse(0);
    return new Usage(
        Math.max(0, prompt - cached),
        cached,
        0,
        0,
        u.integer("candidatesTokenCount").orElse(0),
        u.integer("thoughtsTokenCount").orElse(0),
        0,
        1,
        Optional.empty(),
        false);
  }

  @Override
  public Decoder decoder(ModelRef at) {
    return new Chunks(at);
  }

  private static final class Chunks implements Decoder {
    private final ModelRef at;
    private final Set<String> sources = new HashSet<>();
    private int calls;
    private boolean started;
    private Json.Obj usage = Json.Obj.EMPTY;
    private Json.Obj extra = Json.Obj.EMPTY;
    private Optional<String> finish = Optional.empty();

    Chunks(ModelRef at) {
      this.at = at;
    }

    @Override
    public void accept(String name, String data, Consumer<StreamEvent> out) {
      Json.Obj chunk = Errors.object(data, at);
      Errors.throwIfError(chunk, at);
      if (!started) {
        started = true;
        out.accept(
            new StreamEvent.Started(
                chunk.string("responseId").orElse(""),
                new ModelRef(
                    at.provider(),
                    chunk.string("modelVersion").filter(m -> !m.isBlank()).orElse(at.model()))));
      }
      usage = usage.merge(chunk.object("usageMetadata"));
      extra = extra.merge(chunk.without(READ.toArray(String[]::new)));
      Optional<Json.Obj> found = candidate(chunk, at);
      if (found.isEmpty()) {
        return;
      }
      Json.Obj candidate = found.get();
      for (Json j : candidate.object("content").array("parts")) {
        if (j instanceof Json.Obj p) {
          part(p, out);
        }
      }
      for (Citation c : citations(candidate)) {
        if (sources.add(c.url())) {
          out.accept(new StreamEvent.Source(c));
        }
      }
      candidate.string("finishReason").ifPresent(w -> finish = Optional.of(w));
    }

    private void part(Json.Obj p, Consumer<StreamEvent> out) {
      String signature = p.string("thoughtSignature").orElse("");
      String text = p.string("text").orElse("");
      if (p.members().get("functionCall") instanceof Json.Obj c) {
        out.accept(
            new StreamEvent.ToolCall(
                calls,
                id(c, calls),
                c.string("name").orElse(""),
                Json.write(c.object("args")),
                signature));
        calls++;
      } else if (p.bool("thought").orElse(false)) {
        out.accept(new StreamEvent.Reasoning(text, signature));
      } else if (!text.isEmpty()) {
        out.accept(new StreamEvent.Text(text));
      }
    }

    @Override
    public void end(Consumer<StreamEvent> out) {
      finish.ifPresent(w ->
          out.accept(
              new StreamEvent.Finished(
                  GeminiContent.finish(w, calls > 0), GeminiContent.usage(usage), extra)));
    }
  }
}
