package dev.gatun.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.ai.FinishReason;
import dev.gatun.ai.StreamEvent;
import dev.gatun.ai.Usage;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.Failure;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.ProviderConfig;
import dev.gatun.ai.testkit.Tries;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GatewayTest {
  private static final String HELLO =
      "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
  private Running running = new Running();

  @AfterEach
  void stop() {
    running.close();
  }

  private void restart(String... settings) {
    running.close();
    running = new Running(settings);
  }

  @Test
  void healthAndStatusNeedNoKeyButStatusDoes() throws Exception {
    restart("GATUN_API_KEYS", "acme:" + Running.KEY + ":chat,ops:another-key-0123456789:status");
    assertThat(running.get("/health").statusCode()).isEqualTo(200);
    assertThat(Running.json(running.get("/health")).object("components").object("providers"))
        .isEqualTo(Json.object("scripted", Json.of("up")));
    assertThat(running.get("/health/live").statusCode()).isEqualTo(200);
    assertThat(running.get("/health/ready").statusCode()).isEqualTo(200);
    assertThat(running.get("/v1/ai/status").statusCode()).isEqualTo(401);
    assertThat(running.get("/v1/ai/status", "authorization", "Bearer " + Running.KEY).statusCode())
        .isEqualTo(403);
    Json.Obj status =
        Running.json(running.get("/v1/ai/status", "x-api-key", "another-key-0123456789"));
    assertThat(((Json.Obj) status.array("providers").getFirst()).string("circuit"))
        .contains("closed");
  }

  @Test
  void whoCallsIsTheTenant() throws Exception {
    restart("GATUN_API_KEYS", "acme:" + Running.KEY);
    var refused = running.post("/v1/chat/completions", HELLO, "x-api-key", "wrong");
    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(refused.headers().firstValue("www-authenticate"))
        .contains("Bearer error=\"invalid_token\"");
    assertThat(Running.json(refused).object("error").string("code")).contains("invalid_api_key");
    assertThat(running.provider.calls).isEmpty();
    assertThat(
            running
                .post("/v1/chat/completions", HELLO, "authorization", "Bearer " + Running.KEY)
                .statusCode())
        .isEqualTo(200);
    assertThat(running.provider.calls.getFirst().request().tenant()).isEqualTo("acme");
  }

  @Test
  void anAnswerTellsHowItCameAbout() throws Exception {
    var r = running.post("/v1/chat/completions", HELLO, "x-request-id", "my-id-1");
    assertThat(r.headers().firstValue("x-request-id")).contains("my-id-1");
    assertThat(r.headers().firstValue("x-gatun-model")).contains("scripted/m");
    assertThat(r.headers().firstValue("x-gatun-attempts")).contains("1");
    assertThat(r.headers().firstValue("x-gatun-cost-usd").orElse("")).startsWith("0.0125");
    assertThat(r.headers().firstValue("x-content-type-options")).contains("nosniff");
    Json.Obj body = Running.json(r);
    assertThat(body.object("usage").integer("prompt_tokens")).hasValue(10);
    assertThat(body.object("usage").integer("completion_tokens")).hasValue(7);
    // A request id that could forge a header or a log line is replaced.
    assertThat(
            running
                .get("/health", "x-request-id", "a b\"c")
                .headers()
                .firstValue("x-request-id")
                .orElseThrow())
        .doesNotContain(" ");
  }

  private static Stream<Arguments> wrongFields() {
    return Stream.of(
        Arguments.of(
            "{\"model\":\"auto\"}",
            "messages",
            "'messages' must be an array with at least one message"),
        Arguments.of("{\"messages\":[]}", "model", "'model' must be a string, got nothing"),
        Arguments.of(
            "{\"model\":\"auto\",\"messages\":[{\"role\":\"king\",\"content\":\"x\"}]}",
            "messages[0].role",
            "one of system, developer, user, assistant, tool, got 'king'"),
        Arguments.of(
            "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"temperature\":3}",
            "temperature",
            "a number from 0.0 to 2.0, got 3"),
        Arguments.of(
            "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"n\":2}",
            "n",
            "one answer, got 2"),
        Arguments.of(
            "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"http://a\"}}]}]}",
            "messages[0].content[0].image_url.url",
            "an https URL, got 'http://a'"),
        Arguments.of(
            "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"logit_bias\":{}}",
            "logit_bias",
            "name a model that knows it"));
  }

  @ParameterizedTest
  @MethodSource("wrongFields")
  void aWrongFieldIsNamed(String body, String param, String sentence) throws Exception {
    var r = running.post("/v1/chat/completions", body);
    assertThat(r.statusCode()).isEqualTo(400);
    Json.Obj error = Running.json(r).object("error");
    assertThat(error.string("param")).contains(param);
    assertThat(error.string("message").orElse("")).contains(sentence);
    assertThat(running.provider.calls).isEmpty();
  }

  @Test
  void wrongRequestsOfEveryKind() throws Exception {
    var notFound = running.get("/v1/nothing%0d%0ahere");
    assertThat(notFound.statusCode()).isIn(400, 404);
    assertThat(running.get("/v1/nothing").headers().firstValue("content-type"))
        .contains("application/problem+json");
    assertThat(Running.json(running.get("/v1/nothing")).string("type"))
        .contains("urn:gatun:problem:not-found");
    assertThat(running.post("/v1/chat/completions", "{").statusCode()).isEqualTo(400);
    assertThat(running.post("/v1/chat/completions", "[]").statusCode()).isEqualTo(400);
    assertThat(
            running.post("/v1/chat/completions", HELLO, "content-type", "text/plain").statusCode())
        .isEqualTo(415);
    assertThat(running.post("/v1/chat/completions", HELLO.replace("auto", "gone")).statusCode())
        .isEqualTo(404);
    assertThat(
            running
                .post("/v1/chat/completions", HELLO, "x-gatun-max-cost", "1e999999999")
                .statusCode())
        .isEqualTo(400);
    restart("GATUN_MAX_BODY_BYTES", "100");
    assertThat(running.post("/v1/chat/completions", HELLO + " ".repeat(100)).statusCode())
        .isEqualTo(413);
    assertThat(running.post("/v1/chat/completions", HELLO).statusCode()).isEqualTo(200);
  }

  @Test
  void errorsOfProvidersAreToldWithoutTheirTexts() throws Exception {
    running.provider.next(
        new AiException.AuthenticationFailed(Failure.of("Incorrect key sk-secret").status(401)));
    var r = running.post("/v1/chat/completions", HELLO);
    assertThat(r.statusCode()).isEqualTo(502);
    assertThat(r.body()).doesNotContain("sk-secret");
  }

  @Test
  void aLimitTellsWhenToComeBack() throws Exception {
    for (int i = 0; i < 10; i++) {
      running.provider.next(
          new AiException.RateLimited(
              Failure.of("slow").status(429).retryAfter(Optional.of(Duration.ofSeconds(90)))));
    }
    var r = running.post("/v1/chat/completions", HELLO);
    assertThat(r.statusCode()).isEqualTo(429);
    assertThat(Integer.parseInt(r.headers().firstValue("retry-after").orElseThrow()))
        .isBetween(80, 90);
  }

  @Test
  void aStreamThatBreaksDoesNotLookFinished() throws Exception {
    running.provider.next(
        new StreamEvent.Text("hel"), new AiException.StreamTruncated(Failure.of("ended early")));
    var r =
        running.post("/v1/chat/completions", HELLO.replace("{\"model", "{\"stream\":true,\"model"));
    assertThat(r.statusCode()).isEqualTo(200);
    assertThat(r.body()).contains("\"hel\"").contains("data: {\"error\"").doesNotContain("[DONE]");
    running.provider.next(
        new StreamEvent.Text("hel"), new AiException.StreamTruncated(Failure.of("ended early")));
    var a =
        running.post(
            "/v1/messages", HELLO.replace("{\"model", "{\"stream\":true,\"max_tokens\":5,\"model"));
    assertThat(a.body()).contains("event: error").doesNotContain("message_stop");
  }

  @Test
  void aClientThatLeavesASilentCallCancelsIt() throws Exception {
    Tries.within(
        Duration.ofMillis(250),
        () -> {
          restart();
          running.provider.next(ScriptedProvider.SILENCE);
          return leave(HELLO);
        });
  }

  @Test
  void aClientThatLeavesASilentStreamCancelsIt() throws Exception {
    Tries.within(
        Duration.ofMillis(250),
        () -> {
          restart();
          running.provider.next(new StreamEvent.Text("hel"), ScriptedProvider.SILENCE);
          return leave(HELLO.replace("{\"model", "{\"stream\":true,\"model"));
        });
  }

  /** Sends a request, leaves, and tells how long after that the provider's work was cancelled. */
  private Duration leave(String body) throws Exception {
    long left;
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), running.gateway.port())) {
      String head =
          "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Content-Length: "
              + body.length()
              + "\r\n\r\n";
      socket.getOutputStream().write((head + body).getBytes(UTF_8));
      socket.getOutputStream().flush();
      Running.await("the provider is asked", () -> !running.provider.calls.isEmpty());
      Thread.sleep(400); // past the delay before a silent call is watched
      left = System.nanoTime();
    }
    assertThat(running.provider.cancelled.await(10, TimeUnit.SECONDS)).isTrue();
    Duration took = Duration.ofNanos(System.nanoTime() - left);
    // The server is none the worse for it.
    assertThat(running.post("/v1/chat/completions", HELLO).statusCode()).isEqualTo(200);
    return took;
  }

  @Test
  void aSlowAnswerReachesAClientThatWaits() throws Exception {
    Thread.ofVirtual()
        .start(() -> {
          try {
            Running.await("the provider is asked", () -> !running.provider.calls.isEmpty());
            Thread.sleep(600);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
          running.provider.calls.getFirst().context().cancellation().cancel();
        });
    running.provider.next(ScriptedProvider.SILENCE);
    var r = running.post("/v1/chat/completions", HELLO);
    assertThat(r.statusCode()).isGreaterThanOrEqualTo(400);
  }

  @Test
  void metricsCountWhatWasAnswered() throws Exception {
    running.post("/v1/chat/completions", HELLO);
    // It is counted when all is over, just after the answer.
    Running.await(
        "the request is counted",
        () ->
            running
                .get("/metrics")
                .body()
                .contains(
                    "http_server_request_duration_seconds_count{http_request_method=\"POST\",http_response_status_code=\"200\",http_route=\"/v1/chat/completions\"} 1"));
  }

  @Test
  void pagesOfNamedOriginsMayCall() throws Exception {
    restart("GATUN_CORS_ORIGINS", "https://app.example");
    assertThat(
            running
                .get("/health", "origin", "https://app.example")
                .headers()
                .firstValue("access-control-allow-origin"))
        .contains("https://app.example");
    assertThat(
            running
                .get("/health", "origin", "https://evil.example")
                .headers()
                .firstValue("access-control-allow-origin"))
        .isEmpty();
  }

  @Test
  void unusableSettingsAreNamed() {
    assertThatThrownBy(() -> GatewayConfig.read(ProviderConfig.of(Map.of("GATUN_PORT", "99999"))))
        .hasMessage("GATUN_PORT must be a whole number from 0 to 65535, got '99999'");
    assertThatThrownBy(
            () -> GatewayConfig.read(ProviderConfig.of(Map.of("GATUN_API_KEYS", "acme:tiny-key"))))
        .hasMessageContaining("API key 1")
        .hasMessageNotContaining("tiny");
    assertThatThrownBy(() ->
            GatewayConfig.read(
                ProviderConfig.of(Map.of("GATUN_API_KEYS", "acme:" + Running.KEY + ":everything"))))
        .hasMessageContaining("'everything'");
  }

  @Test
  void usageOfAStreamIsSentWhenAskedFor() throws Exception {
    running.provider.next(
        new StreamEvent.Text("hello"),
        new StreamEvent.Finished(FinishReason.STOP, Usage.of(3, 1), Json.Obj.EMPTY));
    var r =
        running.post(
            "/v1/chat/completions",
            HELLO.replace(
                "{\"model",
                "{\"stream\":true,\"stream_options\":{\"include_usage\":true},\"model"));
    assertThat(r.body())
        .contains("\"choices\":[],\"usage\":{\"prompt_tokens\":3")
        .endsWith("data: [DONE]\n\n");
  }
}
