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
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
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

/**
 * The service as a process of its own: new files of settings and keys, and SIGTERM, under streams.
 */
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
        ScriptedServer another = ScriptedServer.start();
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      // One stream ends when its client has seen enough, so that the drain lasts until then.
      provider
          .when(Match.any().model("gpt-4.1"))
          .always(Script.reply("w0 " + "on ".repeat(2000)).tokenEvery(Duration.ofMillis(100)));
      provider
          .when(Match.any().streaming(true))
          .always(Script.reply(WORDS).tokenEvery(Duration.ofMillis(100)));
      provider.when(Match.any()).always(Script.reply("the first"));
      another.when(Match.any()).always(Script.reply("another"));
      settings(provider);
      Path keys = folder.resolve("keys.json");
      Files.writeString(keys, keys(OLD));
      Process process = serve(keys);
      try {
        String url = url(process);
        CountDownLatch begun = new CountDownLatch(STREAMS + 1);
        HttpURLConnection endless = begin(url, "openai/gpt-4.1");
        var _ = clients.submit(() -> read(endless, begun));
        List<Future<List<String>>> streams = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
          streams.add(clients.submit(() -> read(begin(url, "gpt-4.1-mini"), begun)));
        }
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();

        // By the watch of the file, then by a signal.
        settings(another);
        awaitAnswer(url, "another");
        long before = provider.count();
        Files.writeString(folder.resolve("gatun.env"), "not a setting\n");
        hangUp(process);
        awaitLog(
            "now is not used: Line 1 of "
                + folder.resolve("gatun.env")
                + " is not of the form NAME=VALUE");
        assertThat(answer(url)).contains("another");
        assertThat(provider.count()).isEqualTo(before);

        Path next = folder.resolve("next.json");
        Files.writeString(next, keys(NEW));
        Files.move(next, keys, StandardCopyOption.ATOMIC_MOVE);
        awaitStatus(url + "/v1/models", NEW, 200);
        assertThat(status(url + "/v1/models", OLD)).isEqualTo(401);

        process.destroy(); // SIGTERM
        awaitStatus(url + "/health/ready", NEW, 503);
        endless.disconnect();
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
            .hasSizeGreaterThan(STREAMS)
            .allMatch(l -> l.string("tenant").equals(Optional.of("acme")))
            .allMatch(l -> l.string("request_id").isPresent());
      } finally {
        process.destroyForcibly();
      }
    }
  }

  /** The file of settings, written at once as an editor does. */
  private void settings(ScriptedServer provider) throws IOException {
    Path file = folder.resolve("next.env");
    Files.writeString(
        file,
        """
        # the provider
        OPENAI_API_KEY=upstream-key-0123456789
        OPENAI_BASE_URL=%s
        """
            .formatted(provider.baseUrl(Dialect.OPENAI)));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Files.move(file, folder.resolve("gatun.env"), StandardCopyOption.ATOMIC_MOVE);
  }

  private static void hangUp(Process process) throws Exception {
    Process kill = new ProcessBuilder("kill", "-HUP", Long.toString(process.pid())).start();
    assertThat(kill.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(kill.exitValue()).isZero();
  }

  private void awaitLog(String text) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!Files.readString(folder.resolve("serve.log")).contains(text)) {
      assertThat(System.nanoTime()).as("the log says: %s", text).isLessThan(end);
      Thread.sleep(20);
    }
  }

  private static void awaitAnswer(String url, String text) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!answer(url).contains(text)) {
      assertThat(System.nanoTime()).as("the answer has '%s'", text).isLessThan(end);
      Thread.sleep(100);
    }
  }

  /** Of a call without a stream, which is not counted in the number of streams. */
  private static String answer(String url) throws IOException {
    HttpURLConnection c = open(url + "/v1/chat/completions", OLD);
    c.setDoOutput(true);
    c.setRequestProperty("Content-Type", "application/json");
    c.getOutputStream()
        .write(
            """
            {"model": "gpt-4.1-mini", "messages": [{"role": "user", "content": "Who are you?"}]}
            """
                .getBytes(StandardCharsets.UTF_8));
    try (InputStream in = c.getInputStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private Process serve(Path keys) throws IOException {
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
    command.addAll(
        List.of(
            "serve", "--port", "0", "--json", "--config", folder.resolve("gatun.env").toString()));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectError(folder.resolve("serve.log").toFile());
    builder.environment().put("GATUN_LOG_FORMAT", "json");
    builder.environment().put("GATUN_HOST", "127.0.0.1");
    builder.environment().put("GATUN_DATA_DIR", folder.resolve("data").toString());
    builder.environment().put("GATUN_KEYS_FILE", keys.toString());
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

  /** Asks for a stream. */
  private static HttpURLConnection begin(String url, String model) throws IOException {
    HttpURLConnection c = open(url + "/v1/chat/completions", OLD);
    c.setDoOutput(true);
    c.setRequestProperty("Content-Type", "application/json");
    c.getOutputStream()
        .write(
            """
            {"model": "%s", "stream": true, "messages": [{"role": "user", "content": "Count."}]}
            """
                .formatted(model)
                .getBytes(StandardCharsets.UTF_8));
    return c;
  }

  /** The lines of a stream, which counts as begun with its first word. */
  private static List<String> read(HttpURLConnection c, CountDownLatch begun) throws IOException {
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
