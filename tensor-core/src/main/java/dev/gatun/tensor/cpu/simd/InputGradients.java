package dev.gatun.tensor.cpu.simd;

import dev.gatun.tensor.Shape;
import dev.gatun.tensor.op.Window;
import dev.gatun.tensor.spi.Buf;

/**
 * The gradient of a convolution's input as correlations of stride 1 of the output's gradient with
 * the weight turned around, channels for filters: one for each remainder of the input's rows and
 * columns by the stride, with those window elements that reach them. Stateless.
 */
final class InputGradients {
  private InputGradients() {}

  /**
   * One remainder along an axis.
   *
   * @param place the first input position
   * @param count input positions, {@code stride} apart
   * @param tap the last window element that reaches them
   * @param taps how many do
   * @param tapStep distance between them
   * @param pad zeros before the gradient (less than none: elements that are skipped)
   * @param dilation distance of the gradients that they meet
   */
  private record Remainder(
      int place, int count, int tap, int taps, int tapStep, int pad, int dilation) {

    static Remainder of(int remainder, int size, int kernel, int stride, int dilation, int padLow) {
      int period = 1;
      while (period * dilation % stride != 0) {
        period++;
      }
      int first = 0;
      while (first < Math.min(kernel, period) && first * dilation % stride != remainder) {
        first++;
      }
      int taps = first >= Math.min(kernel, period) ? 0 : (kernel - 1 - first) / period + 1;
      int start = Math.ceilDiv(padLow - remainder, stride);
      start = Math.max(0, start);
      int place = start * stride + remainder - padLow;
      int count = place >= size ? 0 : (size - 1 - place) / stride + 1;
      int step = period * dilation / stride;
      int base = first * dilation / stride;
      int pad = (taps - 1) * step + base - start;
      return new Remainder(
          place, count, first + (taps - 1) * period, taps, period, pad, Math.max(1, step));
    }
  }

  private static Remainder row(Window w, int remainder, Shape x) {
    return Remainder.of(
        remainder,
        Convolutions.height(x),
        Convolutions.first(w.kernel(), 1),
        Convolutions.first(w.stride(), 1),
        Convolutions.first(w.dilation(), 1),
        Convolutions.first(w.padLow(), 0));
  }

  private static Remainder column(Window w, int remainder, Shape x) {
    return Remainder.of(
        remainder,
        Convolutions.width(x),
        Convolutions.last(w.kernel()),
        Convolutions.last(w.stride()),
        Convolutions.last(w.dilation()),
        Convolutions.last(w.padLow()));
  }

  private static FastConvolutions.Sizes sizes(
      int groups, Shape grad, Shape x, Remainder row, Remainder column) {
    return new FastConvolutions.Sizes(
        Convolutions.size(grad, 0),
        groups,
        Convolutions.size(grad, 1) / groups,
        Convolutions.height(grad),
        Convolutions.width(grad),
        Convolutions.size(x, 1) / groups,
        row.count,
        column.count,
        row.taps,
        column.taps,
        row.pad,
        column.pad,
        row.dilation,
        column.dilation,
        1,
        1);
  }

  /** True when the buffers can be indexed by ints; of no remainder they are larger. */
  static boolean fits(Window w, int groups, Shape grad, Shape x) {
    long channels = Math.max(grad.size(1), x.size(1)) / groups;
    long kernel = (long) Convolutions.first(w.kernel(), 1) * Convolutions.last(w.kernel());
    long height =
        Convolutions.height(x)
            + Convolutions.height(grad)
            + (long) Convolutions.first(w.kernel(), 1) * Convolutions.first(w.dilation(), 1);
    long width =
        Convolutions.width(x)
            + Convolutions.width(grad)
            + (long) Convolutions.last(w.kernel()) * Convolutions.last(w.dilation());
    return channels * height * width < 1 << 28
        && channels * channels * kernel < 1 << 28
        && height * width * ConvolutionKernels.ROWS < 1 << 28;
  }

  /** Dense operands: the gradient, the weight [filters, channels / groups, kernel], the result. */
  static void run(Window w, int groups, Buf grad, Buf weight, Buf y) {
    int rows = Convolutions.first(w.stride(), 1);
    int columns = Convolutions.last(w.stride());
    int kernelWidth = Convolutions.last(w.kernel());
    long window = (long) Convolutions.first(w.kernel(), 1) * kernelWidth;
    long width = Convolutions.width(y.shape());
    long plane = Convolutions.height(y.shape()) * width;
    long channels = y.shape().size(1) / groups;
    if (rows > 1 || columns > 1) {
      Copies.full(0f, y); // no window element may reach some remainders
    }
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        Remainder row = row(w, i, y.shape());
        Remainder column = column(w, j, y.shape());
        if (row.taps * column.taps == 0 || row.count * column.count == 0) {
          continue;
        }
        long[] strides = {
          weight.offset() + (long) row.tap * kernelWidth + column.tap,
          window,
          channels * window,
          -(long) row.tapStep * kernelWidth,
          -column.tapStep,
          grad.shape().size(1) / groups * channels * window
        };
        FastConvolutions.correlate(
            sizes(groups, grad.shape(), y.shape(), row, column),
            grad.segment(),
            grad.offset(),
            weight.segment(),
            strides,
            y.segment(),
            y.offset(),
            new FastConvolutions.Places(
                row.place * width + column.place, rows * width, columns, plane));
      }
    }
  }
}
