package dev.gatun.nn;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Gatun;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.util.function.Supplier;

/** A tensor that is trained; it requires gradients unless frozen. */
public final class Parameter extends Slot {
  private Parameter(Supplier<Tensor> make) {
    super(make);
    tensor().requiresGrad(true);
  }

  /** A float32 parameter on the default device. */
  public static Parameter of(Shape shape, Init init) {
    return new Parameter(
        () -> init.make(shape, DType.FLOAT32, Gatun.defaultDevice(), Init.generator()));
  }

  /** A parameter with a copy of the values. */
  public static Parameter of(Tensor values) {
    return new Parameter(() -> values.detach().copy());
  }

  /** Overwrites the values with fresh initial ones. */
  public void fill(Init init) {
    try (Tensor fresh = init.make(shape(), dtype(), tensor().device(), Init.generator())) {
      assign(fresh);
    }
  }

  /** False for a frozen parameter. */
  public boolean requiresGrad() {
    return tensor().requiresGrad();
  }

  /** Freezes the parameter, or has it trained again. */
  public void requiresGrad(boolean value) {
    tensor().requiresGrad(value);
  }
}
