package dev.gatun.examples.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.ai.json.Json;
import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.Match;
import dev.gatun.ai.testkit.Script;
import dev.gatun.ai.testkit.ScriptedServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service as a process of its own: a new file of keys and SIGTERM while streams are open. */
class ServeTest {
  private static final String OLD = "the-old-key-0123456789";
  private static final String NEW = "the-new-key-0123456789";
  private static final int STREAMS = 200;
  private static final String WORDS =
      IntStream.range(0, 60).mapToObj(i -> "w" + i).collect(Collectors.joining(" "));

  @TempDir private Path folder;

  @Test
  void reloadAndDrainLoseNoStream() throws Exception {
    try (ScriptedServer provider = ScriptedServer.start();
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      provider.when(Match.any()).always(Script.reply(WORDS).tokenEvery(Duration.ofMillis(100)));
      Path keys = folder.resolve("keys.json");
      Files.writeString(keys, keys(OLD));
      Process process = serve(provider, keys);
      try {
        String url = url(process);
        CountDownLatch begun = new CountDownLatch(STREAMS);
        List<Future<List<String>>> streams = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
          streams.add(clients.submit(() -> stream(url, begun)));
        }
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();

        Path next = folder.resolve("next.json");
        Files.writeString(next, keys(NEW));
        Files.move(next, keys, StandardCopyOption.ATOMIC_MOVE);
        awaitStatus(url + "/v1/models", NEW, 200);
        assertThat(status(url + "/v1/models", OLD)).isEqualTo(401);

        process.destroy(); // SIGTERM
        awaitStatus(url + "/health/ready", NEW, 503);
        for (Future<List<String>> stream : streams) {
          List<String> lines = stream.get(30, TimeUnit.SECONDS);
          assertThat(lines.getLast()).isEqualTo("data: [DONE]");
          assertThat(text(lines)).isEqualTo(WORDS);
        }
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(128 + 15);
        assertThatThrownBy(() -> status(url + "/health", NEW)).isInstanceOf(ConnectException.class);
        assertThat(accessLog())
            .filteredOn(l -> l.string("route").equals(Optional.of("/v1/chat/completions")))
            .hasSize(STREAMS)
            .allMatch(l -> l.string("tenant").equals(Optional.of("acme")))
            .allMatch(l -> l.string("request_id").isPresent());
      } finally {
        process.destroyForcibly();
      }
    }
  }

  private Process serve(ScriptedServer provider, Path keys) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // As this test itself runs: modules, and on the class path what no module asks for by name.
    command.addAll(
        List.of(
            "-p",
            System.getProperty("jdk.module.path"),
            "-cp",
            System.getProperty("java.class.path"),
            "-m",
            "dev.gatun.examples/dev.gatun.examples.Main"));
    command.addAll(List.of("serve", "--port", "0", "--json"));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectError(folder.resolve("serve.log").toFile());
    builder.environment().put("GATUN_LOG_FORMAT", "json");
    builder.environment().put("GATUN_HOST", "127.0.0.1");
    builder.environment().put("GATUN_DATA_DIR", folder.resolve("data").toString());
    builder.environment().put("GATUN_KEYS_FILE", keys.toString());
    builder.environment().put("OPENAI_API_KEY", "upstream-key-0123456789");
    builder.environment().put("OPENAI_BASE_URL", provider.baseUrl(Dialect.OPENAI));
    return builder.start();
  }

  private String url(Process process) throws IOException {
    BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
    for (String line = said.readLine(); line != null; line = said.readLine()) {
      if (line.contains("\"listening\"") && Json.parse(line) instanceof Json.Obj o) {
        return o.string("url").orElseThrow().replaceAll(":[0-9]+$", "")
            + ":"
            + o.integer("port").orElseThrow();
      }
    }
    throw new IOException(
        "The service ended before it listened: " + Files.readString(folder.resolve("serve.log")));
  }

  private List<Json.Obj> accessLog() throws IOException {
    return Files.readAllLines(folder.resolve("serve.log")).stream()
        .filter(l -> l.startsWith("{")) // the JVM has lines of its own
        .map(l -> (Json.Obj) Json.parse(l))
        .filter(l -> l.string("logger").equals(Optional.of("dev.gatun.gateway.access")))
        .toList();
  }

  private static String keys(String key) throws Exception {
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
    return "{\"tenants\": {\"acme\": {\"keys\": [{\"sha256\": \""
        + HexFormat.of().formatHex(hash)
        + "\"}]}}}";
  }

  /** The lines of a stream, which counts as begun with its first word. */
  private static List<String> stream(String url, CountDownLatch begun) throws Exception {
    HttpURLConnection c = open(url + "/v1/chat/completions", OLD);
    c.setDoOutput(true);
    c.setRequestProperty("Content-Type", "application/json");
    c.getOutputStream()
        .write(
            """
            {"model": "gpt-4.1-mini", "stream": true,
             "messages": [{"role": "user", "content": "Count."}]}
            """
                .getBytes(StandardCharsets.UTF_8));
    List<String> read = new ArrayList<>();
    boolean counted = false;
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(c.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isEmpty()) {
          read.add(line);
        }
        if (!counted && line.contains("w0")) {
          counted = true;
          begun.countDown();
        }
      }
    }
    return read;
  }

  private static HttpURLConnection open(String url, String key) throws IOException {
    HttpURLConnection c = (HttpURLConnection) URI.create(url).toURL().openConnection();
    c.setConnectTimeout(10_000);
    c.setReadTimeout(30_000);
    c.setRequestProperty("Authorization", "Bearer " + key);
    return c;
  }

  private static String text(List<String> lines) {
    StringBuilder out = new StringBuilder();
    for (String line : lines) {
      if (line.startsWith("data: {") && Json.parse(line.substring(6)) instanceof Json.Obj o) {
        for (Json choice : o.array("choices")) {
          out.append(((Json.Obj) choice).object("delta").string("content").orElse(""));
        }
      }
    }
    return out.toString();
  }

  private static void awaitStatus(String url, String key, int wanted) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
    while (status(url, key) != wanted) {
      assertThat(System.nanoTime()).as("%s answers %d in time", url, wanted).isLessThan(end);
      Thread.sleep(20);
    }
  }

  private static int status(String url, String key) throws IOException {
    HttpURLConnection c = open(url, key);
    c.setRequestProperty("Connection", "close");
    return c.getResponseCode();
  }
}
