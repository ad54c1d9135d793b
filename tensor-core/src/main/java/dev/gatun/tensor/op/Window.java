package dev.gatun.tensor.op;

import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;

/**
 * How a kernel slides over the spatial axes of a convolution or pooling; all lists have one entry
 * per spatial axis.
 *
 * @param kernel the kernel's sizes
 * @param stride the step between windows
 * @param padLow padding before the first element
 * @param padHigh padding after the last element
 * @param dilation the distance between kernel elements
 */
public record Window(Dims kernel, Dims stride, Dims padLow, Dims padHigh, Dims dilation) {

  public Window {
    int n = kernel.size();
    if (stride.size() != n || padLow.size() != n || padHigh.size() != n || dilation.size() != n) {
      throw new ShapeException(
          "Expected "
              + n
              + " strides, paddings and dilations for kernel "
              + kernel
              + ", got stride "
              + stride
              + ", padding "
              + padLow
              + " and "
              + padHigh
              + ", dilation "
              + dilation);
    }
    for (int i = 0; i < n; i++) {
      if (kernel.get(i) < 1 || stride.get(i) < 1 || dilation.get(i) < 1) {
        throw new ShapeException(
            "Kernel, stride and dilation must be at least 1, got kernel "
                + kernel
                + ", stride "
                + stride
                + ", dilation "
                + dilation);
      }
      if (padLow.get(i) < 0 || padHigh.get(i) < 0) {
        throw new ShapeException("Padding must not be negative, got " + padLow + " and " + padHigh);
      }
    }
  }

  /** The number of spatial axes. */
  public int rank() {
    return kernel.size();
  }

  /** The number of windows along a spatial axis of the given size. */
  public long outputSize(int axis, long size) {
    long extent = dilation.get(axis) * (kernel.get(axis) - 1) + 1;
    long room = size + padLow.get(axis) + padHigh.get(axis) - extent;
    if (room < 0) {
      throw new ShapeException(
          "Kernel extent "
              + extent
              + " is greater than the padded input size "
              + (size + padLow.get(axis) + padHigh.get(axis))
              + " along spatial axis "
              + axis);
    }
    return room / stride.get(axis) + 1;
  }

  /** The spatial output sizes for an input [N, C, spatial...]. */
  public Shape outputShape(Shape input, long channels) {
    if (input.rank() != rank() + 2) {
      throw new ShapeException(
          "Expected an input of rank "
              + (rank() + 2)
              + " [N, C, spatial...] for kernel "
              + kernel
              + ", got shape "
              + input);
    }
    long[] out = new long[rank() + 2];
    out[0] = input.size(0);
    out[1] = channels;
    for (int i = 0; i < rank(); i++) {
      out[2 + i] = outputSize(i, input.size(2 + i));
    }
    return Shape.of(out);
  }
}
