package dev.gatun.ai.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.AiClientBuilder;
import dev.gatun.ai.Attempt;
import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.Cost;
import dev.gatun.ai.DataPolicy;
import dev.gatun.ai.EmbeddingRequest;
import dev.gatun.ai.FanOut;
import dev.gatun.ai.Gathered;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.ResponseFormat;
import dev.gatun.ai.RoutePlan;
import dev.gatun.ai.Usage;
import dev.gatun.ai.Usd;
import dev.gatun.ai.cache.MemoryCache;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.privacy.Redactor;
import dev.gatun.ai.spi.EmbeddingReply;
import dev.gatun.ai.spi.Ledger;
import dev.gatun.ai.spi.Limiter;
import dev.gatun.ai.spi.RateLimits;
import dev.gatun.ai.testkit.Tries;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PipelineTest {
  private static final ChatRequest HI = ChatRequest.of("Hi");
  private static final ResponseFormat SCHEMA =
      new ResponseFormat.JsonSchema(
          "n",
          (Json.Obj)
              Json.parse(
                  "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}},"
                      + "\"required\":[\"n\"]}"));
  private final List<Ledger.Entry> ledger = Collections.synchronizedList(new ArrayList<>());

  private AiClientBuilder client(FakeProvider... providers) {
    AiClientBuilder b = AiClient.builder().seed(7).ledger(ledger::add);
    for (FakeProvider p : providers) {
      b.provider(p);
    }
    return b;
  }

  @Test
  void anAnswerThatDoesNotFitItsSchemaIsRepairedOnce() {
    FakeProvider a = FakeProvider.of("a", 0.9);
    a.chat(c ->
        c.request().messages().size() == 1
            ? FakeProvider.reply("{\"n\":\"one\"}")
            : FakeProvider.reply("{\"n\":1}"));
    ChatResponse r = client(a).build().chat(HI.toBuilder().format(SCHEMA).build());
    assertThat(r.text()).isEqualTo("{\"n\":1}");
    assertThat(a.calls).hasSize(2);
    assertThat(a.calls.get(1).request().messages().get(2).text()).contains("/n").contains("type");
    assertThat(r.cost().amount()).isEqualTo(Usd.ofPico(30_000_000));
    assertThat(ledger)
        .extracting(e -> e.attempt().outcome())
        .containsExactly("SchemaViolation", "ok");
  }

  @Test
  void anAnswerThatNeverFitsIsAnErrorAfterOneRepair() {
    FakeProvider a = FakeProvider.of("a", 0.9).chat(_ -> FakeProvider.reply("no"));
    FakeProvider b = FakeProvider.of("b", 0.8).chat(_ -> FakeProvider.reply("no"));
    AiClient client = client(a, b).build();
    assertThatThrownBy(() -> client.chat(HI.toBuilder().format(SCHEMA).build()))
        .isInstanceOf(AiException.AllAttemptsFailed.class)
        .hasCauseInstanceOf(AiException.SchemaViolation.class);
    assertThat(a.calls).hasSize(2);
    assertThat(b.calls).hasSize(1);
  }

  @Test
  void aSchemaThatIsNoneIsRefusedBeforeAnythingIsSent() {
    FakeProvider a = FakeProvider.of("a", 0.9);
    ResponseFormat bad =
        new ResponseFormat.JsonSchema("n", (Json.Obj) Json.parse("{\"type\":\"nonsense\"}"));
    assertThatThrownBy(() -> client(a).build().chat(HI.toBuilder().format(bad).build()))
        .isInstanceOf(AiException.InvalidRequest.class);
    assertThat(a.calls).isEmpty();
  }

  @Test
  void equalRequestsAreAnsweredOnceAndStored() {
    FakeProvider a = FakeProvider.of("a", 0.9);
    AiClient client = client(a).cache(new MemoryCache(1 << 20, Duration.ofHours(1))).build();
    ChatResponse first = client.chat(HI);
    ChatResponse second = client.chat(HI);
    assertThat(a.calls).hasSize(1);
    assertThat(second.text()).isEqualTo(first.text());
    assertThat(second.route().cached()).isTrue();
    assertThat(second.route().attempts()).isEmpty();
    assertThat(second.cost()).isEqualTo(Cost.FREE);
    client.chat(HI.tenant("other"));
    assertThat(a.calls).hasSize(2);
    assertThat(ledger).hasSize(2);
  }

  @Test
  @Timeout(20)
  void aHundredEqualRequestsAtOnceAreOneUpstream() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    FakeProvider a = FakeProvider.of("a", 0.9);
    a.chat(_ -> {
      try {
        assertThat(go.await(10, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw Errors.interrupted();
      }
      return FakeProvider.reply("once");
    });
    AiClient client = client(a).cache(new MemoryCache(1 << 20, Duration.ofHours(1))).build();
    AtomicInteger right = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      threads.add(
          Thread.startVirtualThread(() -> {
            if (client.chat(HI).text().equals("once")) {
              right.incrementAndGet();
            }
          }));
    }
    go.countDown();
    for (Thread t : threads) {
      t.join();
    }
    assertThat(right).hasValue(100);
    assertThat(a.calls).hasSize(1);
  }

  @Test
  void whatARequestMayCostLimitsItsAnswerAndItsRetries() {
    FakeProvider a = FakeProvider.of("a", 0.9);
    AiClient client = client(a).build();
    // 6 tokens of prompt at a dollar a million; of 100 micro-dollars some 92 are left for the
    // answer.
    client.chat(HI.maxCost(Usd.of("0.0006")));
    int cap = a.calls.getFirst().request().maxOutputTokens().getAsInt();
    assertThat(cap).isBetween(590, 600);
    assertThatThrownBy(() -> client.chat(HI.maxCost(Usd.of("0.000001"))))
        .isInstanceOf(AiException.NoCandidate.class)
        .hasMessageContaining("would cost");
    assertThat(a.calls).hasSize(1);
  }

  @Test
  void reservationsAreSettledOrReleased() {
    List<String> log = new ArrayList<>();
    Limiter limiter =
        d -> {
          log.add("reserve " + d.tenant() + " " + d.tokens());
          return new Limiter.Reservation() {
            @Override
            public void settle(Usage usage, Cost cost) {
              log.add("settle " + usage.total());
            }

            @Override
            public void release() {
              log.add("release");
            }
          };
        };
    FakeProvider a = FakeProvider.of("a", 0.9).failing(Faults.connect());
    FakeProvider b = FakeProvider.of("b", 0.8);
    client(a, b)
        .limiter(limiter)
        .build()
        .chat(HI.tenant("t").toBuilder().maxOutputTokens(100).build());
    assertThat(log).containsExactly("reserve t 107", "release", "reserve t 107", "settle 15");
    assertThat(ledger).extracting(e -> e.attempt().mayHaveBilled()).containsExactly(false, true);
  }

  @Test
  void aBudgetThatIsUsedUpStopsACallBeforeItIsSent() {
    Limiter limiter =
        d -> {
          throw new AiException.BudgetExceeded(dev.gatun.ai.error.Failure.of("nothing left"));
        };
    FakeProvider a = FakeProvider.of("a", 0.9);
    AiClient client = client(a).limiter(limiter).build();
    assertThatThrownBy(() -> client.chat(HI)).isInstanceOf(AiException.BudgetExceeded.class);
    assertThat(a.calls).isEmpty();
    assertThat(client.status().providers().getFirst().inFlight()).isZero();
  }

  @Test
  void aRequestThatMustBeRedactedIsNotSentWithoutAGuard() {
    FakeProvider a = FakeProvider.of("a", 0.9);
    ChatRequest r = HI.toBuilder().data(new DataPolicy(Set.of(), Set.of(), true)).build();
    assertThatThrownBy(() -> client(a).build().chat(r))
        .isInstanceOf(AiException.PrivacyViolation.class);
    assertThatThrownBy(() ->
            client(a)
                .privacy(_ -> {
                  throw new IllegalStateException("secret text");
                })
                .build()
                .chat(HI))
        .isInstanceOf(AiException.PrivacyViolation.class)
        .hasMessageNotContaining("secret text");
    assertThat(a.calls).isEmpty();
  }

  @Test
  void theDataPolicyDecidesWhoMaySeeARequest() {
    FakeProvider a = FakeProvider.of("a", 0.9);
    FakeProvider b = FakeProvider.of("b", 0.8);
    ChatRequest r = HI.toBuilder().data(new DataPolicy(Set.of(), Set.of("a"), false)).build();
    AiClient client = client(a, b).build();
    assertThat(client.chat(r).served().provider()).isEqualTo("b");
    RoutePlan plan = client.explain(r);
    assertThat(plan.exclusions().getFirst().reason()).contains("must not go to a");
    assertThat(plan.ranking())
        .extracting(RoutePlan.Ranked::model)
        .containsExactly(new ModelRef("b", "m"));
  }

  @Test
  @Timeout(20)
  void aSlowFirstRequestIsHedgedAndTheLoserCancelledAndSettled() throws Exception {
    CountDownLatch cancelled = new CountDownLatch(1);
    FakeProvider a = FakeProvider.of("a", 0.9);
    a.chat(c -> {
      CountDownLatch stop = new CountDownLatch(1);
      c.context().cancellation().onCancel(stop::countDown);
      try {
        assertThat(stop.await(10, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw Errors.interrupted();
      }
      cancelled.countDown();
      throw Errors.cancelled("cancelled");
    });
    FakeProvider b = FakeProvider.of("b", 0.8);
    AiClient client = client(a, b).hedging(Duration.ofMillis(30), 1).build();
    ChatResponse r = client.chat(HI);
    assertThat(r.served().provider()).isEqualTo("b");
    assertThat(cancelled.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(ledger)
        .extracting(e -> e.attempt().outcome())
        .containsExactlyInAnyOrder("ok", "cancelled");
    Attempt lost =
        ledger.stream()
            .map(Ledger.Entry::attempt)
            .filter(x -> x.outcome().equals("cancelled"))
            .findFirst()
            .orElseThrow();
    assertThat(lost.mayHaveBilled()).isTrue();
    assertThat(lost.usage().estimated()).isTrue();
    assertThat(client.status().providers()).allMatch(p -> p.inFlight() == 0);
  }

  @Test
  void hedgesKeepToTheirShareOfTheSpend() {
    FakeProvider a = new FakeProvider("a").with("m", 0.9, 1_000_000_000);
    a.chat(_ -> {
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        throw Errors.interrupted();
      }
      return FakeProvider.reply("slow", Usage.of(1, 1));
    });
    FakeProvider b = new FakeProvider("b").with("m", 0.8, 1_000_000_000);
    AiClient client = client(a, b).hedging(Duration.ofMillis(1), 0.0).build();
    for (int i = 0; i < 10; i++) {
      client.chat(HI);
    }
    // Only the cent to start with can be spent, and that once.
    assertThat(b.calls).hasSizeLessThan(2);
  }

  @Test
  @Timeout(20)
  void interruptingTheCallerCancels() throws Exception {
    Tries.within(Duration.ofMillis(250), this::interruptAndTime);
  }

  private Duration interruptAndTime() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    FakeProvider a = FakeProvider.of("a", 0.9);
    a.chat(_ -> {
      begun.countDown();
      try {
        Thread.sleep(10_000);
      } catch (InterruptedException e) {
        throw Errors.interrupted();
      }
      return FakeProvider.reply("late");
    });
    List<Throwable> thrown = Collections.synchronizedList(new ArrayList<>());
    AiClient client = client(a).build();
    Thread t =
        Thread.startVirtualThread(() -> {
          try {
            client.chat(HI);
          } catch (AiException e) {
            thrown.add(e);
          }
        });
    assertThat(begun.await(5, TimeUnit.SECONDS)).isTrue();
    long from = System.nanoTime();
    t.interrupt();
    t.join();
    Duration took = Duration.ofNanos(System.nanoTime() - from);
    assertThat(thrown).hasSize(1);
    assertThat(thrown.getFirst()).isInstanceOf(AiException.Cancelled.class);
    assertThat(ledger.getLast().attempt().outcome()).isEqualTo("cancelled");
    return took;
  }

  @Test
  void fanOutReportsEachMember() {
    FakeProvider a = FakeProvider.of("a", 0.9).chat(_ -> FakeProvider.reply("Blue."));
    FakeProvider b =
        FakeProvider.of("b", 0.8)
            .chat(_ -> {
              throw Faults.invalid();
            });
    FakeProvider c = FakeProvider.of("c", 0.7).chat(_ -> FakeProvider.reply("red"));
    FakeProvider d = FakeProvider.of("d", 0.6).chat(_ -> FakeProvider.reply(" RED\n"));
    AiClient client = client(a, b, c, d).build();
    Gathered all = client.fanOut(HI, new FanOut(List.of(), new FanOut.Aggregation.All()));
    assertThat(all.answer().text()).isEqualTo("Blue.");
    assertThat(all.members()).hasSize(4);
    assertThat(all.members().get(1).error()).containsInstanceOf(AiException.InvalidRequest.class);
    assertThat(all.cost().amount()).isEqualTo(Usd.ofPico(45_000_000));
    Gathered most = client.fanOut(HI, new FanOut(List.of(), new FanOut.Aggregation.Majority()));
    assertThat(most.answer().text()).isEqualTo("red");
    Gathered first = client.fanOut(HI, new FanOut(List.of(), new FanOut.Aggregation.First()));
    assertThat(first.answer().text().strip().toLowerCase(java.util.Locale.ROOT))
        .isIn("blue.", "red");
  }

  @Test
  void aJudgeChoosesAndAnEditorMerges() {
    FakeProvider a = FakeProvider.of("a", 0.9).chat(_ -> FakeProvider.reply("one"));
    FakeProvider b = FakeProvider.of("b", 0.8).chat(_ -> FakeProvider.reply("two"));
    FakeProvider j = FakeProvider.of("j", 0.1).chat(_ -> FakeProvider.reply("Answer 2"));
    AiClient client = client(a, b, j).build();
    List<ModelRef> both = List.of(new ModelRef("a", "m"), new ModelRef("b", "m"));
    Gathered judged =
        client.fanOut(
            HI, new FanOut(both, new FanOut.Aggregation.Judge(new ModelRef("j", "m"), "Truth.")));
    assertThat(judged.answer().text()).isEqualTo("two");
    assertThat(judged.cost().amount()).isEqualTo(Usd.ofPico(45_000_000));
    assertThat(j.calls.getFirst().request().messages().get(1).text())
        .contains("one")
        .contains("two");
    Gathered merged =
        client.fanOut(
            HI,
            new FanOut(both, new FanOut.Aggregation.Merge(new ModelRef("j", "m"), "Be brief.")));
    assertThat(merged.answer().text()).isEqualTo("Answer 2");
    assertThat(merged.cost().amount()).isEqualTo(Usd.ofPico(45_000_000));
  }

  @Test
  void aFanOutOfFailuresIsAnError() {
    FakeProvider a = FakeProvider.of("a", 0.9).failing(Faults.invalid());
    FakeProvider b = FakeProvider.of("b", 0.8).failing(Faults.invalid());
    assertThatThrownBy(() ->
            client(a, b).build().fanOut(HI, new FanOut(List.of(), new FanOut.Aggregation.All())))
        .isInstanceOf(AiException.AllAttemptsFailed.class);
  }

  @Test
  void embeddingsComeFromOneModel() {
    FakeProvider a = FakeProvider.of("a", 0.1);
    FakeProvider b = FakeProvider.of("b", 0.9);
    var r = client(a, b).build().embed(EmbeddingRequest.of("ab", "abc"));
    assertThat(r.served()).isEqualTo(new ModelRef("a", "m"));
    assertThat(r.vectors()).hasSize(2);
    assertThat(r.vectors().get(1)).containsExactly(3f);
    assertThat(r.cost().amount()).isEqualTo(Usd.ofPico(3_000_000));
  }

  @Test
  void textsToEmbedGoOnlyWhereTheirDataMay() {
    FakeProvider a = FakeProvider.of("a", 0.9);
    FakeProvider b = FakeProvider.of("b", 0.1);
    AiClient client = client(a, b).build();
    EmbeddingRequest notA =
        EmbeddingRequest.of("ab").data(new DataPolicy(Set.of(), Set.of("a"), false));
    assertThat(client.embed(notA).served().provider()).isEqualTo("b");
    assertThatThrownBy(() -> client.embed(notA.model(new ModelRef("a", "m"))))
        .isInstanceOf(AiException.NoCandidate.class)
        .hasMessageContaining("must not go to a");
    assertThatThrownBy(() ->
            client.embed(
                EmbeddingRequest.of("ab").data(new DataPolicy(Set.of("c"), Set.of(), false))))
        .isInstanceOf(AiException.NoCandidate.class);
  }

  @Test
  void textsToEmbedAreRedactedWhenTheirPolicySaysSo() {
    List<String> sent = new ArrayList<>();
    FakeProvider a = FakeProvider.of("a", 0.9);
    a.embed =
        c -> {
          sent.addAll(c.request().inputs());
          return new EmbeddingReply(
              "m", List.of(new float[1], new float[1]), Usage.of(1, 0), RateLimits.UNKNOWN);
        };
    DataPolicy redacted = new DataPolicy(Set.of(), Set.of(), true);
    EmbeddingRequest request = EmbeddingRequest.of("ann@example.org", "nothing");
    AiClient guarded = client(a).privacy(Redactor.builder().build()).build();
    guarded.embed(request.data(redacted));
    guarded.embed(request);
    assertThat(sent.get(0)).doesNotContain("ann").doesNotContain("example");
    assertThat(sent.subList(1, 4)).containsExactly("nothing", "ann@example.org", "nothing");
    AiClient unguarded = client(a).build();
    assertThatThrownBy(() -> unguarded.embed(request.data(redacted)))
        .isInstanceOf(AiException.PrivacyViolation.class);
    assertThat(sent).hasSize(4);
  }

  @Test
  void closingCancelsAndRefusesLaterCalls() {
    FakeProvider a = FakeProvider.of("a", 0.9);
    AiClient client = client(a).build();
    client.close();
    client.close();
    assertThatThrownBy(() -> client.chat(HI)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void equalSeedsGiveEqualRoutes() {
    var weights = java.util.Map.of(new ModelRef("a", "m"), 1.0, new ModelRef("b", "m"), 3.0);
    List<List<String>> runs = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      AiClient client =
          client(FakeProvider.of("a", 0.5), FakeProvider.of("b", 0.5))
              .policy(dev.gatun.ai.routing.RoutingPolicy.weighted(weights))
              .build();
      List<String> served = new ArrayList<>();
      for (int i = 0; i < 2000; i++) {
        String explained = client.explain(HI).ranking().getFirst().model().provider();
        served.add(client.chat(HI).served().provider());
        assertThat(explained).isEqualTo(served.getLast());
      }
      runs.add(served);
    }
    assertThat(runs.get(0)).isEqualTo(runs.get(1));
    long b = runs.getFirst().stream().filter("b"::equals).count();
    assertThat(b / 2000.0).isBetween(0.72, 0.78);
  }
}
