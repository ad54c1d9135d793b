package dev.gatun.ai.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.AiClientBuilder;
import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.ChatStream;
import dev.gatun.ai.RoutePlan;
import dev.gatun.ai.StreamEvent;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.routing.Candidate;
import dev.gatun.ai.routing.RouteContext;
import dev.gatun.ai.routing.RoutingPolicy;
import dev.gatun.ai.spi.ProviderConfig;
import dev.gatun.ai.spi.ProviderFactory;
import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.Failure;
import dev.gatun.ai.testkit.Match;
import dev.gatun.ai.testkit.Position;
import dev.gatun.ai.testkit.RecordedRequest;
import dev.gatun.ai.testkit.RetryAfter;
import dev.gatun.ai.testkit.Script;
import dev.gatun.ai.testkit.ScriptedServer;
import dev.gatun.ai.testkit.Tries;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What becomes of broken answers, for each provider's own format, on a real connection. What
 * litellm (#40404), Bifrost (#5546) and Portkey (#1797) lost, must end in the right outcome with
 * the right number of requests.
 */
@Timeout(30)
class FaultMatrixTest {
  private static final ChatRequest HI = ChatRequest.of("Hi");
  private final ScriptedServer server = ScriptedServer.start();

  @BeforeEach
  void providersAreThere() {
    long real =
        ServiceLoader.load(ProviderFactory.class).stream()
            .filter(f -> !f.get().id().equals("demo"))
            .count();
    assumeTrue(real >= Dialect.values().length, "not all providers are installed");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** The best model of the named provider first, then of the next. */
  private record InOrder(List<String> providers) implements RoutingPolicy {
    @Override
    public String name() {
      return "in-order";
    }

    @Override
    public List<RoutePlan.Ranked> rank(RouteContext context, List<Candidate> candidates) {
      Map<String, RoutePlan.Ranked> first = new HashMap<>();
      for (RoutePlan.Ranked r : RoutingPolicy.taskAffinity().rank(context, candidates)) {
        first.putIfAbsent(r.model().provider(), r);
      }
      return providers.stream().map(first::get).filter(java.util.Objects::nonNull).toList();
    }
  }

  private static Dialect second(Dialect d) {
    return d == Dialect.OPENAI ? Dialect.ANTHROPIC : Dialect.OPENAI;
  }

  private AiClient client(Dialect... dialects) {
    return builder(dialects).build();
  }

  /** Impatient where the fault is silence: anywhere else a slow machine would add that fault. */
  private AiClient client(String fault, Dialect... dialects) {
    Duration patience = fault.equals("stall") ? Duration.ofSeconds(1) : Duration.ofSeconds(8);
    return builder(dialects).firstTokenTimeout(patience).idleTimeout(patience).build();
  }

  private AiClientBuilder builder(Dialect... dialects) {
    Map<String, String> env = new HashMap<>();
    for (Dialect d : dialects) {
      env.put(d.name() + "_API_KEY", "key-of-" + d.id());
      env.put(d.name() + "_BASE_URL", server.baseUrl(d));
    }
    return AiClient.builder()
        .discover(ProviderConfig.of(env))
        .policy(new InOrder(Stream.of(dialects).map(Dialect::id).toList()))
        .retriesPerModel(0)
        .timeout(Duration.ofSeconds(10));
  }

  private static Map<String, Script> faults(Position at) {
    Script words = Script.reply("one two three four five six");
    Map<String, Script> faults = new LinkedHashMap<>();
    faults.put("cut", words.cut(at));
    faults.put("reset", words.reset(at));
    faults.put("stall", words.stall(at));
    faults.put("malformed", words.malformed(at));
    faults.put("truncated", words.truncate(at));
    faults.put("error", words.failAt(at, Failure.SERVER));
    faults.put("overloaded", words.failAt(at, Failure.OVERLOADED));
    return faults;
  }

  static Stream<Arguments> matrix() {
    List<Arguments> all = new ArrayList<>();
    for (Dialect d : Dialect.values()) {
      faults(Position.afterTokens(0)).keySet().forEach(f -> all.add(Arguments.of(d, f)));
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("matrix")
  void beforeTheFirstContentAnotherProviderAnswers(Dialect dialect, String fault) {
    server
        .when(Match.dialect(dialect))
        .always(java.util.Objects.requireNonNull(faults(Position.afterTokens(0)).get(fault)));
    server.when(Match.any()).always(Script.reply("right"));
    try (AiClient client = client(fault, dialect, second(dialect));
        ChatStream stream = client.stream(HI)) {
      ChatResponse r = stream.result();
      assertThat(r.text()).isEqualTo("right");
      assertThat(r.served().provider()).isEqualTo(second(dialect).id());
      assertThat(r.route().attempts()).hasSize(2);
    }
    assertThat(server.count(dialect)).isEqualTo(1);
    assertThat(server.count(second(dialect))).isEqualTo(1);
    noKeyOfAnother();
  }

  @ParameterizedTest
  @MethodSource("matrix")
  void afterItTheCallerGetsAnErrorAndNobodyElseIsAsked(Dialect dialect, String fault) {
    server
        .when(Match.dialect(dialect))
        .always(java.util.Objects.requireNonNull(faults(Position.afterTokens(1)).get(fault)));
    server.when(Match.any()).always(Script.reply("right"));
    try (AiClient client = client(fault, dialect, second(dialect));
        ChatStream stream = client.stream(HI)) {
      List<StreamEvent> seen = new ArrayList<>();
      assertThatThrownBy(() -> stream.forEach(seen::add)).isInstanceOf(AiException.class);
      assertThat(seen).anyMatch(StreamEvent.Text.class::isInstance);
      assertThat(seen).noneMatch(StreamEvent.Finished.class::isInstance);
      assertThatThrownBy(stream::result).isInstanceOf(AiException.class);
    }
    assertThat(server.count(dialect)).isEqualTo(1);
    assertThat(server.count(second(dialect))).isZero();
  }

  @ParameterizedTest
  @EnumSource(Dialect.class)
  void anOverloadInsideA200GoesElsewhere(Dialect dialect) {
    server.when(Match.dialect(dialect)).always(Script.fail(Failure.OVERLOADED).status(200));
    server.when(Match.any()).always(Script.reply("right"));
    try (AiClient client = client(dialect, second(dialect))) {
      assertThat(client.chat(HI).text()).isEqualTo("right");
      try (ChatStream stream = client.stream(HI)) {
        assertThat(stream.result().text()).isEqualTo("right");
      }
    }
    assertThat(server.count(dialect)).isEqualTo(2);
    assertThat(server.count(second(dialect))).isEqualTo(2);
  }

  @ParameterizedTest
  @MethodSource("matrix")
  void aWholeAnswerThatIsBrokenComesFromAnotherProvider(Dialect dialect, String fault) {
    Script words = Script.reply("one two three four five six");
    Script broken =
        switch (fault) {
          case "cut" -> words.cut(Position.afterBytes(40));
          case "reset" -> words.reset(Position.afterBytes(40));
          case "stall" -> Script.hang();
          case "malformed" -> words.malformed(Position.afterBytes(40));
          case "truncated" -> words.truncate(Position.afterBytes(40));
          case "error" -> Script.fail(Failure.SERVER);
          default -> Script.fail(Failure.OVERLOADED);
        };
    server.when(Match.dialect(dialect)).always(broken);
    server.when(Match.any()).always(Script.reply("right"));
    try (AiClient client = client(fault, dialect, second(dialect))) {
      ChatResponse r = client.chat(HI.timeout(Duration.ofSeconds(4)));
      assertThat(r.text()).isEqualTo("right");
    }
    assertThat(server.count(dialect)).isEqualTo(1);
    assertThat(server.count(second(dialect))).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(Dialect.class)
  void leavingAStreamReachesTheProvider(Dialect dialect) throws Exception {
    server.when(Match.any()).always(Script.lorem(500).tokenEvery(Duration.ofMillis(20)));
    try (AiClient client = client(dialect)) {
      Tries.within(
          Duration.ofMillis(250),
          () -> {
            ChatStream stream = client.stream(HI);
            stream.iterator().next();
            long from = System.nanoTime();
            stream.close();
            return endedAfter(from);
          });
    }
  }

  @ParameterizedTest
  @EnumSource(Dialect.class)
  void interruptingACallReachesTheProvider(Dialect dialect) throws Exception {
    server.when(Match.any()).always(Script.reply("late").headersAfter(Duration.ofSeconds(10)));
    try (AiClient client = client(dialect)) {
      for (boolean virtual : new boolean[] {true, false}) {
        Tries.within(
            Duration.ofMillis(250),
            () -> {
              server.clearRequests();
              Thread t =
                  (virtual ? Thread.ofVirtual() : Thread.ofPlatform())
                      .start(() -> {
                        try {
                          client.chat(HI);
                        } catch (AiException.Cancelled e) {
                          // as expected
                        }
                      });
              assertThat(server.awaitCount(1, Duration.ofSeconds(5))).isTrue();
              long from = System.nanoTime();
              t.interrupt();
              Duration took = endedAfter(from);
              t.join();
              return took;
            });
      }
    }
  }

  /** How long after a time the last request was cancelled. */
  private Duration endedAfter(long nanos) throws InterruptedException {
    RecordedRequest r = server.requests().getLast();
    assertThat(r.awaitEnd(Duration.ofSeconds(5))).isEqualTo(RecordedRequest.End.CANCELLED);
    return Duration.ofNanos(r.endNanoTime() - nanos);
  }

  static Stream<Arguments> waits() {
    List<Arguments> all = new ArrayList<>();
    for (Dialect d : Dialect.values()) {
      all.add(Arguments.of(d, RetryAfter.seconds(7)));
      all.add(Arguments.of(d, RetryAfter.decimal(Duration.ofMillis(6500))));
      all.add(Arguments.of(d, RetryAfter.date(Duration.ofSeconds(8))));
      all.add(Arguments.of(d, RetryAfter.millis(6200)));
    }
    all.add(Arguments.of(Dialect.GEMINI, RetryAfter.retryInfo(Duration.ofSeconds(7))));
    all.add(Arguments.of(Dialect.OPENAI, RetryAfter.goReset(Duration.ofSeconds(7))));
    all.add(Arguments.of(Dialect.ANTHROPIC, RetryAfter.rfc3339Reset(Duration.ofSeconds(7))));
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("waits")
  void whatAProviderAsksToWaitIsAFloorInEveryForm(Dialect dialect, RetryAfter form) {
    server
        .when(Match.any())
        .then(Script.fail(Failure.RATE_LIMIT).retryAfter(form))
        .always(Script.reply("right"));
    FakeTime time = new FakeTime();
    try (AiClient client = builder(dialect).time(time).build()) {
      assertThat(client.chat(HI.timeout(Duration.ofMinutes(2))).text()).isEqualTo("right");
    }
    Duration slept = time.sleeps.stream().reduce(Duration.ZERO, Duration::plus);
    // A date has whole seconds and was written while this client's clock stood still.
    assertThat(slept).isBetween(Duration.ofSeconds(6), Duration.ofSeconds(20));
    assertThat(server.count()).isEqualTo(2);
  }

  /** No credential of one provider is in a request to another. */
  private void noKeyOfAnother() {
    for (RecordedRequest r : server.requests()) {
      for (Dialect d : Dialect.values()) {
        if (d != r.dialect()) {
          assertThat(r.headers().toString() + r.body() + r.query())
              .doesNotContain("key-of-" + d.id());
        }
      }
    }
  }
}
