package dev.gatun.examples.gateway;

import dev.gatun.ai.spi.ProviderConfig;
import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.ScriptedServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The service before a scripted provider, asked what clients ask: the launcher records which
 * classes that loads and how they are used, for starts that are quick and warm.
 */
final class Rehearsal {
  private static final String KEY = "rehearsal-key-0123456789";
  private static final int ROUNDS = 400;

  private Rehearsal() {}

  static void run() throws IOException {
    Path data = Files.createTempDirectory("gatun-rehearsal-");
    try (ScriptedServer provider = ScriptedServer.start()) {
      ProviderConfig settings =
          ProviderConfig.of(
              Map.of(
                  "GATUN_HOST",
                  "127.0.0.1",
                  "GATUN_PORT",
                  "0",
                  "GATUN_DATA_DIR",
                  data.toString(),
                  "GATUN_DRAIN_SECONDS",
                  "0",
                  "GATUN_API_KEYS",
                  "rehearsal:" + KEY,
                  "OPENAI_API_KEY",
                  KEY,
                  "OPENAI_BASE_URL",
                  provider.baseUrl(Dialect.OPENAI),
                  "ANTHROPIC_API_KEY",
                  KEY,
                  "ANTHROPIC_BASE_URL",
                  provider.baseUrl(Dialect.ANTHROPIC)));
      try (Service service = Service.start(new Settings(settings, List.of()))) {
        String url = "http://127.0.0.1:" + service.port();
        for (int i = 0; i < ROUNDS; i++) {
          ask(url, i);
        }
      }
    } finally {
      try (Stream<Path> files = Files.walk(data)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static void ask(String url, int round) throws IOException {
    String model = round % 2 == 0 ? "gpt-4.1-mini" : "claude-haiku-4-5";
    String stream = round % 4 < 2 ? "" : ",\"stream\":true";
    String said =
        "\"messages\":[{\"role\":\"user\",\"content\":\"What is round " + round + " good for?\"}]";
    for (int i = 0; i < 4; i++) {
      call(
          url + "/v1/chat/completions",
          "{\"model\":\"" + model + "\"," + said + ",\"max_tokens\":100" + stream + "}");
    }
    call(
        url + "/v1/messages",
        "{\"model\":\"" + model + "\"," + said + ",\"max_tokens\":100" + stream + "}");
    if (round % 20 == 0) {
      call(url + "/v1/embeddings", "{\"model\":\"text-embedding-3-small\",\"input\":\"lake\"}");
      call(url + "/v1/chat/completions", "{\"model\":\"nobody\"," + said + "}");
      for (String page :
          List.of("/health", "/health/ready", "/v1/ai/status", "/v1/models", "/metrics")) {
        call(url + page, "");
      }
    }
  }

  private static void call(String url, String body) throws IOException {
    HttpURLConnection c = (HttpURLConnection) URI.create(url).toURL().openConnection();
    c.setRequestProperty("Authorization", "Bearer " + KEY);
    if (!body.isEmpty()) {
      c.setRequestMethod("POST");
      c.setDoOutput(true);
      c.setRequestProperty("Content-Type", "application/json");
      try (OutputStream out = c.getOutputStream()) {
        out.write(body.getBytes(StandardCharsets.UTF_8));
      }
    }
    try (InputStream in = c.getResponseCode() < 400 ? c.getInputStream() : c.getErrorStream()) {
      in.readAllBytes();
    }
  }
}
