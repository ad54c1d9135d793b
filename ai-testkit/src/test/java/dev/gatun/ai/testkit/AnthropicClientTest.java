package dev.gatun.ai.testkit;

import static dev.gatun.ai.testkit.Position.afterTokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.AnthropicException;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.SseException;
import com.anthropic.errors.UnauthorizedException;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCountTokensParams;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.StopReason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Anthropic's own client takes what the server says. */
class AnthropicClientTest {
  private static final Duration SOON = Duration.ofSeconds(5);

  private final ScriptedServer server = ScriptedServer.start();
  private final AnthropicClient client =
      AnthropicOkHttpClient.builder()
          .baseUrl(server.baseUrl(Dialect.ANTHROPIC))
          .apiKey("sk-ant-test")
          .maxRetries(0)
          .build();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  private static MessageCreateParams.Builder asking(String text) {
    return MessageCreateParams.builder()
        .model("claude-sonnet-5")
        .maxTokens(1024)
        .addUserMessage(text);
  }

  private static MessageCreateParams ask(String text) {
    return asking(text).build();
  }

  private Message whole(MessageCreateParams params) {
    return client.messages().create(params);
  }

  private Message streamed(MessageCreateParams params) {
    var accumulator = MessageAccumulator.create();
    try (StreamResponse<RawMessageStreamEvent> stream = client.messages().createStreaming(params)) {
      stream.stream().forEach(accumulator::accumulate);
    }
    return accumulator.message();
  }

  private static void assertSame(Message streamed, Message whole) {
    assertThat(streamed.content()).isEqualTo(whole.content());
    assertThat(streamed.stopReason()).isEqualTo(whole.stopReason());
    assertThat(streamed.stopSequence()).isEqualTo(whole.stopSequence());
    assertThat(streamed.usage()).isEqualTo(whole.usage());
    assertThat(streamed.model()).isEqualTo(whole.model());
  }

