package dev.gatun.tensor.cpu.simd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Engine;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.ActivationGrad;
import dev.gatun.tensor.op.ActivationKind;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The vector functions against float64: the error that each one's documentation states, over all
 * magnitudes and the places where functions bend, and the special values.
 */
final class FloatFunctionsTest {
  private static final int N = 1 << 16;

  /** A function, what it should be, its greatest error in ulps, and the range it is tested on. */
  record Function(
      String name,
      UnaryOperator<FloatVector> vector,
      UnaryOperator<Tensor> exact,
      double ulps,
      double scale,
      float from,
      float to) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final float NEAR = Math.nextDown(FloatErrors.BOUND);

  private static Function of(
      String name, UnaryOperator<FloatVector> f, DoubleUnaryOperator exact, double ulps) {
    return new Function(name, f, x -> mapped(x, exact), ulps, 0, -Float.MAX_VALUE, Float.MAX_VALUE);
  }

  private static Tensor mapped(Tensor x, DoubleUnaryOperator f) {
    double[] v = x.toDoubleArray();
    for (int i = 0; i < v.length; i++) {
      v[i] = f.applyAsDouble(v[i]);
    }
    return Tensor.of(v, x.shape());
  }

  private static Function between(
      float limit, String name, UnaryOperator<FloatVector> f, DoubleUnaryOperator exact, double u) {
    return new Function(name, f, x -> mapped(x, exact), u, 0, -limit, limit);
  }

  static Stream<Function> functions() {
    float all = Float.MAX_VALUE;
    return Stream.of(
        of("exp", Exponentials::exp, StrictMath::exp, 1),
        of("expm1", Exponentials::expm1, StrictMath::expm1, 2),
        of("exp2", Exponentials::exp2, x -> StrictMath.pow(2, x), 2),
        of("tanh", Exponentials::tanh, StrictMath::tanh, 3),
        of("sigmoid", Exponentials::sigmoid, x -> 1 / (1 + StrictMath.exp(-x)), 3),
        of("log", Logarithms::log, StrictMath::log, 1),
        of("log2", Logarithms::log2, x -> StrictMath.log(x) / StrictMath.log(2), 2),
        of("log10", Logarithms::log10, StrictMath::log10, 2),
        of("log1p", Logarithms::log1p, StrictMath::log1p, 2),
        between(Trigonometry.LIMIT, "sin", Trigonometry::sin, StrictMath::sin, 2),
        between(Trigonometry.LIMIT, "cos", Trigonometry::cos, StrictMath::cos, 2),
        between(Trigonometry.LIMIT, "tan", Trigonometry::tan, StrictMath::tan, 4),
        new Function("erf", FloatErrors::erf, Tensor::erf, 3, 0, -all, all),
        new Function("erfc", FloatErrors::erfc, Tensor::erfc, 8, 0, -all, all),
        new Function("gelu", FloatErrors::gelu, Tensor::gelu, 8, 0, -12, all),
        new Function("gelu near 0", FloatErrors::geluNear, Tensor::gelu, 8, 0, -NEAR, NEAR),
        new Function(
            "gelu, tanh", FloatErrors::geluTanh, FloatFunctionsTest::geluTanh, 128, 0, -9, all));
  }

  /** Without the cancellation of 1 + tanh. */
  private static Tensor geluTanh(Tensor x) {
    return mapped(
        x,
        v -> {
          double u = Math.sqrt(2 / Math.PI) * (v + 0.044715 * v * v * v);
          return v / (1 + StrictMath.exp(-2 * u));
        });
  }

  private static float[] apply(UnaryOperator<FloatVector> f, float[] x) {
    float[] y = new float[x.length];
    int lanes = SimdSpecies.floats().length();
    for (int i = 0; i < x.length; i += lanes) {
      f.apply(FloatVector.fromArray(SimdSpecies.floats(), x, i)).intoArray(y, i);
    }
    return y;
  }

  /** Half of the arguments have any magnitude, half lie where most functions bend. */
  private static float[] arguments(Function f) {
    var random = new SplittableRandom(7);
    float[] x = new float[N];
    for (int i = 0; i < N; i++) {
      do {
        x[i] =
            switch (i % 4) {
              case 0 -> (float) random.nextDouble(-110, 110);
              case 1 -> (float) random.nextDouble(-4, 4);
              case 2 -> 1 + (float) random.nextGaussian() * 0.1f;
              default -> Float.intBitsToFloat(random.nextInt());
            };
      } while (!(x[i] >= f.from && x[i] <= f.to));
    }
    return x;
  }

