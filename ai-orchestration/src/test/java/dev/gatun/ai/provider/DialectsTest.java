package dev.gatun.ai.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.Cost;
import dev.gatun.ai.EmbeddingRequest;
import dev.gatun.ai.FinishReason;
import dev.gatun.ai.Message;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Part;
import dev.gatun.ai.ResponseFormat;
import dev.gatun.ai.StreamEvent;
import dev.gatun.ai.Tool;
import dev.gatun.ai.Usage;
import dev.gatun.ai.Usd;
import dev.gatun.ai.catalog.Catalog;
import dev.gatun.ai.cost.Pricing;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.CallContext;
import dev.gatun.ai.spi.Cancellation;
import dev.gatun.ai.spi.ChatCall;
import dev.gatun.ai.spi.ChatReply;
import dev.gatun.ai.spi.Deadline;
import dev.gatun.ai.spi.EmbeddingCall;
import dev.gatun.ai.spi.EventSource;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.spi.TimeSource;
import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.Failure;
import dev.gatun.ai.testkit.Framing;
import dev.gatun.ai.testkit.Position;
import dev.gatun.ai.testkit.Script;
import dev.gatun.ai.testkit.ScriptedServer;
import dev.gatun.ai.testkit.Tokens;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every provider in every dialect that it speaks, against the scripted server. */
class DialectsTest {
  private static final String KEY = "canary-0123456789abcdef";
  private static ScriptedServer server;