  @Test
  void aStreamAddsUpToTheWholeReply() {
    server.otherwise(
        Script.parts(
            new Part.Thinking("Hm, a lake. Or a lock?", "c2lnbmVk"),
            new Part.Text("Gatun is a lake: déjà vu 🚢."),
            new Part.ToolCall("toolu_1", "weather", "{\"city\":\"Colón\",\"days\":3}"),
            new Part.ToolCall("toolu_2", "tide", "{}")));
    Message whole = whole(ask("What is Gatun?"));
    whole.validate();
    assertSame(streamed(ask("What is Gatun?")), whole);
    assertThat(whole.content()).hasSize(4);
    assertThat(whole.content().get(0).asThinking().signature()).isEqualTo("c2lnbmVk");
    assertThat(whole.content().get(1).asText().text()).isEqualTo("Gatun is a lake: déjà vu 🚢.");
    Object input = whole.content().get(2).asToolUse()._input().convert(Map.class);
    assertThat(input).isEqualTo(Map.of("city", "Colón", "days", 3));
    assertThat(whole.stopReason()).hasValue(StopReason.TOOL_USE);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aStreamInPiecesOfFewBytesIsTheSame(int bytes) {
    server.otherwise(Script.reply("déjà vu 🚢 again").split(bytes));
    assertSame(streamed(ask("x")), whole(ask("x")));
  }

  @Test
  void unusualFramesAreTheSame() {
    server.otherwise(
        Script.reply("one two three")
            .framing(
                Framing.DEFAULT.withLineEnd("\r\n").withPadding(9).withComments().withUnknowns()));
    assertSame(streamed(ask("x")), whole(ask("x")));
  }

  @Test
  void usageIsInBucketsThatExcludeTheCaches() {
    server.otherwise(
        Script.reply("x")
            .tokens(
                Tokens.of(100, 20)
                    .withCacheRead(30)
                    .withCacheWrite(400, 5000)
                    .withReasoning(7)
                    .withTier("priority")));
    Message whole = whole(ask("x"));
    assertSame(streamed(ask("x")), whole);
    var usage = whole.usage();
    assertThat(usage.inputTokens()).isEqualTo(100);
    assertThat(usage.outputTokens()).isEqualTo(27);
    assertThat(usage.cacheReadInputTokens()).hasValue(30L);
    assertThat(usage.cacheCreationInputTokens()).hasValue(5400L);
    assertThat(usage.cacheCreation().orElseThrow().ephemeral1hInputTokens()).isEqualTo(5000);
    assertThat(usage.serviceTier().orElseThrow().asString()).isEqualTo("priority");
  }

  @ParameterizedTest
  @CsvSource({
    "STOP, end_turn",
    "LENGTH, max_tokens",
    "REFUSAL, refusal",
    "STOP_SEQUENCE, stop_sequence",
    "PAUSE, pause_turn",
    "CONTEXT_WINDOW, model_context_window_exceeded",
  })
  void reasonsAreTheDialects(Finish finish, String reason) {
    server.otherwise(Script.reply("x").finish(finish));
    Message whole = whole(ask("x"));
    assertThat(whole.stopReason().orElseThrow().asString()).isEqualTo(reason);
    assertSame(streamed(ask("x")), whole);
  }

  static class Ship {
    public String name = "";
    public List<String> flags = List.of();
  }

  @Test
  void structuredOutputFulfilsTheSchema() {
    var reply = client.messages().create(asking("A ship.").outputConfig(Ship.class).build());
    Ship ship =
        reply.content().stream().flatMap(b -> b.text().stream()).findFirst().orElseThrow().text();
    assertThat(ship.name).isEqualTo("sample name");
    assertThat(ship.flags).containsExactly("sample flags");
  }

  @ParameterizedTest
  @CsvSource({
    "INVALID_REQUEST, 400, invalid_request_error, BadRequestException",
    "CONTEXT_LENGTH, 400, invalid_request_error, BadRequestException",
    "AUTHENTICATION, 401, authentication_error, UnauthorizedException",
    "QUOTA, 402, billing_error, PaymentRequiredException",
    "PERMISSION, 403, permission_error, PermissionDeniedException",
    "MODEL_NOT_FOUND, 404, not_found_error, NotFoundException",
    "TOO_LARGE, 413, request_too_large, ContentTooLargeException",
    "RATE_LIMIT, 429, rate_limit_error, RateLimitException",
    "SERVER, 500, api_error, InternalServerException",
    "TIMEOUT, 504, timeout_error, GatewayTimeoutException",
    "OVERLOADED, 529, overloaded_error, OverloadedException",
  })
  void errorsBecomeTheClientsExceptions(
      Failure failure, int status, String type, String exception) {
    server.otherwise(Script.fail(failure));
    for (boolean stream : new boolean[] {false, true}) {
      var thrown =
          catchThrowableOfType(
              AnthropicServiceException.class,
              () -> {
                if (stream) {
                  streamed(ask("x"));
                } else {
                  whole(ask("x"));
                }
              });
      assertThat(thrown.getClass().getSimpleName()).isEqualTo(exception);
      assertThat(thrown.statusCode()).isEqualTo(status);
      assertThat(thrown.type().orElseThrow().asString()).isEqualTo(type);
      assertThat(thrown.requestId().orElseThrow()).startsWith("req_");
    }
  }

  @Test
  void anErrorEventInAStreamThrows() {
    server.script(
        Script.reply("one two").failAt(afterTokens(1), Failure.OVERLOADED),
        Script.fail(Failure.OVERLOADED).status(200));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> streamed(ask("x")))
          .isInstanceOfSatisfying(
              SseException.class,
              e -> assertThat(e.type().orElseThrow().asString()).isEqualTo("overloaded_error"));
    }
  }

  @Test
  void brokenStreamsThrow() {
    Script script = Script.reply("one two three");
    for (Script broken :
        List.of(
            script.cut(afterTokens(1)),
            script.reset(afterTokens(1)),
            script.truncate(afterTokens(1)),
            script.withoutTerminal(),
            script.malformed(afterTokens(1)))) {
      server.script(broken);
      assertThatThrownBy(() -> streamed(ask("x")))
          .as(broken.toString())
          .isInstanceOfAny(AnthropicException.class, IllegalStateException.class);
    }
  }

  @Test
  void requestsAreChecked() {
    server.keys(Dialect.ANTHROPIC, "sk-other");
    assertThatThrownBy(() -> whole(ask("x"))).isInstanceOf(UnauthorizedException.class);
    server.keys(Dialect.ANTHROPIC);
    assertThatThrownBy(() -> whole(asking("x").maxTokens(0).build()))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("max_tokens");
    assertThatThrownBy(() -> whole(asking("").build()))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("non-empty content");
  }

  @Test
  void closingAStreamIsSeenAtOnce() throws Exception {
    server.otherwise(Script.lorem(1000).tokenEvery(Duration.ofMillis(20)));
    Tries.within(
        Duration.ofMillis(250),
        () -> {
          long closed;
          try (var stream = client.messages().createStreaming(ask("x"))) {
            assertThat(stream.stream().limit(5)).hasSize(5);
            closed = System.nanoTime();
          }
          RecordedRequest request = server.requests().getLast();
          assertThat(request.awaitEnd(SOON)).isEqualTo(RecordedRequest.End.CANCELLED);
          return Duration.ofNanos(request.endNanoTime() - closed);
        });
  }

  @Test
  void tokensAreCounted() {
    var params =
        MessageCountTokensParams.builder()
            .model("claude-sonnet-5")
            .addUserMessage("12345678")
            .build();
    assertThat(client.messages().countTokens(params).inputTokens()).isEqualTo(2);
  }

  @Test
  void modelsAreListed() {
    assertThat(client.models().list().data().stream().map(model -> model.id()))
        .contains("claude-sonnet-5");
  }
}
