package dev.gatun.ai.testkit;

import static dev.gatun.ai.testkit.Position.afterTokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.PermissionDeniedException;
import com.openai.errors.RateLimitException;
import com.openai.errors.SseException;
import com.openai.errors.UnauthorizedException;
import com.openai.errors.UnexpectedStatusCodeException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.embeddings.EmbeddingCreateParams;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenAI's own client takes what the server says on its chat completions and embeddings. */
class OpenAiClientTest {
  private static final Duration SOON = Duration.ofSeconds(5);

  private final ScriptedServer server = ScriptedServer.start();
  private final OpenAIClient client = client(0);

  private OpenAIClient client(int retries) {
    return OpenAIOkHttpClient.builder()
        .baseUrl(server.baseUrl(Dialect.OPENAI))
        .apiKey("sk-test")
        .maxRetries(retries)
        .build();
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  private static ChatCompletionCreateParams.Builder asking(String text) {
    return ChatCompletionCreateParams.builder().model("gpt-5.4").addUserMessage(text);
  }

  private static ChatCompletionCreateParams ask(String text) {
    return asking(text)
        .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
        .build();
  }

  private ChatCompletion whole(ChatCompletionCreateParams params) {
    return client.chat().completions().create(params);
  }

  private ChatCompletion streamed(ChatCompletionCreateParams params) {
    var accumulator = ChatCompletionAccumulator.create();
    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(params)) {
      stream.stream().forEach(accumulator::accumulate);
    }
    return accumulator.chatCompletion();
  }

  private static void assertSame(ChatCompletion streamed, ChatCompletion whole) {
    var a = streamed.choices().getFirst();
    var b = whole.choices().getFirst();
    assertThat(a.message().content().orElse("")).isEqualTo(b.message().content().orElse(""));
    assertThat(a.message().refusal().orElse("")).isEqualTo(b.message().refusal().orElse(""));
    assertThat(
            a.message().toolCalls().orElse(List.of()).stream().map(c -> c.asFunction().function()))
        .isEqualTo(
            b.message().toolCalls().orElse(List.of()).stream()
                .map(c -> c.asFunction().function())
                .toList());
    assertThat(a.finishReason()).isEqualTo(b.finishReason());
    assertThat(streamed.usage()).isEqualTo(whole.usage());
    assertThat(streamed.model()).isEqualTo(whole.model());
  }

