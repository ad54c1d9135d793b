package dev.gatun.benchmarks.gatun;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.benchmarks.compare.Case;
import dev.gatun.benchmarks.compare.Cases;
import dev.gatun.benchmarks.compare.Stopwatch;
import dev.gatun.benchmarks.compare.Work;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class GatunLibraryTest {
  static Stream<Case> cases() {
    return Cases.ALL.stream().filter(c -> !c.bench().equals("rss")).map(GatunLibraryTest::small);
  }

  /** The same case on tiny tensors: before it is compiled, a vector loop is slow. */
  private static Case small(Case c) {
    String rest = c.name().contains(" ") ? c.name().substring(c.name().indexOf(' ')) : "";
    String name =
        switch (c.bench()) {
          case "gemm", "gemm16" -> "5x7x6" + rest;
          case "cache" -> "48" + rest;
          case "conv" -> "2x4x8x8 k" + c.number('k') + " o4" + rest.substring(rest.length() - 4);
          case "attention" -> "1x2x16x8" + rest;
          case "train" -> c.name().replaceAll("b\\d+", "b2");
          default -> c.name();
        };
    double work = c.bench().equals("roofline") ? 3 << 16 : c.work();
    return new Case(c.bench(), name, c.side() == 0 ? 0 : 32, work, c.unit());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void runs(Case c) {
    try (Work work = new GatunLibrary().prepare(c)) {
      assertThat(work).isNotNull();
      double seconds = new Stopwatch(work, 0, 1e-6).batch();
      assertThat(c.unit().value(c.work(), seconds)).isPositive().isFinite();
    }
  }
}
