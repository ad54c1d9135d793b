package dev.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ElementwiseTest {
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

  @Test
  void clampKeepsNanAndTheIntegerType() {
    Tensor x = Tensor.of(-INF, -2.0, 0.5, 3.0, NAN);
    assertThat(x.clamp(-1.0, 1.0).toDoubleArray()).containsExactly(-1, -1, 0.5, 1, NAN);
    assertThat(x.clamp(2.0, 1.0).toDoubleArray()).containsExactly(1, 1, 1, 1, NAN);
    Tensor i = Tensor.of(1, 5, 9).clamp(2, 7);
    assertThat(i.dtype()).isEqualTo(DType.INT32);
    assertThat(i.toIntArray()).containsExactly(2, 5, 7);
    assertThat(Tensor.of(1, 5).clampMin(1.5).dtype()).isEqualTo(DType.FLOAT32);
  }

  @Test
  void numbersKeepIntegersExact() {
    long big = (1L << 53) + 1;
    Tensor x = Tensor.of(big, big - 1);
    assertThat(x.eq(big).toBooleanArray()).containsExactly(true, false);
    assertThat(x.sub(big).toLongArray()).containsExactly(0, -1);
    assertThat(x.maximum(big).toLongArray()).containsExactly(big, big);
    assertThat(Tensor.of(7, -7).floorDiv(2).toIntArray()).containsExactly(3, -4);
    assertThat(Tensor.of(7, -7).truncDiv(2).toIntArray()).containsExactly(3, -3);
    assertThat(Tensor.of(7, -7).remainder(3).toIntArray()).containsExactly(1, 2);
    assertThat(Tensor.of(7, -7).fmod(3).toIntArray()).containsExactly(1, -1);
    assertThat(Tensor.of(7, -7).pow(2).toIntArray()).containsExactly(49, 49);
    assertThat(Tensor.of(3, 4).rpow(2).toIntArray()).containsExactly(8, 16);
    assertThat(Tensor.of(3, 4).rsub(10).toIntArray()).containsExactly(7, 6);
    assertThat(Tensor.of(1, -8).shiftLeft(3).toIntArray()).containsExactly(8, -64);
    assertThat(Tensor.of(16, -16).shiftRight(3).toIntArray()).containsExactly(2, -2);
    assertThat(Tensor.of(5.5, -5.5).remainder(2.0).toDoubleArray()).containsExactly(1.5, 0.5);
  }

  @Test
  void fmaxAndFminIgnoreOneNan() {
    Tensor a = Tensor.of(1, NAN, NAN, 4);
    Tensor b = Tensor.of(NAN, 2, NAN, 3);
    assertThat(a.fmax(b).toDoubleArray()).containsExactly(1, 2, NAN, 4);
    assertThat(a.fmin(b).toDoubleArray()).containsExactly(1, 2, NAN, 3);
    assertThat(a.maximum(b).toDoubleArray()).containsExactly(NAN, NAN, NAN, 4);
  }

  @Test
  void logicIsOfWhatIsNotZero() {
    Tensor a = Tensor.of(0.0, 2.0, 0.5, 0.0);
    Tensor b = Tensor.of(0, 1, 0, 3);
    assertThat(a.logicalAnd(b).toBooleanArray()).containsExactly(false, true, false, false);
    assertThat(a.logicalOr(b).toBooleanArray()).containsExactly(false, true, true, true);
    assertThat(a.logicalXor(b).toBooleanArray()).containsExactly(false, false, true, true);
    assertThat(a.logicalNot().toBooleanArray()).containsExactly(true, false, false, true);
  }

  @Test
  void closeness() {
    Tensor a = Tensor.of(1, INF, INF, NAN, 1, 100);
    Tensor b = Tensor.of(1 + 1e-6, INF, -INF, NAN, INF, 100.1);
    assertThat(a.isClose(b).toBooleanArray())
        .containsExactly(true, true, false, false, false, false);
    assertThat(a.isClose(b, 1e-2, 0, true).toBooleanArray())
        .containsExactly(true, true, false, true, false, true);
    assertThat(Tensor.of(1.0, 2.0).allClose(Tensor.of(1.0, 2.0 + 1e-9))).isTrue();
    assertThat(Tensor.of(1.0, 2.0).allClose(Tensor.of(1.0, 2.1))).isFalse();
    assertThat(Tensor.of(1.0, 2.1).allClose(Tensor.of(1.0, 2.0), 0, 0.2)).isTrue();
    assertThat(Tensor.of(1, 2).equal(Tensor.of(1, 2))).isTrue();
    assertThat(Tensor.of(1, 2).equal(Tensor.of(1, 3))).isFalse();
    assertThat(Tensor.of(1, 2).equal(Tensor.of(1))).isFalse();
    assertThat(Tensor.of(NAN).equal(Tensor.of(NAN))).isFalse();
  }

  @Test
  void weightedSums() {
    Tensor a = Tensor.of(1.0, 2);
    Tensor b = Tensor.of(3.0, 6);
    assertThat(a.lerp(b, 0.25).toDoubleArray()).containsExactly(1.5, 3);
    assertThat(a.lerp(b, Tensor.of(0.0, 1)).toDoubleArray()).containsExactly(1, 6);
    assertThat(a.addcmul(b, b, 2).toDoubleArray()).containsExactly(19, 74);
    assertThat(a.addcdiv(b, a, 2).toDoubleArray()).containsExactly(7, 8);
  }

  @Test
  void logaddexpOfInfinities() {
    Tensor a = Tensor.of(0, -INF, INF, 1000, -INF);
    Tensor b = Tensor.of(0, -INF, 1, 1000, 2);
    assertThat(a.logaddexp(b).toDoubleArray())
        .containsExactly(
            new double[] {Math.log(2), -INF, INF, 1000 + Math.log(2), 2}, within(1e-12));
  }

  @Test
  void errorsNameTypesAndShapes() {
    assertThatThrownBy(() -> Tensor.of(1f, 2f).add(Tensor.of(1f, 2f, 3f)))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "Shapes [2] and [3] do not broadcast: sizes 2 and 3 at axis -1 differ and neither is 1");
    assertThatThrownBy(() -> Tensor.of(1f).and(Tensor.of(1f)))
        .isInstanceOf(DTypeException.class)
        .hasMessage("and does not take dtype float32");
    assertThatThrownBy(() -> Tensor.of(true).sub(Tensor.of(true)))
        .isInstanceOf(DTypeException.class)
        .hasMessage("sub does not take dtype bool");
    assertThatThrownBy(() -> Tensor.of(1f).where(Tensor.of(1f), Tensor.of(1f)))
        .isInstanceOf(DTypeException.class)
        .hasMessage("where needs the condition as bool, got float32");
    assertThatThrownBy(() -> Tensor.of(1f, 2f).item())
        .isInstanceOf(ShapeException.class)
        .hasMessage("item needs a tensor of one element, got shape [2]");
    assertThatThrownBy(() -> Tensor.ones(Shape.of(2, 3)).matmul(Tensor.ones(Shape.of(2, 3))))
        .isInstanceOf(ShapeException.class)
        .hasMessage("matmul of [2, 3] and [2, 3]: the inner sizes 3 and 2 differ");
  }
}
