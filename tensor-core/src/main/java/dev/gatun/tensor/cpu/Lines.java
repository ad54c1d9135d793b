package dev.gatun.tensor.cpu;

import dev.gatun.tensor.Shape;
import dev.gatun.tensor.spi.Layout;
import java.util.Arrays;

/** Visits the lines along an axis of several layouts of one shape together. Not thread-safe. */
final class Lines {
  private final Walker[] walkers;
  private final long[] starts;
  private long left;

  Lines(int axis, Layout... layouts) {
    walkers = new Walker[layouts.length];
    starts = new long[layouts.length];
    for (int i = 0; i < layouts.length; i++) {
      Layout across = across(layouts[i], axis);
      walkers[i] = new Walker(across);
      left = across.shape().numel();
    }
  }

  /** The layout without an axis: the first elements of its lines. */
  private static Layout across(Layout layout, int axis) {
    Shape shape = layout.shape();
    long[] d = shape.toArray();
    long[] s = layout.strides();
    for (int i = axis; i < d.length - 1; i++) {
      d[i] = d[i + 1];
      s[i] = s[i + 1];
    }
    return Layout.of(
        Shape.of(Arrays.copyOf(d, d.length - 1)), Arrays.copyOf(s, s.length - 1), layout.offset());
  }

  /** Goes on to the next line; false when there is none. */
  boolean next() {
    if (left-- <= 0) {
      return false;
    }
    for (int i = 0; i < walkers.length; i++) {
      starts[i] = walkers[i].next();
    }
    return true;
  }

  /** Where the current line of a layout starts. */
  long start(int layout) {
    return starts[layout];
  }
}
