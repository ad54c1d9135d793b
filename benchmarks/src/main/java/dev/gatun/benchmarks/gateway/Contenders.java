package dev.gatun.benchmarks.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Starts the servers that are compared, and the scripted provider behind them. */
final class Contenders implements AutoCloseable {
  /** The key of the gateway's client. */
  static final String KEY = "bench-key-0123456789abcdef";

  private final Path gatun;
  private final @Nullable Path baseline;
  private final @Nullable Path portkey;
  private final Path work;
  private final List<ServerProcess> running = new ArrayList<>();
  private final Contender upstream;

  /**
   * Starts the provider.
   *
   * @param gatun the launcher
   * @param baseline another build's launcher, if it takes part
   * @param portkey the folder of Portkey's gateway, if it takes part
   */
  Contenders(Path gatun, @Nullable Path baseline, @Nullable Path portkey)
      throws IOException, InterruptedException {
    this.gatun = gatun;
    this.baseline = baseline;
    this.portkey = portkey;
    work = Files.createTempDirectory("gatun-bench-");
    Path script = work.resolve("rules.json");
    Files.writeString(script, rules());
    int port = ServerProcess.freePort();
    upstream =
        add(
            "direct",
            java(
                List.of("-Xmx512m"),
                "dev.gatun.ai.testkit/dev.gatun.ai.testkit.Main",
                "--port",
                Integer.toString(port),
                "--script",
                script.toString()),
            Map.of(),
            port,
            "/_testkit",
            Map.of("Authorization", "Bearer upstream-key"));
  }

  private static String rules() {
    String words =
        IntStream.range(0, Contender.WORDS)
            .mapToObj(i -> Lane.WORD + i)
            .collect(Collectors.joining(" "));
    return """
    {"rules": [
      {"match": {"model": "%s"}, "always": {"reply": "%s"}},
      {"match": {"model": "%s"}, "always": {"reply": "%s", "headersAfterMs": 20}},
      {"match": {"model": "%s"}, "always":
        {"reply": "%s", "headersAfterMs": 20, "tokenEveryMs": 2}},
      {"match": {"model": "%s"}, "always": {"reply": "%s", "tokenEveryMs": 100}},
      {"match": {"model": "%s"}, "always": {"hang": true}}]}
    """
        .formatted(
            Contender.INSTANT,
            words,
            Contender.QUICK,
            words,
            Contender.FLUENT,
            words,
            Contender.SLOW,
            words,
            Contender.HUNG);
  }

  /** The provider itself, asked without anything between. */
  Contender upstream() {
    return upstream;
  }

  /** Where the servers write what they have to say. */
  Path logs() {
    return work;
  }

  /** Gatun's gateway as {@code ./gatun serve} starts it, with keys, limits, metrics and cost. */
  Contender gatun() throws IOException, InterruptedException {
    return gatun("gatun", gatun);
  }

  /** The gateway of another build, started, where it takes part. */
  List<Contender> baselines() throws IOException, InterruptedException {
    return baseline == null ? List.of() : List.of(gatun("baseline", baseline));
  }

  private Contender gatun(String name, Path launcher) throws IOException, InterruptedException {
    int port = ServerProcess.freePort();
    String base = "http://127.0.0.1:" + upstream.port() + "/v1";
    Map<String, String> settings = new HashMap<>();
    settings.put("GATUN_API_KEYS", "bench:" + KEY);
    settings.put("GATUN_HOST", "127.0.0.1");
    settings.put("GATUN_DATA_DIR", work.resolve("data-" + port).toString());
    settings.put("OPENAI_API_KEY", "upstream-key");
    settings.put("OPENAI_BASE_URL", base);
    settings.put("XAI_API_KEY", "upstream-key");
    settings.put("XAI_BASE_URL", base);
    return add(
        name,
        List.of(launcher.toString(), "serve", "--port", Integer.toString(port)),
        settings,
        port,
        "/health",
        Map.of("Authorization", "Bearer " + KEY));
  }

  /** The pass-through without features. */
  Contender passThrough() throws IOException, InterruptedException {
    int port = ServerProcess.freePort();
    return add(
        "pass-through",
        java(
            List.of(),
            "dev.gatun.benchmarks/dev.gatun.benchmarks.gateway.PassThrough",
            Integer.toString(port),
            "http://127.0.0.1:" + upstream.port()),
        Map.of(),
        port,
        "/health",
        Map.of("Authorization", "Bearer upstream-key"));
  }

  private Contender portkey(Path folder) throws IOException, InterruptedException {
    int port = ServerProcess.freePort();
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Authorization", "Bearer upstream-key");
    headers.put("x-portkey-provider", "openai");
    headers.put("x-portkey-custom-host", "http://127.0.0.1:" + upstream.port() + "/v1");
    return add(
        "portkey",
        List.of(
            "node",
            folder.resolve("build/start-server.js").toString(),
            "--port=" + port,
            "--headless"),
        Map.of("NODE_ENV", "production", "TRUSTED_CUSTOM_HOSTS", "127.0.0.1"),
        port,
        "/",
        headers);
  }

  /** Portkey's gateway, started, where it takes part. */
  List<Contender> portkeys() throws IOException, InterruptedException {
    return portkey == null ? List.of() : List.of(portkey(portkey));
  }

  private static List<String> java(List<String> options, String module, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-p", System.getProperty("jdk.module.path"), "-m", module));
    command.addAll(Arrays.asList(arguments));
    return command;
  }

  private Contender add(
      String name,
      List<String> command,
      Map<String, String> environment,
      int port,
      String page,
      Map<String, String> headers)
      throws IOException, InterruptedException {
    Path log = work.resolve(name + "-" + port + ".log");
    ServerProcess process = new ServerProcess(name, command, environment, log, port, page);
    running.add(process);
    return new Contender(process, port, headers);
  }

  @Override
  public void close() {
    for (ServerProcess c : running.reversed()) {
      c.close();
    }
  }
}