  @Test
  void aStreamAddsUpToTheWholeReply() {
    server.otherwise(Script.reply("Gatun is a lake,  and \n\n a lock: déjà vu 🚢."));
    ChatCompletion whole = whole(ask("What is Gatun?"));
    whole.validate();
    assertThat(whole.choices().getFirst().message().content())
        .hasValue("Gatun is a lake,  and \n\n a lock: déjà vu 🚢.");
    assertSame(streamed(ask("What is Gatun?")), whole);
    assertThat(server.count(Dialect.OPENAI)).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void aStreamInPiecesOfFewBytesIsTheSame(int bytes) {
    server.otherwise(Script.reply("déjà vu 🚢 again").split(bytes));
    assertSame(streamed(ask("x")), whole(ask("x")));
  }

  @Test
  void unusualFramesAreTheSame() {
    var framing = Framing.DEFAULT.withLineEnd("\r\n").withPadding(9).withComments();
    server.otherwise(Script.reply("one two three").framing(framing));
    assertSame(streamed(ask("x")), whole(ask("x")));
  }

  @Test
  void unknownFieldsAreIgnored() {
    server.otherwise(
        Script.reply("one two")
            .framing(
                new Framing(null, false, 0, false, false, true, true, true, 0, -1, Duration.ZERO)));
    assertSame(streamed(ask("x")), whole(ask("x")));
  }

  @Test
  void usageIsInBucketsThatIncludeEachOther() {
    server.otherwise(
        Script.reply("x")
            .tokens(Tokens.of(100, 20).withCacheRead(30).withReasoning(7).withTier("flex")));
    ChatCompletion whole = whole(ask("x"));
    assertSame(streamed(ask("x")), whole);
    var usage = whole.usage().orElseThrow();
    assertThat(usage.promptTokens()).isEqualTo(130);
    assertThat(usage.completionTokens()).isEqualTo(27);
    assertThat(usage.totalTokens()).isEqualTo(157);
    assertThat(usage.promptTokensDetails().orElseThrow().cachedTokens()).hasValue(30L);
    assertThat(usage.completionTokensDetails().orElseThrow().reasoningTokens()).hasValue(7L);
    assertThat(whole.serviceTier().orElseThrow().asString()).isEqualTo("flex");
  }

  @Test
  void usageOfAStreamIsSentOnlyIfAskedFor() {
    server.otherwise(Script.reply("x"));
    assertThat(streamed(asking("x").build()).usage()).isEmpty();
  }

  @Test
  void parallelToolCallsAreSplitAndComeTogether() {
    server.otherwise(
        Script.parts(
            new Part.Text("Let me look."),
            new Part.ToolCall("call_a", "weather", "{\"city\":\"Colón\",\"days\":3}"),
            new Part.ToolCall(null, "tide", "{\"port\":\"Cristóbal\"}")));
    ChatCompletion whole = whole(ask("x"));
    assertSame(streamed(ask("x")), whole);
    var calls = whole.choices().getFirst().message().toolCalls().orElseThrow();
    assertThat(calls).hasSize(2);
    ChatCompletionMessageFunctionToolCall first = calls.getFirst().asFunction();
    assertThat(first.id()).isEqualTo("call_a");
    assertThat(first.function().arguments()).isEqualTo("{\"city\":\"Colón\",\"days\":3}");
    assertThat(whole.choices().getFirst().finishReason())
        .isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
  }

  @Test
  void aForcedToolIsCalledWithArgumentsOfItsSchema() {
    var parameters =
        FunctionParameters.builder()
            .putAdditionalProperty("type", JsonValue.from("object"))
            .putAdditionalProperty(
                "properties",
                JsonValue.from(
                    Map.of("city", Map.of("type", "string"), "days", Map.of("type", "integer"))))
            .putAdditionalProperty("required", JsonValue.from(List.of("city", "days")))
            .build();
    ChatCompletion reply =
        whole(
            asking("x")
                .addFunctionTool(
                    FunctionDefinition.builder().name("weather").parameters(parameters).build())
                .toolChoice(
                    com.openai.models.chat.completions.ChatCompletionToolChoiceOption.Auto.REQUIRED)
                .build());
    var call = reply.choices().getFirst().message().toolCalls().orElseThrow().getFirst();
    assertThat(call.asFunction().function().name()).isEqualTo("weather");
    assertThat(call.asFunction().function().arguments(Weather.class).days).isEqualTo(1);
  }

  static class Weather {
    public String city = "";
    public int days;
  }

  static class Ship {
    public String name = "";
    public double draught;
    public List<Lock> locks = List.of();

    static class Lock {
      public String side = "";
      public boolean open;
    }
  }

  @Test
  void structuredOutputFulfilsTheSchema() {
    var reply =
        client
            .chat()
            .completions()
            .create(asking("A ship, please.").responseFormat(Ship.class).build());
    Ship ship = reply.choices().getFirst().message().content().orElseThrow();
    assertThat(ship.name).isEqualTo("sample name");
    assertThat(ship.locks).hasSize(1);
    assertThat(ship.locks.getFirst().open).isTrue();
  }

  @Test
  void refusalsAndFiltersAreSeen() {
    server.otherwise(Script.parts(new Part.Refusal("I won't say that.")));
    ChatCompletion whole = whole(ask("x"));
    assertThat(whole.choices().getFirst().message().refusal()).hasValue("I won't say that.");
    assertSame(streamed(ask("x")), whole);

    server.otherwise(Script.reply("cut of").finish(Finish.CONTENT_FILTER));
    assertThat(streamed(ask("x")).choices().getFirst().finishReason())
        .isEqualTo(ChatCompletion.Choice.FinishReason.CONTENT_FILTER);
  }

  @Test
  void theEchoStopsAtTheLimitOfTokens() {
    var choice =
        whole(asking("one two three four").maxCompletionTokens(2).build()).choices().getFirst();
    assertThat(choice.message().content()).hasValue("one two");
    assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.LENGTH);
  }

