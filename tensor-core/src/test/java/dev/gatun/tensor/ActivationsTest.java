package dev.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ActivationsTest {
  private static final double INF = Double.POSITIVE_INFINITY;

  /** Finite values, kinks, and magnitudes at which a naive exponential overflows. */
  private static final double[] X = {
    -1e4, -800, -30, -4, -3, -2.5, -1, -0.5, -1e-9, 0, 1e-9, 0.3, 0.5, 1, 2, 3, 4, 6, 30, 800, 1e4
  };

  record Function(String name, UnaryOperator<Tensor> tensor, DoubleUnaryOperator plain) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  private static double clamp(double x, double low, double high) {
    return Math.min(Math.max(x, low), high);
  }

  static List<Function> functions() {
    return List.of(
        new Function("elu", x -> Activations.elu(x, 0.7), x -> x > 0 ? x : 0.7 * Math.expm1(x)),
        new Function(
            "celu", x -> Activations.celu(x, 1.3), x -> x > 0 ? x : 1.3 * Math.expm1(x / 1.3)),
        new Function(
            "selu",
            Activations::selu,
            x -> 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x))),
        new Function("leakyRelu", x -> Activations.leakyRelu(x, 0.1), x -> x > 0 ? x : 0.1 * x),
        new Function("relu6", Activations::relu6, x -> clamp(x, 0, 6)),
        new Function("hardtanh", x -> Activations.hardtanh(x, -1, 2), x -> clamp(x, -1, 2)),
        new Function("hardsigmoid", Activations::hardsigmoid, x -> clamp(x + 3, 0, 6) / 6),
        new Function("hardswish", Activations::hardswish, x -> x * clamp(x + 3, 0, 6) / 6),
        new Function(
            "hardshrink", x -> Activations.hardshrink(x, 0.5), x -> Math.abs(x) <= 0.5 ? 0 : x),
        new Function(
            "softshrink",
            x -> Activations.softshrink(x, 0.5),
            x -> Math.abs(x) <= 0.5 ? 0 : x - Math.copySign(0.5, x)),
        new Function("tanhshrink", Activations::tanhshrink, x -> x - Math.tanh(x)),
        new Function("softsign", Activations::softsign, x -> x / (1 + Math.abs(x))),
        new Function("softplus", Activations::softplus, x -> x > 20 ? x : softplus(x)),
        new Function(
            "softplus(2, 5)",
            x -> Activations.softplus(x, 2, 5),
            x -> 2 * x > 5 ? x : softplus(2 * x) / 2),
        new Function("mish", Activations::mish, x -> x * Math.tanh(softplus(x))),
        new Function("logSigmoid", Activations::logSigmoid, x -> -softplus(-x)),
        new Function("threshold", x -> Activations.threshold(x, 0.5, -7), x -> x > 0.5 ? x : -7),
        new Function("softmin", x -> Activations.softmin(x.unsqueeze(1), 1).squeeze(1), _ -> 1));
  }

  @ParameterizedTest
  @MethodSource("functions")
  void isTheFunctionAndStableAtLargeValues(Function f) {
    try (Scope _ = Scope.open()) {
      double[] got = f.tensor().apply(Tensor.of(X)).toDoubleArray();
      float[] single = f.tensor().apply(Tensor.of(X).to(DType.FLOAT32)).toFloatArray();
      for (int i = 0; i < X.length; i++) {
        double want = f.plain().applyAsDouble(X[i]);
        assertThat(got[i])
            .as("at %s", X[i])
            .isCloseTo(want, within(1e-12 + 1e-12 * Math.abs(want)));
        assertThat((double) single[i])
            .as("float32 at %s", X[i])
            .isCloseTo(want, within(1e-6 + 1e-6 * Math.abs(want)));
      }
    }
  }

  @Test
  void infinitiesAndNanPass() {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(-INF, INF, Double.NaN);
      assertThat(Activations.logSigmoid(x).toDoubleArray()).containsExactly(-INF, -0.0, Double.NaN);
      assertThat(Activations.softplus(x).toDoubleArray()).containsExactly(0, INF, Double.NaN);
      assertThat(Activations.elu(x, 1).toDoubleArray()).containsExactly(-1, INF, Double.NaN);
      assertThat(Activations.hardsigmoid(x).toDoubleArray()).containsExactly(0, 1, Double.NaN);
      assertThat(Activations.hardshrink(x, 1).toDoubleArray())
          .containsExactly(-INF, INF, Double.NaN);
    }
  }

  @Test
  void integersBecomeFloat32() {
    try (Scope _ = Scope.open()) {
      Tensor y = Activations.elu(Tensor.of(-1, 2), 1);
      assertThat(y.dtype()).isEqualTo(DType.FLOAT32);
      assertThat(y.toFloatArray()).containsExactly((float) Math.expm1(-1), 2);
    }
  }

  @Test
  void preluTakesAWeightForEachChannelOrOneThatBroadcasts() {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(new double[] {-1, 2, -3, 4, -5, -6}, Shape.of(1, 2, 3));
      assertThat(Activations.prelu(x, Tensor.of(0.5, 0.1)).toDoubleArray())
          .containsExactly(-0.5, 2, -1.5, 4, -0.5, -6 * 0.1);
      assertThat(Activations.prelu(x, Tensor.of(2.0)).toDoubleArray())
          .containsExactly(-2, 2, -6, 4, -10, -12);
      assertThatThrownBy(() -> Activations.prelu(x, Tensor.of(1.0, 2, 3, 4)))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("[1, 2, 3] and [4]");
    }
  }

  @Test
  void gluMultipliesTheFirstHalfByTheSigmoidOfTheSecond() {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(new double[] {2, 3, 0, Math.log(3)}, Shape.of(1, 4));
      assertThat(Activations.glu(x, 1).toDoubleArray()).containsExactly(1, 2.25);
      assertThatThrownBy(() -> Activations.glu(x, 0))
          .isInstanceOf(ShapeException.class)
          .hasMessage("glu needs an even size along axis 0, got shape [1, 4]");
    }
  }
}