  @ParameterizedTest
  @MethodSource("functions")
  void errorsAreWithinWhatIsStated(Function f) {
    float[] x = arguments(f);
    float[] got = apply(f.vector, x);
    double worst = 0;
    int at = 0;
    try (Scope _ = Scope.open()) {
      double[] want = f.exact.apply(Tensor.of(x, Shape.of(N)).to(DType.FLOAT64)).toDoubleArray();
      for (int i = 0; i < N; i++) {
        double error = error(got[i], want[i]);
        if (!(error <= worst)) {
          worst = error;
          at = i;
        }
      }
      assertThat(worst)
          .as("ulps at %s: %s for %s", x[at], got[at], want[at])
          .isLessThanOrEqualTo(f.ulps);
    }
  }

  /** In ulps of the true result; what is below the smallest normal number may be zero. */
  private static double error(float got, double want) {
    if (Double.isNaN(want) || Math.abs(want) >= 0x1.ffffffp127) {
      return Float.compare(got, (float) want) == 0 || got == (float) want ? 0 : 1e9;
    }
    if (Math.abs(want) < Float.MIN_NORMAL) {
      return Math.abs(got - want) <= Float.MIN_NORMAL ? 0 : 1e9;
    }
    return Math.abs(got - want) / Math.scalb(1.0, Math.getExponent(want) - 23);
  }

  @ParameterizedTest
  @MethodSource("functions")
  void specialValuesAreThoseOfTheDoubleFunction(Function f) {
    float[] special = {
      0f, -0f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1f, -1f, Float.MIN_VALUE
    };
    for (float s : special) {
      if (f.name.startsWith("gelu") && Float.isInfinite(s)) {
        continue; // infinity times zero
      }
      if (s < f.from || s > f.to) {
        continue;
      }
      float[] x = new float[SimdSpecies.floats().length()];
      Arrays.fill(x, s);
      float got = apply(f.vector, x)[0];
      try (Scope _ = Scope.open()) {
        double want = f.exact.apply(Tensor.of(new double[] {s}, Shape.of(1))).toDoubleArray()[0];
        assertThat(error(got, want)).as("%s gave %s for %s", s, got, want).isLessThan(f.ulps + 1);
        if (got == 0 && want == 0) {
          assertThat(1 / got).as("sign of zero at %s", s).isEqualTo((float) (1 / want));
        }
      }
    }
  }

  @Test
  void theSlopeOfGeluIsThatOfItsFormula() {
    int n = 12_000;
    float[] x = new float[n + SimdSpecies.floats().length()];
    for (int i = 0; i < n; i++) {
      x[i] = (i - n / 2) / 1000f;
    }
    float[] far = apply(FloatErrors::geluSlope, x);
    float[] near = apply(FloatErrors::geluSlopeNear, x);
    try (Scope _ = Scope.open()) {
      Tensor t = Tensor.of(x, Shape.of(x.length)).to(DType.FLOAT64);
      Tensor bell = t.square().mul(-0.5).exp().mul(1 / Math.sqrt(2 * Math.PI));
      double[] want = t.mul(-Math.sqrt(0.5)).erfc().mul(0.5).add(t.mul(bell)).toDoubleArray();
      for (int i = 0; i < n; i++) {
        assertThat(far[i]).as("at %s", x[i]).isCloseTo((float) want[i], within(2e-7f));
        if (Math.abs(x[i]) < FloatErrors.BOUND) {
          double error = Math.abs(x[i]) > 1 ? 2e-6 * Math.abs(want[i]) : 3e-7;
          assertThat((double) near[i]).as("at %s", x[i]).isCloseTo(want[i], within(error + 2e-8));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatAnElementGivesDoesNotDependOnItsNeighbours(boolean gradient) {
    try (Scope _ = Scope.open()) {
      float[] x = {-3.5f, 3f, -2.99f, 0.5f, Float.NaN, -40f, 2.5f, 7f, -1f};
      float[] alone = new float[x.length];
      for (int i = 0; i < x.length; i++) {
        alone[i] = gelu(Tensor.full(Shape.of(64), x[i]), gradient).toFloatArray()[i];
      }
      Tensor mixed = Tensor.of(x, Shape.of(x.length)).repeat(1001);
      float[] got = gelu(mixed, gradient).toFloatArray();
      for (int i = 0; i < got.length; i++) {
        assertThat(Float.compare(got[i], alone[i % x.length])).isZero(); // NaN, too
      }
    }
  }

  private static Tensor gelu(Tensor x, boolean gradient) {
    return gradient
        ? Engine.call(new ActivationGrad(ActivationKind.GELU), x.onesLike(), x)
        : x.gelu();
  }
}
