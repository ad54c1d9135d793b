package dev.gatun.examples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.tensor.Tensor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static @Nullable String firstWrong(Tensor want, Tensor got, double cosine) {
    return Comparison.firstWrong(
        "y", HostArray.of(want), HostArray.of(got), new Case.Tolerance(0.1, 0.01, cosine));
  }

  private static @Nullable String firstWrong(Tensor want, Tensor got) {
    return firstWrong(want, got, -1);
  }

  @Test
  void allowsBothTolerances() {
    assertThat(firstWrong(Tensor.of(10.0), Tensor.of(11.0))).isNull();
    assertThat(firstWrong(Tensor.of(10.0), Tensor.of(11.02)))
        .isEqualTo("y[0] is 11.02, expected 10.0: off by 1.02, allowed 1.01");
    assertThat(firstWrong(Tensor.of(-10.0), Tensor.of(-8.99))).isNull();
    assertThat(firstWrong(Tensor.of(0.0), Tensor.of(-0.01))).isNull();
    assertThat(firstWrong(Tensor.of(0.0), Tensor.of(-0.011))).startsWith("y[0] is -0.011");
  }

  @Test
  void knowsSpecialNumbers() {
    double inf = Double.POSITIVE_INFINITY;
    Tensor special = Tensor.of(Double.NaN, inf, -inf, 0.0);
    assertThat(firstWrong(special, Tensor.of(Double.NaN, inf, -inf, -0.0))).isNull();
    assertThat(firstWrong(special, Tensor.of(0, inf, -inf, 0.0))).startsWith("y[0] is 0.0");
    assertThat(firstWrong(special, Tensor.of(Double.NaN, 1e300, -inf, 0.0)))
        .startsWith("y[1] is 1.0E300");
    assertThat(firstWrong(special, Tensor.of(Double.NaN, inf, inf, 0.0)))
        .startsWith("y[2] is Infinity");
    assertThat(firstWrong(special, Tensor.of(Double.NaN, inf, -inf, Double.NaN)))
        .startsWith("y[3] is NaN");
  }

  @Test
  void comparesIntegersExactly() {
    assertThat(firstWrong(Tensor.of(1L, Long.MAX_VALUE), Tensor.of(1L, Long.MAX_VALUE - 1)))
        .isEqualTo("y[1] is 9223372036854775806, expected 9223372036854775807");
    assertThat(firstWrong(Tensor.of(1, 2), Tensor.of(1L, 2L))).isNull();
    assertThat(firstWrong(Tensor.of(1L), Tensor.of(1.0)))
        .isEqualTo("y has dtype float64, expected int64");
    assertThat(firstWrong(Tensor.of(1L), Tensor.of(1L, 1L)))
        .isEqualTo("y has shape [2], expected [1]");
  }

  @Test
  void asksForDirection() {
    Tensor want = Tensor.of(1.0, 0.0);
    Tensor got = Tensor.of(1.0, 0.01);
    assertThat(firstWrong(want, got, 0.9999)).isNull();
    assertThat(firstWrong(want, got, 0.99999)).startsWith("y has cosine similarity 0.99995");
  }
}
