package dev.gatun.ai.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.ChatStream;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.Failure;
import dev.gatun.ai.testkit.FaultMix;
import dev.gatun.ai.testkit.Match;
import dev.gatun.ai.testkit.Position;
import dev.gatun.ai.testkit.Rule;
import dev.gatun.ai.testkit.Script;
import dev.gatun.ai.testkit.ScriptedServer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A primary that fails 30 %, hangs 2 % and cuts 2 % of its answers off, and a sound second: OpenAI
 * and Anthropic over HTTP, to the scripted server.
 */
class AvailabilityTest {
  private static final int REQUESTS = 10_000;
  private static final int AT_ONCE = 100;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Timeout(120)
  void almostEveryRequestEndsWithARightAnswerInTime(boolean streaming, TestReporter reporter)
      throws Exception {
    AtomicInteger right = new AtomicInteger();
    long[] took = new long[REQUESTS];
    try (ScriptedServer server = ScriptedServer.start()) {
      Script answer = Script.reply("right");
      Rule primary =
          server
              .when(Match.dialect(Dialect.OPENAI))
              .mixed(
                  FaultMix.seed(5)
                      .with(0.30, Script.fail(Failure.SERVER))
                      .with(0.02, Script.hang())
                      // Before its first content: after it, nobody else may answer.
                      .with(
                          0.02,
                          answer.truncate(
                              streaming ? Position.afterTokens(0) : Position.afterBytes(40)))
                      .otherwise(answer));
      server.when(Match.dialect(Dialect.ANTHROPIC)).always(answer);
      try (AiClient client =
          AiClient.builder()
              .provider(Http.preferred(server))
              .provider(Http.second(server))
              .timeout(Duration.ofSeconds(4))
              .firstTokenTimeout(Duration.ofMillis(500))
              .bulkhead(AT_ONCE)
              // So that the primary stays in service: left to itself, the client would soon leave
              // it.
              .circuitBreaker(0.9, 50, Duration.ofSeconds(1), 3)
              .seed(1)
              .build()) {
        Semaphore places = new Semaphore(AT_ONCE);
        CountDownLatch done = new CountDownLatch(REQUESTS);
        for (int i = 0; i < REQUESTS; i++) {
          int n = i;
          places.acquire();
          Thread.startVirtualThread(() -> {
            long from = System.nanoTime();
            try {
              if (ask(client, streaming)) {
                right.incrementAndGet();
              }
            } finally {
              took[n] = System.nanoTime() - from;
              places.release();
              done.countDown();
            }
          });
        }
        done.await();
        assertThat(client.status().providers()).allMatch(p -> p.inFlight() == 0);
      }
      // The primary was asked first each time, and met its faults.
      assertThat(primary.played()).isGreaterThan(REQUESTS * 9L / 10);
      assertThat(server.count(Dialect.ANTHROPIC)).isGreaterThan(REQUESTS / 4);
      Arrays.sort(took);
      reporter.publishEntry(
          Map.of(
              "right", right + " of " + REQUESTS,
              "asked of the primary", String.valueOf(primary.played()),
              "asked of the second", String.valueOf(server.count(Dialect.ANTHROPIC)),
              "p50, ms", String.valueOf(took[REQUESTS / 2] / 1e6),
              "p99.9, ms", String.valueOf(took[REQUESTS * 999 / 1000] / 1e6)));
    }
    assertThat(right.get()).isGreaterThanOrEqualTo(REQUESTS * 999 / 1000);
  }

  private static boolean ask(AiClient client, boolean streaming) {
    long from = System.nanoTime();
    ChatRequest request = ChatRequest.of("question");
    try {
      ChatResponse r;
      if (streaming) {
        try (ChatStream s = client.stream(request)) {
          r = s.result();
        }
      } else {
        r = client.chat(request);
      }
      return r.text().equals("right") && System.nanoTime() - from < Duration.ofSeconds(4).toNanos();
    } catch (AiException e) {
      return false;
    }
  }

  @Test
  void theSameSeedAndFaultsGiveTheSameCalls() {
    int[] calls = new int[2];
    for (int run = 0; run < 2; run++) {
      SplittableRandom faults = new SplittableRandom(9);
      FakeProvider primary =
          FakeProvider.of("primary", 0.9)
              .chat(_ -> {
                if (faults.nextDouble() < 0.3) {
                  throw Faults.serverFault();
                }
                return FakeProvider.reply("right");
              });
      AiClient client =
          AiClient.builder()
              .provider(primary)
              .provider(FakeProvider.of("second", 0.8))
              .time(new FakeTime())
              .seed(3)
              .build();
      for (int i = 0; i < 500; i++) {
        client.chat(ChatRequest.of("question"));
      }
      calls[run] = primary.calls.size();
    }
    assertThat(calls[0]).isEqualTo(calls[1]);
  }
}
