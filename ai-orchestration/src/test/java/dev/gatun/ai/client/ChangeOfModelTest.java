package dev.gatun.ai.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.ChatStream;
import dev.gatun.ai.Message;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Part;
import dev.gatun.ai.Tool;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.provider.Anthropic;
import dev.gatun.ai.provider.Gemini;
import dev.gatun.ai.provider.OpenAi;
import dev.gatun.ai.provider.XAi;
import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.Failure;
import dev.gatun.ai.testkit.Match;
import dev.gatun.ai.testkit.Script;
import dev.gatun.ai.testkit.ScriptedServer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A conversation whose turns go to different models: what one has signed, another must not get. The
 * server refuses foreign signatures, as the providers do.
 */
class ChangeOfModelTest {
  private static final List<ModelRef> MODELS =
      List.of(
          new ModelRef("openai", "gpt-5.6"),
          new ModelRef("anthropic", "claude-opus-5"),
          new ModelRef("anthropic", "claude-sonnet-5"),
          new ModelRef("gemini", "gemini-3.7-flash"),
          new ModelRef("xai", "grok-4"));

  private final ScriptedServer server = ScriptedServer.start();
  private final AiClient client =
      AiClient.builder()
          .provider(OpenAi.builder().responses().key("k").baseUrl(url(Dialect.OPENAI)).build())
          .provider(Anthropic.builder().key("k").baseUrl(url(Dialect.ANTHROPIC)).build())
          .provider(Gemini.builder().key("k").baseUrl(url(Dialect.GEMINI)).build())
          .provider(XAi.builder().key("k").baseUrl(url(Dialect.XAI)).build())
          .build();

  private String url(Dialect dialect) {
    return server.baseUrl(dialect);
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private static String signature(ModelRef model) {
    return "c2lnbmVk" + model.model().hashCode();
  }

  private static String name(ModelRef model) {
    return "*" + model.model() + "*";
  }

  /** The first turn: each model thinks, says something and calls a tool. The second: it answers. */
  @BeforeEach
  void script() {
    for (ModelRef m : MODELS) {
      server
          .when(
              Match.any()
                  .where(
                      "a foreign signature for " + m,
                      r ->
                          r.model().equals(m.model())
                              && MODELS.stream()
                                  .anyMatch(o -> !o.equals(m) && r.body().contains(signature(o)))))
          .always(Script.fail(Failure.INVALID_REQUEST, "Invalid signature"));
      server
          .when(Match.any().model(name(m)).bodyContains("sunny"))
          .always(Script.reply("Take a hat"));
      server
          .when(Match.any().model(name(m)))
          .always(
              Script.parts(
                  new dev.gatun.ai.testkit.Part.Thinking("I should look", signature(m)),
                  new dev.gatun.ai.testkit.Part.Text("I look."),
                  new dev.gatun.ai.testkit.Part.ToolCall("call_1", "weather", "{}")));
    }
  }

  static Stream<Arguments> changes() {
    return MODELS.stream()
        .flatMap(a -> MODELS.stream().map(b -> Arguments.of(a, b)))
        .flatMap(c -> Stream.of(true, false).map(s -> Arguments.of(c.get()[0], c.get()[1], s)));
  }

  @ParameterizedTest
  @MethodSource("changes")
  void onlyItsOwnSignaturesReachAModel(ModelRef from, ModelRef to, boolean streaming) {
    ChatRequest first =
        ChatRequest.builder()
            .model(from)
            .user("What do I wear?")
            .tool(Tool.of("weather", "tells it", Json.object("type", Json.of("object"))))
            .build();
    ChatResponse asked = ask(first, streaming);
    assertThat(asked.message().toolCalls()).hasSize(1);
    List<Message> messages = new ArrayList<>(first.messages());
    messages.add(asked.message());
    messages.add(Message.toolResult(asked.message().toolCalls().getFirst(), "sunny"));
    ChatRequest second = first.toBuilder().model(to).messages(messages).build();
    assertThat(ask(second, streaming).text()).isEqualTo("Take a hat");
    String body = server.requests().getLast().body();
    assertThat(body).contains("I look.").contains("sunny");
    assertThat(body.contains(signature(from))).as(body).isEqualTo(from.equals(to));
    assertThat(body).doesNotContain(from + ":");
    if (!from.equals(to)) {
      assertThat(body).doesNotContain("I should look");
      // Without one from Gemini, a call must say so.
      assertThat(body.contains("skip_thought_signature_validator"))
          .isEqualTo(to.provider().equals("gemini"));
    }
  }

  private ChatResponse ask(ChatRequest request, boolean streaming) {
    if (!streaming) {
      return client.chat(request);
    }
    try (ChatStream s = client.stream(request)) {
      return s.result();
    }
  }

  /** The parts of an answer and their order do not depend on how it came. */
  @ParameterizedTest
  @MethodSource("models")
  void aStreamedAnswerHasTheSameParts(ModelRef model) {
    ChatRequest request =
        ChatRequest.builder()
            .model(model)
            .user("What do I wear?")
            .tool(Tool.of("weather", "tells it", Json.object("type", Json.of("object"))))
            .build();
    List<Part> whole = ask(request, false).message().parts();
    assertThat(whole).hasSizeGreaterThan(1);
    // The ids that the server gives out are new each time.
    assertThat(ask(request, true).message().parts().toString().replaceAll("rs_\\w+", "rs_"))
        .isEqualTo(whole.toString().replaceAll("rs_\\w+", "rs_"));
  }

  static List<ModelRef> models() {
    return MODELS;
  }
}
