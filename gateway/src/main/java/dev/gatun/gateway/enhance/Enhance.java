package dev.gatun.gateway.enhance;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.Cost;
import dev.gatun.ai.FanOut;
import dev.gatun.ai.Gathered;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.RoutePlan;
import dev.gatun.ai.Status;
import dev.gatun.ai.Task;
import dev.gatun.ai.Usd;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.json.Json;
import dev.gatun.gateway.auth.Principal;
import dev.gatun.gateway.chat.Fields;
import dev.gatun.gateway.chat.Models;
import dev.gatun.gateway.http.AiProblems;
import dev.gatun.gateway.http.Exchange;
import dev.gatun.gateway.http.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** {@code POST /v1/ai/enhance}: several providers in parallel, and what became of each. */
public final class Enhance {
  private static final int MAX_MODELS = 8;
  private static final int MAX_TEXT = 400_000;

  private final AiClient client;
  private final Models models;

  /** Answers by a client. */
  public Enhance(AiClient client, Models models) {
    this.client = client;
    this.models = models;
  }

  /** Answers a request. */
  public void handle(Exchange exchange, Principal principal) {
    Fields f = Fields.of(exchange.json());
    ChatRequest.Builder builder =
        ChatRequest.builder()
            .task(f.has("code") ? Task.CODE : task(f))
            .user(question(f))
            .tenant(principal.tenant())
            .metadata("request_id", exchange.requestId());
    f.number("max_cost_usd", 0, 1e6)
        .ifPresent(c -> builder.maxCost(Usd.of(java.math.BigDecimal.valueOf(c))));
    f.integer("max_tokens", 1).ifPresent(builder::maxOutputTokens);
    ChatRequest request = builder.build();
    FanOut plan = plan(f, request, principal);
    exchange.interruptWhenClientLeaves();
    Gathered gathered;
    try {
      gathered = client.fanOut(request, plan);
    } catch (AiException.AllAttemptsFailed e) {
      throw allFailed(e);
    }
    exchange.setHeader("X-Gatun-Model", gathered.answer().served().toString());
    exchange.send(200, answer(f.optionalText("strategy").orElse("merge"), gathered));
  }

  private static Task task(Fields f) {
    return f.optionalText("kind")
        .map(t -> {
          if (!t.matches("[A-Za-z0-9_-]{1,64}")) {
            throw f.wrong("kind", "the name of a task, such as 'code'");
          }
          return Task.of(t);
        })
        .orElse(Task.GENERAL);
  }

  /** The task, and what it is about. */
  private static String question(Fields f) {
    String task = f.optionalText("task").or(() -> f.optionalText("prompt")).orElse("");
    List<String> parts = new ArrayList<>();
    for (String about : List.of("code", "text")) {
      f.optionalText(about)
          .ifPresent(t ->
              parts.add(
                  "The " + about + ":\n" + (about.equals("code") ? "```\n" + t + "\n```" : t)));
    }
    if (task.isBlank() && parts.isEmpty()) {
      throw Problem.field(
          "/task", "At least one of 'task' (or 'prompt'), 'code' and 'text' is needed");
    }
    parts.addFirst(
        task.isBlank() ? "Improve this. Reply with the improved version and why." : task);
    String all = String.join("\n\n", parts);
    if (all.length() > MAX_TEXT) {
      throw Problem.field("", "The texts must have at most " + MAX_TEXT + " characters together");
    }
    return all;
  }

  private FanOut plan(Fields f, ChatRequest request, Principal principal) {
    RoutePlan ranking = client.explain(request);
    Set<ModelRef> asked = new LinkedHashSet<>();
    List<String> names = f.texts("providers");
    for (int i = 0; i < names.size(); i++) {
      asked.add(model(names.get(i), f.at("providers") + "/" + i, ranking, principal));
    }
    if (asked.size() > MAX_MODELS) {
      throw f.wrong("providers", "at most " + MAX_MODELS);
    }
    Map<ModelRef, String> roles = new LinkedHashMap<>();
    f.object("roles")
        .ifPresent(r ->
            r.object()
                .members()
                .keySet()
                .forEach(name -> {
                  ModelRef who = model(name, r.at(name), ranking, principal);
                  if (!asked.isEmpty() && !asked.contains(who)) {
                    throw Problem.field(r.at(name), "'" + name + "' is none of 'providers'");
                  }
                  roles.put(who, r.text(name));
                }));
    return new FanOut(List.copyOf(asked), aggregation(f, ranking, principal), roles);
  }

