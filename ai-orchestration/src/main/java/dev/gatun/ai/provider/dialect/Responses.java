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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * OpenAI's Responses, which xAI speaks too, and Perplexity's Agent API. Nothing is stored at the
 * provider: reasoning comes encrypted and is sent back. Source: the providers' API references and
 * recorded answers, November 2026.
 */
public final class Responses implements Dialect {
  /** Who speaks it. */
  public enum Flavor {
    /** OpenAI. */
    OPENAI,
    /** xAI: cost in ticks. */
    XAI,
    /** Perplexity's Agent API: search results, cost in dollars. */
    AGENT
  }

  private static final String ENCRYPTED = "reasoning.encrypted_content";
  private static final Set<String> READ =
      Set.of("id", "object", "created_at", "completed_at", "status", "model", "output", "usage");

  private final Flavor flavor;

  /** The dialect as someone speaks it. */
  public Responses(Flavor flavor) {
    this.flavor = flavor;
  }

  @Override
  public String path(ModelInfo model, boolean stream) {
    return flavor == Flavor.AGENT ? "v1/agent" : "responses";
  }

  @Override
  public Json.Obj request(ChatCall call, boolean stream) {
    ChatRequest r = call.request();
    ModelInfo model = call.model();
    Json.ObjectBuilder b = Json.object().put("model", name(model.ref().model()));
    if (!r.systemText().isEmpty()) {
      b.put("instructions", r.systemText());
    }
    b.put("input", new Json.Arr(input(r)));
    r.maxOutputTokens().ifPresent(n -> b.put("max_output_tokens", n));
    if (model.can(Set.of(Capability.TEMPERATURE))) {
      r.temperature().ifPresent(t -> b.put("temperature", t));
      r.topP().ifPresent(t -> b.put("top_p", t));
    }
    List<Json> tools = new ArrayList<>(r.tools().stream().map(Responses::tool).toList());
    r.search()
        .filter(_ -> model.can(Set.of(Capability.WEB_SEARCH)))
        .ifPresent(s -> tools.add(search(s)));
    if (!tools.isEmpty()) {
      b.put("tools", new Json.Arr(tools));
      toolChoice(r.toolChoice()).ifPresent(c -> b.put("tool_choice", c));
      if (!r.parallelToolCalls()) {
        b.put("parallel_tool_calls", false);
      }
    }
    format(r.format(), b);
    if (model.can(Set.of(Capability.REASONING))) {
      r.reasoning()
          .ifPresent(
              e -> b.put("reasoning", Json.object("effort", Json.of(Thinking.word(model, e)))));
    }
    if (flavor != Flavor.AGENT) {
      b.put("store", false);
      if (model.can(Set.of(Capability.REASONING))) {
        b.put("include", Json.strings(List.of(ENCRYPTED)));
      }
    }
    if (stream) {
      b.put("stream", true);
    }
    return b.build().merge(r.extra());
  }

  /** The Agent API names models by maker too; Perplexity's own are written without. */
  private String name(String model) {
    return flavor == Flavor.AGENT && model.indexOf('/') < 0 ? "perplexity/" + model : model;
  }

  private void format(ResponseFormat format, Json.ObjectBuilder b) {
    Json.Obj inner =
        switch (format) {
          case ResponseFormat.Text _ -> Json.Obj.EMPTY;
          case ResponseFormat.JsonObject _ -> Json.object("type", Json.of("json_object"));
          case ResponseFormat.JsonSchema s ->
              Json.object()
                  .put("type", "json_schema")
                  .put("name", s.name())
                  .put("strict", true)
                  .put("schema", s.schema())
                  .build();
        };
    if (inner.members().isEmpty()) {
      return;
    }
    if (flavor == Flavor.AGENT) {
      Json schema =
          inner.without("type").members().isEmpty()
              ? inner
              : Json.object()
                  .put("type", "json_schema")
                  .put("json_schema", inner.without("type"))
                  .build();
      b.put("response_format", schema);
    } else {
      b.put("text", Json.object("format", inner));
    }
  }

