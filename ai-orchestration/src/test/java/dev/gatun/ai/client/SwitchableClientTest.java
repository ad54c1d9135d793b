package dev.gatun.ai.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.ChatStream;
import dev.gatun.ai.SwitchableClient;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SwitchableClientTest {
  private static final ChatRequest HI = ChatRequest.of("Hi");

  private static AiClient client(String id) {
    FakeProvider provider = FakeProvider.of(id, 0.9);
    provider.chat = _ -> FakeProvider.reply(id);
    return AiClient.builder().provider(provider).build();
  }

  private static boolean isClosed(AiClient client) {
    try {
      client.chat(HI);
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }

  @Test
  void callsEndWhereTheyBegan() {
    AiClient old = client("a");
    try (SwitchableClient client = new SwitchableClient(old)) {
      ChatStream stream = client.stream(HI);
      client.switchTo(client("b"));
      assertThat(client.chat(HI).text()).isEqualTo("b");
      assertThat(client.status().providers().getFirst().id()).isEqualTo("b");
      assertThat(stream.result().text()).isEqualTo("hello");
      assertThat(stream.result().route().attempts().getFirst().model().provider()).isEqualTo("a");
      assertThat(isClosed(old)).isFalse();
      stream.close();
      stream.close(); // changes nothing more
      assertThat(isClosed(old)).isTrue();
      assertThat(client.chat(HI).text()).isEqualTo("b");
    }
  }

  @Test
  void aClientWithoutCallsIsClosedAtOnce() {
    AiClient old = client("a");
    try (SwitchableClient client = new SwitchableClient(old)) {
      assertThat(client.chat(HI).text()).isEqualTo("a");
      client.switchTo(client("b"));
      assertThat(isClosed(old)).isTrue();
    }
  }

  @Test
  void closingEndsWhatWasReplacedToo() {
    AiClient first = client("a");
    AiClient second = client("b");
    SwitchableClient client = new SwitchableClient(first);
    ChatStream stream = client.stream(HI);
    client.switchTo(second);
    client.close();
    assertThat(isClosed(first)).isTrue();
    assertThat(isClosed(second)).isTrue();
    stream.close();
    AiClient third = client("c");
    assertThatThrownBy(() -> client.switchTo(third)).hasMessage("The client is closed");
    assertThat(isClosed(third)).isTrue();
  }

  @Test
  void noCallFailsWhileClientsAreReplaced() throws Exception {
    AtomicInteger answered = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(1);
    try (SwitchableClient client = new SwitchableClient(client("a"));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> calls =
          threads.submit(() -> {
            while (done.getCount() > 0) {
              client.chat(HI);
              try (ChatStream s = client.stream(HI)) {
                s.result();
              }
              answered.incrementAndGet();
            }
          });
      for (int i = 0; i < 50; i++) {
        int before = answered.get();
        client.switchTo(client("c" + i));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (answered.get() == before && !calls.isDone() && System.nanoTime() < end) {
          Thread.sleep(1);
        }
      }
      done.countDown();
      calls.get(20, TimeUnit.SECONDS);
      assertThat(answered.get()).isGreaterThanOrEqualTo(50);
    }
  }
}
