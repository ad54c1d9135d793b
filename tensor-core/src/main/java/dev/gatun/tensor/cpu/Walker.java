package dev.gatun.tensor.cpu;

import dev.gatun.tensor.spi.Layout;

/**
 * Visits the positions of a layout's elements in row-major order by adding strides, like an
 * odometer. Not thread-safe.
 */
final class Walker {
  private final long[] sizes;
  private final long[] strides;
  private final long[] index;
  private long position;

  Walker(Layout layout) {
    if (layout.isContiguous()) {
      sizes = new long[] {layout.shape().numel()};
      strides = new long[] {1};
    } else {
      sizes = layout.shape().toArray();
      strides = layout.strides();
    }
    index = new long[sizes.length];
    position = layout.offset();
  }

  /** Starts over with the first element at {@code start}. */
  void reset(long start) {
    java.util.Arrays.fill(index, 0);
    position = start;
  }

  /** The position of the current element (in elements, offset included); goes on to the next. */
  long next() {
    long here = position;
    for (int a = sizes.length - 1; a >= 0; a--) {
      position += strides[a];
      if (++index[a] < sizes[a]) {
        return here;
      }
      position -= strides[a] * sizes[a];
      index[a] = 0;
    }
    return here;
  }
}
