package dev.gatun.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.Message;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.Failure;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests with an {@code Idempotency-Key}. */
class IdempotencyTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final String HELLO =
      "{\"model\":\"scripted/m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
  private final Running running = new Running();

  @AfterEach
  void stop() {
    running.close();
  }

  private HttpResponse<String> chat(String body, String key) throws Exception {
    return running.post(CHAT, body, "Idempotency-Key", key);
  }

  private static boolean replayed(HttpResponse<String> r) {
    return r.headers().firstValue("Idempotency-Replayed").isPresent();
  }

  @Test
  void whatWasAnsweredIsAnsweredAgain() throws Exception {
    running.provider.next(Message.assistant("once"));
    HttpResponse<String> first = chat(HELLO, "k-1");
    HttpResponse<String> second = chat(HELLO, "k-1");
    assertThat(first.statusCode()).isEqualTo(200);
    assertThat(replayed(first)).isFalse();
    assertThat(replayed(second)).isTrue();
    assertThat(second.body()).isEqualTo(first.body()).contains("once");
    assertThat(second.headers().firstValue("X-Gatun-Model"))
        .isEqualTo(first.headers().firstValue("X-Gatun-Model"));
    assertThat(running.provider.calls).hasSize(1);
    assertThat(replayed(chat(HELLO, "k-2"))).isFalse();
    assertThat(running.provider.calls).hasSize(2);
  }

  @Test
  void aKeyBelongsToOneRequest() throws Exception {
    chat(HELLO, "k");
    HttpResponse<String> other = chat(HELLO.replace("hi", "ho"), "k");
    assertThat(other.statusCode()).isEqualTo(422);
    assertThat(other.body()).contains("was used with another request");
    assertThat(chat(HELLO, "a key").statusCode()).isEqualTo(400);
    assertThat(running.provider.calls).hasSize(1);
  }

  @Test
  void whatFailedMayBeTriedAgain() throws Exception {
    running.provider.next(new AiException.InvalidRequest(Failure.of("not like that").status(400)));
    running.provider.next(Message.assistant("now"));
    assertThat(chat(HELLO, "k").statusCode()).isEqualTo(400);
    HttpResponse<String> second = chat(HELLO, "k");
    assertThat(second.statusCode()).isEqualTo(200);
    assertThat(replayed(second)).isFalse();
    assertThat(second.body()).contains("now");
  }

  @Test
  void aSecondRequestDoesNotBeginBesideTheFirst() throws Exception {
    running.provider.next(ScriptedProvider.SILENCE);
    CompletableFuture<HttpResponse<String>> first =
        CompletableFuture.supplyAsync(() -> {
          try {
            return chat(HELLO.replace("}]}", "}],\"user\":\"u\"}"), "k");
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
    Running.await("the provider is asked", () -> !running.provider.calls.isEmpty());
    HttpResponse<String> second = chat(HELLO.replace("}]}", "}],\"user\":\"u\"}"), "k");
    assertThat(second.statusCode()).isEqualTo(409);
    assertThat(second.headers().firstValue("Retry-After")).contains("1");
    assertThat(running.provider.calls).hasSize(1);
    assertThat(first).isNotDone(); // ends with the gateway
  }

  @Test
  void aStreamIsReplayedToo() throws Exception {
    String body = HELLO.replace("}]}", "}],\"stream\":true}");
    Running demo = new Running(java.util.List.of(new dev.gatun.ai.provider.Demo()));
    try {
      String path = body.replace("scripted/m", "auto");
      HttpResponse<String> first = demo.post(CHAT, path, "Idempotency-Key", "s");
      HttpResponse<String> second = demo.post(CHAT, path, "Idempotency-Key", "s");
      assertThat(first.body()).contains("data: ").endsWith("data: [DONE]\n\n");
      assertThat(second.body()).isEqualTo(first.body());
      assertThat(replayed(second)).isTrue();
      assertThat(second.headers().firstValue("content-type"))
          .isEqualTo(first.headers().firstValue("content-type"));
    } finally {
      demo.close();
    }
  }
}
