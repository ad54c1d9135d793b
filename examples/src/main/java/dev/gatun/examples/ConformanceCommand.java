package dev.gatun.examples;

import dev.gatun.examples.conformance.Case;
import dev.gatun.examples.conformance.Conformance;
import dev.gatun.examples.conformance.Outcome;
import dev.gatun.examples.conformance.Outcome.Status;
import dev.gatun.examples.conformance.Report;
import dev.gatun.examples.conformance.families.Families;
import dev.gatun.tensor.DType;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.FormatException;
import dev.gatun.tensor.Gatun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Computes cases recorded from other frameworks and compares the numbers. */
@Command(
    name = "conformance",
    description = "Computes recorded cases and compares with what another framework got.",
    mixinStandardHelpOptions = true)
final class ConformanceCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "DIR",
      description = "The suite: every folder below it that has a case.json is a case.")
  private Path suite = Path.of("");

  @Option(names = "--device", paramLabel = "NAME", description = "Where to compute, e.g. scalar.")
  private @Nullable String device;

  @Option(
      names = "--dtype",
      paramLabel = "NAME",
      description = "float32 or float64 (default: ${DEFAULT-VALUE}).")
  private String dtype = "float32";

  @Option(names = "--results", paramLabel = "OUT", description = "Write computed arrays here.")
  private @Nullable Path results;

  @Option(names = "--only", paramLabel = "PREFIX", description = "Only cases whose id starts so.")
  private String only = "";

  @Option(names = "--json", description = "One JSON object a line on standard output.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    DType computeIn = DType.of(dtype);
    if (computeIn != DType.FLOAT32 && computeIn != DType.FLOAT64) {
      throw new FormatException("--dtype is float32 or float64, got " + dtype);
    }
    if (!Files.isDirectory(suite)) {
      throw new FormatException("There is no folder " + suite);
    }
    List<Case> cases = Case.below(suite, only);
    if (cases.isEmpty()) {
      throw new FormatException(
          "There is no case below "
              + suite
              + (only.isEmpty() ? "" : " whose id starts with '" + only + "'"));
    }
    Device where = device == null ? Gatun.defaultDevice() : Device.of(device);
    Device before = Gatun.defaultDevice();
    Gatun.setDefaultDevice(where);
    try {
      Conformance runner = new Conformance(Families.all(), where, computeIn, results);
      Report report = new Report();
      for (Case c : cases) {
        Outcome outcome = runner.run(c);
        report.add(outcome);
        if (json) {
          System.out.println(line(outcome));
        }
      }
      if (json) {
        System.out.println(total(report, where, computeIn));
      } else {
        report.print(System.out);
      }
      return report.count(Status.FAILED) > 0 ? 1 : 0;
    } finally {
      Gatun.setDefaultDevice(before);
    }
  }

  private static String line(Outcome o) {
    return Json.object(
        "event", "case",
        "id", o.source().id(),
        "family", o.source().family(),
        "op", o.source().op(),
        "status", o.status().toString(),
        "detail", o.detail(),
        "seconds", o.seconds());
  }

  private static String total(Report report, Device device, DType dtype) {
    return Json.object(
        "event", "done",
        "device", device.toString(),
        "dtype", dtype.toString(),
        "passed", report.count(Status.PASSED),
        "failed", report.count(Status.FAILED),
        "unsupported", report.count(Status.UNSUPPORTED));
  }
}
