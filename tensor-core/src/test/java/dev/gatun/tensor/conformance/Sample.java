package dev.gatun.tensor.conformance;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.Op;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;

/**
 * An op with operands to try it on.
 *
 * @param op the op for a tested dtype
 * @param inputs its operands
 * @param dtypes the tested dtypes of this sample; empty for all that its {@link OpSpec} has
 * @param large a sample that is there for its size: tested with float32 in one layout only
 * @param gradient whether gradient checks may use it, if the op is differentiable
 */
public record Sample(
    Function<DType, Op> op,
    List<Input> inputs,
    Set<DType> dtypes,
    boolean large,
    boolean gradient) {

  /** An op on operands. */
  public static Sample of(Op op, Input... inputs) {
    return of(_ -> op, inputs);
  }

  /** An op that depends on the tested dtype. */
  public static Sample of(Function<DType, Op> op, Input... inputs) {
    return new Sample(op, List.of(inputs), Set.of(), false, true);
  }

  /** This sample for some dtypes only. */
  public Sample only(DType... some) {
    return new Sample(op, inputs, Set.of(some), large, gradient);
  }

  /** This sample as one for its size. */
  public Sample forSize() {
    return new Sample(op, inputs, dtypes, true, false);
  }

  /** This sample for values only: the function has no gradient to check here. */
  public Sample withoutGradient() {
    return new Sample(op, inputs, dtypes, large, false);
  }

  boolean takes(DType dtype) {
    return dtypes.isEmpty() || dtypes.contains(dtype);
  }

  /**
   * Operands for a check of gradients against differences: float64 where the tested dtype would
   * stand, away from kinks and ties. They belong to the innermost scope.
   */
  public Tensor[] gradientInputs(Device device) {
    Random random = new Random(17);
    Tensor[] tensors = new Tensor[inputs.size()];
    for (int i = 0; i < tensors.length; i++) {
      Input input = inputs.get(i);
      double[] values = input.smoothValues(random, i);
      tensors[i] =
          Tensor.fromHost(
                  MemorySegment.ofArray(values), DType.FLOAT64, input.shape(), Device.SCALAR)
              .to(input.dtype(DType.FLOAT64))
              .to(device);
    }
    return tensors;
  }
}
