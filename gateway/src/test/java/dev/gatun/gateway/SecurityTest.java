package dev.gatun.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Attacks on the gateway: docs/security.md lists them. */
class SecurityTest {
  private static final String HELLO =
      "{\"model\":\"scripted/m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

  private static String raw(Running running, String... parts) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), running.gateway.port())) {
      socket.setSoTimeout(15_000);
      OutputStream out = socket.getOutputStream();
      for (String part : parts) {
        out.write(part.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
      }
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  @Test
  void aBodyThatNeverComesEnds() throws Exception {
    try (Running running = new Running("GATUN_IDLE_SECONDS", "1")) {
      long start = System.nanoTime();
      String answer =
          raw(
              running,
              "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                  + "Content-Length: 500\r\n\r\n{\"model\":");
      assertThat((System.nanoTime() - start) / 1e9).isBetween(0.5, 10.0);
      assertThat(answer)
          .satisfiesAnyOf(
              a -> assertThat(a).startsWith("HTTP/1.1 408"), a -> assertThat(a).isEmpty());
      assertThat(running.provider.calls).isEmpty();
    }
  }

  @Test
  void everyEndpointButTheOpenOnesNeedsAKey() throws Exception {
    String key = "a-key-of-a-client-0123456789";
    try (Running running = new Running("GATUN_API_KEYS", "acme:" + key)) {
      List<String> gets =
          List.of("/v1/models", "/v1/ai/status", "/v1/jobs", "/v1/jobs/x", "/metrics");
      for (String path : gets) {
        assertThat(running.get(path).statusCode()).as(path).isEqualTo(401);
        assertThat(running.get(path, "Authorization", "Bearer " + key + "x").statusCode())
            .as(path)
            .isEqualTo(401);
        assertThat(running.get(path, "Authorization", "Bearer").statusCode()).isEqualTo(401);
        assertThat(running.get(path + "/", "x-forwarded-user", "acme").statusCode())
            .as(path)
            .isIn(401, 404);
      }
      for (String path :
          List.of(
              "/v1/chat/completions",
              "/v1/messages",
              "/v1/embeddings",
              "/v1/ai/enhance",
              "/v1/ai/analyze",
              "/v1/ai/synthetic-data")) {
        assertThat(running.post(path, HELLO).statusCode()).as(path).isEqualTo(401);
      }
      assertThat(running.provider.calls).isEmpty();
    }
  }

  @Test
  void headersOfTheClientDoNotBecomeHeadersOfTheAnswer() throws Exception {
    try (Running running = new Running()) {
      String answer =
          raw(
              running,
              "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Request-Id: a%0d%0aSet-Cookie: b=1\t\u00e4\r\n\r\n");
      assertThat(answer).startsWith("HTTP/1.1 200").doesNotContain("Set-Cookie");
      assertThat(
              raw(running, "GET /a%0aFAKE%20LINE HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
          .contains("404")
          .doesNotContain("\nFAKE");
    }
  }

  @Test
  void pathsDoNotLeadOut() throws Exception {
    try (Running running = new Running()) {
      for (String path :
          List.of(
              "/assets/../module-info.class",
              "/assets/..%2f..%2fmodule-info.class",
              "/assets/%2e%2e/x")) {
        String answer =
            raw(running, "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assertThat(answer).as(path).matches("(?s)HTTP/1.1 4\\d\\d.*");
      }
    }
  }

  @Test
  void addressesInRequestsAreNotCalled() throws Exception {
    AtomicInteger called = new AtomicInteger();
    HttpServer inside =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
    inside.createContext(
        "/",
        x -> {
          called.incrementAndGet();
          x.sendResponseHeaders(200, -1);
          x.close();
        });
    inside.start();
    String url = "http://127.0.0.1:" + inside.getAddress().getPort() + "/latest/meta-data";
    try (Running running = new Running()) {
      HttpResponse<String> r =
          running.post(
              "/v1/chat/completions",
              "{\"model\":\"scripted/m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\""
                  + url
                  + "\"}}]}],\"base_url\":\""
                  + url
                  + "\"}");
      assertThat(r.statusCode()).isIn(200, 400);
      running.post(
          "/v1/ai/synthetic-data",
          "{\"schema\":{\"$ref\":\""
              + url
              + "\",\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\""
              + url
              + "\"}}},\"count\":1}");
      assertThat(called).hasValue(0);
    } finally {
      inside.stop(0);
    }
  }

  @Test
  void keysAreNowhereToBeRead() throws Exception {
    String key = "a-key-of-a-client-0123456789";
    try (Running running = new Running("GATUN_API_KEYS", "acme:" + key)) {
      running.post("/v1/chat/completions", HELLO, "Authorization", "Bearer " + key);
      for (String path :
          List.of("/v1/ai/status", "/metrics", "/health", "/openapi.json", "/v1/models")) {
        assertThat(running.get(path, "Authorization", "Bearer " + key).body())
            .as(path)
            .doesNotContain(key);
      }
      assertThat(running.post("/v1/chat/completions", "{", "Authorization", "Bearer " + key).body())
          .doesNotContain(key);
    }
  }
}
