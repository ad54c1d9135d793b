package dev.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SpecialTest {
  private static final double INF = Double.POSITIVE_INFINITY;
  private static final double NAN = Double.NaN;

  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static void near(Tensor got, double... want) {
    assertThat(got.toDoubleArray()).containsExactly(want, within(1e-12));
  }

  @Test
  void logit() {
    near(Special.logit(Tensor.of(0.5, 0.75)), 0, Math.log(3));
    near(Special.logit(Tensor.of(0.0, 1)), -INF, INF);
    near(Special.logit(Tensor.of(0.0, 1), 0.25), -Math.log(3), Math.log(3));
  }

  @Test
  void sinc() {
    near(Special.sinc(Tensor.of(0, 0.5, 1)), 1, 2 / Math.PI, 0);
  }

  @Test
  void xlogyIsZeroWhereXIs() {
    near(
        Special.xlogy(Tensor.of(0.0, 0, 0, 2, 1), Tensor.of(0, -1, NAN, Math.E, 0)),
        0,
        0,
        NAN,
        2,
        -INF);
    near(Special.xlog1py(Tensor.of(0.0, 2), Tensor.of(-1, Math.E - 1)), 0, 2);
  }

  @Test
  void logaddexp2() {
    near(
        Special.logaddexp2(
            Tensor.of(1.0, 2000, INF, -INF, -INF), Tensor.of(1.0, 2000, INF, -INF, 3)),
        2,
        2001,
        INF,
        -INF,
        3);
  }

  @Test
  void hypotNeitherOverflowsNorUnderflows() {
    Tensor a = Tensor.of(3, 3e200, 3e-200, 0, INF);
    Tensor b = Tensor.of(4, -4e200, 4e-200, 0, 1);
    double[] y = Special.hypot(a, b).toDoubleArray();
    assertThat(y[1]).isCloseTo(5e200, within(1e188));
    assertThat(y[2]).isCloseTo(5e-200, within(1e-212));
    assertThat(new double[] {y[0], y[3], y[4]}).containsExactly(5, 0, INF);
  }

  @Test
  void nanToNum() {
    Tensor x = Tensor.of(NAN, INF, -INF, 2);
    near(Special.nanToNum(x.to(DType.FLOAT32)), 0, Float.MAX_VALUE, -Float.MAX_VALUE, 2);
    near(Special.nanToNum(x.to(DType.FLOAT16)), 0, 65504, -65504, 2);
    double[] b = Special.nanToNum(x.to(DType.BFLOAT16)).toDoubleArray();
    assertThat(b[1]).isFinite().isGreaterThan(3.38e38);
    near(Special.nanToNum(x, 1, 2, 3), 1, 2, 3, 2);
    assertThat(Special.nanToNum(Tensor.of(1, 2)).toIntArray()).containsExactly(1, 2);
  }

  @Test
  void anglesPartsAndDifferences() {
    near(Special.deg2rad(Tensor.of(180.0, -90)), Math.PI, -Math.PI / 2);
    near(Special.rad2deg(Tensor.of(Math.PI)), 180);
    near(Special.frac(Tensor.of(1.25, -1.25)), 0.25, -0.25);
    near(Special.squaredDifference(Tensor.of(1.0, 5), Tensor.of(3.0)), 4, 4);
  }
}
