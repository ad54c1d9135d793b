package dev.gatun.tensor;

import org.jspecify.annotations.Nullable;

/**
 * One entry of an index expression such as {@code x.get(Index.at(0), Index.ellipsis(),
 * Index.to(3))}: what {@code x[0, ..., :3]} is in Python.
 *
 * <p>{@link At}, {@link Slice}, {@link Ellipsis} and {@link NewAxis} are basic: they make views. An
 * index {@link Of} a tensor is advanced: all such tensors are broadcast to one shape, which takes
 * the place of the axes that they index; where those axes stand next to each other (after the basic
 * entries, as in PyTorch, have been applied) it stands there, else in front.
 */
public sealed interface Index {

  /** One position, negative from the end; the axis goes away. */
  record At(long position) implements Index {}

  /**
   * A Python slice: absent bounds mean as far as the step goes, negative ones count from the end,
   * bounds outside are clipped.
   */
  record Slice(@Nullable Long start, @Nullable Long stop, long step) implements Index {
    public Slice {
      if (step == 0) {
        throw new ShapeException("A slice's step must not be 0");
      }
    }
  }

  /** As many whole axes as are left over; at most one in an expression. */
  record Ellipsis() implements Index {}

  /** A new axis of size 1. */
  record NewAxis() implements Index {}

  /**
   * Integers: positions on one axis, negative ones from the end. Bool: a mask of shape equal to the
   * axes it stands for, of which it picks the true places.
   */
  record Of(Tensor tensor) implements Index {
    public Of {
      if (tensor.dtype().isFloat()) {
        throw new DTypeException(
            "An index tensor needs an integer dtype or bool, got " + tensor.dtype());
      }
    }
  }

  static Index at(long position) {
    return new At(position);
  }

  /** {@code start:stop:step}. */
  static Index slice(long start, long stop, long step) {
    return new Slice(start, stop, step);
  }

  /** {@code start:stop}. */
  static Index slice(long start, long stop) {
    return new Slice(start, stop, 1);
  }

  /** {@code start:}. */
  static Index from(long start) {
    return new Slice(start, null, 1);
  }

  /** {@code :stop}. */
  static Index to(long stop) {
    return new Slice(null, stop, 1);
  }

  /** {@code ::step}; a negative step reverses the axis. */
  static Index every(long step) {
    return new Slice(null, null, step);
  }

  /** {@code :}, a whole axis. */
  static Index all() {
    return new Slice(null, null, 1);
  }

  /** {@code ...}. */
  static Index ellipsis() {
    return new Ellipsis();
  }

  /** {@code None}. */
  static Index newAxis() {
    return new NewAxis();
  }

  /** Integer positions or a bool mask. */
  static Index of(Tensor tensor) {
    return new Of(tensor);
  }
}
