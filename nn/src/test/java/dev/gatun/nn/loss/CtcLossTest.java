package dev.gatun.nn.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.autograd.Tape;
import dev.gatun.tensor.DType;
import dev.gatun.tensor.Gatun;
import dev.gatun.tensor.Generator;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CtcLossTest {
  private static final CtcOptions EACH = new CtcOptions(0, Reduction.NONE, false);

  private static Tensor logProbabilities(int steps, int n, int classes) {
    return Tensor.randn(
            Shape.of(steps, n, classes), DType.FLOAT64, Gatun.defaultDevice(), new Generator(7))
        .logSoftmax(-1);
  }

  /** The sum over all alignments, one by one. */
  private static double bruteForce(Tensor log, long... target) {
    int steps = (int) log.size(0);
    int classes = (int) log.size(1);
    double[] values = log.toDoubleArray();
    double sum = 0;
    int[] path = new int[steps];
    for (int code = 0; code < Math.pow(classes, steps); code++) {
      double p = 0;
      for (int t = 0, rest = code; t < steps; t++, rest /= classes) {
        path[t] = rest % classes;
        p += values[t * classes + path[t]];
      }
      if (Arrays.equals(collapsed(path), target)) {
        sum += Math.exp(p);
      }
    }
    return -Math.log(sum);
  }

  private static long[] collapsed(int[] path) {
    long[] out = new long[path.length];
    int n = 0;
    for (int t = 0; t < path.length; t++) {
      if (path[t] != 0 && (t == 0 || path[t] != path[t - 1])) {
        out[n++] = path[t];
      }
    }
    return Arrays.copyOf(out, n);
  }

  @Test
  void sumsOverAllAlignments() {
    try (Scope _ = Scope.open()) {
      Tensor x = logProbabilities(5, 3, 3);
      Tensor target = Tensor.of(new long[] {1, 2, 1, 1, 0, 0}, Shape.of(3, 2));
      Tensor y = Losses.ctc(x, target, Tensor.of(5L, 4L, 3L), Tensor.of(2L, 2L, 0L), EACH);
      double[] losses = y.toDoubleArray();
      assertThat(losses[0]).isCloseTo(bruteForce(x.select(1, 0), 1, 2), within(1e-12));
      Tensor shorter = x.select(1, 1).narrow(0, 0, 4);
      assertThat(losses[1]).isCloseTo(bruteForce(shorter, 1, 1), within(1e-12));
      Tensor shortest = x.select(1, 2).narrow(0, 0, 3);
      assertThat(losses[2]).isCloseTo(bruteForce(shortest), within(1e-12));
    }
  }

  @Test
  void targetThatDoesNotFitIsInfinite() {
    try (Scope _ = Scope.open();
        Tape tape = Tape.record()) {
      Tensor x = logProbabilities(3, 2, 3).requiresGrad(true);
      Tensor target = Tensor.of(new long[] {1, 1, 1, 2}, Shape.of(2, 2));
      Tensor lengths = Tensor.of(2L, 3L); // 1 1 needs a blank between
      Tensor two = Tensor.of(2L, 2L);
      assertThat(Losses.ctc(x, target, lengths, two, EACH).toDoubleArray()[0])
          .isEqualTo(Double.POSITIVE_INFINITY);
      Tensor y = Losses.ctc(x, target, lengths, two, new CtcOptions(0, Reduction.SUM, true));
      assertThat(y.item()).isCloseTo(bruteForce(x.detach().select(1, 1), 1, 2), within(1e-12));
      Tensor gradient = tape.gradients(y).get(x);
      assertThat(gradient.isFinite().all().itemLong()).isEqualTo(1);
    }
  }

  @Test
  void saysWhatDoesNotFit() {
    try (Scope _ = Scope.open()) {
      Tensor lengths = Tensor.of(3L, 3L);
      Tensor target = Tensor.of(new long[] {1, 1}, Shape.of(1, 2));
      assertThatThrownBy(() -> Losses.ctc(logProbabilities(3, 2, 3), target, lengths, lengths))
          .isInstanceOf(ShapeException.class)
          .hasMessage(
              "ctc needs log-probabilities [T, N, C], targets [N, S] and two lengths [N], got"
                  + " [3, 2, 3], [1, 2], [2] and [2]");
    }
  }
}
