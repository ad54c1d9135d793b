package dev.gatun.benchmarks.gatun;

import dev.gatun.autograd.Tape;
import dev.gatun.benchmarks.compare.Work;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.util.function.Supplier;

/** Times the backward pass alone: the forward pass is recorded once and its values retained. */
final class Backward {
  private Backward() {}

  /**
   * @param shape of what forward returns
   * @param forward a function of the leaves
   * @param leaves require gradients; freed with the work
   */
  static Work of(Shape shape, Supplier<Tensor> forward, Tensor... leaves) {
    Tensor cotangent = Tensor.randn(shape, 9);
    Tape tape = Tape.record().retain();
    Tensor y = forward.get();
    Work work =
        () -> {
          try (Scope _ = Scope.open()) {
            tape.gradients(y, cotangent);
          }
        };
    return work.freeing(tape, cotangent, () -> freeAll(leaves));
  }

  private static void freeAll(Tensor... tensors) {
    for (Tensor t : tensors) {
      t.close();
    }
  }
}