  private FanOut.Aggregation aggregation(Fields f, RoutePlan ranking, Principal principal) {
    String strategy = f.optionalText("strategy").orElse("merge");
    return switch (strategy) {
      case "first" -> new FanOut.Aggregation.First();
      case "all" -> new FanOut.Aggregation.All();
      case "majority" -> new FanOut.Aggregation.Majority();
      case "judge" ->
          new FanOut.Aggregation.Judge(
              aside(f, "judge", ranking, principal),
              f.optionalText("criteria")
                  .orElse("It does what was asked, is right, and is complete."));
      case "merge" ->
          new FanOut.Aggregation.Merge(
              aside(f, "editor", ranking, principal),
              f.optionalText("criteria")
                  .orElse("Take what is best of each, and resolve what contradicts."));
      default -> throw f.wrong("strategy", "first, all, majority, judge or merge");
    };
  }

  /** Who judges or merges: whom the request names, else the best by routing. */
  private ModelRef aside(Fields f, String member, RoutePlan ranking, Principal principal) {
    return f.optionalText(member)
        .map(name -> model(name, f.at(member), ranking, principal))
        .or(() -> ranking.ranking().stream().findFirst().map(RoutePlan.Ranked::model))
        .orElseThrow(() -> Problem.of(404, "no-model", "No model can serve the request"));
  }

  /** A provider's best model for the request, or the model of a name. */
  private ModelRef model(String name, String pointer, RoutePlan ranking, Principal principal) {
    Optional<Status.ProviderStatus> provider =
        client.status().providers().stream().filter(p -> p.id().equals(name)).findFirst();
    if (provider.isEmpty()) {
      try {
        return models
            .resolve(name, principal)
            .orElseThrow(() -> Problem.field(pointer, "'auto' names no provider"));
      } catch (Problem p) {
        if (p.status() != 404) {
          throw p;
        }
        throw Problem.field(
            pointer,
            "There is no provider or model '"
                + name
                + "'; the providers are "
                + client.status().providers().stream()
                    .map(Status.ProviderStatus::id)
                    .collect(Collectors.joining(", ")));
      }
    }
    return ranking.ranking().stream()
        .map(RoutePlan.Ranked::model)
        .filter(m -> m.provider().equals(name))
        .findFirst()
        .orElseThrow(() ->
            Problem.field(pointer, "The provider '" + name + "' has no model for this request"));
  }

  /** Nobody answered: each one's reason, not the last one's alone. */
  private static Problem allFailed(AiException.AllAttemptsFailed e) {
    Problem telling = AiProblems.of(e);
    String each =
        e.attempts().stream()
            .map(a -> a.at().map(ModelRef::toString).orElse("?") + ": " + AiProblems.of(a).detail())
            .collect(Collectors.joining("; "));
    return Problem.of(telling.status(), telling.type(), "Nobody answered. " + each)
        .retryAfter(telling.retryAfter());
  }

  private static Json.Obj answer(String strategy, Gathered g) {
    List<Json> members = new ArrayList<>();
    g.members().forEach(m -> members.add(member(m)));
    long failed = g.members().stream().filter(m -> m.error().isPresent()).count();
    Json.ObjectBuilder b =
        Json.object()
            .put("object", "enhancement")
            .put("strategy", strategy)
            .put("answer", g.answer().text())
            .put("answered_by", g.answer().served().toString())
            .put("partial", failed > 0 || g.unaggregated().isPresent())
            .put("providers", new Json.Arr(members))
            .put("cost_usd", usd(g.cost()));
    g.unaggregated()
        .ifPresent(e ->
            b.put(
                "aggregation_error",
                error(e).with("note", Json.of("'answer' is the first provider's that answered"))));
    if (g.members().stream().anyMatch(m -> m.model().provider().equals("demo"))) {
      b.put("demo", true)
          .put(
              "notice",
              "The demo provider is among those who answered: it is no model, and answers when no"
                  + " provider has a key");
    }
    return b.build();
  }

  private static Json member(Gathered.Member m) {
    Json.ObjectBuilder b = Json.object().put("model", m.model().toString());
    if (m.response().isPresent()) {
      ChatResponse r = m.response().get();
      b.put("status", "answered")
          .put("answer", r.text())
          .put("finish_reason", r.finish().raw())
          .put("ms", r.route().took().toMillis())
          .put("attempts", r.route().attempts().size())
          .put("cached", r.route().cached())
          .put("input_tokens", r.usage().totalInput())
          .put("output_tokens", r.usage().totalOutput())
          .put("cost_usd", usd(r.cost()));
    } else if (m.error().isPresent()) {
      b.put("status", "failed").put("error", error(m.error().get()));
    } else {
      b.put("status", "cancelled");
    }
    return b.build();
  }

  private static Json.Obj error(AiException e) {
    Problem p = AiProblems.of(e);
    return Json.object()
        .put("type", p.type())
        .put("detail", p.detail())
        .put("may_have_billed", e.mayHaveBilled())
        .build();
  }

  private static Json usd(Cost cost) {
    return cost.source() == Cost.Source.UNKNOWN
        ? Json.NULL
        : new Json.Num(cost.amount().dollars().toPlainString());
  }
}
