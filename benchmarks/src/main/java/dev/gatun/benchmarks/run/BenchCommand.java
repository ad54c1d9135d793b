package dev.gatun.benchmarks.run;

import dev.gatun.benchmarks.compare.Case;
import dev.gatun.benchmarks.compare.Cases;
import dev.gatun.benchmarks.gateway.GatewayBench;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.GatunException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatun bench}: measures this library, and others beside it. */
@Command(
    name = "bench",
    description = "Measures kernels and training steps, alone or beside other libraries.",
    subcommands = GatewayBench.class,
    mixinStandardHelpOptions = true)
public final class BenchCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "NAME", description = "Benches to run; all when none is named.")
  private List<String> names = new ArrayList<>();

  @Option(names = "--only", paramLabel = "REGEX", description = "Only cases in which this occurs.")
  private String only = "";

  @Option(names = "--threads", paramLabel = "N", description = "Threads of every library.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--peers",
      description = "Beside libtorch, OpenBLAS, MKL and others, which are downloaded first.")
  private boolean peers;

  @Option(
      names = "--peer",
      paramLabel = "PEER",
      description = "Beside this peer alone; may be repeated.")
  private List<String> chosen = new ArrayList<>();

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "Where to compute, for example cuda (${DEFAULT-VALUE}).")
  private String device = "cpu";

  @Option(names = "--json", description = "One JSON object a line instead of tables.")
  private boolean json;

  @Option(
      names = "--warmup",
      paramLabel = "SECONDS",
      description = "How long each case runs before it is timed (${DEFAULT-VALUE}).")
  private double warmUp = 1;

  /** Makes the command. */
  public BenchCommand() {}

  @Override
  public Integer call() throws IOException {
    if (threads < 1) {
      throw new GatunException("--threads must be at least 1, got " + threads);
    }
    if (!(warmUp >= 0 && warmUp <= 600)) {
      throw new GatunException("--warmup must be from 0 to 600 seconds, got " + warmUp);
    }
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    PrintWriter out = line.getOut();
    PrintWriter err = line.getErr();
    List<Contender> others = others();
    List<Case> cases = select();
    if (!device.equals("cpu")) {
      Device.of(device); // or the reason why not
    }
    var comparison = new Comparison(threads, warmUp, 0.05, said -> err.println("bench: " + said));
    for (String bench : cases.stream().map(Case::bench).distinct().toList()) {
      List<Contender> contenders =
          new ArrayList<>(List.of(Contenders.gatun(List.of(bench), device)));
      others.stream().filter(c -> c.benches().contains(bench)).forEach(contenders::add);
      List<Comparison.Row> rows = new ArrayList<>();
      comparison.run(
          cases.stream().filter(c -> c.bench().equals(bench)).toList(),
          contenders,
          row -> {
            rows.add(row);
            if (json) {
              row.samples()
                  .forEach((name, s) -> out.println(Report.json(name, row.what(), threads, s)));
              out.flush();
            }
          });
      if (!json) {
        Report.table(out, bench, threads, contenders.stream().map(Contender::name).toList(), rows);
      }
    }
    return CommandLine.ExitCode.OK;
  }

  private List<Case> select() {
    List<String> known = Cases.ALL.stream().map(Case::bench).distinct().toList();
    for (String name : names) {
      if (!known.contains(name)) {
        throw new GatunException(
            "There is no bench \"" + name + "\"; there are " + String.join(", ", known));
      }
    }
    Pattern pattern;
    try {
      pattern = Pattern.compile(only);
    } catch (PatternSyntaxException e) {
      throw new GatunException(
          "--only takes a regular expression, and \"" + only + "\" is none: " + e.getDescription());
    }
    List<Case> cases =
        Cases.ALL.stream()
            .filter(c -> names.isEmpty() ? !c.bench().equals("gemm16") : names.contains(c.bench()))
            .filter(c -> pattern.matcher(c.name()).find())
            .toList();
    if (cases.isEmpty()) {
      throw new GatunException("No case has \"" + only + "\" in its name");
    }
    return cases;
  }

  private List<Contender> others() {
    List<Contender> all = new ArrayList<>(Contenders.peers());
    if (chosen.contains("pytorch")) {
      all.add(Contenders.pytorch(device));
    }
    for (String name : chosen) {
      if (all.stream().noneMatch(c -> c.name().equals(name))) {
        throw new GatunException(
            "There is no peer \""
                + name
                + "\"; there are "
                + String.join(", ", all.stream().map(Contender::name).toList()));
      }
    }
    return all.stream().filter(c -> chosen.isEmpty() ? peers : chosen.contains(c.name())).toList();
  }
}
