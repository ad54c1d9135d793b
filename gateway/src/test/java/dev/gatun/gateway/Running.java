package dev.gatun.gateway;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.AiClientBuilder;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.observe.MicrometerObserver;
import dev.gatun.ai.routing.RoutingPolicy;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.spi.ProviderConfig;
import dev.gatun.gateway.observe.HttpMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/** A gateway on a free port, over a scripted provider. */
final class Running implements AutoCloseable {
  static final String KEY = "a-key-of-a-client-0123456789";

  final ScriptedProvider provider = new ScriptedProvider();
  final Gateway gateway;
  private final AiClient client;
  final Path folder;
  private final HttpClient http = HttpClient.newHttpClient();

  Running(String... settings) {
    this(List.of(), settings);
  }

  /** Over other providers; over the scripted one alone if there are none. */
  Running(List<? extends Provider> providers, String... settings) {
    try {
      folder = Files.createTempDirectory("gatun-gateway");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    AiClientBuilder builder = AiClient.builder().timeout(Duration.ofSeconds(60));
    (providers.isEmpty() ? List.of(provider) : providers).forEach(builder::provider);
    Map<String, String> config =
        new HashMap<>(
            Map.of(
                "GATUN_PORT",
                "0",
                "GATUN_DRAIN_SECONDS",
                "0",
                "GATUN_DATA_DIR",
                folder.toString()));
    for (int i = 0; i < settings.length; i += 2) {
      config.put(settings[i], settings[i + 1]);
    }
    GatewayConfig read = GatewayConfig.read(ProviderConfig.of(config));
    HttpMetrics metrics = new HttpMetrics();
    client =
        read.limits()
            .protect(builder, RoutingPolicy.taskAffinity())
            .observer(new MicrometerObserver(metrics.registry()))
            .observer(metrics.traffic())
            .build();
    gateway = Gateway.start(read, client, metrics);
  }

  String url(String path) {
    return "http://127.0.0.1:" + gateway.port() + path;
  }

  HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(URI.create(url(path))), headers);
  }

  HttpResponse<String> post(String path, String body, String... headers)
      throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(URI.create(url(path)))
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)),
        headers);
  }

  /** Sends bytes of a type. */
  HttpResponse<String> upload(String path, String type, byte[] body, String... headers)
      throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(URI.create(url(path)))
            .header("content-type", type)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body)),
        headers);
  }

  HttpResponse<String> delete(String path, String... headers)
      throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(URI.create(url(path))).DELETE(), headers);
  }

  private HttpResponse<String> send(HttpRequest.Builder request, String... headers)
      throws IOException, InterruptedException {
    for (int i = 0; i < headers.length; i += 2) {
      request.setHeader(headers[i], headers[i + 1]);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** Waits for something that is so soon, if ever. */
  static void await(String what, Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + 60_000_000_000L;
    while (!condition.call()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("Not within a minute: " + what);
      }
      Thread.sleep(10);
    }
  }

  static Json.Obj json(HttpResponse<String> response) {
    return (Json.Obj) Json.parse(response.body());
  }

  @Override
  public void close() {
    gateway.close();
    client.close();
    http.close();
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
