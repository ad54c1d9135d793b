package dev.gatun.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Every benchmark runs, if only for a moment. */
final class BenchmarksTest {
  @Test
  void eachRuns() throws RunnerException {
    var options =
        new OptionsBuilder()
            .include("dev.gatun.benchmarks")
            .param("sizes", "64x64x64")
            .param("side", "64")
            .forks(0)
            .warmupIterations(0)
            .measurementIterations(1)
            .measurementTime(TimeValue.milliseconds(20))
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build();
    Set<String> ran = new TreeSet<>();
    for (var result : new Runner(options).run()) {
      assertThat(result.getPrimaryResult().getScore()).isPositive();
      ran.add(result.getPrimaryResult().getLabel());
    }
    assertThat(ran)
        .containsExactlyInAnyOrder(
            "add",
            "relu",
            "exp",
            "sum",
            "softmax",
            "transpose",
            "matmul",
            "add16",
            "matmul8",
            "add16Gradient",
            "step");
  }
}
