package dev.gatun.ai.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.AiClientBuilder;
import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Status;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.spi.Secret;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttemptLoopTest {
  private static final ChatRequest HI = ChatRequest.of("Hi");
  private final FakeTime time = new FakeTime();

  private AiClientBuilder client(FakeProvider... providers) {
    AiClientBuilder b = AiClient.builder().time(time).seed(7);
    for (FakeProvider p : providers) {
      b.provider(p);
    }
    return b;
  }

  @Test
  void overloadIsRetriedOnceThenAnotherProviderIsAsked() {
    FakeProvider a =
        FakeProvider.of("a", 0.9)
            .failing(Faults.overloaded(), Faults.overloaded(), Faults.overloaded());
    FakeProvider b = FakeProvider.of("b", 0.8);
    ChatResponse r = client(a, b).build().chat(HI);
    assertThat(r.served().provider()).isEqualTo("b");
    assertThat(a.calls).hasSize(2);
    assertThat(b.calls).hasSize(1);
    assertThat(time.sleeps).hasSize(1);
    assertThat(time.sleeps.getFirst()).isBetween(Duration.ofMillis(125), Duration.ofMillis(250));
    assertThat(r.route().attempts())
        .extracting(x -> x.outcome())
        .containsExactly("Overloaded", "Overloaded", "ok");
    assertThat(r.route().reasons()).contains("a/m failed: Overloaded");
  }

  @Test
  void aFaultThatIsNotOfTheMomentGoesToAnotherProviderAtOnce() {
    for (AiException e : List.of(Faults.truncated(), Faults.connect(), Faults.tooLong())) {
      FakeProvider a = FakeProvider.of("a", 0.9).failing(e);
      FakeProvider b = FakeProvider.of("b", 0.8);
      assertThat(client(a, b).build().chat(HI).served().provider()).isEqualTo("b");
      assertThat(a.calls).hasSize(1);
    }
    assertThat(time.sleeps).isEmpty();
  }

  @Test
  void afterAFaultOfAProviderItsOtherModelsComeLast() {
    FakeProvider a =
        new FakeProvider("a").with("best", 0.9, 1).with("good", 0.85, 1).failing(Faults.connect());
    FakeProvider b = FakeProvider.of("b", 0.5);
    assertThat(client(a, b).build().chat(HI).served().provider()).isEqualTo("b");
  }

  @Test
  void aWrongRequestIsNotTriedElsewhere() {
    FakeProvider a = FakeProvider.of("a", 0.9).failing(Faults.invalid());
    FakeProvider b = FakeProvider.of("b", 0.8);
    assertThatThrownBy(() -> client(a, b).build().chat(HI))
        .isInstanceOf(AiException.InvalidRequest.class);
    assertThat(b.calls).isEmpty();
  }

  @Test
  void theOnlyProviderIsRetriedAlsoAfterACut() {
    FakeProvider a = FakeProvider.of("a", 0.9).failing(Faults.truncated());
    assertThat(client(a).build().chat(HI).text()).isEqualTo("hello from a");
    assertThat(a.calls).hasSize(2);
  }

  @Test
  void oneCapForAllAttemptsOfACall() {
    AiException[] many = new AiException[10];
    for (int i = 0; i < many.length; i++) {
      many[i] = Faults.overloaded();
    }
    FakeProvider a = FakeProvider.of("a", 0.9).failing(many.clone());
    FakeProvider b = FakeProvider.of("b", 0.8).failing(many.clone());
    FakeProvider c = FakeProvider.of("c", 0.7).failing(many.clone());
    AiException.AllAttemptsFailed e =
        catchThrowableOfType(
            AiException.AllAttemptsFailed.class,
            () -> client(a, b, c).maxAttempts(5).build().chat(HI));
    assertThat(e.attempts()).hasSize(5);
    assertThat(a.calls.size() + b.calls.size() + c.calls.size()).isEqualTo(5);
    assertThat(e.status()).hasValue(503);
    assertThat(e.mostUseful()).isInstanceOf(AiException.Overloaded.class);
  }

  @Test
  void aShortRetryAfterIsWaitedForAndIsAFloor() {
    FakeProvider a = FakeProvider.of("a", 0.9).failing(Faults.rateLimited(Duration.ofMillis(900)));
    FakeProvider b = FakeProvider.of("b", 0.8);
    assertThat(client(a, b).build().chat(HI).served().provider()).isEqualTo("a");
    assertThat(time.sleeps).hasSize(1);
    assertThat(time.sleeps.getFirst()).isGreaterThanOrEqualTo(Duration.ofMillis(900));
  }

  @Test
  void aLongRetryAfterGatesTheKeyForAllCallers() {
    FakeProvider a = FakeProvider.of("a", 0.9).failing(Faults.rateLimited(Duration.ofSeconds(20)));
    FakeProvider b = FakeProvider.of("b", 0.8);
    AiClient client = client(a, b).build();
    assertThat(client.chat(HI).served().provider()).isEqualTo("b");
    assertThat(client.chat(HI).served().provider()).isEqualTo("b");
    assertThat(a.calls).hasSize(1);
    Status.KeyStatus key = client.status().providers().getFirst().keys().getFirst();
    assertThat(key.usable()).isFalse();
    assertThat(key.reason()).isEqualTo("RateLimited");
    assertThat(key.blockedUntil()).contains(time.now().plusSeconds(20));
    time.pass(Duration.ofSeconds(21));
    assertThat(client.chat(HI).served().provider()).isEqualTo("a");
    assertThat(time.sleeps).isEmpty();
  }

  @Test
  void whenTheOnlyProviderAsksToWaitTheCallWaitsIfItHasTheTime() {
    FakeProvider a = FakeProvider.of("a", 0.9).failing(Faults.rateLimited(Duration.ofSeconds(20)));
    assertThat(client(a).build().chat(HI).text()).isEqualTo("hello from a");
    assertThat(time.sleeps.stream().reduce(Duration.ZERO, Duration::plus))
        .isGreaterThanOrEqualTo(Duration.ofSeconds(20));
  }

  @Test
  void aWaitBeyondTheDeadlineIsPassedOnInsteadOfSlept() {
    FakeProvider a = FakeProvider.of("a", 0.9).failing(Faults.rateLimited(Duration.ofMinutes(5)));
    FakeProvider b = FakeProvider.of("b", 0.8).failing(Faults.rateLimited(Duration.ofSeconds(200)));
    AiClient client = client(a, b).build();
    AiException e = catchThrowableOfType(AiException.class, () -> client.chat(HI));
    assertThat(e.retryAfter())
        .hasValueSatisfying(d -> assertThat(d).isEqualTo(Duration.ofSeconds(200)));
    assertThat(e.status()).hasValue(429);
    assertThat(time.sleeps).isEmpty();
    // The next caller is told without a request.
    AiException again = catchThrowableOfType(AiException.class, () -> client.chat(HI));
    assertThat(again.retryAfter()).isPresent();
    assertThat(a.calls.size() + b.calls.size()).isEqualTo(2);
  }

  @Test
  void aRefusedKeyIsParkedAndTheNextOneUsed() {
    FakeProvider a = FakeProvider.of("a", 0.9).keys("bad", "good");
    a.chat(c -> {
      if (c.key().reveal().equals("bad")) {
        throw Faults.wrongKey();
      }
      return FakeProvider.reply("ok");
    });
    AiClient client = client(a).build();
    assertThat(client.chat(HI).text()).isEqualTo("ok");
    assertThat(client.chat(HI).text()).isEqualTo("ok");
    assertThat(a.calls).extracting(c -> c.key().reveal()).containsExactly("bad", "good", "good");
    assertThat(client.status().providers().getFirst().keys())
        .extracting(Status.KeyStatus::reason)
        .containsExactly("AuthenticationFailed", "");
    time.pass(Duration.ofMinutes(11));
    assertThat(client.status().providers().getFirst().keys()).allMatch(Status.KeyStatus::usable);
  }

  @Test
  void withAllKeysParkedOthersServeAndNobodyElseSaysWhy() {
    FakeProvider a = FakeProvider.of("a", 0.9).failing(Faults.noCredit());
    FakeProvider b = FakeProvider.of("b", 0.8);
    AiClient client = client(a, b).build();
    assertThat(client.chat(HI).served().provider()).isEqualTo("b");
    assertThatThrownBy(() -> client.chat(HI.model(new ModelRef("a", "m"))))
        .isInstanceOf(AiException.QuotaExhausted.class);
    assertThat(a.calls).hasSize(1);
  }

  @Test
  void noKeyReachesAnotherProvider() {
    FakeProvider a = FakeProvider.of("a", 0.9).keys("key-of-a").failing(Faults.connect());
    FakeProvider b = FakeProvider.of("b", 0.8).keys("key-of-b");
    ChatResponse r = client(a, b).build().chat(HI);
    assertThat(b.calls.getFirst().key()).isEqualTo(Secret.of("key-of-b"));
    assertThat(r.toString()).doesNotContain("key-of-a").doesNotContain("key-of-b");
  }

  @Test
  void theBreakerOpensAndLetsExactlySoManyProbesThrough() {
    FakeProvider a = FakeProvider.of("a", 0.9);
    a.chat(_ -> {
      throw Faults.connect();
    });
    FakeProvider b = FakeProvider.of("b", 0.8);
    AiClient client = client(a, b).circuitBreaker(0.5, 10, Duration.ofSeconds(15), 3).build();
    for (int i = 0; i < 40; i++) {
      client.chat(HI.model(new ModelRef("b", "m")));
    }
    ModelRef am = new ModelRef("a", "m");
    for (int i = 0; i < 20; i++) {
      try {
        client.chat(HI.model(am));
      } catch (AiException e) {
        // as expected
      }
    }
    int before = a.calls.size();
    assertThat(client.status().providers().getFirst().circuit()).isEqualTo(Status.Circuit.OPEN);
    AiException open = catchThrowableOfType(AiException.class, () -> client.chat(HI.model(am)));
    assertThat(open).isInstanceOf(AiException.CircuitOpen.class);
    assertThat(open.retryAfter()).isPresent();
    assertThat(a.calls).hasSize(before);
    assertThat(client.explain(HI).exclusions()).anyMatch(x -> x.reason().contains("circuit"));
    time.pass(Duration.ofSeconds(16));
    assertThat(client.status().providers().getFirst().circuit())
        .isEqualTo(Status.Circuit.HALF_OPEN);
    a.chat(_ -> FakeProvider.reply("back"));
    for (int i = 0; i < 3; i++) {
      assertThat(client.chat(HI.model(am)).text()).isEqualTo("back");
    }
    assertThat(client.status().providers().getFirst().circuit()).isEqualTo(Status.Circuit.CLOSED);
  }

  @Test
  void retriesStayWithinTheBudget() {
    FakeProvider a = FakeProvider.of("a", 0.9);
    a.chat(_ -> {
      throw Faults.serverFault();
    });
    AiClient client =
        client(a).retryBudget(0.1, 0).circuitBreaker(1, 100_000, Duration.ofSeconds(1), 1).build();
    for (int i = 0; i < 500; i++) {
      try {
        client.chat(HI);
      } catch (AiException e) {
        // as expected
      }
    }
    assertThat(a.calls.size()).isBetween(545, 550);
  }

  @Test
  void theDeadlineEndsACall() {
    FakeProvider a = FakeProvider.of("a", 0.9);
    a.chat(c -> {
      time.pass(c.context().firstToken());
      throw new AiException.TimedOut(
          AiException.TimedOut.Phase.FIRST_TOKEN, dev.gatun.ai.error.Failure.of("slow"));
    });
    FakeProvider b = FakeProvider.of("b", 0.8);
    ChatResponse r = client(a, b).build().chat(HI.timeout(Duration.ofSeconds(10)));
    assertThat(r.served().provider()).isEqualTo("b");
    assertThat(a.calls.getFirst().context().firstToken()).isEqualTo(Duration.ofSeconds(5));
    assertThat(b.calls.getFirst().context().firstToken()).isEqualTo(Duration.ofSeconds(5));
    assertThat(r.route().took()).isEqualTo(Duration.ofSeconds(5));
    assertThat(r.route().overhead()).isEqualTo(Duration.ZERO);
  }

  @Test
  void aPolicyThatFindsNobodySaysWhyOfEach() {
    FakeProvider a = FakeProvider.of("a", 0.9);
    assertThatThrownBy(() -> client(a).build().chat(HI.model(new ModelRef("z", "m"))))
        .isInstanceOf(AiException.NoCandidate.class)
        .hasMessageContaining("There is no provider z");
  }
}
