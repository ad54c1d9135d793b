package dev.gatun.ai.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.Cost;
import dev.gatun.ai.EmbeddingRequest;
import dev.gatun.ai.FinishReason;
import dev.gatun.ai.Message;
import dev.gatun.ai.Part;
import dev.gatun.ai.ResponseFormat;
import dev.gatun.ai.StreamEvent;
import dev.gatun.ai.Tool;
import dev.gatun.ai.Usage;
import dev.gatun.ai.Usd;
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
import dev.gatun.ai.spi.ModelInfo;
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
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every {@link Provider} must do, against the scripted server in the format that it speaks:
 * answers and streams, tools, schemas, usage, every error, broken streams, frames of every shape,
 * and a key that reaches nobody. A provider passes by a subclass that makes it; the module's README
 * says how.
 */
@Timeout(60)
public abstract class ProviderContract {
  /** What not every provider has. */
  public enum Trait {
    /** Models call tools. */
    TOOLS,
    /** It computes embeddings. */
    EMBEDDINGS,
    /** Usage tells prompt tokens read from a cache. */
    CACHE_READS,
    /** Usage tells tokens of reasoning. */
    REASONING_TOKENS,
    /** Usage tells what the provider charges. */
    REPORTED_COST
  }

  /** The key that the server gets and nobody else may see. */
  protected static final String KEY = "canary-0123456789abcdef";

  private static final ChatRequest HI = ChatRequest.of("hi");

  // Where nothing is silent, only what does not end runs into it.
  private static final Duration PATIENT = Duration.ofSeconds(10);

  private final Dialect dialect;
  private final Set<Trait> traits;
  private ScriptedServer server;
  private Provider provider;

  /**
   * A suite for a provider.
   *
   * @param dialect the format that it speaks
   * @param traits what it has of what not every provider has
   */
  protected ProviderContract(Dialect dialect, Trait... traits) {
    this.dialect = dialect;
    this.traits = Set.of(traits);
  }

  /** Makes the provider, with one key, at an address; the suite closes it. */
  protected abstract Provider provider(String baseUrl, String key);

  /** A model that the provider takes; the server takes any. */
  protected String model() {
    return "a-model";
  }

  @BeforeEach
  final void start() {
    server = ScriptedServer.start();
    provider = provider(server.baseUrl(dialect), KEY);
  }

  @AfterEach
  final void stop() {
    try {
      provider.close();
    } finally {
      server.close();
    }
  }

  /** The server that the provider asks: a subclass's own tests script it and read its requests. */
  protected final ScriptedServer server() {
    return server;
  }

  /** The provider's answer to a request. */
  protected final ChatReply chat(ChatRequest request) {
    return chat(model(), request);
  }

  /** A model's answer to a request. */
  protected final ChatReply chat(String model, ChatRequest request) {
    return provider.chat(call(model, request));
  }

  /** All events of the provider's streamed answer to a request. */
  protected final List<StreamEvent> stream(ChatRequest request) {
    return stream(request, PATIENT);
  }

  private List<StreamEvent> stream(ChatRequest request, Duration idle) {
    List<StreamEvent> events = new ArrayList<>();
    try (EventSource source = provider.stream(call(model(), request, idle))) {
      do {
        events.add(source.next());
      } while (!(events.getLast() instanceof StreamEvent.Finished));
    }
    return events;
  }

  private ChatCall call(String model, ChatRequest request) {
    return call(model, request, PATIENT);
  }

  private ChatCall call(String model, ChatRequest request, Duration idle) {
    return new ChatCall(request, info(model), provider.keys().getFirst(), context(idle));
  }

  private ModelInfo info(String model) {
    return provider.model(model).orElseThrow();
  }

  private static CallContext context(Duration idle) {
    return new CallContext(
        "c",
        Deadline.in(Duration.ofSeconds(30), TimeSource.SYSTEM),
        PATIENT,
        idle,
        new Cancellation());
  }

  private boolean has(Trait trait) {
    return traits.contains(trait);
  }

  private static String text(List<StreamEvent> events) {
    StringBuilder b = new StringBuilder();
    events.forEach(e -> b.append(e instanceof StreamEvent.Text t ? t.delta() : ""));
    return b.toString();
  }

  private static StreamEvent.Finished end(List<StreamEvent> events) {
    return (StreamEvent.Finished) events.getLast();
  }

  private static Json.Obj json(String text) {
    return (Json.Obj) Json.parse(text);
  }

