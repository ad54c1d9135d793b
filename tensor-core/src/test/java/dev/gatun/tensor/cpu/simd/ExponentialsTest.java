package dev.gatun.tensor.cpu.simd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

final class ExponentialsTest {
  private static float single(double x) {
    return Exponentials.exp(FloatVector.broadcast(SimdSpecies.floats(), (float) x)).lane(0);
  }

  private static double twice(double x) {
    return Exponentials.exp(DoubleVector.broadcast(SimdSpecies.doubles(), x)).lane(0);
  }

  @Test
  void singleIsWithinAnUlp() {
    assertThat(worst(x -> single((float) x), x -> Math.exp((float) x), -87, 88, 24))
        .isLessThan(1.1);
  }

  @Test
  void doubleIsWithinTwoUlps() {
    assertThat(worst(ExponentialsTest::twice, StrictMath::exp, -708, 709, 53))
        .isLessThanOrEqualTo(2);
  }

  /** The greatest error in units of the last of so many bits. */
  private static double worst(
      DoubleUnaryOperator f, DoubleUnaryOperator truth, double from, double to, int bits) {
    var random = new SplittableRandom(7);
    double worst = 0;
    for (int i = 0; i < 20_000; i++) {
      double x = i % 2 == 0 ? random.nextDouble(from, to) : random.nextDouble(-1, 1);
      double want = truth.applyAsDouble(x);
      double ulp = Math.scalb(1.0, Math.getExponent(want) + 1 - bits);
      worst = Math.max(worst, Math.abs(f.applyAsDouble(x) - want) / ulp);
    }
    return worst;
  }

  @Test
  void theEndsAreRight() {
    for (DoubleUnaryOperator f : new DoubleUnaryOperator[] {x -> single(x), x -> twice(x)}) {
      assertThat(f.applyAsDouble(0)).isEqualTo(1);
      assertThat(f.applyAsDouble(-0.0)).isEqualTo(1);
      assertThat(f.applyAsDouble(Double.NaN)).isNaN();
      assertThat(f.applyAsDouble(Double.POSITIVE_INFINITY)).isEqualTo(Double.POSITIVE_INFINITY);
      assertThat(f.applyAsDouble(Double.NEGATIVE_INFINITY)).isZero();
      assertThat(f.applyAsDouble(1000)).isEqualTo(Double.POSITIVE_INFINITY);
      assertThat(f.applyAsDouble(-1000)).isZero();
    }
    assertThat(single(88.7f)).isFinite();
    assertThat(single(-100)).isBetween(Float.MIN_VALUE, 9.9E-44f);
    assertThat(twice(709.7)).isFinite();
    assertThat(twice(-740)).isBetween(Double.MIN_VALUE, 1e-320);
  }
}
