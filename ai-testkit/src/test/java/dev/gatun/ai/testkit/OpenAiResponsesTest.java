package dev.gatun.ai.testkit;

import static dev.gatun.ai.testkit.Position.afterTokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.OpenAIException;
import com.openai.errors.RateLimitException;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** OpenAI's own client takes what the server says on Responses: OpenAI's, xAI's, Perplexity's. */
class OpenAiResponsesTest {
  private final ScriptedServer server = ScriptedServer.start();

  private final List<OpenAIClient> clients = new ArrayList<>();

  @AfterEach
  void close() {
    clients.forEach(OpenAIClient::close);
    server.close();
  }

  private OpenAIClient client(Dialect dialect) {
    String base = server.baseUrl(dialect);
    OpenAIClient client =
        OpenAIOkHttpClient.builder()
            .baseUrl(dialect == Dialect.PERPLEXITY ? base + "/v1" : base)
            .apiKey("sk-test")
            .maxRetries(0)
            .build();
    clients.add(client);
    return client;
  }

  private static ResponseCreateParams ask(String text) {
    return ResponseCreateParams.builder().model("gpt-5.4").input(text).build();
  }

  private static Response streamed(OpenAIClient client, ResponseCreateParams params) {
    var accumulator = ResponseAccumulator.create();
    try (StreamResponse<ResponseStreamEvent> stream = client.responses().createStreaming(params)) {
      stream.stream().forEach(accumulator::accumulate);
    }
    return accumulator.response();
  }

  private static String text(Response response) {
    var text = new StringBuilder();
    response.output().stream()
        .flatMap(item -> item.message().stream())
        .flatMap(message -> message.content().stream())
        .flatMap(content -> content.outputText().stream())
        .forEach(part -> text.append(part.text()));
    return text.toString();
  }

  @ParameterizedTest
  @EnumSource(
      value = Dialect.class,
      names = {"OPENAI", "XAI", "PERPLEXITY"})
  void aStreamAddsUpToTheWholeReply(Dialect dialect) {
    server.otherwise(
        Script.parts(
                new Part.Citation("https://example.com/a", "A", "about a"),
                new Part.Thinking("Let me think.", "c2lnbmVk"),
                new Part.Text("Gatun is a lake."),
                new Part.ToolCall("call_1", "weather", "{\"city\":\"Colón\"}"))
            .tokens(Tokens.of(50, 8).withCacheRead(25).withReasoning(4)));
    OpenAIClient client = client(dialect);
    Response whole = client.responses().create(ask("x"));
    Response streamed = streamed(client, ask("x"));
    assertThat(text(whole)).isEqualTo("Gatun is a lake.");
    assertThat(text(streamed)).isEqualTo(text(whole));
    assertThat(streamed.output().stream().flatMap(i -> i.functionCall().stream()).toList())
        .hasSize(1)
        .allSatisfy(call -> {
          assertThat(call.callId()).isEqualTo("call_1");
          assertThat(call.arguments()).isEqualTo("{\"city\":\"Colón\"}");
        });
    assertThat(streamed.usage()).isEqualTo(whole.usage());
    assertThat(whole.usage().orElseThrow().inputTokens()).isEqualTo(75);
    assertThat(whole.usage().orElseThrow().outputTokens()).isEqualTo(12);
    assertThat(whole.status()).hasValue(ResponseStatus.COMPLETED);
    if (dialect == Dialect.OPENAI) {
      whole.validate(); // the others leave out what OpenAI requires
    }
    if (dialect != Dialect.PERPLEXITY) {
      assertThat(whole.output().stream().flatMap(item -> item.reasoning().stream()).toList())
          .hasSize(1)
          .allSatisfy(item -> {
            assertThat(item.summary().getFirst().text()).isEqualTo("Let me think.");
            assertThat(item.encryptedContent()).hasValue("c2lnbmVk");
          });
    }
  }

  /** The events themselves, one by one, add up too. */
  @Test
  void theEventsAddUpToTheLastOne() {
    server.otherwise(
        Script.parts(
            new Part.Thinking("Let me think.", "c2lnbmVk"),
            new Part.Text("Gatun is a lake."),
            new Part.ToolCall("call_1", "weather", "{\"city\":\"Colón\"}")));
    OpenAIClient client = client(Dialect.OPENAI);
    var accumulator = ResponseAccumulator.createWithSnapshots();
    try (var stream = client.responses().createStreaming(ask("x"))) {
      stream.stream().forEach(accumulator::accumulate);
    }
    assertThat(accumulator.reconstructedResponse().output())
        .isEqualTo(accumulator.response().output());
  }

  @Test
  void aReplyThatIsTooLongIsIncomplete() {
    server.otherwise(Script.reply("one two").finish(Finish.LENGTH));
    OpenAIClient client = client(Dialect.OPENAI);
    Response response = client.responses().create(ask("x"));
    assertThat(response.status()).hasValue(ResponseStatus.INCOMPLETE);
    assertThat(response.incompleteDetails().orElseThrow().reason().orElseThrow().asString())
        .isEqualTo("max_output_tokens");
    assertThat(streamed(client, ask("x")).status()).hasValue(ResponseStatus.INCOMPLETE);
  }

  static class Ship {
    public String name = "";
    public int length;
  }

  @Test
  void structuredOutputFulfilsTheSchema() {
    OpenAIClient client = client(Dialect.OPENAI);
    var response =
        client
            .responses()
            .create(
                ResponseCreateParams.builder()
                    .model("gpt-5.4")
                    .input("A ship, please.")
                    .text(Ship.class)
                    .build());
    Ship ship =
        response.output().stream()
            .flatMap(item -> item.message().stream())
            .flatMap(message -> message.content().stream())
            .flatMap(content -> content.outputText().stream())
            .findFirst()
            .orElseThrow();
    assertThat(ship.name).isEqualTo("sample name");
    assertThat(ship.length).isEqualTo(1);
  }

  @Test
  void errorsAreTyped() {
    OpenAIClient client = client(Dialect.OPENAI);
    server.script(Script.fail(Failure.RATE_LIMIT), Script.fail(Failure.CONTEXT_LENGTH));
    assertThatThrownBy(() -> client.responses().create(ask("x")))
        .isInstanceOf(RateLimitException.class);
    assertThatThrownBy(() -> streamed(client, ask("x")))
        .isInstanceOfSatisfying(
            BadRequestException.class,
            e -> assertThat(e.code()).hasValue("context_length_exceeded"));
  }

  @Test
  void aStreamThatFailsIsNotComplete() {
    OpenAIClient client = client(Dialect.OPENAI);
    server.script(
        Script.reply("one two three").failAt(afterTokens(1), Failure.OVERLOADED),
        Script.reply("one two three").truncate(afterTokens(1)),
        Script.reply("one two three").cut(afterTokens(1)));
    Response failed = streamed(client, ask("x"));
    assertThat(failed.status()).hasValue(ResponseStatus.FAILED);
    assertThat(failed.error().orElseThrow().message()).contains("overloaded");
    assertThatThrownBy(() -> streamed(client, ask("x"))).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> streamed(client, ask("x"))).isInstanceOf(OpenAIException.class);
  }
}
