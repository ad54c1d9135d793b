package dev.gatun.tensor.cpu.simd;

import dev.gatun.tensor.spi.Layout;
import java.util.Arrays;

/**
 * The loops over the elements of operands of one shape, outermost first. Axes of size 1 are
 * dropped, and neighbours are merged where every operand's strides allow, so that a contiguous
 * operand has one axis. Immutable.
 */
final class LoopNest {
  /** The number of loops; 0 for a single element. */
  final int rank;

  /** The trip counts. */
  final long[] sizes;

  /** Strides in elements: {@code strides[operand][axis]}. */
  final long[][] strides;

  private LoopNest(int rank, long[] sizes, long[][] strides) {
    this.rank = rank;
    this.sizes = sizes;
    this.strides = strides;
  }

  /** The nest of operands that all have the first one's shape. */
  static LoopNest of(Layout... operands) {
    int axes = operands[0].rank();
    long[] sizes = new long[axes];
    long[][] strides = new long[operands.length][axes];
    int rank = 0;
    for (int a = 0; a < axes; a++) {
      long size = operands[0].shape().size(a);
      if (size == 1) {
        continue;
      }
      boolean merge = rank > 0;
      for (int i = 0; merge && i < operands.length; i++) {
        merge = strides[i][rank - 1] == operands[i].stride(a) * size;
      }
      if (merge) {
        sizes[rank - 1] *= size;
      } else {
        sizes[rank++] = size;
      }
      for (int i = 0; i < operands.length; i++) {
        strides[i][rank - 1] = operands[i].stride(a);
      }
    }
    return new LoopNest(rank, sizes, strides);
  }

  /** The elements in all. */
  long numel() {
    long n = 1;
    for (int a = 0; a < rank; a++) {
      n *= sizes[a];
    }
    return n;
  }

  /**
   * True when the operand's elements lie in row-major order without gaps from axis {@code a} on.
   */
  boolean isDense(int operand, int a) {
    long dense = 1;
    for (int i = rank - 1; i >= a; i--) {
      if (strides[operand][i] != dense) {
        return false;
      }
      dense *= sizes[i];
    }
    return true;
  }

  @Override
  public String toString() {
    return "LoopNest[sizes="
        + Arrays.toString(Arrays.copyOf(sizes, rank))
        + ", strides="
        + Arrays.deepToString(strides)
        + "]";
  }
}
