package dev.gatun.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages in a browser. */
class DashboardTest {
  @TempDir private Path folder;

  /** What a page has become after its scripts ran. */
  private String page(String url) throws IOException, InterruptedException {
    Path browser =
        Stream.of("chromium", "chromium-browser", "google-chrome")
            .flatMap(n -> Stream.of(System.getenv("PATH").split(":")).map(d -> Path.of(d, n)))
            .filter(Files::isExecutable)
            .findFirst()
            .orElse(null);
    Assumptions.assumeTrue(browser != null, "no Chromium on the PATH");
    Path out = folder.resolve("page.html");
    Process process =
        new ProcessBuilder(
                List.of(
                    browser.toString(),
                    "--headless",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                    "--user-data-dir=" + folder.resolve("profile"),
                    "--virtual-time-budget=5000",
                    "--dump-dom",
                    url))
            .redirectOutput(out.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("the browser ended").isTrue();
    } finally {
      process.destroyForcibly();
    }
    return Files.readString(out, StandardCharsets.UTF_8);
  }

  @Test
  void theDashboardShowsWhatHappens() throws Exception {
    try (Running running = new Running()) {
      for (int i = 0; i < 3; i++) {
        running.post(
            "/v1/chat/completions",
            "{\"model\":\"scripted/m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
      }
      String dom = page(running.url("/"));
      assertThat(dom).contains("scripted").contains("POST /v1/chat/completions");
      assertThat(dom).as("money spent").contains("$0.03");
      assertThat(dom).contains("<rect").contains("<path");
    }
  }

  @Test
  void theDashboardDrawsATraining() throws Exception {
    try (Running running = new Running()) {
      StringBuilder csv = new StringBuilder("a,b\\n");
      for (int i = 0; i < 40; i++) {
        csv.append(i % 7).append(',').append(i % 7 + i % 3).append("\\n");
      }
      String job =
          Running.json(
                  running.post(
                      "/v1/train",
                      "{\"dataset\":\""
                          + csv
                          + "\",\"target\":\"b\",\"task\":\"regression\",\"epochs\":9}"))
              .string("id")
              .orElseThrow();
      while (!running.get("/v1/jobs/" + job).body().contains("\"succeeded\"")) {
        Thread.sleep(20);
      }
      String dom = page(running.url("/"));
      assertThat(dom).contains("id=\"curve-" + job).contains("val loss").contains("epoch 9");
    }
  }

  @Test
  void thePageOfTheApiListsTheEndpoints() throws Exception {
    try (Running running = new Running()) {
      String dom = page(running.url("/docs"));
      assertThat(dom)
          .contains("/v1/ai/synthetic-data")
          .contains("/v1/messages")
          .contains("/health");
    }
  }
}
