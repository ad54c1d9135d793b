package dev.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LinalgTest {
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static void check(Tensor got, double... want) {
    assertThat(got.toDoubleArray()).containsExactly(want, within(1e-11));
  }

  private static Tensor matrix(int rows, double... values) {
    return Tensor.of(values, Shape.of(rows, values.length / rows));
  }

  private static Tensor bytes(Shape shape, double value) {
    return Tensor.full(shape, value).to(value > 127 ? DType.UINT8 : DType.INT8);
  }

  @Test
  void integerProductsAreExact() {
    int k = 3000; // more than float32 could sum at once
    double[][] extremes = {{-128, -128}, {127, -128}, {-128, 255}, {255, 255}};
    for (double[] e : extremes) {
      Tensor a = bytes(Shape.of(5, k), e[0]);
      Tensor b = bytes(Shape.of(k, 18), e[1]);
      Tensor y = Linalg.matmulInteger(a, b);
      assertThat(y.dtype()).isEqualTo(DType.INT32);
      assertThat(y.toDoubleArray()).hasSize(90).containsOnly(k * e[0] * e[1]);
    }
    Tensor floats = Tensor.full(Shape.of(2, 2), 1);
    assertThatThrownBy(() -> Linalg.matmulInteger(floats, floats))
        .isInstanceOf(DTypeException.class)
        .hasMessage("matmulinteger needs operands of dtype int8 or uint8, got float32 and float32");
  }

  @Test
  void products() {
    Tensor a = matrix(2, 1, 2, 3, 4);
    Tensor b = matrix(2, 0, 1, 1, 0);
    Tensor v = Tensor.of(1.0, 10);
    check(Linalg.linear(a, b, v), 3, 11, 5, 13);
    check(Linalg.linear(v, a, null), 21, 43);
    check(Linalg.addmm(v, a, b, 2, 0.5), 3, 20.5, 4, 21.5);
    check(Linalg.addmm(Tensor.of(Double.NaN, 0), a, b, 0, 1), 2, 1, 4, 3);
    check(Linalg.baddbmm(v, a.unsqueeze(0), b.unsqueeze(0), 1, 1), 3, 11, 5, 13);
    check(Linalg.mv(a, v), 21, 43);
    check(Linalg.dot(v, v), 101);
    check(Linalg.outer(v, Tensor.of(1.0, 2, 3)), 1, 2, 3, 10, 20, 30);
    check(Linalg.kron(matrix(1, 1, 2), a), 1, 2, 2, 4, 3, 4, 6, 8);
    check(Linalg.kron(v, Tensor.of(1.0, 2)), 1, 2, 10, 20);
    check(Linalg.cross(matrix(1, 1, 2, 3), matrix(1, 4, 5, 6), -1), -3, 6, -3);
    assertThatThrownBy(() -> Linalg.bmm(a.unsqueeze(0), b))
        .isInstanceOf(ShapeException.class)
        .hasMessage("bmm expects an operand of rank 3, got shape [2, 2]");
    assertThatThrownBy(() -> Linalg.cross(v, v, 0))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("of size 3 along axis 0");
    assertThatThrownBy(
            () -> Linalg.linear(a, Tensor.of(new double[] {1, 2, 3}, Shape.of(1, 3)), null))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("got shapes [2, 2] and [1, 3]");
  }

  @Test
  void bilinearIsItsDefinition() {
    Tensor a = Naive.random(1, 2, 3, 4);
    Tensor b = Naive.random(2, 2, 3, 5);
    Tensor w = Naive.random(3, 6, 4, 5);
    Tensor bias = Naive.random(4, 6);
    Tensor want = Linalg.einsum("nmi,oij,nmj->nmo", a, w, b).add(bias);
    check(Linalg.bilinear(a, b, w, bias), want.toDoubleArray());
  }

  @Test
  void distances() {
    Tensor a = matrix(2, 0, 0, 3, 4);
    Tensor b = matrix(3, 0, 0, 3, 0, 0, 4);
    check(Linalg.cdist(a, b, 2), 0, 3, 4, 5, 4, 3);
    check(Linalg.cdist(a, b, 1), 0, 3, 4, 7, 4, 3);
    check(Linalg.cdist(a, b, Double.POSITIVE_INFINITY), 0, 3, 4, 4, 4, 3);
    check(Linalg.pairwiseDistance(a, matrix(2, 3, 4, 3, 4), 2, 0, false), 5, 0);
    check(Linalg.cosineSimilarity(a, matrix(2, 1, 0, 4, 3), 1, 1e-8), 0, 0.96);
  }

  @Test
  void matrixPower() {
    Tensor a = matrix(2, 1, 1, 0, 2);
    check(Linalg.matrixPower(a, 0), 1, 0, 0, 1);
    check(Linalg.matrixPower(a, 1), 1, 1, 0, 2);
    check(Linalg.matrixPower(a, 5), 1, 31, 0, 32);
    check(Linalg.matrixPower(a, -2), 1, -0.75, 0, 0.25);
  }

  @Test
  void solutionsAndInverses() {
    Tensor a = Naive.random(1, 2, 3, 3).add(Tensor.eye(3).mul(3.0));
    Tensor b = Naive.random(2, 2, 3);
    check(a.matmul(Linalg.solve(a, b).unsqueeze(-1)).squeeze(-1), b.toDoubleArray());
    Tensor v = Naive.random(3, 3);
    check(a.matmul(Linalg.solve(a, v).unsqueeze(-1)).squeeze(-1).select(0, 1), v.toDoubleArray());
    check(a.matmul(Linalg.inverse(a)), Tensor.eye(3).expand(Shape.of(2, 3, 3)).toDoubleArray());
    assertThatThrownBy(() -> Linalg.inverse(matrix(2, 1, 2, 2, 4)))
        .isInstanceOf(GatunException.class)
        .hasMessageContaining("singular");
    assertThatThrownBy(() -> Linalg.inverse(matrix(1, 1, 2)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("inverse needs square matrices [..., n, n], got [1, 2]");
  }

  @Test
  void determinants() {
    Tensor a = Tensor.of(new double[] {0, 2, 3, 4, 1, 2, 2, 4, 2, 0, 0, 2}, Shape.of(3, 2, 2));
    check(Linalg.det(a), -6, 0, 4);
    assertThat(Linalg.logdet(a).toDoubleArray())
        .containsExactly(Double.NaN, Double.NEGATIVE_INFINITY, Math.log(4));
    Tensor huge = Tensor.eye(400).mul(1e3);
    var d = Linalg.slogdet(huge.neg());
    assertThat(d.sign().item()).isEqualTo(1);
    assertThat(d.logAbsDet().item()).isCloseTo(400 * Math.log(1e3), within(1e-2));
    check(Linalg.det(Tensor.zeros(Shape.of(0, 0), DType.FLOAT64, a.device())), 1);
  }

  @Test
  void eigenvaluesAscend() {
    Tensor a = matrix(2, 2, 1, 1, 2);
    check(Linalg.eigvalsh(a), 1, 3);
    var e = Linalg.eigh(a);
    check(e.vectors().mul(e.values()).matmul(e.vectors().t()), a.toDoubleArray());
  }
}
