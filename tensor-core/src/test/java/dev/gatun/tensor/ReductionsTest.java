package dev.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReductionsTest {
  private static final double INF = Double.POSITIVE_INFINITY;
  private static final double NAN = Double.NaN;

  private Scope scope;
  private Tensor x;

  @BeforeEach
  void open() {
    scope = Scope.open();
    x = Tensor.of(new float[][] {{1, 2, 4}, {3, 3, -1}});
  }

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void meanIsAnExactQuotientAndNanOfNothing() {
    assertThat(Tensor.ones(Shape.of(49)).mean().item()).isEqualTo(1);
    assertThat(Tensor.zeros(Shape.of(0, 2)).mean(0).toDoubleArray()).containsExactly(NAN, NAN);
    assertThat(Tensor.of(1, 2).mean().dtype()).isEqualTo(DType.FLOAT32);
  }

  @Test
  void sumsOfIntegersAndBoolAreInt64() {
    assertThat(Tensor.of(true, true).sum().itemLong()).isEqualTo(2);
    assertThat(Tensor.of(new byte[] {100, 100}, Shape.of(2)).sum().itemLong()).isEqualTo(200);
    assertThat(Tensor.of(true).sum().dtype()).isEqualTo(DType.INT64);
  }

  @Test
  void logsumexpNeitherOverflowsNorSubtractsInfinities() {
    assertThat(Tensor.of(1000.0, 1000.0).logsumexp().item())
        .isCloseTo(1000 + Math.log(2), within(1e-12));
    assertThat(Tensor.of(-INF, -INF).logsumexp().item()).isEqualTo(-INF);
    assertThat(Tensor.of(INF, 1).logsumexp().item()).isEqualTo(INF);
    assertThat(Tensor.zeros(Shape.of(0)).logsumexp().item()).isEqualTo(-INF);
    assertThat(x.logsumexp(true, -1).shape()).isEqualTo(Shape.of(2, 1));
    assertThat(x.logsumexp(0, 1).shape()).isEqualTo(Shape.scalar());
  }

  @Test
  void varianceTakesACorrection() {
    assertThat(x.var(1).toDoubleArray())
        .containsExactly(new double[] {7 / 3.0, 16 / 3.0}, within(1e-6));
    assertThat(x.var(0, true, 1).toDoubleArray())
        .containsExactly(new double[] {14 / 9.0, 32 / 9.0}, within(1e-6));
    assertThat(Tensor.of(5.0).var().item()).isNaN();
    assertThat(x.std().item()).isCloseTo(Math.sqrt(3.2), within(1e-6));
    assertThat(Tensor.of(2.0, 2.0).std().item()).isEqualTo(0);
  }

  @Test
  void norms() {
    assertThat(x.norm().item()).isCloseTo(Math.sqrt(40), within(1e-6));
    assertThat(x.norm(1, false, 1).toDoubleArray()).containsExactly(7, 7);
    assertThat(x.norm(0, false, 1).toDoubleArray()).containsExactly(3, 3);
    assertThat(x.norm(INF, false, 0).toDoubleArray()).containsExactly(3, 3, 4);
    assertThat(x.norm(-INF, false, 0).toDoubleArray()).containsExactly(1, 2, 1);
    assertThat(x.norm(3, false, 1).toDoubleArray())
        .containsExactly(new double[] {Math.cbrt(73), Math.cbrt(55)}, within(1e-5));
    assertThat(Tensor.of(0.0, 0.0).norm(3, false).item()).isEqualTo(0);
    assertThat(Tensor.of(0.0, 1.0).norm(0.5, false).item()).isEqualTo(1);
  }

  @Test
  void extremesAlongAnAxisHaveIndices() {
    ValuesIndices max = x.max(1);
    assertThat(max.values().toDoubleArray()).containsExactly(4, 3);
    assertThat(max.indices().toLongArray()).containsExactly(2, 0);
    assertThat(x.min(true, -2).indices().shape()).isEqualTo(Shape.of(1, 3));
    assertThat(x.argmax().itemLong()).isEqualTo(2);
    assertThat(x.argmin().itemLong()).isEqualTo(5);
    ValuesIndices nan = Tensor.of(1, NAN, 3, NAN).max(0);
    assertThat(nan.values().item()).isNaN();
    assertThat(nan.indices().itemLong()).isEqualTo(1);
  }

  @Test
  void medianIsTheLowerOfTwoAndNanIfAnyIs() {
    ValuesIndices m = Tensor.of(4.0, 1.0, 3.0, 2.0).median(0);
    assertThat(m.values().item()).isEqualTo(2);
    assertThat(m.indices().itemLong()).isEqualTo(3);
    assertThat(Tensor.of(4.0, NAN, 3.0).median(0).indices().itemLong()).isEqualTo(1);
    assertThat(x.median().item()).isEqualTo(2);
    assertThat(x.median(true, 1).values().shape()).isEqualTo(Shape.of(2, 1));
    assertThatThrownBy(() -> Tensor.zeros(Shape.of(0)).median(0))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("median along axis 0 of shape [0]");
  }

  @Test
  void truthOfNothing() {
    Tensor none = Tensor.zeros(Shape.of(2, 0));
    assertThat(none.any(1).toBooleanArray()).containsExactly(false, false);
    assertThat(none.all(1).toBooleanArray()).containsExactly(true, true);
    assertThat(x.countNonZero(0).toLongArray()).containsExactly(2, 2, 2);
  }

  @Test
  void wrongAxesAreNamed() {
    assertThatThrownBy(() -> x.sum(2))
        .isInstanceOf(ShapeException.class)
        .hasMessage("Axis 2 is out of range for shape [2, 3] of rank 2");
    assertThatThrownBy(() -> x.sum(0, -2))
        .isInstanceOf(ShapeException.class)
        .hasMessage("Axis -2 appears twice in [0, -2]");
    assertThatThrownBy(() -> Tensor.zeros(Shape.of(0, 2)).amax(0))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("has no elements to choose from");
  }
}
