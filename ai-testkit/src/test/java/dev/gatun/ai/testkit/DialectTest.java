package dev.gatun.ai.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.testkit.dialect.Json;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The shapes that no official client judges, after recorded traffic: Perplexity's, xAI's, and the
 * errors of all.
 */
class DialectTest {
  private final ScriptedServer server = ScriptedServer.start();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @AfterEach
  void close() {
    http.close();
    server.close();
  }

  private HttpResponse<String> send(Dialect dialect, String path, String body, String... headers)
      throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(server.baseUrl(dialect) + path))
            .POST(HttpRequest.BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> chat(Dialect dialect, boolean stream) throws Exception {
    String message = "[{\"role\":\"user\",\"content\":\"What is Gatun?\"}]";
    return switch (dialect) {
      case OPENAI, XAI, PERPLEXITY ->
          send(
              dialect,
              "/chat/completions",
              "{\"model\":\"m\",\"stream\":" + stream + ",\"messages\":" + message + "}",
              "Authorization",
              "Bearer k");
      case ANTHROPIC ->
          send(
              dialect,
              "/v1/messages",
              "{\"model\":\"m\",\"max_tokens\":9,\"stream\":"
                  + stream
                  + ",\"messages\":"
                  + message
                  + "}",
              "x-api-key",
              "k",
              "anthropic-version",
              "2023-06-01");
      case GEMINI ->
          send(
              dialect,
              "/v1beta/models/m:" + (stream ? "streamGenerateContent?alt=sse" : "generateContent"),
              "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"What is Gatun?\"}]}]}",
              "x-goog-api-key",
              "k");
    };
  }

  private static Map<String, @Nullable Object> json(String text) throws IOException {
    return Json.map(Json.parse(text));
  }

  private static Map<String, @Nullable Object> at(@Nullable Object value, Object... path) {
    Object at = value;
    for (Object step : path) {
      at = step instanceof Integer i ? Json.list(at).get(i) : Json.map(at).get(step);
    }
    return Json.map(at);
  }

  private static List<Map<String, @Nullable Object>> events(String stream) throws IOException {
    var events = new ArrayList<Map<String, @Nullable Object>>();
    for (String line : stream.split("\r?\n", -1)) {
      if (line.startsWith("data: {")) {
        events.add(json(line.substring(6)));
      }
    }
    return events;
  }

  private static BigDecimal money(@Nullable Object value) {
    return new BigDecimal(String.valueOf(value));
  }

  @Test
  void sonarRepeatsTheTextAndTheSourcesAndSaysTheCostAtTheEnd() throws Exception {
    server.otherwise(
        Script.parts(
                new Part.Text("Gatun is a lake.[1]"),
                new Part.Citation("https://example.com/a", "A", "about a"))
            .tokens(Tokens.of(8, 213)));
    var whole = json(chat(Dialect.PERPLEXITY, false).body());
    HttpResponse<String> reply = chat(Dialect.PERPLEXITY, true);
    assertThat(reply.body()).endsWith("}\r\n\r\n").doesNotContain("[DONE]");
    assertThat(reply.headers().firstValue("x-ratelimit-limit-requests")).isEmpty();
    var events = events(reply.body());
    assertThat(events).hasSize(5);
    assertThat(events.getFirst())
        .containsEntry("object", "chat.completion.chunk")
        .containsEntry("citations", List.of("https://example.com/a"));
    assertThat(at(events.get(1), "choices", 0, "message")).containsEntry("content", "Gatun is");
    assertThat(at(events.get(1), "choices", 0, "delta")).containsEntry("content", " is");
    assertThat(at(events.get(1), "usage", "cost"))
        .containsEntry("total_cost", 0.0)
        .doesNotContainKey("request_cost");
    assertThat(events.getLast()).containsEntry("object", "chat.completion.done");
    assertThat(at(events.getLast(), "choices", 0)).containsEntry("finish_reason", "stop");
    // As recorded: 8 and 213 tokens at $1 a million, and $0.005 for the request.
    for (var usage : List.of(at(whole, "usage"), at(events.getLast(), "usage"))) {
      assertThat(money(at(usage, "cost").get("input_tokens_cost"))).isEqualByComparingTo("8e-6");
      assertThat(money(at(usage, "cost").get("output_tokens_cost"))).isEqualByComparingTo("213e-6");
      assertThat(money(at(usage, "cost").get("request_cost"))).isEqualByComparingTo("0.005");
      assertThat(money(at(usage, "cost").get("total_cost"))).isEqualByComparingTo("0.005221");
    }
    assertThat(at(whole, "search_results", 0)).containsEntry("title", "A");
  }

  @Test
  void aScriptedPriceIsReportedToTheLastDigit() throws Exception {
    server.otherwise(
        Script.reply("x")
            .tokens(
                Tokens.of(10, 0)
                    .withCost(new BigDecimal("0.000000123456"))
                    .withRequestCost(new BigDecimal("0.012"))));
    var sonar = at(json(chat(Dialect.PERPLEXITY, false).body()), "usage", "cost");
    assertThat(money(sonar.get("total_cost"))).isEqualByComparingTo("0.012000123456");
    String agent =
        send(
                Dialect.PERPLEXITY,
                "/v1/agent",
                "{\"preset\":\"low\",\"input\":\"hi\"}",
                "Authorization",
                "Bearer k")
            .body();
    var cost = at(json(agent), "usage", "cost");
    assertThat(cost).containsEntry("currency", "USD");
    assertThat(money(cost.get("tool_calls_cost"))).isEqualByComparingTo("0.012");
    assertThat(money(cost.get("total_cost"))).isEqualByComparingTo("0.012000123456");
  }

  @Test
  void theAgentSearchesBeforeItSpeaks() throws Exception {
    server.otherwise(
        Script.parts(
            new Part.Text("A lake."), new Part.Citation("https://example.com/a", "A", "about")));
    String stream =
        send(
                Dialect.PERPLEXITY,
                "/v1/agent",
                "{\"model\":\"openai/gpt-5.2\",\"input\":\"hi\",\"stream\":true}",
                "Authorization",
                "Bearer k")
            .body();
    var events = events(stream);
    assertThat(events.stream().map(event -> event.get("type")))
        .containsExactly(
            "response.created",
            "response.in_progress",
            "response.reasoning.started",
            "response.reasoning.search_queries",
            "response.reasoning.search_results",
            "response.reasoning.stopped",
            "response.output_item.added",
            "response.output_item.done",
            "response.output_item.added",
            "response.output_text.delta",
            "response.output_text.delta",
            "response.output_text.done",
            "response.output_item.done",
            "response.completed");
    for (int i = 0; i < events.size(); i++) {
      assertThat(events.get(i)).containsEntry("sequence_number", (double) i);
    }
    var last = at(events.getLast(), "response");
    assertThat(at(last, "output", 0)).containsEntry("type", "search_results");
    assertThat(at(last, "output", 1, "content", 0)).containsEntry("text", "A lake.");
    assertThat(at(last, "usage", "tool_calls_details", "web_search"))
        .containsEntry("invocation", 1.0);
  }

  @Test
  void ticksAreTenToTheTenthOfADollar() throws Exception {
    // As recorded: (10 * 0.30 + 2 * 0.075 + 229 * 0.50) / 10^6 USD.
    server.otherwise(
        Script.parts(new Part.Thinking("Hm.", null), new Part.Text("Hi"))
            .tokens(Tokens.of(10, 1).withCacheRead(2).withReasoning(228))
            .servedBy("grok-4.3"));
    var whole = json(chat(Dialect.XAI, false).body());
    var streamed = events(chat(Dialect.XAI, true).body()).getLast();
    for (var reply : List.of(whole, streamed)) {
      assertThat(reply).containsEntry("model", "grok-4.3");
      assertThat(at(reply, "usage"))
          .containsEntry("prompt_tokens", 12.0)
          .containsEntry("completion_tokens", 1.0)
          .containsEntry("total_tokens", 241.0)
          .containsEntry("cost_in_usd_ticks", 1_176_500.0);
    }
    assertThat(at(whole, "choices", 0, "message"))
        .containsEntry("reasoning_content", "Hm.")
        .containsEntry("content", "Hi");
  }

  @Test
  void anXaiErrorIsAText() throws Exception {
    server.otherwise(Script.fail(Failure.AUTHENTICATION));
    HttpResponse<String> reply = chat(Dialect.XAI, true);
    assertThat(reply.statusCode()).isEqualTo(400);
    assertThat(json(reply.body()))
        .containsEntry("code", "invalid-argument")
        .containsEntry(
            "error",
            "Incorrect API key provided. You can obtain an API key from https://console.x.ai.");
  }

  @ParameterizedTest
  @CsvSource({
    "AUTHENTICATION, 401, invalid_api_key",
    "QUOTA, 401, insufficient_quota",
    "CONTEXT_LENGTH, 400, too_many_prompt_tokens",
    "MODEL_NOT_FOUND, 400, invalid_model",
    "RATE_LIMIT, 429, request_rate_limit_exceeded",
    "GONE, 410, gone",
  })
  void aPerplexityErrorHasItsStatusAsCode(Failure failure, int status, String type)
      throws Exception {
    server.otherwise(Script.fail(failure));
    HttpResponse<String> reply = chat(Dialect.PERPLEXITY, false);
    assertThat(reply.statusCode()).isEqualTo(status);
    assertThat(at(json(reply.body()), "error"))
        .containsEntry("type", type)
        .containsEntry("code", (double) status);
  }

  @Test
  void aGeminiKeyIsToldByAReasonAndAQuotaByAViolation() throws Exception {
    server.script(
        Script.fail(Failure.AUTHENTICATION),
        Script.fail(Failure.RATE_LIMIT),
        Script.fail(Failure.QUOTA));
    HttpResponse<String> key = chat(Dialect.GEMINI, false);
    assertThat(key.statusCode()).isEqualTo(400);
    assertThat(at(json(key.body()), "error", "details", 0))
        .containsEntry("reason", "API_KEY_INVALID");
    assertThat(at(json(chat(Dialect.GEMINI, false).body()), "error", "details", 1, "violations", 0))
        .containsEntry("quotaId", "GenerateRequestsPerMinutePerProjectPerModel");
    assertThat(at(json(chat(Dialect.GEMINI, false).body()), "error", "details", 1, "violations", 0))
        .containsEntry("quotaId", "GenerateRequestsPerDayPerProjectPerModel");
  }

  @Test
  void aGeminiStreamWithoutSseIsAnArray() throws Exception {
    server.otherwise(Script.reply("one two"));
    HttpResponse<String> reply =
        send(
            Dialect.GEMINI,
            "/v1beta/models/m:streamGenerateContent",
            "{\"contents\":[{\"parts\":[{\"text\":\"hi\"}]}]}",
            "x-goog-api-key",
            "k");
    assertThat(reply.headers().firstValue("content-type").orElseThrow())
        .startsWith("application/json");
    assertThat(Json.list(Json.parse(reply.body()))).hasSize(3);
  }

  /** Every error of every dialect, whole and as a stream, inside of a 200 too. */
  @ParameterizedTest
  @EnumSource(Dialect.class)
  void everyErrorIsJsonOfItsStatus(Dialect dialect) throws Exception {
    for (Failure failure : Failure.values()) {
      server.reset().otherwise(Script.fail(failure, "the words"));
      for (boolean stream : new boolean[] {false, true}) {
        HttpResponse<String> reply = chat(dialect, stream);
        if (failure == Failure.CONTENT_FILTER && dialect == Dialect.GEMINI) {
          assertThat(reply.statusCode()).isEqualTo(200);
          continue;
        }
        assertThat(reply.statusCode()).isBetween(400, 529);
        assertThat(reply.headers().firstValue("content-type").orElseThrow())
            .startsWith("application/json");
        assertThat(json(reply.body())).containsKey("error");
        assertThat(reply.body()).contains("the words");
      }
      server.otherwise(Script.fail(failure, "the words").status(200));
      HttpResponse<String> inside = chat(dialect, true);
      assertThat(inside.statusCode()).isEqualTo(200);
      assertThat(inside.headers().firstValue("content-type").orElseThrow())
          .startsWith("text/event-stream");
      if (failure != Failure.CONTENT_FILTER) {
        assertThat(events(inside.body()).getFirst()).containsKey("error");
      }
      assertThat(chat(dialect, false).statusCode()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @EnumSource(Dialect.class)
  void aReplyWithoutAnythingInItIsStillAReply(Dialect dialect) throws Exception {
    server.otherwise(Script.empty());
    HttpResponse<String> whole = chat(dialect, false);
    assertThat(whole.statusCode()).isEqualTo(200);
    switch (dialect) {
      case OPENAI, XAI, PERPLEXITY ->
          assertThat(json(whole.body())).containsEntry("choices", List.of());
      case ANTHROPIC -> assertThat(json(whole.body())).containsEntry("content", List.of());
      case GEMINI -> assertThat(json(whole.body())).doesNotContainKey("candidates");
    }
    assertThat(chat(dialect, true).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @EnumSource(Dialect.class)
  void anEchoSaysWhatWasSaidAndUsageCanBeLeftOut(Dialect dialect) throws Exception {
    assertThat(chat(dialect, false).body()).contains("What is Gatun?").contains("sage");
    server.otherwise(Script.echo().framing(Framing.DEFAULT.withoutUsage()));
    assertThat(chat(dialect, false).body()).doesNotContain("\"usage").doesNotContain("oken");
  }

  @ParameterizedTest
  @EnumSource(Dialect.class)
  void aWordForTheReasonIsSentAsItIs(Dialect dialect) throws Exception {
    server.otherwise(Script.reply("x").finishWord("out_of_cheese"));
    assertThat(chat(dialect, false).body()).contains("\"out_of_cheese\"");
    assertThat(chat(dialect, true).body()).contains("\"out_of_cheese\"");
  }

  @Test
  void pathsWithoutAPrefixAreToldByTheirShape() throws Exception {
    String openAi = "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    assertThat(at("/v1/chat/completions", openAi.formatted("gpt-5"))).isEqualTo(Dialect.OPENAI);
    assertThat(at("/v1/chat/completions", openAi.formatted("grok-4"))).isEqualTo(Dialect.XAI);
    assertThat(at("/chat/completions", openAi.formatted("sonar"))).isEqualTo(Dialect.PERPLEXITY);
    assertThat(at("/v1/agent", "{}")).isEqualTo(Dialect.PERPLEXITY);
    assertThat(at("/v1/messages", "{}")).isEqualTo(Dialect.ANTHROPIC);
    assertThat(at("/v1beta/models/x:generateContent", "{}")).isEqualTo(Dialect.GEMINI);
  }

  private Dialect at(String path, String body) throws Exception {
    http.send(
        HttpRequest.newBuilder(URI.create(server.uri() + path))
            .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8))
            .build(),
        HttpResponse.BodyHandlers.ofString());
    return server.requests().getLast().dialect();
  }
}
