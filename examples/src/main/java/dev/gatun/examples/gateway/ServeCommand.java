package dev.gatun.examples.gateway;

import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.ProviderConfig;
import dev.gatun.gateway.GatewayConfig;
import dev.gatun.gateway.local.LocalModel;
import dev.gatun.tensor.GatunException;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs the REST service until it is told to stop. */
@Command(
    name = "serve",
    description = {
      "Runs the REST service: OpenAI's and Anthropic's formats, status, health and metrics.",
      "Settings come from --config and from the environment, which wins: GATUN_API_KEYS,"
          + " GATUN_PORT, OPENAI_API_KEY, …; without a provider's key, a demo provider answers.",
      "When the file of --config changes, and on SIGHUP, it is read again without an interruption."
    },
    mixinStandardHelpOptions = true)
public final class ServeCommand implements Callable<Integer> {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Lines NAME=VALUE, private to you.")
  private @Nullable Path config;

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      description = "Settings of FILE-NAME win over those of FILE. Default: GATUN_PROFILE.")
  private @Nullable String profile;

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

  @Override
  public Integer call() throws InterruptedException, IOException {
    if (rehearse) {
      Rehearsal.run();
      return 0;
    }
    BatchingAppender.deferAll();
    TightHeap.keep();
    try {
      Service service = Service.start(settings());
      announce(service);
      reloadOnHangup(service);
      CountDownLatch stopped = new CountDownLatch(1);
      Runtime.getRuntime()
          .addShutdownHook(
              Thread.ofPlatform()
                  .name("gatun-drain")
                  .unstarted(() -> {
                    service.close();
                    stopped.countDown();
                  }));
      stopped.await();
      return 0;
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new GatunException(String.valueOf(e.getMessage()), e);
    }
  }

  private Settings settings() {
    Map<String, String> options = new HashMap<>();
    if (port != null) {
      options.put("GATUN_PORT", Integer.toString(port));
    }
    if (profile != null) {
      options.put("GATUN_PROFILE", profile);
    }
    return Settings.of(
        ProviderConfig.of(options).or(ProviderConfig.environment()), Optional.ofNullable(config));
  }

  /** A service without a terminal is told by SIGHUP to read its files again, as is customary. */
  private static void reloadOnHangup(Service service) {
    if (!service.files().isEmpty() && !onTerminal()) {
      var _ = Signals.register("HUP", service::reloadNow);
    }
  }

  @SuppressWarnings("SystemConsoleNull") // since JDK 25 it is null again where there is no terminal
  private static boolean onTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  private void announce(Service service) {
    List<String> providers = service.providers();
    GatewayConfig server = service.config();
    String scheme = server.server().tls().isPresent() ? "https" : "http";
    String url = scheme + "://" + server.server().host() + ":" + service.port();
    if (json) {
      System.out.println(
          Json.object()
              .put("event", "listening")
              .put("url", url)
              .put("port", service.port())
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
    return switch (providers.size() == 1 ? providers.getFirst() : "") {
      case "demo" ->
          Optional.of("no provider has a key: every answer is the demo provider's, and says so");
      case LocalModel.ID ->
          Optional.of("no provider has a key: every answer is the local model's, and says so");
      default -> Optional.empty();
    };
  }
}
