package dev.gatun.examples.ai;

import dev.gatun.ai.json.Json;
import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.Main;
import dev.gatun.ai.testkit.ScriptedServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Starts the scripted provider server. */
@Command(
    name = "testkit",
    description = {
      "Starts a scripted server that speaks the dialects of five providers, and runs until it is"
          + " stopped.",
      "It prints what to set so that the client, or any other, talks to it."
    },
    mixinStandardHelpOptions = true)
final class TestkitCommand implements Callable<Integer> {
  @Option(names = "--port", paramLabel = "N", description = "Port; 0, the default, for a free one.")
  private int port;

  @Option(
      names = "--script",
      paramLabel = "FILE",
      description = "Rules and scripts in JSON; without it every request is echoed.")
  private @Nullable Path script;

  @Option(names = "--json", description = "One JSON object a line on standard output.")
  private boolean json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (ScriptedServer server = Main.start(port, script)) {
      for (Dialect d : Dialect.values()) {
        if (json) {
          System.out.println(
              Json.object()
                  .put("event", "serving")
                  .put("dialect", d.id())
                  .put("base_url", server.baseUrl(d))
                  .build());
        } else {
          System.out.printf(
              "export %s_BASE_URL=%s %s_API_KEY=test%n", d.name(), server.baseUrl(d), d.name());
        }
      }
      System.out.flush();
      Thread.sleep(Long.MAX_VALUE);
    }
    return 0;
  }
}
