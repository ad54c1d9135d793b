package dev.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.tensor.Gatun;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

final class RecomputeTest {
  private static Tensor weight() {
    return Tensor.of(new double[] {0.3, -0.2, 0.5, 0.7}, Shape.of(2, 2)).requiresGrad(true);
  }

  @Test
  void givesTheSameGradientsAsRecording() {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(new double[] {1, 2, 3, 4}, Shape.of(2, 2)).requiresGrad(true);
      Tensor w = weight();
      UnaryOperator<Tensor> block = h -> h.matmul(w).tanh().mul(w); // w is captured
      double[][] want = run(x, w, block);
      assertThat(run(x, w, h -> Recompute.of(block, h))).isDeepEqualTo(want);
      assertThat(run(x, w, h -> Recompute.of(a -> Recompute.of(block, a.mul(1.0)), h)))
          .isDeepEqualTo(want);
    }
  }

  private static double[][] run(Tensor x, Tensor w, UnaryOperator<Tensor> block) {
    try (Tape tape = Tape.record()) {
      Gradients g = tape.gradients(block.apply(block.apply(x).square()).sum());
      return new double[][] {g.get(x).toDoubleArray(), g.get(w).toDoubleArray()};
    }
  }

  @Test
  void worksWhenOnlyCapturedTensorsNeedGradients() {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(new double[] {1, 2}, Shape.of(1, 2));
      Tensor w = weight();
      try (Tape tape = Tape.record()) {
        Tensor y = Recompute.of(h -> h.matmul(w), x).sum();
        assertThat(tape.gradients(y).get(w).toDoubleArray()).containsExactly(1, 1, 2, 2);
      }
    }
  }

  @Test
  void givesGradientsOfGradients() {
    try (Scope _ = Scope.open()) {
      Tensor w = weight();
      GradientCheck.of(
              in -> {
                Tensor h = in[0].square(); // captured, and derived from an argument
                return Recompute.of(a -> a.matmul(w).sin().mul(h), in[0]);
              })
          .secondOrder(true)
          .check(Tensor.of(new double[] {1, 2}, Shape.of(1, 2)));
    }
  }

  @Test
  void repeatsTheRandomNumbers() {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.ones(Shape.of(100)).requiresGrad(true);
      Gatun.manualSeed(7);
      try (Tape tape = Tape.record()) {
        Tensor y = Recompute.of(h -> h.mul(Tensor.rand(Shape.of(100))), x);
        float[] next = Tensor.rand(Shape.of(4)).toFloatArray();
        float[] dropped = y.toFloatArray();
        assertThat(tape.gradients(y.sum()).get(x).toFloatArray()).containsExactly(dropped);
        Gatun.manualSeed(7);
        Tensor.rand(Shape.of(100));
        assertThat(Tensor.rand(Shape.of(4)).toFloatArray()).containsExactly(next);
      }
    }
  }

  @Test
  void keepsNoActivations() {
    long plain = heldAfterForward(h -> deep(h));
    long recomputed = heldAfterForward(h -> Recompute.of(RecomputeTest::deep, h));
    long layer = 1000 * 4;
    assertThat(plain).isGreaterThanOrEqualTo(10 * layer);
    assertThat(recomputed).isLessThanOrEqualTo(3 * layer);
  }

  private static Tensor deep(Tensor x) {
    try (Scope scope = Scope.open()) {
      Tensor h = x;
      for (int i = 0; i < 10; i++) {
        h = h.sin();
      }
      return scope.keep(h);
    }
  }

  private static long heldAfterForward(UnaryOperator<Tensor> block) {
    long before = Gatun.memory().live();
    long held;
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.rand(Shape.of(1000)).requiresGrad(true);
      try (Tape tape = Tape.record()) {
        Tensor y = block.apply(x);
        held = Gatun.memory().live() - before;
        tape.gradients(List.of(y), List.of(y.onesLike()), List.of(x), false);
      }
    }
    assertThat(Gatun.memory().live()).isLessThanOrEqualTo(before);
    return held;
  }
}
