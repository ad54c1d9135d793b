package dev.gatun.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Ten thousand requests that no client should send: none is an error of the gateway. */
class FuzzTest {
  private static final int REQUESTS = 10_000;

  private static final List<String> PATHS =
      List.of(
          "/v1/chat/completions",
          "/v1/messages",
          "/v1/embeddings",
          "/v1/models",
          "/v1/ai/status",
          "/v1/ai/synthetic-data",
          "/v1/ai/enhance",
          "/v1/ai/analyze?reasoning=false",
          "/v1/jobs",
          "/v1/jobs/x",
          "/v1/jobs/x/events",
          "/health",
          "/metrics",
          "/openapi.json",
          "/assets/../secret",
          "/%2e%2e/%2e%2e/etc/passwd",
          "/v1/jobs/%00",
          "/v1/ai/analyze?=&&&%zz");

  private static final List<String> TYPES =
      List.of(
          "application/json",
          "application/json; charset=utf-16",
          "text/csv",
          "multipart/form-data",
          "multipart/form-data; boundary=x",
          "application/octet-stream",
          "",
          "\u00e4");

  /** Bodies that are nearly right. */
  private static final List<String> SEEDS =
      List.of(
          "{\"model\":\"scripted/m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
          "{\"model\":\"m\",\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"}]}]}",
          "{\"model\":\"m\",\"input\":[\"a\",\"b\"],\"encoding_format\":\"base64\"}",
          "{\"schema\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}}},\"count\":2}",
          "{\"task\":\"t\",\"text\":\"x\",\"strategy\":\"all\",\"providers\":[\"scripted\"]}",
          "{\"layers\":[{\"type\":\"linear\",\"in\":4,\"out\":2}],\"input_shape\":[4],\"reasoning\":false}",
          "{\"history\":{\"loss\":[1,0.5],\"val_loss\":[1,2]},\"reasoning\":false}",
          "epoch,loss\n1,0.5\n2,nan\n",
          "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../a\"\r\n\r\nabc\r\n--x--\r\n");

  private static final List<String> PIECES =
      List.of(
          "null",
          "true",
          "-1",
          "1e999",
          "\"\"",
          "[]",
          "{}",
          "[[[[[[[[[[",
          "\"\\ud800\"",
          "9".repeat(400),
          "\u0000",
          "\"role\":7,",
          "\"stream\":true,",
          "\"tools\":[{}],",
          "\"n\":0,",
          "\uFFFF",
          "}",
          "]");

  @Test
  void noneIsAnErrorOfTheGateway() throws Exception {
    Random random = new Random(20_261_125);
    List<String> wrong = new ArrayList<>();
    int answered = 0;
    try (Running running = new Running("GATUN_MAX_BODY_BYTES", "65536")) {
      int port = running.gateway.port();
      for (int i = 0; i < REQUESTS; i++) {
        byte[] request = request(random);
        String status = send(port, request);
        answered += status.isEmpty() ? 0 : 1;
        if (status.startsWith("HTTP/1.1 500")) {
          wrong.add(status + " to " + new String(request, StandardCharsets.ISO_8859_1));
        }
      }
      assertThat(running.get("/health").statusCode()).isEqualTo(200);
    }
    assertThat(wrong).as("answers with 500").isEmpty();
    assertThat(answered).as("answers").isGreaterThan(REQUESTS * 9 / 10);
  }

  private static byte[] request(Random random) {
    String method =
        random.nextInt(4) > 0
            ? "POST"
            : List.of("GET", "DELETE", "PUT", "HEAD").get(random.nextInt(4));
    byte[] body = body(random);
    StringBuilder head = new StringBuilder();
    head.append(method).append(' ').append(PATHS.get(random.nextInt(PATHS.size())));
    head.append(" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
    String type = TYPES.get(random.nextInt(TYPES.size()));
    if (random.nextInt(3) > 0) {
      type = "application/json";
    }
    head.append("Content-Type: ").append(type).append("\r\n");
    if (random.nextInt(8) == 0) {
      head.append("Idempotency-Key: ").append(random.nextInt(50)).append("\r\n");
    }
    if (random.nextInt(8) == 0) {
      head.append("X-Request-Id: ").append("a\tb\u00ff".repeat(random.nextInt(40))).append("\r\n");
    }
    if (random.nextInt(8) == 0) {
      head.append("X-Gatun-Max-Cost: ").append(PIECES.get(random.nextInt(4))).append("\r\n");
    }
    head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
    byte[] start = head.toString().getBytes(StandardCharsets.ISO_8859_1);
    byte[] all = java.util.Arrays.copyOf(start, start.length + body.length);
    System.arraycopy(body, 0, all, start.length, body.length);
    return all;
  }

  private static byte[] body(Random random) {
    StringBuilder s = new StringBuilder(SEEDS.get(random.nextInt(SEEDS.size())));
    int changes = random.nextInt(4);
    for (int c = 0; c < changes; c++) {
      int at = random.nextInt(s.length() + 1);
      switch (random.nextInt(4)) {
        case 0 -> s.insert(at, PIECES.get(random.nextInt(PIECES.size())));
        case 1 -> s.delete(at, Math.min(s.length(), at + 1 + random.nextInt(12)));
        case 2 -> s.insert(at, (char) random.nextInt(256));
        default -> {
          int colon = s.indexOf(":", at);
          if (colon >= 0) {
            s.insert(colon + 1, PIECES.get(random.nextInt(PIECES.size())) + ",\"x\":");
          }
        }
      }
    }
    byte[] bytes =
        s.toString()
            .getBytes(
                random.nextInt(5) == 0 ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
    if (random.nextInt(20) == 0) {
      random.nextBytes(bytes);
    }
    return bytes;
  }

  /** The first line of the answer; empty when the connection was closed without one. */
  private static String send(int port, byte[] request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(20_000);
      OutputStream out = socket.getOutputStream();
      out.write(request);
      out.flush();
      InputStream in = socket.getInputStream();
      byte[] line = in.readNBytes(12);
      return new String(line, StandardCharsets.ISO_8859_1);
    } catch (SocketException e) {
      return ""; // closed before all was written
    }
  }
}