  @ParameterizedTest
  @CsvSource({
    "INVALID_REQUEST, 400, invalid_request_error, ",
    "CONTEXT_LENGTH, 400, invalid_request_error, context_length_exceeded",
    "AUTHENTICATION, 401, invalid_request_error, invalid_api_key",
    "QUOTA, 429, insufficient_quota, insufficient_quota",
    "PERMISSION, 403, invalid_request_error, model_not_found",
    "MODEL_NOT_FOUND, 404, invalid_request_error, model_not_found",
    "RATE_LIMIT, 429, requests, rate_limit_exceeded",
    "OVERLOADED, 503, service_unavailable_error, server_is_overloaded",
    "SERVER, 500, server_error, server_error",
    "TIMEOUT, 504, server_error, timeout",
    "TOO_LARGE, 413, invalid_request_error, ",
    "CONTENT_FILTER, 400, invalid_request_error, invalid_prompt",
    "GONE, 410, invalid_request_error, ",
  })
  void errorsBecomeTheClientsExceptions(Failure failure, int status, String type, String code) {
    server.otherwise(Script.fail(failure));
    Class<? extends OpenAIServiceException> expected =
        switch (status) {
          case 400 -> BadRequestException.class;
          case 401 -> UnauthorizedException.class;
          case 403 -> PermissionDeniedException.class;
          case 404 -> NotFoundException.class;
          case 429 -> RateLimitException.class;
          case 500, 503, 504 -> InternalServerException.class;
          default -> UnexpectedStatusCodeException.class;
        };
    for (boolean stream : new boolean[] {false, true}) {
      var thrown =
          catchThrowableOfType(
              OpenAIServiceException.class,
              () -> {
                if (stream) {
                  streamed(ask("x"));
                } else {
                  whole(ask("x"));
                }
              });
      assertThat(thrown).isInstanceOf(expected);
      assertThat(thrown.statusCode()).isEqualTo(status);
      assertThat(thrown.type().orElse("")).isEqualTo(type);
      assertThat(thrown.code().orElse(null)).isEqualTo(code);
    }
  }

  @Test
  void aKeyThatIsNotGoodIsRefused() {
    server.keys(Dialect.OPENAI, "sk-other");
    assertThatThrownBy(() -> whole(ask("x"))).isInstanceOf(UnauthorizedException.class);
    server.keys(Dialect.OPENAI, "sk-other", "sk-test");
    assertThat(whole(ask("x")).choices()).hasSize(1);
  }

  @Test
  void theClientRetriesAfterTheTimeItIsTold() {
    server.script(
        Script.fail(Failure.RATE_LIMIT).retryAfter(RetryAfter.millis(120)), Script.reply("ok"));
    OpenAIClient retrying = client(2);
    ChatCompletion reply = retrying.chat().completions().create(ask("x"));
    retrying.close();
    assertThat(reply.choices().getFirst().message().content()).hasValue("ok");
    List<RecordedRequest> requests = server.requests();
    assertThat(requests).hasSize(2);
    assertThat(requests.get(1).nanoTime() - requests.get(0).nanoTime())
        .isGreaterThanOrEqualTo(Duration.ofMillis(120).toNanos());
    assertThat(requests.get(1).headers().get("X-Stainless-Retry-Count")).hasValue("1");
  }

  @Test
  void anErrorInTheStreamThrows() {
    server.script(
        Script.reply("one two three").failAt(afterTokens(1), Failure.OVERLOADED),
        Script.fail(Failure.OVERLOADED).status(200));
    assertThatThrownBy(() -> streamed(ask("x"))).isInstanceOf(SseException.class);
    assertThatThrownBy(() -> streamed(ask("x"))).isInstanceOf(SseException.class);
  }

