package dev.gatun.tensor;

import java.util.stream.LongStream;

/** Elements put in front of and behind axes, made of the tensor's own or of a constant. */
public final class Padding {
  private Padding() {}

  /** What is put there. */
  public enum Mode {
    /** A value. */
    CONSTANT,
    /** The tensor mirrored at its first and last element, which are not repeated. */
    REFLECT,
    /** The first or the last element. */
    REPLICATE,
    /** The tensor again, as if it were a ring. */
    CIRCULAR
  }

  /**
   * Padded with a value; negative amounts cut off.
   *
   * @param amounts before and after the last axis, then the axis before it, and so on, as PyTorch
   *     has them
   */
  public static Tensor pad(Tensor x, double value, long... amounts) {
    check(x, amounts);
    long[] low = new long[x.rank()];
    long[] high = new long[x.rank()];
    for (int i = 0; i < amounts.length / 2; i++) {
      low[x.rank() - 1 - i] = amounts[2 * i];
      high[x.rank() - 1 - i] = amounts[2 * i + 1];
    }
    return x.pad(low, high, value);
  }

  /**
   * Padded with the tensor's own elements, or with 0 for {@link Mode#CONSTANT}; negative amounts
   * cut off.
   *
   * @param amounts as in {@link #pad(Tensor, double, long...)}
   * @throws ShapeException when an axis is too short: for {@link Mode#REFLECT} an amount must be
   *     less than its size, for {@link Mode#CIRCULAR} no more than it
   */
  public static Tensor pad(Tensor x, Mode mode, long... amounts) {
    if (mode == Mode.CONSTANT) {
      return pad(x, 0, amounts);
    }
    check(x, amounts);
    Tensor y = x;
    for (int i = 0; i < amounts.length / 2; i++) {
      int axis = x.rank() - 1 - i;
      long size = x.size(axis);
      long low = amounts[2 * i];
      long high = amounts[2 * i + 1];
      if (low == 0 && high == 0) {
        continue;
      }
      long most =
          switch (mode) {
            case REFLECT -> size - 1;
            case CIRCULAR -> size;
            default -> size == 0 ? 0 : Long.MAX_VALUE;
          };
      if (Math.max(low, high) > most || size + low + high < 0) {
        throw new ShapeException(
            mode
                + " padding of "
                + low
                + " and "
                + high
                + " does not fit axis "
                + axis
                + " of shape "
                + x.shape());
      }
      long[] from = LongStream.range(-low, size + high).map(at -> source(mode, at, size)).toArray();
      y = y.indexSelect(axis, Tensor.of(from).to(x.device()));
    }
    return y;
  }

  private static long source(Mode mode, long at, long size) {
    return switch (mode) {
      case REFLECT -> at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at;
      case CIRCULAR -> Math.floorMod(at, size);
      default -> Math.clamp(at, 0, size - 1);
    };
  }

  private static void check(Tensor x, long[] amounts) {
    if (amounts.length % 2 != 0 || amounts.length / 2 > x.rank()) {
      throw new ShapeException(
          "pad needs two amounts for each of at most "
              + x.rank()
              + " axes of shape "
              + x.shape()
              + ", got "
              + amounts.length
              + " amounts");
    }
  }
}
