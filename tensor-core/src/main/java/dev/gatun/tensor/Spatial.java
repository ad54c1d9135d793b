package dev.gatun.tensor;

import dev.gatun.tensor.op.Dims;
import java.util.Arrays;

/** What convolutions, pooling and resampling share: numbers per axis and unbatched inputs. */
final class Spatial {
  private Spatial() {}

  /** One number for each axis: as given, or one for all. */
  static Dims perAxis(String op, String what, int n, int... values) {
    if (values.length == n) {
      return Dims.of(values);
    }
    if (values.length == 1) {
      return Dims.repeat(values[0], n);
    }
    throw new ShapeException(
        op + " expects 1 or " + n + " numbers as " + what + ", got " + Arrays.toString(values));
  }

  /** {@code x} as [N, C, spatial...], with a new first axis if it came without a batch. */
  static Tensor batched(String op, Tensor x, int spatialAxes) {
    if (x.rank() == spatialAxes + 2) {
      return x;
    }
    if (x.rank() == spatialAxes + 1) {
      return x.unsqueeze(0);
    }
    throw new ShapeException(
        op
            + " expects an input of rank "
            + (spatialAxes + 2)
            + " [N, C, spatial...] or "
            + (spatialAxes + 1)
            + " without a batch, got shape "
            + x.shape());
  }

  /** Takes the batch axis away that {@link #batched} gave to {@code x}. */
  static Tensor likeInput(Tensor y, Tensor x, int spatialAxes) {
    return x.rank() == spatialAxes + 1 ? y.squeeze(0) : y;
  }

  /** The sizes after the first two. */
  static long[] sizes(Tensor x) {
    return x.shape().slice(2, x.rank()).toArray();
  }

  /** [C] as [1, C, 1, ...] of the rank of {@code x}. */
  static Tensor channels(Tensor perChannel, int rank) {
    long[] shape = new long[rank];
    Arrays.fill(shape, 1);
    shape[1] = perChannel.numel();
    return perChannel.reshape(Shape.of(shape));
  }
}
