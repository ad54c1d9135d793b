package dev.gatun.autograd;

import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.CustomOp;
import org.jspecify.annotations.Nullable;

/** A custom operation that knows its gradient. */
public interface DifferentiableOp extends CustomOp {

  /**
   * The gradients of a scalar with respect to the inputs, from those with respect to the outputs.
   * Written in tensor operations it gives gradients of gradients, too. A gradient of a shape that
   * the input was broadcast to is summed by the tape.
   *
   * @param inputs the operands of the call
   * @param outputs what the call gave
   * @param outputGradients one for each output, of its shape and dtype; zeros where none came
   * @return one for each input; null for an input that has no gradient
   */
  @Nullable Tensor[] gradients(Tensor[] inputs, Tensor[] outputs, Tensor[] outputGradients);
}
