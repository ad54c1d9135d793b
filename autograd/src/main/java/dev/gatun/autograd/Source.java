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

  /** Its number among the values that the tape tracks. */
  final int id;

  /** The handle that stands for it. */
  final Tensor tensor;

  Source(@Nullable Node node, int output, int id, Tensor tensor) {
    this.node = node;
    this.output = output;
    this.id = id;
    this.tensor = tensor.identity();
  }

  TensorType type() {
    return tensor.type();
  }
}
