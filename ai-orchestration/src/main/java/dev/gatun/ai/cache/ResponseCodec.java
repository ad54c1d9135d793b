package dev.gatun.ai.cache;

import dev.gatun.ai.Attempt;
import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.Citation;
import dev.gatun.ai.Cost;
import dev.gatun.ai.FinishReason;
import dev.gatun.ai.Message;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Part;
import dev.gatun.ai.Route;
import dev.gatun.ai.Usage;
import dev.gatun.ai.Usd;
import dev.gatun.ai.json.Json;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Stored answers as JSON, with the version of the format. */
final class ResponseCodec {
  private static final long VERSION = 1;

  private ResponseCodec() {}

  static String write(ChatResponse r) {
    return Json.write(
        Json.object()
            .put("v", VERSION)
            .put("id", r.id())
            .put("served", r.served().toString())
            .put("message", message(r.message()))
            .put("finish", r.finish().kind().name())
            .put("finishRaw", r.finish().raw())
            .put(
                "citations",
                new Json.Arr(r.citations().stream().map(ResponseCodec::citation).toList()))
            .put("usage", usage(r.usage()))
            .put("cost", cost(r.cost()))
            .put("route", route(r.route()))
            .put("extra", r.extra())
            .build());
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IllegalArgumentException when it is something else
   */
  static ChatResponse read(String text) {
    if (!(Json.parse(text) instanceof Json.Obj o) || o.integer("v").orElse(0) != VERSION) {
      throw new IllegalArgumentException("Not a stored answer of format " + VERSION);
    }
    return new ChatResponse(
        string(o, "id"),
        ModelRef.parse(string(o, "served")),
        message(o.object("message")),
        new FinishReason(FinishReason.Kind.valueOf(string(o, "finish")), string(o, "finishRaw")),
        o.array("citations").stream()
            .map(c -> (Json.Obj) c)
            .map(c -> new Citation(string(c, "url"), string(c, "title"), string(c, "snippet")))
            .toList(),
        usage(o.object("usage")),
        cost(o.object("cost")),
        route(o.object("route")),
        o.object("extra"));
  }

  private static Json citation(Citation c) {
    return Json.object()
        .put("url", c.url())
        .put("title", c.title())
        .put("snippet", c.snippet())
        .build();
  }

  private static Json message(Message m) {
    List<Json> parts = new ArrayList<>();
    for (Part p : m.parts()) {
      parts.add(
          switch (p) {
            case Part.Text t -> Json.object().put("type", "text").put("text", t.text()).build();
            case Part.Image i -> {
              Json.ObjectBuilder b =
                  Json.object()
                      .put("type", "image")
                      .put("mediaType", i.mediaType())
                      .put("base64", i.base64());
              i.uri().ifPresent(u -> b.put("uri", u.toString()));
              yield b.build();
            }
            case Part.ToolCall c ->
                Json.object()
                    .put("type", "tool_call")
                    .put("id", c.id())
                    .put("name", c.name())
                    .put("arguments", c.arguments())
                    .put("signature", c.signature())
                    .build();
            case Part.ToolResult r ->
                Json.object()
                    .put("type", "tool_result")
                    .put("id", r.id())
                    .put("name", r.name())
                    .put("content", r.content())
                    .put("error", r.error())
                    .build();
            case Part.Reasoning r ->
                Json.object()
                    .put("type", "reasoning")
                    .put("text", r.text())
                    .put("signature", r.signature())
                    .build();
          });
    }
    return Json.object().put("role", m.role().name()).put("parts", new Json.Arr(parts)).build();
  }

  private static Message message(Json.Obj o) {
    List<Part> parts = new ArrayList<>();
    for (Json j : o.array("parts")) {
      Json.Obj p = (Json.Obj) j;
      parts.add(
          switch (string(p, "type")) {
            case "text" -> new Part.Text(string(p, "text"));
            case "image" ->
                new Part.Image(
                    string(p, "mediaType"), string(p, "base64"), p.string("uri").map(URI::create));
            case "tool_call" ->
                new Part.ToolCall(
                    string(p, "id"),
                    string(p, "name"),
                    string(p, "arguments"),
                    string(p, "signature"));
            case "tool_result" ->
                new Part.ToolResult(
                    string(p, "id"),
                    string(p, "name"),
                    string(p, "content"),
                    p.bool("error").orElse(false));
            case "reasoning" -> new Part.Reasoning(string(p, "text"), string(p, "signature"));
            default -> throw new IllegalArgumentException("Not a stored answer: a part of no kind");
          });
    }
    return new Message(Message.Role.valueOf(string(o, "role")), parts);
  }

  private static Json usage(Usage u) {
    Json.ObjectBuilder b =
        Json.object()
            .put("input", u.input())
            .put("cacheRead", u.cacheRead())
            .put("cacheWrite5m", u.cacheWrite5m())
            .put("cacheWrite1h", u.cacheWrite1h())
            .put("output", u.output())
            .put("reasoning", u.reasoning())
            .put("searches", u.searches())
            .put("requests", u.requests())
            .put("estimated", u.estimated());
    u.reported().ifPresent(r -> b.put("reported", r.pico()));
    return b.build();
  }

  private static Usage usage(Json.Obj o) {
    return new Usage(
        integer(o, "input"),
        integer(o, "cacheRead"),
        integer(o, "cacheWrite5m"),
        integer(o, "cacheWrite1h"),
        integer(o, "output"),
        integer(o, "reasoning"),
        integer(o, "searches"),
        integer(o, "requests"),
        o.get("reported").isPresent()
            ? Optional.of(Usd.ofPico(integer(o, "reported")))
            : Optional.empty(),
        o.bool("estimated").orElse(false));
  }

  private static Json cost(Cost c) {
    return Json.object().put("pico", c.amount().pico()).put("source", c.source().name()).build();
  }

  private static Cost cost(Json.Obj o) {
    return new Cost(Usd.ofPico(integer(o, "pico")), Cost.Source.valueOf(string(o, "source")));
  }

  private static Json route(Route r) {
    List<Json> attempts = new ArrayList<>();
    for (Attempt a : r.attempts()) {
      attempts.add(
          Json.object()
              .put("model", a.model().toString())
              .put("key", a.key())
              .put("outcome", a.outcome())
              .put("took", a.took().toNanos())
              .put("usage", usage(a.usage()))
              .put("cost", cost(a.cost()))
              .put("billed", a.mayHaveBilled())
              .build());
    }
    return Json.object()
        .put("policy", r.policy())
        .put("reasons", Json.strings(r.reasons()))
        .put("attempts", new Json.Arr(attempts))
        .put("cached", r.cached())
        .put("took", r.took().toNanos())
        .put("overhead", r.overhead().toNanos())
        .build();
  }

  private static Route route(Json.Obj o) {
    List<Attempt> attempts = new ArrayList<>();
    for (Json j : o.array("attempts")) {
      Json.Obj a = (Json.Obj) j;
      attempts.add(
          new Attempt(
              ModelRef.parse(string(a, "model")),
              string(a, "key"),
              string(a, "outcome"),
              Duration.ofNanos(integer(a, "took")),
              usage(a.object("usage")),
              cost(a.object("cost")),
              a.bool("billed").orElse(false)));
    }
    return new Route(
        string(o, "policy"),
        o.array("reasons").stream().map(r -> ((Json.Str) r).value()).toList(),
        attempts,
        o.bool("cached").orElse(false),
        Duration.ofNanos(integer(o, "took")),
        Duration.ofNanos(integer(o, "overhead")));
  }

  private static String string(Json.Obj o, String name) {
    return o.string(name)
        .orElseThrow(() -> new IllegalArgumentException("Not a stored answer: no " + name));
  }

  private static long integer(Json.Obj o, String name) {
    return o.integer(name)
        .orElseThrow(() -> new IllegalArgumentException("Not a stored answer: no " + name));
  }
}
