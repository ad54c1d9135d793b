package dev.gatun.autograd;

import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.Dims;
import dev.gatun.tensor.op.Primitive;

/** The gradients of ops that only move elements. */
final class ShapeGradients {
  private ShapeGradients() {}

  static Rule permute(Primitive.Permute op) {
    int[] inverse = new int[op.order().size()];
    for (int i = 0; i < inverse.length; i++) {
      inverse[op.order().getInt(i)] = i;
    }
    return Rule.g(g -> g.permute(inverse));
  }

  /** The gradient at the picked places, zeros elsewhere. */
  static Rule slice(Primitive.Slice op) {
    return Rule.of(
        Rule.wrt(s -> {
          Tensor g = s.g();
          for (int axis = 0; axis < op.sizes().size(); axis++) {
            g = unslice(g, axis, op, s.shape(0).size(axis));
          }
          return g;
        }));
  }

  private static Tensor unslice(Tensor g, int axis, Primitive.Slice op, long size) {
    long count = op.sizes().get(axis);
    long step = op.steps().get(axis);
    long start = op.starts().get(axis);
    if (count == size && step == 1) {
      return g;
    }
    if (count == 0) {
      return pad(g, axis, 0, size);
    }
    Tensor t = g;
    if (step < 0) {
      t = t.flip(axis);
      start += (count - 1) * step;
      step = -step;
    }
    long extent = (count - 1) * step + 1;
    if (step > 1 && count > 1) {
      // zeros between the elements: [n] -> [n, 1] -> [n, step] -> [n * step]
      Shape spread = t.shape().with(axis, count * step);
      t = pad(t.unsqueeze(axis + 1), axis + 1, 0, step - 1).reshape(spread);
      t = t.narrow(axis, 0, extent);
    }
    return pad(t, axis, start, size - start - extent);
  }

  private static Tensor pad(Tensor t, int axis, long low, long high) {
    if (low == 0 && high == 0) {
      return t;
    }
    long[] before = new long[t.rank()];
    long[] after = new long[t.rank()];
    before[axis] = low;
    after[axis] = high;
    return t.pad(before, after, 0);
  }

  static Rule pad(Primitive.Pad op) {
    return Rule.of(
        Rule.wrt(s -> {
          Tensor g = s.g();
          for (int i = 0; i < op.low().size(); i++) {
            g = narrow(g, i, op.low().get(i), s.shape(0).size(i));
          }
          return g;
        }));
  }

  static Rule concat(Primitive.Concat op) {
    return Rule.each(
        Saves.NOTHING,
        (s, input) -> {
          long start = 0;
          for (int i = 0; i < input; i++) {
            start += s.shape(i).size(op.axis());
          }
          return narrow(s.g(), op.axis(), start, s.shape(input).size(op.axis()));
        });
  }

  private static Tensor narrow(Tensor t, int axis, long start, long size) {
    return t.size(axis) == size ? t : t.narrow(axis, start, size);
  }

  /** The sizes of an input's axes from the third. */
  static Dims spatial(Shape shape) {
    return Dims.of(shape.slice(2, shape.rank()).toArray());
  }
}
