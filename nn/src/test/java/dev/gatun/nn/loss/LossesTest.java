package dev.gatun.nn.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.autograd.Gradients;
import dev.gatun.autograd.Tape;
import dev.gatun.tensor.DTypeException;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Values beyond the recorded cases of PyTorch, which the conformance suite runs. */
final class LossesTest {
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static double[] gradient(UnaryOperator<Tensor> loss, Tensor x) {
    x.requiresGrad(true);
    try (Tape tape = Tape.record()) {
      return tape.gradients(loss.apply(x)).get(x).toDoubleArray();
    }
  }

  @Test
  void crossEntropyOfEqualScoresIsTheLogarithmOfTheClasses() {
    Tensor x = Tensor.zeros(Shape.of(3, 5));
    Tensor target = Tensor.of(0, 2, 4);
    assertThat(Losses.crossEntropy(x, target).item()).isCloseTo(Math.log(5), within(1e-6));
    assertThat(gradient(t -> Losses.crossEntropy(t, target), x)[0])
        .isCloseTo((0.2 - 1) / 3, within(1e-6));
    assertThat(
            Losses.crossEntropy(Tensor.of(1000.0, 0.0), Tensor.of(new int[] {1}, Shape.scalar()))
                .item())
        .isEqualTo(1000);
  }

  @Test
  void ignoredTargetsCountNothingWhateverTheirScores() {
    double inf = Double.POSITIVE_INFINITY;
    Tensor x = Tensor.of(new double[] {1, 2, 3, -inf, 0, 0}, Shape.of(3, 2));
    Tensor target = Tensor.of(0, -100, 1);
    double want = (Losses.crossEntropy(Tensor.of(1.0, 2.0), scalar(0)).item() + Math.log(2)) / 2;
    assertThat(Losses.crossEntropy(x, target).item()).isCloseTo(want, within(1e-12));
    ClassOptions none = ClassOptions.defaults().reduction(Reduction.NONE);
    assertThat(Losses.crossEntropy(x, target, none).toDoubleArray()[1]).isZero();
    assertThat(Losses.crossEntropy(x, Tensor.of(-100, -100, -100)).item()).isNaN(); // as PyTorch
  }

  private static Tensor scalar(int value) {
    return Tensor.of(new int[] {value}, Shape.scalar());
  }

  @Test
  void classNumbersAndTheirProbabilitiesAgree() {
    Tensor x = Tensor.of(new double[] {0.1, -2, 3, 0.4, 0.5, 6, -0.7, 0.8}, Shape.of(2, 4));
    Tensor numbers = Tensor.of(3, 1);
    Tensor probabilities = Tensor.of(new double[] {0, 0, 0, 1, 0, 1, 0, 0}, Shape.of(2, 4));
    ClassOptions options = ClassOptions.defaults().labelSmoothing(0.2);
    assertThat(Losses.crossEntropy(x, numbers, options).item())
        .isCloseTo(Losses.crossEntropy(x, probabilities, options).item(), within(1e-12));
    assertThat(Losses.nll(x.logSoftmax(1), numbers).item())
        .isCloseTo(Losses.crossEntropy(x, numbers).item(), within(1e-12));
  }

  @Test
  void bceOfLogitsIsRightAtZeroAndFarOut() {
    Tensor target = Tensor.of(0.0, 1.0, 1.0, 0.0);
    UnaryOperator<Tensor> loss = t -> Losses.bceWithLogits(t, target, null, null, Reduction.SUM);
    double[] g = gradient(loss, Tensor.of(0.0, 0.0, 800.0, -800.0));
    assertThat(g).containsExactly(new double[] {0.5, -0.5, 0, 0}, within(1e-12));
    assertThat(loss.apply(Tensor.of(800.0, 0.0, 0.0, -800.0)).item())
        .isCloseTo(800 + 2 * Math.log(2), within(1e-9));
  }

  @Test
  void bceOfProbabilitiesIsBounded() {
    Tensor x = Tensor.of(0f, 1f, 0f, 1f);
    Tensor target = Tensor.of(0f, 1f, 1f, 0f);
    assertThat(Losses.bce(x, target, null, Reduction.NONE).toFloatArray())
        .containsExactly(new float[] {0, 0, 100, 100}, within(0f));
    assertThat(gradient(t -> Losses.bce(t, target), x)).doesNotContain(Double.NaN);
  }

  @Test
  void divergenceOfADistributionFromItselfIsZero() {
    Tensor p = Tensor.of(new double[] {0, 0.25, 0.75, 0.5, 0.5, 0}, Shape.of(2, 3));
    Tensor log = p.maximum(1e-300).log();
    assertThat(Losses.klDiv(log, p, false, Reduction.BATCH_MEAN).item())
        .isCloseTo(0, within(1e-12));
    Tensor uniform = Tensor.full(Shape.of(2, 3), Math.log(1.0 / 3)).to(p.dtype());
    assertThat(Losses.klDiv(uniform, p, false, Reduction.BATCH_MEAN).item())
        .isCloseTo(Losses.klDiv(uniform, p, false, Reduction.SUM).item() / 2, within(1e-12));
  }

  @Test
  void gradientsReachTheTarget() {
    Tensor a = Tensor.of(1.0, 2.0).requiresGrad(true);
    Tensor b = Tensor.of(0.0, 4.0).requiresGrad(true);
    try (Tape tape = Tape.record()) {
      Gradients g = tape.gradients(Losses.mse(a, b));
      assertThat(g.get(a).toDoubleArray()).containsExactly(1, -2);
      assertThat(g.get(b).toDoubleArray()).containsExactly(-1, 2);
    }
  }

  @Test
  void theBoundOfAVarianceLetsItsGradientPass() {
    Tensor x = Tensor.of(1.0);
    Tensor target = Tensor.of(1.0);
    double[] g = gradient(v -> Losses.gaussianNll(x, target, v), Tensor.of(1e-9));
    assertThat(g[0]).isCloseTo(0.5 / 1e-6, within(1.0));
  }

  @Test
  void whatDoesNotFitIsNamed() {
    Tensor x = Tensor.zeros(Shape.of(3, 5));
    assertThatThrownBy(() -> Losses.mse(x, Tensor.zeros(Shape.of(5))))
        .isInstanceOf(ShapeException.class)
        .hasMessage("mse needs a target of the prediction's shape [3, 5], got [5]");
    assertThatThrownBy(() -> Losses.crossEntropy(x, Tensor.of(1, 2)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("crossEntropy of scores [3, 5] needs class numbers [3], got [2]");
    assertThatThrownBy(() -> Losses.crossEntropy(x, Tensor.of(true, true, true)))
        .isInstanceOf(DTypeException.class)
        .hasMessageContaining("integer dtype, got bool");
    ClassOptions weights = ClassOptions.defaults().weight(Tensor.of(1f, 2f));
    assertThatThrownBy(() -> Losses.crossEntropy(x, Tensor.of(1, 2, 3), weights))
        .hasMessage("crossEntropy needs one weight for each of 5 classes, got shape [2]");
    assertThatThrownBy(() -> Losses.crossEntropy(x, Tensor.of(1, 5, 3)).item())
        .isInstanceOf(RuntimeException.class);
    assertThatThrownBy(() -> ClassOptions.defaults().labelSmoothing(1.5))
        .hasMessage("Label smoothing must be from 0 to 1, got 1.5");
  }
}