  private Json search(WebSearch s) {
    Json.ObjectBuilder b = Json.object().put("type", "web_search");
    Json.ObjectBuilder filters = Json.object();
    if (flavor == Flavor.AGENT) {
      domains("search_domain_filter", s.domains(), filters);
    } else {
      domains("allowed_domains", s.allowedDomains(), filters);
      domains(
          flavor == Flavor.XAI ? "excluded_domains" : "blocked_domains",
          s.excludedDomains(),
          filters);
    }
    if (!s.recency().isEmpty()) {
      filters.put("search_recency_filter", s.recency());
    }
    if (!filters.build().members().isEmpty()) {
      b.put("filters", filters.build());
    }
    if (!s.contextSize().isEmpty()) {
      b.put("search_context_size", s.contextSize());
    }
    return b.build();
  }

  private static void domains(String name, List<String> values, Json.ObjectBuilder filters) {
    if (!values.isEmpty()) {
      filters.put(name, Json.strings(values));
    }
  }

  private static List<Json> input(ChatRequest r) {
    List<Json> items = new ArrayList<>();
    for (Message m : r.conversation()) {
      List<Json> content = new ArrayList<>();
      boolean assistant = m.role() == Message.Role.ASSISTANT;
      for (Part p : m.parts()) {
        switch (p) {
          case Part.Text t ->
              content.add(
                  Json.object()
                      .put("type", assistant ? "output_text" : "input_text")
                      .put("text", t.text())
                      .build());
          case Part.Image i ->
              content.add(
                  Json.object()
                      .put("type", "input_image")
                      .put("image_url", OpenAiChat.url(i))
                      .build());
          case Part.ToolCall c -> {
            flush(assistant, content, items);
            items.add(
                Json.object()
                    .put("type", "function_call")
                    .put("call_id", c.id())
                    .put("name", c.name())
                    .put("arguments", c.arguments())
                    .build());
          }
          case Part.ToolResult t -> {
            flush(assistant, content, items);
            items.add(
                Json.object()
                    .put("type", "function_call_output")
                    .put("call_id", t.id())
                    .put("output", t.content())
                    .build());
          }
          case Part.Reasoning t -> {
            flush(assistant, content, items);
            // Without its signature the provider would not take it back.
            int slash = t.signature().indexOf('|');
            if (slash > 0) {
              items.add(
                  Json.object()
                      .put("type", "reasoning")
                      .put("id", t.signature().substring(0, slash))
                      .put("summary", Json.array())
                      .put("encrypted_content", t.signature().substring(slash + 1))
                      .build());
            }
          }
        }
      }
      flush(assistant, content, items);
    }
    return items;
  }

  private static void flush(boolean assistant, List<Json> content, List<Json> items) {
    if (!content.isEmpty()) {
      items.add(
          Json.object()
              .put("type", "message")
              .put("role", assistant ? "assistant" : "user")
              .put("content", new Json.Arr(content))
              .build());
      content.clear();
    }
  }

  private static Json tool(Tool t) {
    return Json.object()
        .put("type", "function")
        .put("name", t.name())
        .put("description", t.description())
        .put("parameters", t.parameters())
        .put("strict", t.strict())
        .build();
  }

  private static Optional<Json> toolChoice(ToolChoice choice) {
    return switch (choice) {
      case ToolChoice.Auto _ -> Optional.empty();
      case ToolChoice.None _ -> Optional.of(Json.of("none"));
      case ToolChoice.Required _ -> Optional.of(Json.of("required"));
      case ToolChoice.Named n ->
          Optional.of(Json.object().put("type", "function").put("name", n.name()).build());
    };
  }

  @Override
  public ChatReply reply(Json.Obj body, RateLimits limits, ModelRef at) {
    Errors.throwIfError(body, at);
    if (body.array("output").isEmpty() && body.string("status").isEmpty()) {
      throw Errors.malformed(at, "has no output");
    }
    List<Part> parts = new ArrayList<>();
    List<Citation> citations = new ArrayList<>();
    boolean refused = false;
    for (Json j : body.array("output")) {
      if (j instanceof Json.Obj item) {
        refused |= item(item, parts, citations);
      }
    }
    return new ChatReply(
        body.string("id").orElse(""),
        body.string("model").orElse(at.model()),
        new Message(Message.Role.ASSISTANT, parts),
        finish(body, !calls(parts).isEmpty(), refused, at),
        citations,
        usage(body.object("usage")),
        limits,
        extra(body));
  }

  private static List<Part> calls(List<Part> parts) {
    return parts.stream().filter(Part.ToolCall.class::isInstance).toList();
  }

