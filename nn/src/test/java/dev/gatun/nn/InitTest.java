package dev.gatun.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.nn.layer.Conv2d;
import dev.gatun.nn.layer.Linear;
import dev.gatun.tensor.DType;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.Generator;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class InitTest {
  private static final Shape WEIGHT = Shape.of(64, 48, 3, 3); // 27,648 numbers
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static double[] draw(Init init, Shape shape) {
    return init.make(shape, DType.FLOAT32, Device.CPU, new Generator(3)).toDoubleArray();
  }

  private static double deviation(double[] v) {
    double mean = Arrays.stream(v).average().orElseThrow();
    return Math.sqrt(Arrays.stream(v).map(x -> (x - mean) * (x - mean)).average().orElseThrow());
  }

  /** Within 2 %: a deviation of n = 27,648 numbers has the relative error 1 / sqrt(2 n) = 0.4 %. */
  private static Offset<Double> near(double value) {
    return within(0.02 * value);
  }

  private static void isUniform(Init init, double bound) {
    double[] v = draw(init, WEIGHT);
    assertThat(Arrays.stream(v).map(Math::abs).max().orElseThrow())
        .isLessThanOrEqualTo(bound * (1 + 1e-6)) // the bound rounded to float32
        .isCloseTo(bound, near(bound));
    assertThat(deviation(v)).isCloseTo(bound / Math.sqrt(3), near(bound / Math.sqrt(3)));
    assertThat(Arrays.stream(v).average().orElseThrow()).isCloseTo(0, within(0.02 * bound));
  }

  private static void isNormal(Init init, double deviation) {
    double[] v = draw(init, WEIGHT);
    assertThat(deviation(v)).isCloseTo(deviation, near(deviation));
    double beyond = Arrays.stream(v).filter(x -> Math.abs(x) > 2 * deviation).count();
    assertThat(beyond / v.length).isCloseTo(0.0455, within(0.006)); // 4 standard errors
  }

  @Test
  void scaledByTheFans() {
    double in = 48 * 9;
    double out = 64 * 9;
    isUniform(Init.kaimingUniform(), Math.sqrt(6 / in));
    isUniform(Init.kaimingUniform(Init.Fan.OUT, 1), Math.sqrt(3 / out));
    isNormal(Init.kaimingNormal(), Math.sqrt(2 / in));
    isNormal(Init.kaimingNormal(Init.Fan.OUT, Init.Nonlinearity.leakyRelu(1)), Math.sqrt(1 / out));
    isUniform(Init.xavierUniform(), Math.sqrt(6 / (in + out)));
    isNormal(Init.xavierNormal(2), 2 * Math.sqrt(2 / (in + out)));
  }

  @Test
  void plain() {
    assertThat(draw(Init.constant(3), Shape.of(2))).containsExactly(3, 3);
    isUniform(Init.uniform(-0.5, 0.5), 0.5);
    isNormal(Init.normal(0, 2), 2);
    double[] v = draw(Init.truncatedNormal(1, 2, -1, 2), WEIGHT);
    assertThat(Arrays.stream(v).min().orElseThrow()).isBetween(-1.0, -0.99);
    assertThat(Arrays.stream(v).max().orElseThrow()).isBetween(1.99, 2.0);
    // E = 1 + 2 (phi(-1) - phi(0.5)) / (Phi(0.5) - Phi(-1))
    assertThat(Arrays.stream(v).average().orElseThrow()).isCloseTo(0.586, within(0.02));
  }

  @Test
  void orthogonalRowsOrColumns() {
    for (Shape shape : new Shape[] {Shape.of(5, 12), Shape.of(12, 5), Shape.of(4, 2, 3)}) {
      Tensor q =
          Init.orthogonal(2)
              .make(shape, DType.FLOAT64, Device.CPU, new Generator(1))
              .flatten(1, -1);
      Tensor product = q.size(0) <= q.size(1) ? q.matmul(q.t()) : q.t().matmul(q);
      double[] v = product.toDoubleArray();
      int n = (int) product.size(0);
      for (int i = 0; i < v.length; i++) {
        assertThat(v[i]).isCloseTo(i % (n + 1) == 0 ? 4 : 0, within(1e-12));
      }
    }
  }

  @Test
  void aFanNeedsTwoAxes() {
    assertThatThrownBy(() -> draw(Init.kaimingUniform(), Shape.of(3)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("needs a shape of rank 2 or more, got [3]");
  }

  @Test
  void layersAreInitialisedAsPyTorchDoes() {
    try (var linear = Init.seeded(1, () -> new Linear(100, 300));
        var conv = Init.seeded(2, () -> Conv2d.of(8, 64, 3, 5).groups(2).build())) {
      uniformIn(linear.weight(), 0.1);
      uniformIn(linear.bias(), 0.1);
      uniformIn(conv.weight(), 1 / Math.sqrt(60));
      assertThat(conv.weight().shape()).isEqualTo(Shape.of(64, 4, 3, 5));
    }
  }

  private static void uniformIn(Parameter p, double bound) {
    double[] v = p.tensor().toDoubleArray();
    assertThat(Arrays.stream(v)).allMatch(x -> Math.abs(x) <= bound * (1 + 1e-6));
    assertThat(deviation(v)).isCloseTo(bound / Math.sqrt(3), within(0.1 * bound));
  }

  @Test
  void aSeedGivesTheSameValuesWhateverWasDrawnBefore() {
    try (var a = Init.seeded(7, () -> new Linear(4, 4));
        var other = new Linear(9, 9);
        var b = Init.seeded(7, () -> new Linear(4, 4));
        var c = Init.seeded(8, () -> new Linear(4, 4))) {
      assertThat(other.weight().shape()).isEqualTo(Shape.of(9, 9));
      assertThat(b.weight().tensor().toFloatArray()).isEqualTo(a.weight().tensor().toFloatArray());
      assertThat(c.weight().tensor().toFloatArray())
          .isNotEqualTo(a.weight().tensor().toFloatArray());
      b.weight().fill(Init.ones());
      assertThat(b.weight().tensor().mean().item()).isEqualTo(1);
    }
  }
}
