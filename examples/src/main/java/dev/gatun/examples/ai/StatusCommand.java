package dev.gatun.examples.ai;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.Status;
import dev.gatun.ai.json.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists providers, keys and models, without asking anybody. */
@Command(
    name = "status",
    description = "Lists the providers that have a key, and their models. Nobody is asked.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
  @Option(names = "--json", description = "One JSON object a line on standard output.")
  private boolean json;

  @Override
  public Integer call() {
    try (AiClient client = Question.client()) {
      for (Status.ProviderStatus p : client.status().providers()) {
        if (json) {
          System.out.println(
              Json.object()
                  .put("event", "provider")
                  .put("provider", p.id())
                  .put("circuit", p.circuit().name())
                  .put("models", Json.strings(p.models()))
                  .put(
                      "keys",
                      Json.strings(p.keys().stream().map(Status.KeyStatus::fingerprint).toList()))
                  .put("usable", p.keys().stream().anyMatch(Status.KeyStatus::usable))
                  .build());
        } else {
          System.out.printf(
              "%-12s circuit %s%n", p.id(), p.circuit().name().toLowerCase(java.util.Locale.ROOT));
          p.keys()
              .forEach(k ->
                  System.out.printf(
                      "  key %s %s%n", k.fingerprint(), k.usable() ? "usable" : k.reason()));
          p.models().forEach(m -> System.out.println("  " + m));
        }
      }
    }
    return 0;
  }
}
