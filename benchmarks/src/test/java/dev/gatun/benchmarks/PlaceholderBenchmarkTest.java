package dev.gatun.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PlaceholderBenchmarkTest {
  @Test
  void roots() {
    assertThat(new PlaceholderBenchmark().root()).isEqualTo(Math.sqrt(2));
  }
}
