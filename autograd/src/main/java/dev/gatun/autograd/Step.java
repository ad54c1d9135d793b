package dev.gatun.autograd;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.TensorType;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a gradient rule sees: the recorded op, its saved values and the outputs' gradients. */
final class Step {
  private final Node node;
  private final @Nullable Tensor[] outputGradients;
  private final boolean[] wanted;

  /** The tape that runs the rule. */
  final Tape tape;

  /** True when the rule's own ops are recorded. */
  final boolean createGraph;

  Step(
      Tape tape,
      Node node,
      @Nullable Tensor[] outputGradients,
      boolean[] wanted,
      boolean createGraph) {
    this.tape = tape;
    this.node = node;
    this.outputGradients = outputGradients;
    this.wanted = wanted;
    this.createGraph = createGraph;
  }

  /** The number of inputs. */
  int inputs() {
    return node.inputTypes.length;
  }

  /** The number of outputs. */
  int outputs() {
    return node.outputTypes.length;
  }

  /** True when the gradient of an input is asked for. */
  boolean wants(int input) {
    return wanted[input];
  }

  /** The gradient of the first output. */
  Tensor g() {
    return g(0);
  }

  /** The gradient of an output, zeros if none came. */
  Tensor g(int output) {
    if (!hasG(output)) {
      TensorType t = node.outputTypes[output];
      return Tensor.zeros(t.shape(), t.dtype(), node.device);
    }
    return Objects.requireNonNull(outputGradients[output]);
  }

  /** True when the output has a gradient that is not known to be zero. */
  boolean hasG(int output) {
    return outputGradients[output] != null;
  }

  /** The first input. */
  Tensor a() {
    return x(0);
  }

  /** The second input. */
  Tensor b() {
    return x(1);
  }

  /** The third input. */
  Tensor c() {
    return x(2);
  }

  /** An input. */
  Tensor x(int input) {
    return node.input(input);
  }

  /** The first output. */
  Tensor y() {
    return y(0);
  }

  /** An output. */
  Tensor y(int output) {
    return node.output(output);
  }

  /** The shape of an input. */
  Shape shape(int input) {
    return node.inputTypes[input].shape();
  }

  /** The dtype of an input. */
  DType dtype(int input) {
    return node.inputTypes[input].dtype();
  }

  Device device() {
    return node.device;
  }

  /** Zeros like an input. */
  Tensor zeros(int input) {
    return Tensor.zeros(shape(input), dtype(input), node.device);
  }
}
