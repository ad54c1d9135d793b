package dev.gatun.ai.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.ChatStream;
import dev.gatun.ai.StreamEvent;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.FaultMix;
import dev.gatun.ai.testkit.Match;
import dev.gatun.ai.testkit.Position;
import dev.gatun.ai.testkit.Script;
import dev.gatun.ai.testkit.ScriptedServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;

/** Many streams of the shipped providers at once, over HTTP, from the scripted server. */
class ManyStreamsTest {
  private static final int STREAMS = 500;
  private static final int FRAMES = 200;
  private static final String COUNT =
      IntStream.rangeClosed(1, FRAMES).mapToObj(Integer::toString).collect(Collectors.joining(" "));

  private static Thread reader(Runnable task) {
    return Thread.startVirtualThread(task);
  }

  @Test
  @Timeout(60)
  void fiveHundredStreamsAtOnceLoseNoFrame() throws Exception {
    try (ScriptedServer server = ScriptedServer.start();
        AiClient client =
            AiClient.builder()
                .provider(Http.preferred(server))
                .provider(Http.second(server))
                .bulkhead(STREAMS)
                .firstTokenTimeout(Duration.ofSeconds(30))
                .idleTimeout(Duration.ofSeconds(30))
                .build()) {
      server.otherwise(Script.reply(COUNT));
      AtomicInteger right = new AtomicInteger();
      CountDownLatch open = new CountDownLatch(STREAMS);
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < STREAMS; i++) {
        threads.add(
            reader(() -> {
              try (ChatStream s = client.stream(ChatRequest.of("count"))) {
                // All are open before one goes on.
                open.countDown();
                if (!open.await(30, TimeUnit.SECONDS)) {
                  return;
                }
                int frames = 0;
                for (StreamEvent e : s) {
                  frames += e instanceof StreamEvent.Text ? 1 : 0;
                }
                if (frames == FRAMES && s.result().text().contentEquals(COUNT)) {
                  right.incrementAndGet();
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            }));
      }
      for (Thread t : threads) {
        t.join();
      }
      assertThat(right).hasValue(STREAMS);
      assertThat(server.count(Dialect.OPENAI)).isEqualTo(STREAMS);
      assertThat(client.status().providers()).allMatch(p -> p.inFlight() == 0);
    }
  }

  /** Half an hour of good, broken and abandoned streams; the memory in use must not grow. */
  @Test
  @Tag("slow")
  void halfAnHourLeavesNoMemoryBehind(TestReporter reporter) throws Exception {
    Duration length = Duration.ofMinutes(Long.getLong("gatun.soak.minutes", 30));
    try (ScriptedServer server = ScriptedServer.start();
        AiClient client =
            AiClient.builder()
                .provider(Http.preferred(server))
                .provider(Http.second(server))
                .circuitBreaker(1, 1000, Duration.ofSeconds(1), 3)
                .build()) {
      Script words = Script.lorem(40).tokenEvery(Duration.ofMillis(5));
      server
          .when(Match.any())
          .mixed(
              FaultMix.seed(7)
                  .with(0.2, words.truncate(Position.afterTokens(3)))
                  .with(0.1, words.truncate(Position.afterTokens(0)))
                  .otherwise(words));
      AtomicInteger whole = new AtomicInteger();
      AtomicInteger broken = new AtomicInteger();
      AtomicInteger left = new AtomicInteger();
      long begin = System.nanoTime();
      long early = 0;
      int minute = 0;
      while (System.nanoTime() - begin < length.toNanos()) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
          boolean leaves = i % 3 == 0;
          threads.add(reader(() -> read(client, leaves, whole, broken, left)));
        }
        for (Thread t : threads) {
          t.join();
        }
        server.clearRequests();
        if ((System.nanoTime() - begin) / Duration.ofMinutes(1).toNanos() > minute) {
          minute++;
          long used = used();
          early = early == 0 ? used : early;
          reporter.publishEntry(
              "minute " + minute,
              "%.2f MiB of heap in use, %d MiB resident, %d whole, %d broken, %d left"
                  .formatted(
                      used / 1048576.0, resident() >> 20, whole.get(), broken.get(), left.get()));
        }
      }
      assertThat(used() - early)
          .as("bytes more in use at the end than after the first minute")
          .isLessThan(8 << 20);
      assertThat(whole).hasPositiveValue();
      assertThat(broken).hasPositiveValue();
      assertThat(client.status().providers()).allMatch(p -> p.inFlight() == 0);
    }
  }

  private static void read(
      AiClient client,
      boolean leaves,
      AtomicInteger whole,
      AtomicInteger broken,
      AtomicInteger left) {
    try (ChatStream s = client.stream(ChatRequest.of("count"))) {
      if (leaves) {
        s.iterator().next();
        left.incrementAndGet();
      } else {
        s.result();
        whole.incrementAndGet();
      }
    } catch (AiException e) {
      broken.incrementAndGet();
    }
  }

  /** The least of several collections: one alone may leave dead objects, and streams that end. */
  private static long used() throws InterruptedException {
    Runtime r = Runtime.getRuntime();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      Thread.sleep(Duration.ofMillis(200));
      System.gc();
      least = Math.min(least, r.totalMemory() - r.freeMemory());
    }
    return least;
  }

  /** The process's memory as Linux tells it; zero elsewhere. */
  private static long resident() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(l -> l.startsWith("VmRSS:"))
        .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")) << 10)
        .sum();
  }
}
