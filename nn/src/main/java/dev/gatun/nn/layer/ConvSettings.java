package dev.gatun.nn.layer;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What all convolutions can be told. Each size is one number, or one for each spatial axis.
 *
 * @param <L> the layer built
 * @param <B> the builder itself
 */
public abstract sealed class ConvSettings<L, B extends ConvSettings<L, B>>
    permits ConvBuilder, ConvTransposeBuilder {
  final int in;
  final int out;
  final int[] kernel;
  int[] stride = {1};
  int @Nullable [] padding = {0};
  int[] dilation = {1};
  int groups = 1;
  boolean bias = true;

  ConvSettings(int in, int out, int[] kernel) {
    this.in = in;
    this.out = out;
    this.kernel = kernel.clone();
  }

  abstract B self();

  /** The step between windows; 1 by default. */
  public B stride(int... value) {
    stride = value.clone();
    return self();
  }

  /** Zeros on both sides; none by default. */
  public B padding(int... value) {
    padding = value.clone();
    return self();
  }

  /** The distance of the kernel's elements; 1 by default. */
  public B dilation(int... value) {
    dilation = value.clone();
    return self();
  }

  /** How many parts the channels are split into; 1 by default. */
  public B groups(int value) {
    groups = value;
    return self();
  }

  /** Whether there is a bias; true by default. */
  public B bias(boolean value) {
    bias = value;
    return self();
  }

  /**
   * The shape of a weight.
   *
   * @throws IllegalArgumentException when the groups do not divide the channels
   */
  long[] weightShape(int first, int second, int axes) {
    if (groups < 1 || in % groups != 0 || out % groups != 0) {
      throw new IllegalArgumentException(
          "A convolution from "
              + in
              + " to "
              + out
              + " channels cannot have "
              + groups
              + " groups");
    }
    if (kernel.length != 1 && kernel.length != axes) {
      throw new IllegalArgumentException(
          "A convolution over "
              + axes
              + " axes needs 1 or "
              + axes
              + " kernel sizes, got "
              + Arrays.toString(kernel));
    }
    long[] shape = new long[2 + axes];
    shape[0] = first;
    shape[1] = second / groups;
    for (int i = 0; i < axes; i++) {
      shape[2 + i] = kernel[kernel.length == 1 ? 0 : i];
    }
    return shape;
  }
}
