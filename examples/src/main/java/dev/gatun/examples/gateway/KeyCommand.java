package dev.gatun.examples.gateway;

import dev.gatun.ai.json.Json;
import dev.gatun.gateway.auth.ApiKeys;
import dev.gatun.gateway.auth.Scope;
import dev.gatun.tensor.GatunException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes a key for a client of the REST service. */
@Command(
    name = "key",
    description = {
      "Makes a key for a client of the REST service, and prints what GATUN_KEYS_FILE needs of it.",
      "The key itself is printed once and kept nowhere: the service knows only its SHA-256."
    },
    mixinStandardHelpOptions = true)
public final class KeyCommand implements Callable<Integer> {
  @Option(
      names = "--tenant",
      required = true,
      paramLabel = "NAME",
      description = "On whose behalf the client calls.")
  private String tenant = "";

  @Option(
      names = "--scopes",
      split = ",",
      paramLabel = "SCOPE",
      description = "What it may do; default: everything.")
  private @Nullable List<String> scopes;

  @Option(
      names = "--days",
      paramLabel = "N",
      description = "How long it is valid; default: always.")
  private @Nullable Integer days;

  @Option(names = "--json", description = "One JSON object on standard output.")
  private boolean json;

  /** By picocli. */
  public KeyCommand() {}

  @Override
  public Integer call() {
    if (!tenant.matches("[^\\s:,\"\\p{Cntrl}]{1,128}") || tenant.equals("*")) {
      throw new GatunException(
          "A tenant's name has 1 to 128 characters, none of them a space, ':', ',' or '\"'");
    }
    String key = ApiKeys.generate();
    Json.ObjectBuilder entry = Json.object().put("sha256", ApiKeys.hash(key));
    if (scopes != null) {
      scopes.forEach(KeyCommand::check);
      entry.put("scopes", Json.strings(scopes));
    }
    if (days != null) {
      Instant end = Instant.now().plus(Duration.ofDays(days)).truncatedTo(ChronoUnit.SECONDS);
      entry.put("expires", end.toString());
    }
    if (json) {
      System.out.println(
          Json.object().put("tenant", tenant).put("key", key).put("entry", entry.build()).build());
      return 0;
    }
    Json.Obj file =
        Json.object("tenants", Json.object(tenant, Json.object("keys", Json.array(entry.build()))));
    System.out.println("the client's key, shown this once:");
    System.out.println("  " + key);
    System.out.println("for GATUN_KEYS_FILE, which is read again when it changes:");
    System.out.println("  " + Json.write(file));
    System.out.println("or for GATUN_API_KEYS:");
    System.out.println("  " + tenant + ":sha256-" + ApiKeys.hash(key));
    return 0;
  }

  private static void check(String scope) {
    try {
      var _ = Scope.of(scope);
    } catch (IllegalArgumentException e) {
      throw new GatunException(String.valueOf(e.getMessage()), e);
    }
  }
}
