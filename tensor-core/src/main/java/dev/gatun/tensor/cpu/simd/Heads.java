package dev.gatun.tensor.cpu.simd;

import dev.gatun.tensor.Shape;
import dev.gatun.tensor.spi.Buf;
import dev.gatun.tensor.spi.Layout;
import java.lang.foreign.MemorySegment;

/**
 * An operand of attention as one matrix for each index of the leading axes. Immutable.
 *
 * @param segment its memory
 * @param layout [leading axes, rows, columns]
 */
record Heads(MemorySegment segment, Layout layout) {
  /** Nothing. */
  static final Heads NONE = new Heads(MemorySegment.NULL, Layout.contiguous(Shape.of(0, 0)));

  private static final int NR = Gemm.NR;
  private static final int KC = Gemm.KC;
  private static final int MR = Gemm.MR;

  /** An operand broadcast over the leading axes. */
  static Heads of(Buf x, Shape lead, long rows, long columns) {
    return new Heads(x.segment(), x.layout().expand(lead.concat(Shape.of(rows, columns))));
  }

  /** The matrix of one head. */
  Matrix at(int head) {
    int axes = layout.rank() - 2;
    long off = layout.offset();
    long rest = head;
    for (int a = axes - 1; a >= 0; a--) {
      long size = layout.shape().size(a);
      off += rest % size * layout.stride(a);
      rest /= size;
    }
    return new Matrix(segment, off, layout.stride(axes), layout.stride(axes + 1));
  }

  /**
   * One matrix.
   *
   * @param segment its memory
   * @param off offset of the first element
   * @param row distance between rows
   * @param col distance between columns
   */
  record Matrix(MemorySegment segment, long off, long row, long col) {

    /** Packs rows as rows of A of the transposed matrix: its rows are the columns here. */
    void packColumns(int from, int rows, int width, float[] to) {
      long first = off + from * row;
      Packing.packA(segment, first, /* row= */ col, /* col= */ row, width, rows, to, 0);
    }

    /** Packs rows as the panels of B of the transposed matrix, times a factor. */
    void packTransposed(int from, int rows, int width, float factor, float[] to) {
      for (int i = 0; i < rows; i += NR) {
        int n = Math.min(NR, rows - i);
        long first = off + (from + i) * row;
        Packing.packB(segment, first, /* col= */ row, /* row= */ col, n, width, to, i * width);
      }
      if (factor != 1) {
        AttentionKernels.scale(to, 0, (rows + NR - 1) / NR * NR * width, factor);
      }
    }

    /** Packs rows as they are as panels of B, each {@code distance} rows from the next. */
    void packPanels(int from, int rows, int width, int distance, float factor, float[] to) {
      for (int j = 0; j < width; j += NR) {
        int n = Math.min(NR, width - j);
        int at = j * distance;
        Packing.packB(segment, off + from * row + j * col, col, row, n, rows, to, at);
        if (factor != 1) {
          AttentionKernels.scale(to, at, rows * NR, factor);
        }
      }
    }

    /**
     * Packs rows as rows of A, in pieces of {@link Gemm#KC} columns, {@code capacity} rows each.
     */
    void packRows(int from, int rows, int width, float[] to, int capacity) {
      for (int e = 0; e < width; e += KC) {
        int depth = Math.min(KC, width - e);
        long at = off + from * row + e * col;
        Packing.packA(segment, at, row, col, rows, depth, to, e / KC * (capacity + MR) * KC);
      }
    }
  }

  /** The elements that {@link Matrix#packRows} needs. */
  static int rowsSize(int capacity, int width) {
    return (width + KC - 1) / KC * (capacity + MR) * KC;
  }

  /**
   * Multiplies packed rows with a panel of {@code width} rows; the result is a panel of {@code
   * rows}.
   */
  static void scores(
      int rows, int width, float[] a, int capacity, float[] b, int bAt, float[] to, float[] tile) {
    for (int i = 0; i < rows; ) {
      int height = GemmKernels.height(rows - i);
      GemmKernels.packed(height, Math.min(KC, width), a, i * KC, b, bAt, to, i * NR);
      for (int e = KC; e < width; e += KC) {
        int aAt = (e / KC * (capacity + MR) + i) * KC;
        GemmKernels.packed(height, Math.min(KC, width - e), a, aAt, b, bAt + e * NR, tile, 0);
        AttentionKernels.add(to, i * NR, tile, height);
      }
      i += height;
    }
  }
}
