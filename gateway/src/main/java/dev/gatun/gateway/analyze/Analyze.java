package dev.gatun.gateway.analyze;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.json.Json;
import dev.gatun.gateway.auth.Principal;
import dev.gatun.gateway.chat.Fields;
import dev.gatun.gateway.chat.Models;
import dev.gatun.gateway.chat.RouteHeaders;
import dev.gatun.gateway.compute.Workers;
import dev.gatun.gateway.files.Upload;
import dev.gatun.gateway.http.Exchange;
import dev.gatun.gateway.http.Problem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/ai/analyze}: judges a network, a training history, or a file of weights. The
 * static analysis needs no provider; its findings are answered also when nobody can be asked.
 */
public final class Analyze {
  private static final int LONGEST_TEXT = 200_000;
  private static final Set<String> MEMBERS =
      Set.of("layers", "input_shape", "description", "history", "reasoning", "research", "model");

  private final Models models;
  private final Reasoning reasoning;
  private final Workers workers;
  private final Path folder;
  private final long mostBytes;

  /**
   * The endpoint.
   *
   * @param folder where uploads lie while they are read
   * @param mostBytes the largest upload
   */
  public Analyze(AiClient client, Models models, Workers workers, Path folder, long mostBytes) {
    this.models = models;
    this.reasoning = new Reasoning(client);
    this.workers = workers;
    this.folder = folder;
    this.mostBytes = mostBytes;
  }

  /** Answers a request. */
  public void handle(Exchange exchange, Principal principal) {
    String type = exchange.header("content-type").orElse("").toLowerCase(Locale.ROOT);
    if (type.startsWith("application/json") || type.contains("+json")) {
      described(exchange, principal, exchange.json());
    } else if (type.startsWith("text/csv")) {
      History history = History.csv(new String(exchange.body(), StandardCharsets.UTF_8), "");
      answer(exchange, principal, options(exchange, null), "", List.of(history.analysis()));
    } else {
      uploaded(exchange, principal);
    }
  }

  private void described(Exchange exchange, Principal principal, Json.Obj body) {
    Fields f = Fields.of(body);
    for (String name : body.members().keySet()) {
      if (!MEMBERS.contains(name)) {
        throw Problem.field(
            f.at(name),
            "'" + name + "' is not known; known are " + MEMBERS.stream().sorted().toList());
      }
    }
    long[] input = f.has("input_shape") ? Shapes.of(f, "input_shape") : null;
    List<Analysis> analyses = new ArrayList<>();
    if (f.has("layers")) {
      analyses.add(workers.run(() -> Network.of(f.objects("layers"), input)));
    }
    String description = f.optionalText("description").orElse("");
    if (description.length() > LONGEST_TEXT) {
      throw f.wrong("description", "at most " + LONGEST_TEXT + " characters long");
    }
    if (!description.isBlank()) {
      analyses.add(workers.run(() -> ofText(description, input)));
    }
    if (f.has("history")) {
      analyses.add(workers.run(() -> History.read(f, "history").analysis()));
    }
    if (analyses.isEmpty()) {
      throw Problem.field(
          "", "One of 'layers', 'description' and 'history' is needed, or a file as the body");
    }
    answer(exchange, principal, f, description, analyses);
  }

  private static Analysis ofText(String text, long @Nullable [] input) {
    List<Fields> layers = LayerText.find(text);
    String title = "No layers were recognised in the description";
    if (!layers.isEmpty()) {
      try {
        return Network.of(layers, input);
      } catch (Problem p) {
        title = "The description's layers cannot be counted: " + p.detail();
      }
    }
    return new Analysis(
        "description",
        Json.object("layers_recognised", Json.of(layers.size())),
        List.of(
            Finding.info(
                "no-layers",
                title,
                layers.size() + " layers",
                "Give 'layers' as JSON, or what the framework prints of the model.")));
  }

  private void uploaded(Exchange exchange, Principal principal) {
    Analysis analysis;
    Fields options;
    try (Upload upload = Upload.receive(exchange, folder, mostBytes)) {
      options = options(exchange, upload);
      long[] input = options.has("input_shape") ? Shapes.of(options, "input_shape") : null;
      analysis = workers.run(() -> ModelFile.of(upload.file(), input));
    }
    answer(exchange, principal, options, "", List.of(analysis));
  }

  /** Of a form's part {@code options}, or of the query. */
  private static Fields options(Exchange exchange, @Nullable Upload upload) {
    String text = upload == null ? "" : upload.fields().getOrDefault("options", "");
    if (!text.isBlank()) {
      try {
        if (Json.parse(text) instanceof Json.Obj o) {
          return Fields.of(o);
        }
      } catch (Json.JsonSyntaxException _) {
        // Said below.
      }
      throw Problem.field("/options", "The part 'options' must be a JSON object");
    }
    Json.ObjectBuilder b = Json.object();
    for (String name : List.of("reasoning", "research")) {
      exchange.query(name).ifPresent(v -> b.put(name, value(v)));
    }
    exchange.query("input_shape").ifPresent(v -> b.put("input_shape", value("[" + v + "]")));
    exchange.query("model").ifPresent(v -> b.put("model", v));
    return Fields.of(b.build());
  }

  private static Json value(String text) {
    try {
      return Json.parse(text);
    } catch (Json.JsonSyntaxException _) {
      return Json.of(text);
    }
  }

  private void answer(
      Exchange exchange,
      Principal principal,
      Fields options,
      String description,
      List<Analysis> analyses) {
    boolean research = options.bool("research").orElse(false);
    boolean wanted = options.bool("reasoning").orElse(true);
    if (research && !wanted) {
      throw options.wrong("reasoning", "true where 'research' is");
    }
    Json.ObjectBuilder local = Json.object();
    List<Finding> findings = new ArrayList<>();
    for (Analysis a : analyses) {
      local.put(a.kind(), a.facts());
      findings.addAll(a.findings());
    }
    Json.Obj report = Json.object("status", Json.of("skipped"));
    boolean failed = false;
    if (wanted) {
      ChatRequest.Builder request = ChatRequest.builder().tenant(principal.tenant());
      RouteHeaders.read(exchange, request);
      options
          .optionalText("model")
          .flatMap(m -> models.resolve(m, principal))
          .ifPresent(request::model);
      exchange.interruptWhenClientLeaves();
      Reasoning.Outcome outcome = reasoning.ask(request, research, description, analyses);
      findings.addAll(outcome.findings());
      report = outcome.report();
      failed = outcome.failed();
    }
    findings.sort(java.util.Comparator.comparing(Finding::severity).reversed());
    exchange.send(
        200,
        Json.object()
            .put("object", "analysis")
            .put("partial", failed)
            .put("local", local.build())
            .put(
                "findings",
                new Json.Arr(new ArrayList<>(findings.stream().map(Finding::json).toList())))
            .put("reasoning", report)
            .build());
  }
}
