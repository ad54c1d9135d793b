package dev.gatun.nn;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Gatun;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.util.function.Supplier;

/** A tensor that belongs to a model's state but is not trained: a running mean, a counter. */
public final class Buffer extends Slot {
  private Buffer(Supplier<Tensor> make) {
    super(make);
  }

  /** A constant buffer on the default device. */
  public static Buffer of(Shape shape, DType dtype, Number value) {
    return new Buffer(() -> Tensor.full(shape, value, dtype, Gatun.defaultDevice()));
  }

  /** A buffer with a copy of the values. */
  public static Buffer of(Tensor values) {
    return new Buffer(() -> values.detach().copy());
  }
}
