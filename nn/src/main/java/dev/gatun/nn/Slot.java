package dev.gatun.nn;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.util.function.Supplier;

/**
 * A place in a model that owns one tensor. No scope frees it; {@link #close()} does. When the model
 * moves to another device or dtype the slot stays and its tensor is replaced, so optimizers refer
 * to slots, not tensors.
 */
public abstract sealed class Slot implements AutoCloseable permits Parameter, Buffer {
  private Tensor tensor;

  /** Takes over the fresh tensor that {@code make} returns; what else it makes is freed. */
  Slot(Supplier<Tensor> make) {
    tensor = outside(make);
  }

  private static Tensor outside(Supplier<Tensor> make) {
    return Scope.outside(() -> {
      try (Scope scope = Scope.open()) {
        return scope.keep(make.get());
      }
    });
  }

  /** The tensor now; {@code to} replaces it. */
  public final Tensor tensor() {
    return tensor;
  }

  public final Shape shape() {
    return tensor.shape();
  }

  public final DType dtype() {
    return tensor.dtype();
  }

  /** Overwrites the values with a tensor's, which are converted and broadcast. */
  public final void assign(Tensor values) {
    try (Scope _ = Scope.open()) {
      tensor.assign(values);
    }
  }

  /** Moves the tensor to a device. */
  final void to(Device device) {
    if (!tensor.device().equals(device)) {
      replace(() -> tensor.detach().to(device));
    }
  }

  /** Converts the tensor. */
  final void to(DType dtype) {
    if (tensor.dtype() != dtype) {
      replace(() -> tensor.detach().to(dtype));
    }
  }

  private void replace(Supplier<Tensor> make) {
    Tensor fresh = outside(make);
    fresh.requiresGrad(tensor.requiresGrad());
    tensor.close();
    tensor = fresh;
  }

  /** Frees the tensor. Idempotent. */
  @Override
  public final void close() {
    tensor.close();
  }

  @Override
  public final String toString() {
    return getClass().getSimpleName() + "[" + tensor + "]";
  }
}
