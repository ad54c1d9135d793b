package dev.gatun.benchmarks.gateway;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code gatun bench gateway}, by {@code gateway/bench/run}: measures the gateway beside others,
 * all in one interleaved run.
 */
@Command(
    name = "gateway",
    description = {
      "Measures Gatun's gateway beside a pass-through without features and Portkey's gateway, with"
          + " the same scripted provider behind each, taking turns.",
      "SCENARIO is one of: throughput, latency, stream, streams500, health, startup, soak; all but"
          + " soak when none is named."
    },
    mixinStandardHelpOptions = true)
public final class GatewayBench implements Callable<Integer> {
  private static final List<String> SCENARIOS =
      List.of("throughput", "latency", "stream", "streams500", "health", "startup", "soak");

  @Spec private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "SCENARIO")
  private List<String> scenarios = new ArrayList<>();

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "How often each is measured (${DEFAULT-VALUE}).")
  private int rounds = 3;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "How long each measurement lasts (${DEFAULT-VALUE}).")
  private double seconds = 2;

  @Option(
      names = "--minutes",
      paramLabel = "M",
      description = "How long the soak lasts (${DEFAULT-VALUE}).")
  private double minutes = 30;

  @Option(
      names = "--rate",
      paramLabel = "R",
      description = "Requests a second of the soak (${DEFAULT-VALUE}).")
  private double rate = 50;

  @Option(
      names = "--only",
      paramLabel = "NAME",
      description = "Only these contenders; direct always takes part.")
  private List<String> only = new ArrayList<>();

  @Option(names = "--json", description = "One JSON object a line instead of a table.")
  private boolean json;

  @Option(
      names = "--gatun",
      paramLabel = "FILE",
      description = "The launcher of the gateway (${DEFAULT-VALUE}).")
  private Path gatun = Path.of("./gatun");

  @Option(
      names = "--baseline",
      paramLabel = "FILE",
      description = "The launcher of another build, which takes part too.")
  private @Nullable Path baseline;

  @Option(
      names = "--warm-up",
      paramLabel = "S",
      description = "How long each JVM is warmed up (${DEFAULT-VALUE}).")
  private double warmUp = 15;

  @Option(names = "--portkey", paramLabel = "DIR", description = "The folder of Portkey's gateway.")
  private @Nullable Path portkey;

  /** Makes the command. */
  public GatewayBench() {}

  @Override
  public Integer call() throws Exception {
    PrintWriter out = new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8));
    if (scenarios.isEmpty()) {
      scenarios = List.of("startup", "throughput", "latency", "stream", "streams500", "health");
    }
    for (String scenario : scenarios) {
      if (!SCENARIOS.contains(scenario)) {
        throw new CommandLine.ParameterException(
            Objects.requireNonNull(spec).commandLine(),
            "There is no scenario '" + scenario + "'; there are " + SCENARIOS);
      }
    }
    Results results = new Results(out, json);
    try (Contenders servers =
        new Contenders(
            gatun, baseline, only.isEmpty() || only.contains("portkey") ? portkey : null)) {
      System.err.println("bench: the servers' logs are in " + servers.logs());
      Scenarios run = new Scenarios(results, rounds, seconds);
      if (scenarios.contains("startup")) {
        run.startup(servers);
      }
      if (scenarios.contains("soak")) {
        Soak.run(servers, minutes, rate, results);
      }
      if (scenarios.stream().anyMatch(s -> !s.equals("startup") && !s.equals("soak"))) {
        List<Contender> all = chosen(servers);
        run.warmUp(all, warmUp);
        for (String scenario : scenarios) {
          measure(run, scenario, all);
        }
      }
      results.table();
      return run.failed() ? 1 : 0;
    }
  }

  private List<Contender> chosen(Contenders servers) throws IOException, InterruptedException {
    List<Contender> list = new ArrayList<>(List.of(servers.upstream()));
    if (only.isEmpty() || only.contains("gatun")) {
      list.add(servers.gatun());
    }
    if (only.isEmpty() || only.contains("pass-through")) {
      list.add(servers.passThrough());
    }
    list.addAll(servers.baselines());
    list.addAll(servers.portkeys());
    return list;
  }

  private static void measure(Scenarios run, String scenario, List<Contender> all)
      throws IOException {
    switch (scenario) {
      case "throughput" -> run.throughput(all);
      case "latency" -> run.latency(all);
      case "stream" -> run.stream(all);
      case "streams500" -> run.manyStreams(all);
      case "health" -> run.health(all);
      default -> {} // They have servers of their own.
    }
  }
}
