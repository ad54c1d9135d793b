package dev.gatun.autograd;

import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.TensorType;
import org.jspecify.annotations.Nullable;

/** Where a tracked value comes from: a leaf tensor, or an output of a recorded op. */
final class Source {
  /** The op that made it; null for a leaf. */
  final @Nullable Node node;

  /** Which of the op's outputs it is. */
  final int output;

  /** The handle that stands for it. */
  final Tensor tensor;

  private Source(@Nullable Node node, int output, Tensor tensor) {
    this.node = node;
    this.output = output;
    this.tensor = tensor.identity();
  }

  static Source leaf(Tensor tensor) {
    return new Source(null, 0, tensor);
  }

  static Source output(Node node, int output, Tensor tensor) {
    return new Source(node, output, tensor);
  }

  TensorType type() {
    return tensor.type();
  }
}