  @Test
  void chatAndStreamGiveTheSame() {
    server.script(Script.reply("Hello, wörld 😀"), Script.reply("Hello, wörld 😀").split(1));
    ChatReply whole = chat(HI);
    assertThat(whole.message().text()).isEqualTo("Hello, wörld 😀");
    assertThat(whole.finish().kind()).isEqualTo(FinishReason.Kind.STOP);
    List<StreamEvent> events = stream(HI);
    assertThat(events.getFirst()).isInstanceOf(StreamEvent.Started.class);
    assertThat(text(events)).isEqualTo("Hello, wörld 😀");
    assertThat(end(events).usage()).isEqualTo(whole.usage());
    assertThat(end(events).usage().totalInput()).isPositive();
    assertThat(end(events).reason().kind()).isEqualTo(FinishReason.Kind.STOP);
  }

  @Test
  void toolsAreCalled() {
    assumeTrue(has(Trait.TOOLS), "the provider has no tools");
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
                    json("{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}")))
            .build();
    ChatReply whole = chat(request);
    assertThat(whole.message().toolCalls())
        .extracting(c -> c.name() + " " + c.json())
        .containsExactly("weather {\"city\":\"Colón\"}", "time {}");
    assertThat(whole.finish().kind()).isEqualTo(FinishReason.Kind.TOOL_CALLS);
    StringBuilder streamed = new StringBuilder();
    for (StreamEvent e : stream(request)) {
      if (e instanceof StreamEvent.ToolCall c) {
        streamed.append(c.name().isEmpty() ? "" : "|" + c.index() + c.name() + " ");
        streamed.append(c.delta());
      }
    }
    assertThat(streamed.toString().replace(" ", ""))
        .isEqualTo("|0weather{\"city\":\"Colón\"}|1time{}");
  }

  @Test
  void aSchemaIsAskedFor() {
    Json.Obj schema =
        json(
            "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}},\"required\":[\"n\"],\"additionalProperties\":false}");
    // The server's echo gives an instance of the schema where it finds one.
    server.script(Script.echo());
    ChatReply reply =
        chat(
            ChatRequest.builder()
                .user("a number")
                .format(new ResponseFormat.JsonSchema("number", schema))
                .build());
    assertThat(json(reply.message().text()).integer("n")).isPresent();
  }

  @ParameterizedTest
  @EnumSource
  void everyErrorIsWhatItIs(Failure failure) {
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
    server.script(Script.fail(failure), Script.fail(failure));
    assertThatThrownBy(() -> chat(HI)).isInstanceOf(expected).hasMessageNotContaining(KEY);
    assertThatThrownBy(() -> stream(HI)).isInstanceOf(expected).hasMessageNotContaining(KEY);
  }

  @Test
  void brokenStreamsNeverLookFinished() {
    Script words = Script.reply("one two three");
    Position at = Position.afterTokens(1);
    server.script(words.cut(at));
    assertThatThrownBy(() -> stream(HI)).isInstanceOf(AiException.StreamTruncated.class);
    server.script(words.truncate(at));
    assertThatThrownBy(() -> stream(HI)).isInstanceOf(AiException.StreamTruncated.class);
    server.script(words.stall(at));
    assertThatThrownBy(() -> stream(HI, Duration.ofMillis(500)))
        .isInstanceOfSatisfying(
            AiException.TimedOut.class,
            e -> assertThat(e.phase()).isEqualTo(AiException.TimedOut.Phase.IDLE));
    server.script(words.malformed(at));
    assertThatThrownBy(() -> stream(HI)).isInstanceOf(AiException.MalformedResponse.class);
    server.script(words.failAt(at, Failure.OVERLOADED));
    assertThatThrownBy(() -> stream(HI)).isInstanceOf(AiException.Overloaded.class);
    server.script(Script.html(200));
    assertThatThrownBy(() -> stream(HI)).isInstanceOf(AiException.MalformedResponse.class);
  }

  @Test
  void embeddingsAreOneVectorATextOrRefused() {
    EmbeddingCall call =
        new EmbeddingCall(
            EmbeddingRequest.of("a", "b"),
            info(model()),
            provider.keys().getFirst(),
            context(PATIENT));
    if (has(Trait.EMBEDDINGS)) {
      assertThat(provider.embed(call).vectors())
          .hasSize(2)
          .allSatisfy(v -> assertThat(v.length).isPositive());
    } else {
      assertThatThrownBy(() -> provider.embed(call)).isInstanceOf(AiException.InvalidRequest.class);
      assertThat(server.count()).isZero();
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
  @MethodSource("framings")
  void framesOfEveryShapeAreRead(Framing framing) {
    server.script(
        Script.reply("Hello, wörld 😀"), Script.reply("Hello, wörld 😀").framing(framing));
    ChatReply whole = chat(HI);
    List<StreamEvent> events = stream(HI);
    assertThat(text(events)).isEqualTo("Hello, wörld 😀");
    assertThat(end(events).usage()).isEqualTo(whole.usage());
  }

  @Test
  void aStreamWithoutItsEndMarkerIsTruncated() {
    server.script(Script.reply("one two").withoutTerminal());
    assertThatThrownBy(() -> stream(HI)).isInstanceOf(AiException.StreamTruncated.class);
  }

  @Test
  void usageHasDisjointBuckets() {
    Tokens tokens = Tokens.of(100, 40).withCacheRead(30);
    if (has(Trait.REASONING_TOKENS)) {
      tokens = tokens.withReasoning(7);
    }
    server.script(Script.reply("hi").tokens(tokens), Script.reply("hi").tokens(tokens));
    Usage u = chat(HI).usage();
    assertThat(u.cacheRead()).isEqualTo(has(Trait.CACHE_READS) ? 30 : 0);
    assertThat(u.totalInput()).isEqualTo(130);
    assertThat(u.output()).isEqualTo(40);
    assertThat(u.reasoning()).isEqualTo(has(Trait.REASONING_TOKENS) ? 7 : 0);
    assertThat(end(stream(HI)).usage()).isEqualTo(u);
  }

  @Test
  void whatTheProviderChargesIsTheCostToThePicoDollar() {
    assumeTrue(has(Trait.REPORTED_COST), "the provider does not tell what it charges");
    Tokens tokens =
        Tokens.of(12, 229)
            .withCost(new BigDecimal("0.00011765"))
            .withRequestCost(new BigDecimal("0.005"));
    server.script(Script.reply("hi").tokens(tokens), Script.reply("hi").tokens(tokens));
    Usage u = chat(HI).usage();
    assertThat(u.reported()).contains(Usd.of("0.00511765"));
    assertThat(Pricing.of(u, Optional.empty()).source()).isEqualTo(Cost.Source.REPORTED);
    assertThat(end(stream(HI)).usage().reported()).contains(Usd.of("0.00511765"));
  }

  @Test
  void imagesAndEarlierTurnsAreSent() {
    server.script(Script.reply("a cat"));
    ChatRequest.Builder b = ChatRequest.builder().system("Be brief").user("hi");
    b.message(Message.assistant("hello"));
    if (has(Trait.TOOLS)) {
      Part.ToolCall call = new Part.ToolCall("call_1", "look", "{\"at\":\"it\"}");
      b.message(Message.user("look"));
      b.message(new Message(Message.Role.ASSISTANT, List.of(call)));
      b.message(Message.toolResult(call, "{\"seen\":true}"));
      b.tool(Tool.of("look", "looks", Json.object("type", Json.of("object"))));
      b.message(Message.assistant("seen"));
    }
    b.message(
        Message.user(
            new Part.Text("what is it?"), Part.Image.of("image/png", new byte[] {1, 2, 3})));
    assertThat(chat(b.build()).message().text()).isEqualTo("a cat");
    assertThat(server.requests().getLast().body())
        .contains("AQID")
        .contains("Be brief")
        .contains("what is it?");
  }

  @Test
  void theKeyIsInNoErrorAndNoText() {
    server.script(
        Script.fail(Failure.AUTHENTICATION, "Incorrect API key " + KEY + ", sk-other-abcdef123"));
    assertThatThrownBy(() -> chat(HI))
        .isInstanceOf(AiException.AuthenticationFailed.class)
        .satisfies(e ->
            // With its causes, their messages and whatever they carry.
            assertThat(Throwables.getStackTrace(e)).doesNotContain(KEY).doesNotContain("sk-other"));
    assertThat(provider + " " + provider.keys()).doesNotContain(KEY);
    assertThat(server.requests().getLast().key()).isEqualTo(KEY);
  }

  @Test
  void aKeyOfAnyFormIsTakenOutOfStreamsToo() {
    server.script(Script.fail(Failure.SERVER, "Echo of " + KEY).status(200));
    assertThatThrownBy(() -> stream(HI))
        .isInstanceOf(AiException.class)
        .hasMessageNotContaining(KEY.substring(3));
  }

  @Test
  void onePostIsOneRequestWhateverTheAnswer() {
    server.script(Script.fail(Failure.OVERLOADED).header("Retry-After", "0"), Script.reply("hi"));
    assertThatThrownBy(() -> chat(HI)).isInstanceOf(AiException.Overloaded.class);
    assertThat(server.count()).isEqualTo(1);
  }
}
