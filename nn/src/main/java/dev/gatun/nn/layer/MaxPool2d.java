package dev.gatun.nn.layer;

import dev.gatun.nn.Layer;
import dev.gatun.tensor.Pooling;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.Dims;

/**
 * The greatest of each window over [N, C, H, W]; padding never wins. Each setting is one number, or
 * one for each spatial axis.
 *
 * @param ceilMode also windows that reach over the end, if they start inside
 */
public record MaxPool2d(Dims kernel, Dims stride, Dims padding, Dims dilation, boolean ceilMode)
    implements Layer {

  /** Windows side by side. */
  public MaxPool2d(int kernel) {
    this(kernel, kernel, 0);
  }

  public MaxPool2d(int kernel, int stride) {
    this(kernel, stride, 0);
  }

  public MaxPool2d(int kernel, int stride, int padding) {
    this(Dims.of(kernel), Dims.of(stride), Dims.of(padding), Dims.of(1), false);
  }

  @Override
  public Tensor forward(Tensor x) {
    return Pooling.maxPool(
            x,
            2,
            kernel.toIntArray(),
            stride.toIntArray(),
            padding.toIntArray(),
            dilation.toIntArray(),
            ceilMode)
        .values();
  }
}