  /** What the answer has beyond the normal form, and beyond the echo of the request. */
  private static Json.Obj extra(Json.Obj body) {
    Json.Obj rest = body.without(READ.toArray(String[]::new));
    return rest.without(
        "background",
        "error",
        "incomplete_details",
        "instructions",
        "max_output_tokens",
        "parallel_tool_calls",
        "previous_response_id",
        "reasoning",
        "store",
        "temperature",
        "text",
        "tool_choice",
        "tools",
        "top_p",
        "truncation",
        "user",
        "metadata");
  }

  /** Adds an item's parts; tells whether it is a refusal. */
  private static boolean item(Json.Obj item, List<Part> parts, List<Citation> citations) {
    boolean refused = false;
    switch (item.string("type").orElse("")) {
      case "message" -> {
        StringBuilder text = new StringBuilder();
        for (Json j : item.array("content")) {
          if (j instanceof Json.Obj c) {
            c.string("text").ifPresent(text::append);
            if (c.string("refusal").isPresent()) {
              refused = true;
              text.append(c.string("refusal").get());
            }
            c.array("annotations").forEach(a -> citation(a, citations));
          }
        }
        if (!text.isEmpty()) {
          parts.add(new Part.Text(text.toString()));
        }
      }
      case "function_call" ->
          parts.add(
              new Part.ToolCall(
                  item.string("call_id").orElse(""),
                  item.string("name").orElse(""),
                  item.string("arguments").orElse("")));
      case "reasoning" -> parts.add(new Part.Reasoning(summary(item), signature(item)));
      case "search_results" -> item.array("results").forEach(r -> citation(r, citations));
      default -> {}
    }
    return refused;
  }

  private static String summary(Json.Obj item) {
    StringBuilder text = new StringBuilder();
    for (Json j : item.array("summary")) {
      if (j instanceof Json.Obj s) {
        text.append(text.isEmpty() ? "" : "\n\n").append(s.string("text").orElse(""));
      }
    }
    return text.toString();
  }

  /** The encrypted reasoning, after the id that it must be sent back with. */
  private static String signature(Json.Obj item) {
    return item.string("encrypted_content")
        .map(e -> item.string("id").orElse("rs") + "|" + e)
        .orElse("");
  }

  private static void citation(Json json, List<Citation> to) {
    if (json instanceof Json.Obj o && o.string("url").isPresent()) {
      to.add(
          new Citation(
              o.string("url").get(), o.string("title").orElse(""), o.string("snippet").orElse("")));
    }
  }

  private static FinishReason finish(Json.Obj body, boolean calls, boolean refused, ModelRef at) {
    String status = body.string("status").orElse("completed");
    return switch (status) {
      case "completed" -> {
        FinishReason.Kind kind =
            calls
                ? FinishReason.Kind.TOOL_CALLS
                : refused ? FinishReason.Kind.REFUSAL : FinishReason.Kind.STOP;
        yield new FinishReason(kind, status);
      }
      case "incomplete" -> {
        String why = body.object("incomplete_details").string("reason").orElse(status);
        FinishReason.Kind kind =
            switch (why) {
              case "max_output_tokens" -> FinishReason.Kind.LENGTH;
              case "content_filter" -> FinishReason.Kind.CONTENT_FILTER;
              default -> FinishReason.Kind.OTHER;
            };
        yield new FinishReason(kind, why);
      }
      default -> throw Errors.malformed(at, "has the status '" + Errors.scrub(status, "") + "'");
    };
  }

  private Usage usage(Json.Obj u) {
    if (u.members().isEmpty()) {
      return Usage.NONE;
    }
    long input = u.integer("input_tokens").orElse(0);
    long output = u.integer("output_tokens").orElse(0);
    Json.Obj in = u.object("input_tokens_details");
    long cached =
        in.integer("cached_tokens").orElse(in.integer("cache_read_input_tokens").orElse(0));
    long written =
        in.integer("cache_write_tokens")
            .orElse(in.integer("cache_creation_input_tokens").orElse(0));
    long reasoning = u.object("output_tokens_details").integer("reasoning_tokens").orElse(0);
    long searches =
        flavor == Flavor.XAI
            ? u.integer("num_server_side_tools_used").orElse(0)
            : u.object("tool_calls_details").object("web_search").integer("invocation").orElse(0);
    return new Usage(
        Math.max(0, input - cached - written),
        cached,
        written,
        0,
        Math.max(0, output - reasoning),
        reasoning,
        searches,
        1,
        ReportedCost.of(u),
        false);
  }

