package dev.gatun.examples.gateway;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.Status;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.observe.LoggingObserver;
import dev.gatun.ai.observe.MicrometerObserver;
import dev.gatun.ai.routing.RoutingPolicy;
import dev.gatun.ai.spi.ProviderConfig;
import dev.gatun.gateway.Gateway;
import dev.gatun.gateway.GatewayConfig;
import dev.gatun.gateway.observe.HttpMetrics;
import dev.gatun.tensor.GatunException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs the REST service until it is told to stop. */
@Command(
    name = "serve",
    description = {
      "Runs the REST service: OpenAI's and Anthropic's formats, status, health and metrics.",
      "Settings come from --config and from the environment, which wins: GATUN_API_KEYS,"
          + " GATUN_PORT, OPENAI_API_KEY, …; without a provider's key, a demo provider answers."
    },
    mixinStandardHelpOptions = true)
public final class ServeCommand implements Callable<Integer> {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Lines NAME=VALUE, private to you.")
  private @Nullable Path config;

  @Option(
      names = "--port",
      description = "The port; 0 for a free one. Default: GATUN_PORT or 8080.")
  private @Nullable Integer port;

  @Option(names = "--json", description = "One JSON object a line on standard output.")
  private boolean json;

  @Option(
      names = "--rehearse",
      hidden = true,
      description = "Answers requests of its own and ends: what the launcher records.")
  private boolean rehearse;

  /** By picocli. */
  public ServeCommand() {}

  /** The client that answers. */
  static AiClient client(GatewayConfig server, ProviderConfig settings, HttpMetrics metrics) {
    return server
        .limits()
        .protect(AiClient.builder().discover(settings), RoutingPolicy.taskAffinity())
        .observer(new LoggingObserver())
        .observer(new MicrometerObserver(metrics.registry()))
        .observer(metrics.traffic())
        // A provider that hangs does not take every place.
        .bulkhead(Math.max(1, server.server().maxConcurrent() / 2))
        .build();
  }

  @Override
  public Integer call() throws InterruptedException, IOException {
    if (rehearse) {
      Rehearsal.run();
      return 0;
    }
    HttpMetrics metrics = new HttpMetrics();
    BatchingAppender.deferAll();
    TightHeap.keep();
    try {
      ProviderConfig settings = settings();
      Logs.configure(settings);
      GatewayConfig server = GatewayConfig.read(settings);
      AiClient client = client(server, settings, metrics);
      Gateway gateway = Gateway.start(server, client, metrics);
      announce(gateway, client, server);
      CountDownLatch stopped = new CountDownLatch(1);
      Runtime.getRuntime()
          .addShutdownHook(
              Thread.ofPlatform()
                  .name("gatun-drain")
                  .unstarted(() -> {
                    gateway.close();
                    client.close();
                    stopped.countDown();
                  }));
      stopped.await();
      return 0;
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new GatunException(String.valueOf(e.getMessage()), e);
    }
  }

  private ProviderConfig settings() {
    ProviderConfig all = ProviderConfig.environment();
    if (config != null) {
      all = all.or(ProviderConfig.file(config));
    }
    return port == null
        ? all
        : ProviderConfig.of(Map.of("GATUN_PORT", Integer.toString(port))).or(all);
  }

  private void announce(Gateway gateway, AiClient client, GatewayConfig server) {
    List<String> providers =
        client.status().providers().stream().map(Status.ProviderStatus::id).toList();
    String scheme = server.server().tls().isPresent() ? "https" : "http";
    String url = scheme + "://" + server.server().host() + ":" + gateway.port();
    if (json) {
      System.out.println(
          Json.object()
              .put("event", "listening")
              .put("url", url)
              .put("port", gateway.port())
              .put("providers", Json.strings(providers))
              .put("keys", !server.access().open())
              .build());
    } else {
      System.out.println("listening on " + url + ", providers: " + String.join(", ", providers));
      System.out.println(
          server.access().open()
              ? "anybody on this machine may call: './gatun key --tenant NAME' makes a key, to ask"
                  + " callers for one"
              : "callers need a key: './gatun key --tenant NAME' makes another");
      demo(providers).ifPresent(System.out::println);
    }
    System.out.flush();
  }

  private static Optional<String> demo(List<String> providers) {
    return providers.equals(List.of("demo"))
        ? Optional.of("no provider has a key: every answer is the demo provider's, and says so")
        : Optional.empty();
  }
}
