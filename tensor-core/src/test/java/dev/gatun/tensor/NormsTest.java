package dev.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NormsTest {
  private static final double EPS = 1e-5;

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

  /** Each set of positions with one key is normalised on its own. */
  private static double[] naive(Tensor x, java.util.function.IntUnaryOperator key, int keys) {
    double[] v = x.toDoubleArray();
    double[] sum = new double[keys];
    double[] squares = new double[keys];
    int[] count = new int[keys];
    for (int i = 0; i < v.length; i++) {
      sum[key.applyAsInt(i)] += v[i];
      count[key.applyAsInt(i)]++;
    }
    for (int i = 0; i < v.length; i++) {
      int k = key.applyAsInt(i);
      v[i] -= sum[k] / count[k];
      squares[k] += v[i] * v[i];
    }
    for (int i = 0; i < v.length; i++) {
      int k = key.applyAsInt(i);
      v[i] /= Math.sqrt(squares[k] / count[k] + EPS);
    }
    return v;
  }

  @Test
  void layerNorm() {
    Tensor x = Naive.random(1, 4, 2, 3);
    Shape last = Shape.of(2, 3);
    check(Norms.layerNorm(x, last, null, null, EPS), naive(x, i -> i / 6, 4));
    Tensor w = Naive.random(2, 2, 3);
    Tensor b = Naive.random(3, 2, 3);
    Tensor plain = Norms.layerNorm(x, last, null, null, EPS);
    check(Norms.layerNorm(x, last, w, null, EPS), plain.mul(w).toDoubleArray());
    check(Norms.layerNorm(x, last, w, b, EPS), plain.mul(w).add(b).toDoubleArray());
    assertThatThrownBy(() -> Norms.layerNorm(x, Shape.of(3, 2), null, null, EPS))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "layerNorm over [3, 2] expects an input that ends in these sizes, got shape [4, 2, 3]");
    assertThatThrownBy(() -> Norms.layerNorm(x, last, Naive.random(4, 3), null, EPS))
        .isInstanceOf(ShapeException.class)
        .hasMessage("layerNorm expects a weight of shape [2, 3], got [3]");
  }

  @Test
  void rmsNorm() {
    Tensor x = Tensor.of(new double[] {3, 4, 0, 0, 6, 8, 0, 0}, Shape.of(2, 4));
    Tensor w = Tensor.of(1.0, 2, 3, 4);
    check(Norms.rmsNorm(x, Shape.of(4), w, 0), 1.2, 3.2, 0, 0, 1.2, 3.2, 0, 0);
  }

  @Test
  void batchNormInTrainingUsesThisBatchAndUpdatesTheRunningStatistics() {
    Tensor x = Naive.random(1, 3, 2, 4);
    Tensor w = Tensor.of(2.0, -1);
    Tensor b = Tensor.of(0.5, 1);
    Tensor mean = Tensor.of(1.0, 2);
    Tensor var = Tensor.of(3.0, 4);
    var y = Norms.batchNormTraining(x, mean, var, w, b, 0.1, EPS);
    double[] want = naive(x, i -> i / 4 % 2, 2);
    for (int i = 0; i < want.length; i++) {
      want[i] = i / 4 % 2 == 0 ? want[i] * 2 + 0.5 : -want[i] + 1;
    }
    check(y.y(), want);
    Tensor channels = x.transpose(0, 1).reshape(2, 12);
    check(y.runningMean(), mean.mul(0.9).add(channels.mean(1).mul(0.1)).toDoubleArray());
    check(y.runningVar(), var.mul(0.9).add(channels.var(1, false, 1).mul(0.1)).toDoubleArray());
    check(mean, 1, 2);
  }

  @Test
  void batchNormInEvaluationUsesTheRunningStatistics() {
    Tensor x = Tensor.of(new double[] {1, 2, 3, 4}, Shape.of(2, 2));
    Tensor mean = Tensor.of(1.0, 2);
    Tensor var = Tensor.of(4.0, 0.25);
    check(Norms.batchNorm(x, mean, var, null, null, 0), 0, 0, 1, 4);
    check(Norms.batchNorm(x, mean, var, Tensor.of(2.0, 3), Tensor.of(1.0, -1), 0), 1, -1, 3, 11);
  }

  @Test
  void batchNormInTrainingNeedsTwoValuesForEachChannel() {
    Tensor s = Naive.random(1, 3);
    assertThatThrownBy(
            () -> Norms.batchNormTraining(Naive.random(2, 1, 3), s, s, null, null, 0.1, EPS))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "batchNorm in training expects at least 2 values for each channel, got shape [1, 3]");
    assertThatThrownBy(
            () -> Norms.batchNormTraining(Naive.random(2, 4, 2), s, s, null, null, 0.1, EPS))
        .isInstanceOf(ShapeException.class)
        .hasMessage("batchNorm expects a parameter or statistic of shape [2], got [3]");
  }

  @Test
  void groupAndInstanceNorm() {
    Tensor x = Naive.random(1, 2, 4, 3);
    check(Norms.groupNorm(x, 2, null, null, EPS), naive(x, i -> i / 6, 4));
    check(Norms.instanceNorm(x, null, null, EPS), naive(x, i -> i / 3, 8));
    Tensor w = Tensor.of(1.0, 2, 3, 4);
    Tensor plain = Norms.groupNorm(x, 2, null, null, EPS);
    check(
        Norms.groupNorm(x, 2, w, w, EPS),
        plain.mul(w.unsqueeze(1)).add(w.unsqueeze(1)).toDoubleArray());
    assertThatThrownBy(() -> Norms.groupNorm(x, 3, null, null, EPS))
        .isInstanceOf(ShapeException.class)
        .hasMessage("groupNorm of shape [2, 4, 3] needs a number of groups that divides 4, got 3");
    assertThatThrownBy(() -> Norms.instanceNorm(Naive.random(2, 2, 3, 1), null, null, EPS))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("at least 2 spatial values");
  }

  @Test
  void localResponseNormDividesByTheNeighbouringChannels() {
    Tensor x = Tensor.of(new double[] {1, 2, 3, 4}, Shape.of(1, 4, 1));
    double[] squares = {5, 14, 29, 25}; // of each channel and its neighbours on both sides
    double[] want = new double[4];
    for (int i = 0; i < 4; i++) {
      want[i] = (i + 1) / Math.pow(2 + 0.3 / 3 * squares[i], 0.75);
    }
    check(Norms.localResponseNorm(x, 3, 0.3, 0.75, 2), want);
    double[] before = {1, 5, 13, 25}; // an even size reaches further back
    for (int i = 0; i < 4; i++) {
      want[i] = (i + 1) / Math.pow(1 + 0.5 * before[i], 1);
    }
    check(Norms.localResponseNorm(x, 2, 1, 1, 1), want);
  }

  @Test
  void normalize() {
    Tensor x = Tensor.of(new double[] {3, 4, 0, 0}, Shape.of(2, 2));
    check(Norms.normalize(x, 2, 1, 1e-12), 0.6, 0.8, 0, 0);
    check(Norms.normalize(x, 1, 1, 14), 3 / 14.0, 4 / 14.0, 0, 0);
  }
}
