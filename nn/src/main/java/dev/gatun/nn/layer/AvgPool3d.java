package dev.gatun.nn.layer;

import dev.gatun.nn.Layer;
import dev.gatun.tensor.Pooling;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.Dims;

/**
 * The mean of each window over [N, C, D, H, W]. Each size is one number, or one for each spatial
 * axis.
 *
 * @param ceilMode also windows that reach over the end, if they start inside
 * @param countIncludePad padding counts as zeros; else the mean is over the elements inside
 * @param divisorOverride what sums are divided by; 0 for the number of elements
 */
public record AvgPool3d(
    Dims kernel,
    Dims stride,
    Dims padding,
    boolean ceilMode,
    boolean countIncludePad,
    long divisorOverride)
    implements Layer {

  /** Windows side by side. */
  public AvgPool3d(int kernel) {
    this(kernel, kernel, 0);
  }

  public AvgPool3d(int kernel, int stride) {
    this(kernel, stride, 0);
  }

  public AvgPool3d(int kernel, int stride, int padding) {
    this(Dims.of(kernel), Dims.of(stride), Dims.of(padding), false, true, 0);
  }

  @Override
  public Tensor forward(Tensor x) {
    return Pooling.avgPool(
        x,
        3,
        kernel.toIntArray(),
        stride.toIntArray(),
        padding.toIntArray(),
        ceilMode,
        countIncludePad,
        divisorOverride);
  }
}
