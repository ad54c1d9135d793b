package dev.gatun.tensor.op;

import dev.gatun.tensor.Device;
import dev.gatun.tensor.UnsupportedOpException;
import dev.gatun.tensor.spi.Buf;

/**
 * An operation defined outside Gatun. It states its output types and computes them, either on raw
 * buffers or, by overriding nothing but {@link #execute}, on the devices it knows. To give it a
 * gradient, implement {@code dev.gatun.autograd.DifferentiableOp}, too.
 */
public non-sealed interface CustomOp extends Op {

  /**
   * The types of the outputs for inputs of the given types.
   *
   * @throws dev.gatun.tensor.ShapeException or another error that names what was expected
   */
  TensorType[] infer(TensorType... inputs);

  /**
   * Computes the outputs, which are allocated, contiguous and uninitialised. Inputs may be strided.
   *
   * @throws UnsupportedOpException by default, and where the op has no kernel for the device
   */
  default void execute(Device device, Buf[] inputs, Buf[] outputs) {
    throw new UnsupportedOpException(
        "Custom op '" + name() + "' has no kernel for device " + device);
  }
}