  @Test
  void brokenBodiesThrow() {
    Script script = Script.reply("one two three");
    for (Script broken :
        List.of(
            script.cut(afterTokens(1)),
            script.reset(afterTokens(1)),
            script.badChunk(afterTokens(1)),
            script.truncatedChunk(afterTokens(1)),
            script.malformed(afterTokens(1)))) {
      server.script(broken, broken);
      assertThatThrownBy(() -> streamed(ask("x")))
          .as(broken.toString())
          .isInstanceOf(OpenAIException.class);
      assertThatThrownBy(() -> whole(ask("x")))
          .as(broken.toString())
          .isInstanceOf(OpenAIException.class);
    }
    server.script(
        Script.html(502), Script.drop(), Script.reset(), Script.raw(200, "text/plain", ""));
    for (int i = 0; i < 4; i++) {
      assertThatThrownBy(() -> whole(ask("x")).choices()).isInstanceOf(OpenAIException.class);
    }
  }

  @Test
  void closingAStreamIsSeenAtOnce() throws Exception {
    server.otherwise(Script.lorem(1000).tokenEvery(Duration.ofMillis(20)));
    Tries.within(
        Duration.ofMillis(250),
        () -> {
          long closed;
          try (var stream = client.chat().completions().createStreaming(ask("x"))) {
            assertThat(stream.stream().limit(3)).hasSize(3);
            closed = System.nanoTime();
          }
          RecordedRequest request = server.requests().getLast();
          assertThat(request.awaitEnd(SOON)).isEqualTo(RecordedRequest.End.CANCELLED);
          return Duration.ofNanos(request.endNanoTime() - closed);
        });
  }

  @Test
  void aClientThatLeavesAStallIsSeenAtOnce() throws Exception {
    server.otherwise(Script.reply("one two three").stall(afterTokens(1)));
    // Its connection is made, so that the client's time is that of the stall.
    server.script(Script.reply("hi"));
    whole(ask("x"));
    var impatient = client.withOptions(options -> options.timeout(Duration.ofMillis(500)));
    Tries.within(
        Duration.ofMillis(1500),
        () -> {
          assertThatThrownBy(
                  () -> {
                    try (var stream = impatient.chat().completions().createStreaming(ask("x"))) {
                      stream.stream().forEach(chunk -> {});
                    }
                  })
              .isInstanceOf(OpenAIException.class);
          RecordedRequest request = server.requests().getLast();
          assertThat(request.awaitEnd(SOON)).isEqualTo(RecordedRequest.End.CANCELLED);
          return request.endedAfter().orElseThrow();
        });
  }

  @Test
  void embeddingsAreUnitVectorsOfTheText() {
    var params =
        EmbeddingCreateParams.builder()
            .model("text-embedding-3-small")
            .inputOfArrayOfStrings(List.of("lake", "lock", "lake"))
            .dimensions(64)
            .build();
    var reply = client.embeddings().create(params);
    assertThat(reply.data()).hasSize(3);
    List<Float> lake = reply.data().getFirst().embedding();
    assertThat(lake).hasSize(64).isEqualTo(reply.data().getLast().embedding());
    assertThat(lake).isNotEqualTo(reply.data().get(1).embedding());
    assertThat(lake.stream().mapToDouble(x -> x * x).sum()).isCloseTo(1, within(1e-5));

    server.script(Script.vectors(new float[] {0.25f, -1f}));
    assertThat(client.embeddings().create(params).data().get(1).embedding())
        .containsExactly(0.25f, -1f);
  }

  private static org.assertj.core.data.Offset<Double> within(double tolerance) {
    return org.assertj.core.api.Assertions.within(tolerance);
  }

  @Test
  void modelsAreListed() {
    assertThat(client.models().list().data().stream().map(model -> model.id()))
        .contains("gpt-5.4", "text-embedding-3-small");
    assertThat(client.models().retrieve("gpt-5.4").id()).isEqualTo("gpt-5.4");
    assertThatThrownBy(() -> client.models().retrieve("gpt-0"))
        .isInstanceOf(NotFoundException.class);
  }
}
