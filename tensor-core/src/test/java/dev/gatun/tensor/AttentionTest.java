package dev.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AttentionTest {
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
    assertThat(got.toDoubleArray()).containsExactly(want, within(1e-12));
  }

  /** One head by loops; {@code bias[i][j]} is added to the score of query i and key j. */
  private static double[] naive(Tensor q, Tensor k, Tensor v, double scale, double[][] bias) {
    int n = (int) q.size(0);
    int m = (int) k.size(0);
    int width = (int) v.size(1);
    double[] y = new double[n * width];
    for (int i = 0; i < n; i++) {
      double total = 0;
      for (int j = 0; j < m; j++) {
        double score = Linalg.dot(q.select(0, i), k.select(0, j)).item() * scale + bias[i][j];
        double e = Math.exp(score);
        total += e;
        for (int c = 0; c < width; c++) {
          y[i * width + c] += e * v.select(0, j).toDoubleArray()[c];
        }
      }
      for (int c = 0; c < width; c++) {
        y[i * width + c] /= total;
      }
    }
    return y;
  }

  @Test
  void attendsByScaledProducts() {
    Tensor q = Naive.random(1, 3, 4);
    Tensor k = Naive.random(2, 5, 4);
    Tensor v = Naive.random(3, 5, 2);
    check(Attention.scaledDotProductAttention(q, k, v), naive(q, k, v, 0.5, new double[3][5]));
  }

  @Test
  void masksAddOrForbidAndCausalLooksBack() {
    Tensor q = Naive.random(1, 3, 4);
    Tensor k = Naive.random(2, 3, 4);
    Tensor v = Naive.random(3, 3, 2);
    double never = Double.NEGATIVE_INFINITY;
    double[][] bias = {{1, 2, never}, {never, 0, 3}, {0, 0.5, 0}};
    Tensor mask = Tensor.of(new double[] {1, 2, never, never, 0, 3, 0, 0.5, 0}, Shape.of(3, 3));
    check(
        Attention.scaledDotProductAttention(q, k, v, mask, false, 0.3), naive(q, k, v, 0.3, bias));
    Tensor may = mask.isFinite();
    double[][] forbidden = {{0, 0, never}, {never, 0, 0}, {0, 0, 0}};
    check(
        Attention.scaledDotProductAttention(q, k, v, may, false, 1), naive(q, k, v, 1, forbidden));
    double[][] causal = {{0, never, never}, {0, 0, never}, {0, 0, 0}};
    check(Attention.scaledDotProductAttention(q, k, v, null, true, 1), naive(q, k, v, 1, causal));
  }

  @Test
  void groupedQueriesShareKeys() {
    Tensor q = Naive.random(1, 2, 6, 3, 4);
    Tensor k = Naive.random(2, 2, 2, 5, 4);
    Tensor v = Naive.random(3, 2, 2, 5, 3);
    Tensor mask = Naive.random(4, 6, 3, 5);
    Tensor keys = k.repeatInterleave(3, 1);
    Tensor values = v.repeatInterleave(3, 1);
    for (Tensor m : new Tensor[] {mask, mask.select(0, 0), mask.narrow(0, 1, 1)}) {
      check(
          Attention.scaledDotProductAttention(q, k, v, m, false, 1),
          Attention.scaledDotProductAttention(q, keys, values, m, false, 1).toDoubleArray());
    }
    assertThat(Attention.scaledDotProductAttention(q, k, v).shape())
        .isEqualTo(Shape.of(2, 6, 3, 3));
  }

  @Test
  void wrongShapesAreNamed() {
    Tensor q = Naive.random(1, 3, 4);
    assertThatThrownBy(() -> Attention.scaledDotProductAttention(q, Naive.random(2, 5, 3), q))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("got shapes [3, 4], [5, 3] and [3, 4]");
    assertThatThrownBy(
            () -> Attention.scaledDotProductAttention(q, q, q, Naive.random(2, 2, 3), false, 1))
        .isInstanceOf(ShapeException.class);
    assertThatThrownBy(() -> Attention.rotaryEmbedding(Naive.random(1, 2, 3), 1e4, 0, false))
        .isInstanceOf(ShapeException.class)
        .hasMessage("rotaryEmbedding expects [..., L, D] with an even D, got shape [2, 3]");
  }

  @Test
  void rotaryEmbeddingTurnsPairs() {
    Tensor x = Tensor.of(new double[] {1, 2, 3, 4}, Shape.of(1, 4));
    double a = 3;
    double b = 3 / Math.sqrt(100);
    check(
        Attention.rotaryEmbedding(x, 100, 3, true),
        Math.cos(a) - 2 * Math.sin(a),
        2 * Math.cos(a) + Math.sin(a),
        3 * Math.cos(b) - 4 * Math.sin(b),
        4 * Math.cos(b) + 3 * Math.sin(b));
    check(
        Attention.rotaryEmbedding(x, 100, 3, false),
        Math.cos(a) - 3 * Math.sin(a),
        2 * Math.cos(b) - 4 * Math.sin(b),
        3 * Math.cos(a) + Math.sin(a),
        4 * Math.cos(b) + 2 * Math.sin(b));
    // The second position of a sequence is the first at offset 1.
    Tensor two = Naive.random(1, 2, 4);
    check(
        Attention.rotaryEmbedding(two, 1e4, 0, true).narrow(0, 1, 1),
        Attention.rotaryEmbedding(two.narrow(0, 1, 1), 1e4, 1, true).toDoubleArray());
  }

  @Test
  void multiheadAttentionIsAttentionOfProjections() {
    Tensor x = Naive.random(1, 2, 3, 4);
    Tensor in = Naive.random(2, 12, 4);
    Tensor inBias = Naive.random(3, 12);
    Tensor out = Naive.random(4, 4, 4);
    Tensor outBias = Naive.random(5, 4);
    var p = Attention.Parameters.packed(in, inBias, out, outBias);
    Tensor projected = Linalg.linear(x, in, inBias);
    Tensor[] heads = new Tensor[2];
    Tensor weights = Tensor.zeros(Shape.of(2, 3, 3), DType.FLOAT64, x.device());
    for (int h = 0; h < 2; h++) {
      Tensor q = projected.narrow(2, 2L * h, 2);
      Tensor k = projected.narrow(2, 4 + 2 * h, 2);
      Tensor w = q.matmul(k.t()).div(Math.sqrt(2)).softmax(-1);
      weights = weights.add(w.mul(0.5));
      heads[h] = w.matmul(projected.narrow(2, 8 + 2 * h, 2));
    }
    Tensor want = Linalg.linear(Tensor.concat(2, heads), out, outBias);
    var y = Attention.multiheadAttentionWeights(x, x, x, 2, p, null, null);
    check(y.y(), want.toDoubleArray());
    check(y.weights(), weights.toDoubleArray());
    check(Attention.multiheadAttention(x, x, x, 2, p, null, null, false), want.toDoubleArray());
    assertThatThrownBy(() -> Attention.multiheadAttention(x, x, x, 3, p, null, null, false))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("of 4 features needs a number of heads that divides them, got 3");
  }

  @Test
  void multiheadMasksForbidWhereTrue() {
    Tensor x = Naive.random(1, 2, 3, 4);
    var p = Attention.Parameters.packed(Naive.random(2, 12, 4), null, Naive.random(4, 4, 4), null);
    Tensor causal = Tensor.ones(Shape.of(3, 3)).triu(1).ne(0L);
    Tensor padding =
        Tensor.of(new boolean[] {false, false, false, false, false, true}, Shape.of(2, 3));
    var y = Attention.multiheadAttentionWeights(x, x, x, 2, p, causal, padding);
    double[] w = y.weights().toDoubleArray();
    assertThat(w[1]).isZero();
    assertThat(w[2]).isZero();
    assertThat(w[8]).isPositive(); // the last query of the first sample sees its last key
    assertThat(w[17]).isZero(); // that of the second is padding
    check(Attention.multiheadAttention(x, x, x, 2, p, null, padding, true), y.y().toDoubleArray());
    Tensor perHead = causal.expand(Shape.of(4, 3, 3));
    check(
        Attention.multiheadAttention(x, x, x, 2, p, perHead, padding, false),
        y.y().toDoubleArray());
  }
}
