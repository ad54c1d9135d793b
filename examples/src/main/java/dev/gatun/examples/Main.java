package dev.gatun.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command line. */
@Command(name = "gatun", mixinStandardHelpOptions = true, version = "gatun 0.1.0-SNAPSHOT")
public final class Main implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--chart", description = "Write a chart to this PNG file.")
  private @Nullable Path chart;

  private Main() {}

  /**
   * Runs the command line and ends the process with its exit status.
   *
   * @param args the words of the command line
   */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    Path file = chart;
    if (file == null) {
      if (spec != null) {
        spec.commandLine().usage(System.out);
      }
      return 0;
    }
    XYChart plot = new XYChartBuilder().title("Placeholder").build();
    plot.addSeries("squares", new double[] {0, 1, 2, 3}, new double[] {0, 1, 4, 9});
    try (var bar = new ProgressBar("chart", 1)) {
      Files.write(file, ChartEncoder.getBytes(plot, "png"));
      bar.step();
    }
    LOG.info("wrote {}", file);
    return 0;
  }
}
