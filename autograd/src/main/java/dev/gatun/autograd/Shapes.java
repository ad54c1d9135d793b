package dev.gatun.autograd;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;

/** Small compositions that gradient rules share. */
final class Shapes {
  private Shapes() {}

  /**
   * Undoes broadcasting: the sum over the axes along which {@code shape} was repeated.
   *
   * @throws ShapeException when the tensor's shape is not a broadcast of the given one
   */
  static Tensor sumTo(Tensor t, Shape shape) {
    if (t.shape().equals(shape)) {
      return t;
    }
    int lead = t.rank() - shape.rank();
    if (lead < 0 || !Shape.broadcast(t.shape(), shape).equals(t.shape())) {
      throw new ShapeException("Cannot sum shape " + t.shape() + " to " + shape);
    }
    int[] axes = new int[t.rank()];
    int n = 0;
    for (int i = 0; i < t.rank(); i++) {
      if (i < lead || (shape.size(i - lead) == 1 && t.size(i) != 1)) {
        axes[n++] = i;
      }
    }
    Tensor s = n == 0 ? t : t.sum(true, Arrays.copyOf(axes, n));
    return s.reshape(shape);
  }

  /** The tensor with a value where the mask is true. */
  static Tensor fill(Tensor t, Tensor mask, double value) {
    return mask.where(Tensor.full(Shape.scalar(), value, t.dtype(), t.device()), t);
  }

  /** The tensor where the mask is true, 0 elsewhere. */
  static Tensor only(Tensor t, Tensor mask) {
    return mask.where(t, Tensor.full(Shape.scalar(), 0.0, t.dtype(), t.device()));
  }

  /** A reduced tensor expanded to the shape before the reduction over normalised axes. */
  static Tensor unreduce(Tensor t, Shape shape, int[] axes) {
    return t.reshape(shape.reduced(axes, true)).expand(shape);
  }

  /** The numbers 0 … n - 1 as int64, laid along one axis of a shape of ones. */
  static Tensor positions(Shape shape, int axis, Device device) {
    long[] d = new long[shape.rank()];
    Arrays.fill(d, 1);
    d[axis] = shape.size(axis);
    return Tensor.arange(0, (double) d[axis], 1, DType.INT64, device).reshape(d);
  }

  /** The elements on and below a diagonal of the last two axes; 0 elsewhere. */
  static Tensor tril(Tensor t, int diagonal) {
    Shape s = Shape.of(t.size(-2), t.size(-1));
    Tensor mask = positions(s, 1, t.device()).sub((long) diagonal).le(positions(s, 0, t.device()));
    return only(t, mask);
  }

  /** The last two axes' diagonal replaced by a vector's elements. */
  static Tensor withDiagonal(Tensor t, Tensor diagonal) {
    Shape s = Shape.of(t.size(-2), t.size(-1));
    Tensor mask = positions(s, 1, t.device()).eq(positions(s, 0, t.device()));
    return mask.where(diagonal.unsqueeze(-1).expand(t.shape()), t);
  }

  /** The first elements along each axis, as many as the shape says. */
  static Tensor crop(Tensor t, Shape shape) {
    Tensor out = t;
    for (int i = 0; i < shape.rank(); i++) {
      if (out.size(i) != shape.size(i)) {
        out = out.narrow(i, 0, shape.size(i));
      }
    }
    return out;
  }

  /** Zeros after the end of each axis, up to a shape. */
  static Tensor padTo(Tensor t, Shape shape) {
    if (t.shape().equals(shape)) {
      return t;
    }
    long[] high = new long[shape.rank()];
    Arrays.setAll(high, i -> shape.size(i) - t.size(i));
    return t.pad(new long[shape.rank()], high, 0);
  }
}