  @Override
  public Decoder decoder(ModelRef at) {
    return new Events(at);
  }

  private final class Events implements Decoder {
    private final ModelRef at;
    private boolean started;
    private boolean refused;
    private boolean done;
    private final Map<Long, Integer> calls = new HashMap<>();
    private final Set<Long> summarised = new HashSet<>();
    private final Set<String> sources = new HashSet<>();

    Events(ModelRef at) {
      this.at = at;
    }

    @Override
    public void accept(String name, String data, Consumer<StreamEvent> out) {
      if (done || data.strip().equals("[DONE]")) {
        return;
      }
      Json.Obj e = Errors.object(data, at);
      Errors.throwIfError(e, at);
      String type = e.string("type").orElse(name);
      switch (type) {
        case "response.created", "response.in_progress" -> start(e.object("response"), out);
        case "response.output_item.added" -> added(e, out);
        case "response.output_text.delta" ->
            e.string("delta").ifPresent(d -> out.accept(new StreamEvent.Text(d)));
        case "response.refusal.delta" -> {
          refused = true;
          e.string("delta").ifPresent(d -> out.accept(new StreamEvent.Text(d)));
        }
        case "response.reasoning_summary_text.delta", "response.reasoning_text.delta" -> {
          summarised.add(e.integer("output_index").orElse(-1));
          e.string("delta").ifPresent(d -> out.accept(new StreamEvent.Reasoning(d, "")));
        }
        case "response.function_call_arguments.delta" ->
            out.accept(
                new StreamEvent.ToolCall(
                    call(e.integer("output_index").orElse(0)),
                    "",
                    "",
                    e.string("delta").orElse(""),
                    ""));
        case "response.output_text.annotation.added" -> source(e.object("annotation"), out);
        case "response.output_item.done" -> itemDone(e, out);
        case "response.completed", "response.incomplete" -> complete(e.object("response"), out);
        case "response.failed" -> throw failed(e.object("response"));
        case "error" ->
            throw Errors.of(
                200, Json.object("error", e), _ -> null, java.time.Instant.EPOCH, at, "");
        default -> {}
      }
    }

    private void start(Json.Obj response, Consumer<StreamEvent> out) {
      if (!started) {
        started = true;
        out.accept(
            new StreamEvent.Started(
                response.string("id").orElse(""),
                new ModelRef(
                    at.provider(),
                    response.string("model").filter(m -> !m.isBlank()).orElse(at.model()))));
      }
    }

    private int call(long outputIndex) {
      return calls.computeIfAbsent(outputIndex, _ -> calls.size());
    }

    private void added(Json.Obj e, Consumer<StreamEvent> out) {
      Json.Obj item = e.object("item");
      if (item.string("type").orElse("").equals("function_call")) {
        out.accept(
            new StreamEvent.ToolCall(
                call(e.integer("output_index").orElse(0)),
                item.string("call_id").orElse(""),
                item.string("name").orElse(""),
                item.string("arguments").orElse(""),
                ""));
      }
    }

    private void itemDone(Json.Obj e, Consumer<StreamEvent> out) {
      Json.Obj item = e.object("item");
      switch (item.string("type").orElse("")) {
        case "reasoning" -> {
          // The summary has come in pieces, unless there were none.
          String text =
              summarised.contains(e.integer("output_index").orElse(-1)) ? "" : summary(item);
          if (!text.isEmpty() || !signature(item).isEmpty()) {
            out.accept(new StreamEvent.Reasoning(text, signature(item)));
          }
        }
        case "search_results" -> item.array("results").forEach(r -> source(r, out));
        default -> {}
      }
    }

    private void source(Json json, Consumer<StreamEvent> out) {
      List<Citation> found = new ArrayList<>();
      citation(json, found);
      for (Citation c : found) {
        if (sources.add(c.url())) {
          out.accept(new StreamEvent.Source(c));
        }
      }
    }

    private void complete(Json.Obj response, Consumer<StreamEvent> out) {
      start(response, out);
      done = true;
      out.accept(
          new StreamEvent.Finished(
              finish(response, !calls.isEmpty(), refused, at),
              usage(response.object("usage")),
              extra(response)));
    }

    private RuntimeException failed(Json.Obj response) {
      Json.Obj error = response.object("error");
      return Errors.of(
          200, Json.object("error", error), _ -> null, java.time.Instant.EPOCH, at, "");
    }
  }
}
