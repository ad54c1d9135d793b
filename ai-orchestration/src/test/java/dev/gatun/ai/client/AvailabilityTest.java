package dev.gatun.ai.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.ChatStream;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.Failure;
import dev.gatun.ai.spi.ChatCall;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A primary that fails 30 %, hangs 2 % and cuts 2 % of its answers off, and a sound second. */
class AvailabilityTest {
  private static final int REQUESTS = 10_000;
  private static final int AT_ONCE = 200;

  private final SplittableRandom random = new SplittableRandom(5);
  private final AtomicInteger hung = new AtomicInteger();

  private synchronized double draw() {
    return random.nextDouble();
  }

  /** As a provider does it: until the wait that the client allows is over, or nobody waits. */
  private AiException hang(ChatCall call) {
    hung.incrementAndGet();
    CountDownLatch cancelled = new CountDownLatch(1);
    try (var _ = call.context().cancellation().onCancel(cancelled::countDown)) {
      cancelled.await(call.context().firstToken().toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      return Errors.interrupted();
    }
    return new AiException.TimedOut(
        AiException.TimedOut.Phase.FIRST_TOKEN, Failure.of("nothing came").billed(true));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Timeout(120)
  void almostEveryRequestEndsWithARightAnswerInTime(boolean streaming) throws Exception {
    FakeProvider primary = FakeProvider.of("primary", 0.9);
    primary.chat(c -> {
      double d = draw();
      if (d < 0.30) {
        throw Faults.serverFault();
      } else if (d < 0.32) {
        throw hang(c);
      } else if (d < 0.34) {
        throw Faults.truncated();
      }
      return FakeProvider.reply("right");
    });
    primary.stream(c -> {
      double d = draw();
      if (d < 0.30) {
        throw Faults.serverFault();
      } else if (d < 0.32) {
        throw hang(c);
      } else if (d < 0.34) {
        return FakeProvider.events(Faults.truncated());
      }
      return FakeProvider.events(FakeProvider.text("right"), FakeProvider.finished());
    });
    FakeProvider second = FakeProvider.of("second", 0.2).chat(_ -> FakeProvider.reply("right"));
    second.stream(_ -> FakeProvider.events(FakeProvider.text("right"), FakeProvider.finished()));
    AtomicInteger right = new AtomicInteger();
    try (AiClient client =
        AiClient.builder()
            .provider(primary)
            .provider(second)
            .timeout(Duration.ofSeconds(4))
            .firstTokenTimeout(Duration.ofMillis(300))
            // So that the primary stays in service: left to itself, the client would soon leave it.
            .circuitBreaker(0.9, 50, Duration.ofSeconds(1), 3)
            .seed(1)
            .build()) {
      Semaphore places = new Semaphore(AT_ONCE);
      CountDownLatch done = new CountDownLatch(REQUESTS);
      for (int i = 0; i < REQUESTS; i++) {
        places.acquire();
        Thread.startVirtualThread(() -> {
          try {
            if (ask(client, streaming)) {
              right.incrementAndGet();
            }
          } finally {
            places.release();
            done.countDown();
          }
        });
      }
      done.await();
      assertThat(client.status().providers()).allMatch(p -> p.inFlight() == 0);
    }
    assertThat(hung.get()).isGreaterThan(REQUESTS / 100);
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
