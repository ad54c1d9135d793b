package dev.gatun.tensor.conformance;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** How the elements of an operand lie in memory. */
enum Arrangement {
  CONTIGUOUS,
  /** All axes in reverse order. */
  TRANSPOSED,
  /** Every second element of a larger tensor, whose other elements must not be read. */
  SLICED,
  /** All strides negative. */
  FLIPPED,
  /** Stride 0 along an axis. */
  BROADCAST;

  /** A tensor with the given elements in row-major order. */
  Tensor make(double[] values, Shape shape, DType dtype, Device device) {
    int rank = shape.rank();
    return switch (this) {
      case CONTIGUOUS -> host(values, shape, dtype, device);
      case TRANSPOSED -> {
        int[] reverse = new int[rank];
        Arrays.setAll(reverse, i -> rank - 1 - i);
        Tensor plain = host(values, shape, dtype, device);
        yield rank < 2 ? plain : plain.permute(reverse).copy().permute(reverse);
      }
      case FLIPPED -> host(values, shape, dtype, device).flip().copy().flip();
      case SLICED -> {
        long[] larger = shape.toArray();
        for (int i = 0; i < rank; i++) {
          larger[i] = 2 * larger[i] + 1;
        }
        double[] poison = new double[Math.toIntExact(Shape.of(larger).numel())];
        Arrays.fill(poison, dtype.isFloat() ? Double.NaN : 113);
        Tensor view = host(poison, Shape.of(larger), dtype, device);
        for (int i = 0; i < rank; i++) {
          view = view.slice(i, 1, larger[i], 2);
        }
        if (values.length > 0) {
          view.assign(host(values, shape, dtype, device));
        }
        yield view;
      }
      case BROADCAST -> {
        Tensor plain = host(values, shape, dtype, device);
        int axis = broadcastAxis(shape);
        yield axis < 0 ? plain : plain.slice(axis, 0, 1, 1).expand(shape);
      }
    };
  }

  /** What the elements are after all: repeated ones when broadcast. */
  double[] content(double[] values, Shape shape) {
    int axis = broadcastAxis(shape);
    if (this != BROADCAST || axis < 0) {
      return values;
    }
    int inner = (int) shape.slice(axis + 1, shape.rank()).numel();
    int n = (int) shape.size(axis);
    double[] out = new double[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = values[i / (inner * n) * inner * n + i % inner];
    }
    return out;
  }

  /** The first axis with several elements. */
  private static int broadcastAxis(Shape shape) {
    for (int i = 0; i < shape.rank(); i++) {
      if (shape.size(i) > 1) {
        return i;
      }
    }
    return -1;
  }

  static Tensor host(double[] values, Shape shape, DType dtype, Device device) {
    return Tensor.fromHost(MemorySegment.ofArray(values), DType.FLOAT64, shape, Device.SCALAR)
        .to(dtype)
        .to(device);
  }
}