  @BeforeEach
  void start() {
    server = ScriptedServer.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  enum Speaker {
    OPENAI_CHAT,
    OPENAI_RESPONSES,
    COMPATIBLE,
    ANTHROPIC,
    PERPLEXITY_AGENT,
    PERPLEXITY_SONAR,
    GEMINI,
    XAI_RESPONSES,
    XAI_CHAT;

    Dialect dialect() {
      return switch (this) {
        case OPENAI_CHAT, OPENAI_RESPONSES, COMPATIBLE -> Dialect.OPENAI;
        case ANTHROPIC -> Dialect.ANTHROPIC;
        case PERPLEXITY_AGENT, PERPLEXITY_SONAR -> Dialect.PERPLEXITY;
        case GEMINI -> Dialect.GEMINI;
        case XAI_RESPONSES, XAI_CHAT -> Dialect.XAI;
      };
    }

    Provider provider() {
      String url = server.baseUrl(dialect()).toString();
      return switch (this) {
        case OPENAI_CHAT -> OpenAi.builder().key(KEY).baseUrl(url).build();
        case OPENAI_RESPONSES -> OpenAi.builder().responses().key(KEY).baseUrl(url).build();
        case COMPATIBLE -> OpenAiCompatible.at("local", url).key(KEY).build();
        case ANTHROPIC -> Anthropic.builder().key(KEY).baseUrl(url).build();
        case PERPLEXITY_AGENT -> Perplexity.builder().key(KEY).baseUrl(url).build();
        case PERPLEXITY_SONAR -> Perplexity.builder().sonar().key(KEY).baseUrl(url).build();
        case GEMINI -> Gemini.builder().key(KEY).baseUrl(url).build();
        case XAI_RESPONSES -> XAi.builder().key(KEY).baseUrl(url).build();
        case XAI_CHAT -> XAi.builder().chatCompletions().key(KEY).baseUrl(url).build();
      };
    }
  }

  private static ChatCall call(Provider p, ChatRequest request) {
    return new ChatCall(request, p.model("a-model").orElseThrow(), p.keys().getFirst(), context());
  }

  private static CallContext context() {
    return new CallContext(
        "c",
        Deadline.in(Duration.ofSeconds(10), TimeSource.SYSTEM),
        Duration.ofSeconds(2),
        Duration.ofMillis(500),
        new Cancellation());
  }

  private static List<StreamEvent> read(EventSource source) {
    List<StreamEvent> events = new ArrayList<>();
    try (source) {
      do {
        events.add(source.next());
      } while (!(events.getLast() instanceof StreamEvent.Finished));
    }
    return events;
  }

  private static String text(List<StreamEvent> events) {
    StringBuilder b = new StringBuilder();
    events.forEach(e -> b.append(e instanceof StreamEvent.Text t ? t.delta() : ""));
    return b.toString();
  }

  @ParameterizedTest
  @EnumSource
  void chatAndStreamGiveTheSame(Speaker speaker) {
    try (Provider p = speaker.provider()) {
      server.script(Script.reply("Hello, wörld 😀"), Script.reply("Hello, wörld 😀").split(1));
      ChatReply whole = p.chat(call(p, ChatRequest.of("hi")));
      assertThat(whole.message().text()).isEqualTo("Hello, wörld 😀");
      assertThat(whole.finish().kind()).isEqualTo(FinishReason.Kind.STOP);
      List<StreamEvent> events = read(p.stream(call(p, ChatRequest.of("hi"))));
      assertThat(events.getFirst()).isInstanceOf(StreamEvent.Started.class);
      assertThat(text(events)).isEqualTo("Hello, wörld 😀");
      StreamEvent.Finished end = (StreamEvent.Finished) events.getLast();
      assertThat(end.usage()).isEqualTo(whole.usage());
      assertThat(end.usage().totalInput()).isPositive();
      assertThat(end.reason().kind()).isEqualTo(FinishReason.Kind.STOP);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PERPLEXITY_SONAR")
  void toolsAreCalled(Speaker speaker) {
    try (Provider p = speaker.provider()) {
      Script script =
          Script.parts(
              new dev.gatun.ai.testkit.Part.ToolCall("call_1", "weather", "{\"city\":\"Colón\"}"),
              new dev.gatun.ai.testkit.Part.ToolCall("call_2", "time", "{}"));
      server.script(script, script);
      ChatRequest request =
          ChatRequest.builder()
              .user("weather?")
              .tool(
                  Tool.of(
                      "weather",
                      "tells the weather",
                      (Json.Obj)
                          Json.parse(
                              "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}")))
              .build();
      ChatReply whole = p.chat(call(p, request));
      assertThat(whole.message().toolCalls())
          .extracting(c -> c.name() + " " + c.json())
          .containsExactly("weather {\"city\":\"Colón\"}", "time {}");
      assertThat(whole.finish().kind()).isEqualTo(FinishReason.Kind.TOOL_CALLS);
      StringBuilder streamed = new StringBuilder();
      read(p.stream(call(p, request)))
          .forEach(e -> {
            if (e instanceof StreamEvent.ToolCall c) {
              streamed.append(c.name().isEmpty() ? "" : "|" + c.index() + c.name() + " ");
              streamed.append(c.delta());
            }
          });
      assertThat(streamed.toString().replace(" ", ""))
          .isEqualTo("|0weather{\"city\":\"Colón\"}|1time{}");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSchemaIsAskedFor(Speaker speaker) {
    try (Provider p = speaker.provider()) {
      Json.Obj schema =
          (Json.Obj)
              Json.parse(
                  "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}},\"required\":[\"n\"],\"additionalProperties\":false}");
      ChatRequest request =
          ChatRequest.builder()
              .user("a number")
              .format(new ResponseFormat.JsonSchema("number", schema))
              .build();
      // The server's echo gives an instance of the schema where it finds one.
      server.script(Script.echo());
      ChatReply reply = p.chat(call(p, request));
      assertThat(((Json.Obj) Json.parse(reply.message().text())).integer("n")).isPresent();
    }
  }

  private static Stream<Arguments> failures() {
    List<Arguments> all = new ArrayList<>();
    for (Speaker s : Speaker.values()) {
      for (Failure f : Failure.values()) {
        all.add(Arguments.of(s, f));
      }
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("failures")
  void everyErrorIsWhatItIs(Speaker speaker, Failure failure) {
    Class<? extends AiException> expected =
        switch (failure) {
          case INVALID_REQUEST -> AiException.InvalidRequest.class;
          case CONTEXT_LENGTH, TOO_LARGE -> AiException.ContextLengthExceeded.class;
          case AUTHENTICATION -> AiException.AuthenticationFailed.class;
          case QUOTA -> AiException.QuotaExhausted.class;
          case PERMISSION -> AiException.PermissionDenied.class;
          case MODEL_NOT_FOUND, GONE -> AiException.ModelNotFound.class;
          case RATE_LIMIT -> AiException.RateLimited.class;
          case OVERLOADED -> AiException.Overloaded.class;
          case SERVER, TIMEOUT -> AiException.ServerFault.class;
          case CONTENT_FILTER -> AiException.ContentFiltered.class;
        };
    try (Provider p = speaker.provider()) {
      server.script(Script.fail(failure), Script.fail(failure));
      assertThatThrownBy(() -> p.chat(call(p, ChatRequest.of("hi"))))
          .isInstanceOf(expected)
          .hasMessageNotContaining(KEY);
      assertThatThrownBy(() -> read(p.stream(call(p, ChatRequest.of("hi")))))
          .isInstanceOf(expected);
    }
  }

  @ParameterizedTest
  @EnumSource
  void brokenStreamsNeverLookFinished(Speaker speaker) {
    try (Provider p = speaker.provider()) {
      server.script(Script.reply("one two three").cut(Position.afterTokens(1)));
      assertThatThrownBy(() -> read(p.stream(call(p, ChatRequest.of("hi")))))
          .isInstanceOf(AiException.StreamTruncated.class);
      server.script(Script.reply("one two three").truncate(Position.afterTokens(1)));
      assertThatThrownBy(() -> read(p.stream(call(p, ChatRequest.of("hi")))))
          .isInstanceOf(AiException.StreamTruncated.class);
      server.script(Script.reply("one two three").stall(Position.afterTokens(1)));
      assertThatThrownBy(() -> read(p.stream(call(p, ChatRequest.of("hi")))))
          .isInstanceOfSatisfying(
              AiException.TimedOut.class,
              e -> assertThat(e.phase()).isEqualTo(AiException.TimedOut.Phase.IDLE));
      server.script(Script.reply("one two three").malformed(Position.afterTokens(1)));
      assertThatThrownBy(() -> read(p.stream(call(p, ChatRequest.of("hi")))))
          .isInstanceOf(AiException.MalformedResponse.class);
      server.script(
          Script.reply("one two three").failAt(Position.afterTokens(1), Failure.OVERLOADED));
      assertThatThrownBy(() -> read(p.stream(call(p, ChatRequest.of("hi")))))
          .isInstanceOf(AiException.Overloaded.class);
      server.script(Script.html(200));
      assertThatThrownBy(() -> read(p.stream(call(p, ChatRequest.of("hi")))))
          .isInstanceOf(AiException.MalformedResponse.class);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"OPENAI_CHAT", "COMPATIBLE", "GEMINI"})
  void embeddings(Speaker speaker) {
    try (Provider p = speaker.provider()) {
      var reply =
          p.embed(
              new EmbeddingCall(
                  EmbeddingRequest.of("a", "b"),
                  p.model("an-embedding").orElseThrow(),
                  p.keys().getFirst(),
                  context()));
      assertThat(reply.vectors()).hasSize(2).allSatisfy(v -> assertThat(v.length).isPositive());
    }
  }

  private static Stream<Framing> framings() {
    Framing d = Framing.DEFAULT;
    return Stream.of(
        d.withLineEnd("\n"),
        d.withLineEnd("\r\n"),
        d.withLineEnd("\r"),
        d.withBom(),
        d.withPadding(37),
        d.withComments(),
        d.withUnknowns(),
        d.withBom().withComments().withUnknowns().withLineEnd("\r\n").withSplit(1, Duration.ZERO));
  }

  @ParameterizedTest
  @EnumSource
  void framesOfEveryShapeAreRead(Speaker speaker) {
    try (Provider p = speaker.provider()) {
      server.script(Script.reply("Hello, wörld 😀"));
      ChatReply whole = p.chat(call(p, ChatRequest.of("hi")));
      framings()
          .forEach(f -> {
            server.script(Script.reply("Hello, wörld 😀").framing(f));
            List<StreamEvent> events = read(p.stream(call(p, ChatRequest.of("hi"))));
            assertThat(text(events)).as("%s", f).isEqualTo("Hello, wörld 😀");
            assertThat(((StreamEvent.Finished) events.getLast()).usage())
                .as("%s", f)
                .isEqualTo(whole.usage());
          });
    }
  }

  @ParameterizedTest
  @EnumSource
  void aStreamWithoutItsEndMarkerIsTruncated(Speaker speaker) {
    try (Provider p = speaker.provider()) {
      server.script(Script.reply("one two").withoutTerminal());
      assertThatThrownBy(() -> read(p.stream(call(p, ChatRequest.of("hi")))))
          .isInstanceOf(AiException.StreamTruncated.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void usageHasDisjointBuckets(Speaker speaker) {
    Tokens tokens = Tokens.of(100, 40).withCacheRead(30);
    boolean countsReasoning = speaker != Speaker.ANTHROPIC && speaker != Speaker.PERPLEXITY_AGENT;
    if (countsReasoning) {
      tokens = tokens.withReasoning(7);
    }
    try (Provider p = speaker.provider()) {
      server.script(Script.reply("hi").tokens(tokens), Script.reply("hi").tokens(tokens));
      Usage u = p.chat(call(p, ChatRequest.of("hi"))).usage();
      boolean countsCache = speaker != Speaker.PERPLEXITY_SONAR;
      assertThat(u.cacheRead()).isEqualTo(countsCache ? 30 : 0);
      assertThat(u.totalInput()).isEqualTo(130);
      assertThat(u.output()).isEqualTo(40);
      assertThat(u.reasoning()).isEqualTo(countsReasoning ? 7 : 0);
      List<StreamEvent> events = read(p.stream(call(p, ChatRequest.of("hi"))));
      assertThat(((StreamEvent.Finished) events.getLast()).usage()).isEqualTo(u);
    }
  }

  @Test
  void cacheWritesOfBothLives() {
    try (Provider p = Speaker.ANTHROPIC.provider()) {
      server.script(
          Script.reply("hi").tokens(Tokens.of(10, 5).withCacheWrite(20, 3).withSearches(2)));
      Usage u = p.chat(call(p, ChatRequest.of("hi"))).usage();
      assertThat(u).isEqualTo(new Usage(10, 0, 20, 3, 5, 0, 2, 1, Optional.empty(), false));
      // $5, $6.25 and $10 a million in, $25 out, a cent a search.
      assertThat(
              Pricing.of(
                      u,
                      Catalog.shipped()
                          .models()
                          .get(new ModelRef("anthropic", "claude-opus-5"))
                          .prices())
                  .amount())
          .isEqualTo(Usd.of("0.02033"));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"PERPLEXITY_AGENT", "PERPLEXITY_SONAR", "XAI_RESPONSES", "XAI_CHAT"})
  void whatTheProviderChargesIsTheCostToThePicoDollar(Speaker speaker) {
    Tokens tokens =
        Tokens.of(12, 229)
            .withCost(new BigDecimal("0.00011765"))
            .withRequestCost(new BigDecimal("0.005"));
    try (Provider p = speaker.provider()) {
      server.script(Script.reply("hi").tokens(tokens), Script.reply("hi").tokens(tokens));
      Usage u = p.chat(call(p, ChatRequest.of("hi"))).usage();
      assertThat(u.reported()).contains(Usd.of("0.00511765"));
      assertThat(Pricing.of(u, Optional.empty()).source()).isEqualTo(Cost.Source.REPORTED);
      List<StreamEvent> events = read(p.stream(call(p, ChatRequest.of("hi"))));
      assertThat(((StreamEvent.Finished) events.getLast()).usage().reported())
          .contains(Usd.of("0.00511765"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void imagesAndEarlierTurnsAreSent(Speaker speaker) {
    try (Provider p = speaker.provider()) {
      server.script(Script.reply("a cat"));
      ChatRequest.Builder b = ChatRequest.builder().system("Be brief").user("hi");
      b.message(Message.assistant("hello"));
      if (speaker != Speaker.PERPLEXITY_SONAR) {
        Part.ToolCall call = new Part.ToolCall("call_1", "look", "{\"at\":\"it\"}");
        b.message(new Message(Message.Role.USER, List.of(new Part.Text("look"))));
        b.message(new Message(Message.Role.ASSISTANT, List.of(call)));
        b.message(Message.toolResult(call, "{\"seen\":true}"));
        b.tool(Tool.of("look", "looks", Json.object("type", Json.of("object"))));
        b.message(Message.assistant("seen"));
      }
      b.message(
          Message.user(
              new Part.Text("what is it?"), Part.Image.of("image/png", new byte[] {1, 2, 3})));
      assertThat(p.chat(call(p, b.build())).message().text()).isEqualTo("a cat");
      String body = server.requests().getLast().body();
      assertThat(body).contains("AQID").contains("Be brief").contains("what is it?");
    }
  }

  @ParameterizedTest
  @EnumSource
  void theKeyIsInNoErrorAndNoText(Speaker speaker) {
    try (Provider p = speaker.provider()) {
      server.script(
          Script.fail(Failure.AUTHENTICATION, "Incorrect API key " + KEY + ", sk-other-abcdef123"));
      assertThatThrownBy(() -> p.chat(call(p, ChatRequest.of("hi"))))
          .isInstanceOf(AiException.AuthenticationFailed.class)
          .hasMessageNotContaining(KEY)
          .hasMessageNotContaining("sk-other");
      assertThat(p + " " + p.keys()).doesNotContain(KEY);
      assertThat(server.requests().getLast().key()).isEqualTo(KEY);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aKeyOfAnyFormIsTakenOutOfStreamsToo(Speaker speaker) {
    try (Provider p = speaker.provider()) {
      server.script(Script.fail(Failure.SERVER, "Echo of " + KEY).status(200));
      assertThatThrownBy(() -> read(p.stream(call(p, ChatRequest.of("hi")))))
          .isInstanceOf(AiException.class)
          .hasMessageNotContaining(KEY.substring(3));
    }
  }

  @ParameterizedTest
  @EnumSource
  void onePostIsOneRequestWhateverTheAnswer(Speaker speaker) {
    try (Provider p = speaker.provider()) {
      server.script(Script.fail(Failure.OVERLOADED).header("Retry-After", "0"), Script.reply("hi"));
      assertThatThrownBy(() -> p.chat(call(p, ChatRequest.of("hi"))))
          .isInstanceOf(AiException.Overloaded.class);
      assertThat(server.count()).isEqualTo(1);
    }
  }
}
