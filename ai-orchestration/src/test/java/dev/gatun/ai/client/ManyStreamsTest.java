package dev.gatun.ai.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.ChatStream;
import dev.gatun.ai.FinishReason;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.StreamEvent;
import dev.gatun.ai.Usage;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.EventSource;
import dev.gatun.ai.spi.RateLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ManyStreamsTest {
  private static final int FRAMES = 200;

  /** Counts from 0 on, a little slower than it could. */
  private static final class Counting implements EventSource {
    private int n = -1;

    @Override
    public StreamEvent next() {
      n++;
      if (n == 0) {
        return new StreamEvent.Started("id", new ModelRef("a", "m"));
      }
      if (n % 20 == 0) {
        try {
          Thread.sleep(Duration.ofMillis(1));
        } catch (InterruptedException e) {
          throw Errors.interrupted();
        }
      }
      return n <= FRAMES
          ? new StreamEvent.Text(n + " ")
          : new StreamEvent.Finished(FinishReason.STOP, Usage.of(5, FRAMES), Json.Obj.EMPTY);
    }

    @Override
    public RateLimits limits() {
      return RateLimits.UNKNOWN;
    }

    @Override
    public void close() {}
  }

  @Test
  @Timeout(60)
  void fiveHundredStreamsAtOnceLoseNoFrame() throws Exception {
    FakeProvider a = FakeProvider.of("a", 0.9).stream(_ -> new Counting());
    AiClient client = AiClient.builder().provider(a).bulkhead(500).build();
    StringBuilder expected = new StringBuilder();
    for (int i = 1; i <= FRAMES; i++) {
      expected.append(i).append(' ');
    }
    AtomicInteger right = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      threads.add(
          Thread.startVirtualThread(() -> {
            try (ChatStream s = client.stream(ChatRequest.of("count"))) {
              int frames = 0;
              for (StreamEvent e : s) {
                frames += e instanceof StreamEvent.Text ? 1 : 0;
              }
              if (frames == FRAMES && s.result().text().contentEquals(expected)) {
                right.incrementAndGet();
              }
            }
          }));
    }
    for (Thread t : threads) {
      t.join();
    }
    assertThat(right).hasValue(500);
    assertThat(client.status().providers().getFirst().inFlight()).isZero();
  }

  /** Half an hour of good, broken and abandoned streams; the memory in use must not grow. */
  @Test
  @Tag("slow")
  void halfAnHourLeavesNoMemoryBehind() throws Exception {
    long minutes = Long.getLong("gatun.soak.minutes", 30);
    FakeProvider a = FakeProvider.of("a", 0.9);
    AtomicInteger n = new AtomicInteger();
    a.stream(_ ->
        n.incrementAndGet() % 3 == 0
            ? FakeProvider.events(FakeProvider.text("x"), Faults.truncated())
            : new Counting());
    AiClient client =
        AiClient.builder().provider(a).circuitBreaker(1, 1000, Duration.ofSeconds(1), 3).build();
    long end = System.nanoTime() + Duration.ofMinutes(minutes).toNanos();
    long early = 0;
    for (int round = 0; System.nanoTime() < end; round++) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        boolean leaves = i % 2 == 0;
        threads.add(Thread.startVirtualThread(() -> read(client, leaves)));
      }
      for (Thread t : threads) {
        t.join();
      }
      a.calls.clear();
      if (round == 100) {
        early = used();
      }
    }
    assertThat(used() - early).as("bytes more in use at the end").isLessThan(8 << 20);
    assertThat(client.status().providers().getFirst().inFlight()).isZero();
  }

  private static void read(AiClient client, boolean leaves) {
    try (ChatStream s = client.stream(ChatRequest.of("count"))) {
      if (leaves) {
        s.iterator().next();
      } else {
        s.result();
      }
    } catch (AiException e) {
      // One in three is broken.
    }
  }

  private static long used() {
    System.gc();
    Runtime r = Runtime.getRuntime();
    return r.totalMemory() - r.freeMemory();
  }
}
