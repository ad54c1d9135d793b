package dev.gatun.tensor.cpu.simd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The matrix product C = A·B (+ C) for float32.
 *
 * <p>The algorithm is that of K. Goto and R. A. van de Geijn, "Anatomy of High-Performance Matrix
 * Multiplication" (ACM TOMS 34(3), 2008), with the loop structure of F. G. Van Zee and R. A. van de
 * Geijn, "BLIS: A Framework for Rapidly Instantiating BLAS Functionality" (ACM TOMS 41(3), 2015):
 * blocks of A and B are packed into panels in the order in which a small register-tiled kernel
 * reads them. Because the operands are packed anyway, they may have any strides, so a transposed
 * operand costs nothing extra.
 *
 * <p>Here B is packed as far as the L2 cache holds it, and A panel by panel; where few rows of A
 * meet each panel of B, packing B would not pay, and it is read where it lies. The threads divide C
 * into rectangles and pack for themselves, so that nobody waits. Every element of C is the same
 * chain of operations in whatever rectangle it lies: results do not depend on the number of
 * threads. Offsets and strides are counted in elements. All operands are native segments: heap
 * segments would pollute the profiles of the kernels.
 */
final class Gemm {

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** The species in use; {@code gatun.simd} may force a narrower one. */
  private static final VectorSpecies<Float> SPECIES = SimdSpecies.floats();

  private static final int LANES = SPECIES.length();
  private static final VectorSpecies<Float> QUARTER = FloatVector.SPECIES_128;
  private static final int QUARTER_LANES = 4;

  /** Rows and columns of a register tile. */
  static final int MR = GemmKernels.MR;

  static final int NR = GemmKernels.NR;

  /** Longest k block. */
  static final int KC = GemmKernels.KC;

  /** Columns of B packed at once: they stay in the L2 cache. */
  private static final int NC = 512;

  /** Rows up to which B is not packed. */
  private static final int DIRECT_ROWS = 128;

  /** Elements between rows of B that fall into few sets of the L1 cache, and their multiples. */
  private static final int FAR = 256;

  /** Rows of a transposed A that are packed at once: whole panels and whole vectors. */
  private static final int ROWS = 48;

  /** The threads divide the rows of C in steps of so many. */
  private static final int STEP_M = 2 * MR;

  /** Multiply-adds below which a product stays on one thread. */
  private static final long PARALLEL_WORK = 1L << 20;

  /** Multiply-adds up to which packing does not pay. */
  private static final long DIRECT_WORK = 8 * 8 * 16;

  private static final ThreadLocal<Buffers> BUFFERS = ThreadLocal.withInitial(Buffers::new);

  private Gemm() {}

  /**
   * Computes C = A·B, or C += A·B.
   *
   * @param m rows of A and C
   * @param n columns of B and C
   * @param k columns of A, rows of B
   * @param a segment of A
   * @param aOff offset of A's first element
   * @param aRow distance between rows of A
   * @param aCol distance between columns of A
   * @param b segment of B
   * @param bOff offset of B's first element
   * @param bRow distance between rows of B
   * @param bCol distance between columns of B
   * @param c segment of C, which must not overlap A or B
   * @param cOff offset of C's first element
   * @param ldc distance between rows of C; its columns are adjacent
   * @param accumulate whether to add to C rather than to overwrite it
   */
  static void gemm(
      int m,
      int n,
      int k,
      MemorySegment a,
      long aOff,
      long aRow,
      long aCol,
      MemorySegment b,
      long bOff,
      long bRow,
      long bCol,
      MemorySegment c,
      long cOff,
      long ldc,
      boolean accumulate) {
    gemm(
        m,
        n,
        k,
        a,
        aOff,
        aRow,
        aCol,
        b,
        bOff,
        bRow,
        bCol,
        c,
        cOff,
        ldc,
        accumulate,
        MemorySegment.NULL,
        0,
        false);
  }

  /**
   * Computes C = f(A·B + bias), or C = f(C + A·B + bias), where f is the identity or relu.
   *
   * @param m rows of A and C
   * @param n columns of B and C
   * @param k columns of A, rows of B
   * @param a segment of A
   * @param aOff offset of A's first element
   * @param aRow distance between rows of A
   * @param aCol distance between columns of A
   * @param b segment of B
   * @param bOff offset of B's first element
   * @param bRow distance between rows of B
   * @param bCol distance between columns of B
   * @param c segment of C, which must not overlap the operands
   * @param cOff offset of C's first element
   * @param ldc distance between rows of C; its columns are adjacent
   * @param accumulate whether to add to C rather than to overwrite it
   * @param bias segment of n adjacent values, one per column, or {@link MemorySegment#NULL}
   * @param biasOff offset of the first bias value
   * @param relu whether to replace negative results by zero
   */
  static void gemm(
      int m,
      int n,
      int k,
      MemorySegment a,
      long aOff,
      long aRow,
      long aCol,
      MemorySegment b,
      long bOff,
      long bRow,
      long bCol,
      MemorySegment c,
      long cOff,
      long ldc,
      boolean accumulate,
      MemorySegment bias,
      long biasOff,
      boolean relu) {
    if (m <= 0 || n <= 0) {
      checkSizes(m, n, k);
      return;
    }
    if (k <= 0) {
      checkSizes(m, n, k);
      if (!accumulate) {
        clear(m, n, c, cOff, ldc);
      }
    } else if (n == 1 || m == 1) {
      // One of the operands is a vector; a column times a matrix is a matrix times a column.
      if (n == 1) {
        Gemv.gemv(m, k, a, aOff, aRow, aCol, b, bOff, bRow, c, cOff, ldc, accumulate);
      } else {
        Gemv.gemv(n, k, b, bOff, bCol, bRow, a, aOff, aCol, c, cOff, 1, accumulate);
      }
    } else {
      long work = (long) m * n * k;
      if (bCol == 1 && work <= DIRECT_WORK) {
        direct(m, n, k, a, aOff, aRow, aCol, b, bOff, bRow, c, cOff, ldc, accumulate);
      } else if (m <= Dots.MOST_ROWS && aCol == 1 && bRow == 1 && k >= LANES) {
        Dots.multiply(m, n, k, a, aOff, aRow, b, bOff, bCol, c, cOff, ldc, accumulate);
      } else if (bRow == 1 && bCol != 1 && m <= DIRECT_ROWS && m <= n / 2) {
        // A transposed B of many columns costs more to pack than the product's transposition.
        new Product(
                n,
                m,
                k,
                b,
                bOff,
                bCol,
                bRow,
                a,
                aOff,
                aCol,
                aRow,
                c,
                cOff,
                ldc,
                accumulate,
                bias,
                biasOff,
                relu,
                true)
            .run();
        return;
      } else {
        new Product(
                m,
                n,
                k,
                a,
                aOff,
                aRow,
                aCol,
                b,
                bOff,
                bRow,
                bCol,
                c,
                cOff,
                ldc,
                accumulate,
                bias,
                biasOff,
                relu,
                false)
            .run();
        return;
      }
    }
    epilogue(m, n, c, cOff, ldc, bias, biasOff, relu);
  }

  /**
   * Computes {@code batch} independent products, C[i] = A[i]·B[i] (+ C[i]).
   *
   * @param batch number of products
   * @param m rows of A and C
   * @param n columns of B and C
   * @param k columns of A, rows of B
   * @param a segment of A
   * @param aOff offset of the first A
   * @param aBatch distance between successive A, zero to use the same one for all
   * @param aRow distance between rows of A
   * @param aCol distance between columns of A
   * @param b segment of B
   * @param bOff offset of the first B
   * @param bBatch distance between successive B, zero to use the same one for all
   * @param bRow distance between rows of B
   * @param bCol distance between columns of B
   * @param c segment of C, which must not overlap the operands
   * @param cOff offset of the first C
   * @param cBatch distance between successive C, which must not overlap one another
   * @param ldc distance between rows of C; its columns are adjacent
   * @param accumulate whether to add to C rather than to overwrite it
   */
  static void gemmBatched(
      int batch,
      int m,
      int n,
      int k,
      MemorySegment a,
      long aOff,
      long aBatch,
      long aRow,
      long aCol,
      MemorySegment b,
      long bOff,
      long bBatch,
      long bRow,
      long bCol,
      MemorySegment c,
      long cOff,
      long cBatch,
      long ldc,
      boolean accumulate) {
    if (batch <= 0) {
      return;
    }
    boolean adjacent = aBatch == m * aRow && cBatch == m * ldc && (long) batch * m < (1 << 30);
    if (bBatch == 0 && adjacent) {
      // The batch is one tall matrix times a shared B.
      gemm(batch * m, n, k, a, aOff, aRow, aCol, b, bOff, bRow, bCol, c, cOff, ldc, accumulate);
      return;
    }
    int threads = ThreadPool.size();
    IntTask one =
        i ->
            gemm(
                m,
                n,
                k,
                a,
                aOff + i * aBatch,
                aRow,
                aCol,
                b,
                bOff + i * bBatch,
                bRow,
                bCol,
                c,
                cOff + i * cBatch,
                ldc,
                accumulate);
    if ((long) batch * m * n * k >= PARALLEL_WORK
        && (batch % threads == 0 || batch >= 4 * threads)) {
      ThreadPool.parallelFor(batch, one);
    } else {
      for (int i = 0; i < batch; i++) {
        one.run(i);
      }
    }
  }

  private static void checkSizes(int m, int n, int k) {
    if (m < 0 || n < 0 || k < 0) {
      throw new IllegalArgumentException("negative size: m=" + m + ", n=" + n + ", k=" + k);
    }
  }

  private static void clear(int m, int n, MemorySegment c, long cOff, long ldc) {
    for (int i = 0; i < m; i++) {
      c.asSlice((cOff + i * ldc) * Float.BYTES, (long) n * Float.BYTES).fill((byte) 0);
    }
  }

  // ---- Blocked product --------------------------------------------------------------------------

  /**
   * A product whose rectangles of C can be computed on their own: each thread packs what it needs,
   * so nothing waits for anything.
   *
   * @param turned whether C is written transposed: its rows are the columns of this product
   */
  private record Product(
      int m,
      int n,
      int k,
      MemorySegment a,
      long aOff,
      long aRow,
      long aCol,
      MemorySegment b,
      long bOff,
      long bRow,
      long bCol,
      MemorySegment c,
      long cOff,
      long ldc,
      boolean accumulate,
      MemorySegment bias,
      long biasOff,
      boolean relu,
      boolean turned) {

    void run() {
      long work = (long) m * n * k;
      if (work < PARALLEL_WORK || ThreadPool.wouldRunInline()) {
        rectangle(0, m, 0, n);
        return;
      }
      int threads = ThreadPool.size();
      int rowPanels = ceilDiv(m, STEP_M);
      int columnPanels = ceilDiv(n, NR);
      int gridRows = gridRows(rowPanels, columnPanels, threads);
      int gridColumns = threads / gridRows;
      ThreadPool.parallelFor(
          gridRows * gridColumns,
          task -> {
            int row = task / gridColumns;
            int column = task % gridColumns;
            rectangle(
                share(rowPanels, row, gridRows) * STEP_M,
                Math.min(m, share(rowPanels, row + 1, gridRows) * STEP_M),
                share(columnPanels, column, gridColumns) * NR,
                Math.min(n, share(columnPanels, column + 1, gridColumns) * NR));
          });
    }

    /**
     * Computes the rows {@code top} to {@code bottom} of the columns {@code left} to {@code right}.
     */
    private void rectangle(int top, int bottom, int left, int right) {
      int kc = ceilDiv(k, ceilDiv(k, KC));
      // Rows that lie kilobytes apart push each other out of the L1 cache before the next panel.
      boolean far = bRow % FAR == 0 && bottom - top > 2 * MR;
      boolean direct = bCol == 1 && bottom - top <= DIRECT_ROWS && !far;
      int columns = direct ? right - left : balanced(right - left, NC, NR);
      Buffers buffers = BUFFERS.get();
      for (int j = left; j < right; j += columns) {
        int end = Math.min(right, j + columns);
        for (int p = 0; p < k; p += kc) {
          int depth = Math.min(kc, k - p);
          if (direct) {
            direct(top, bottom, j, end, p, depth, buffers);
          } else {
            packed(top, bottom, j, end, p, depth, buffers);
          }
        }
      }
    }

    /** Few rows: A is packed as a whole, B is read where it lies. */
    private void direct(
        int top, int bottom, int left, int right, int p, int depth, Buffers buffers) {
      float[] ap = buffers.a((bottom - top + MR) * KC);
      Packing.packA(a, aOff + top * aRow + p * aCol, aRow, aCol, bottom - top, depth, ap, 0);
      float[] tile = buffers.tile;
      int j = left;
      for (; j <= right - NR; j += NR) {
        long bAt = (bOff + p * bRow + j) * Float.BYTES;
        for (int i = top; i < bottom; ) {
          int height = GemmKernels.directHeight(bottom - i);
          GemmKernels.direct(
              height, depth, ap, (i - top) * KC, b, bAt, bRow * Float.BYTES, tile, 0);
          finish(tile, i, Math.min(height, bottom - i), j, NR, p, depth);
          i += height;
        }
      }
      if (j < right) {
        float[] bp = buffers.b(depth * NR);
        Packing.packB(b, bOff + p * bRow + j, 1, bRow, right - j, depth, bp, 0);
        for (int i = top; i < bottom; ) {
          int height = GemmKernels.directHeight(bottom - i);
          GemmKernels.packed(height, depth, ap, (i - top) * KC, bp, 0, tile, 0);
          finish(tile, i, Math.min(height, bottom - i), j, right - j, p, depth);
          i += height;
        }
      }
    }

    /** B is packed as a whole and stays in the L2 cache; A is packed panel by panel. */
    private void packed(
        int top, int bottom, int left, int right, int p, int depth, Buffers buffers) {
      float[] bp = buffers.b(ceilDiv(right - left, NR) * NR * depth);
      for (int j = left; j < right; j += NR) {
        int width = Math.min(NR, right - j);
        Packing.packB(
            b, bOff + p * bRow + j * bCol, bCol, bRow, width, depth, bp, (j - left) * depth);
      }
      // Packing a transposed A takes as many rows as vectors hold; rows are packed one by one.
      int batch = aCol == 1 ? MR : ROWS;
      float[] ap = buffers.a((batch + MR) * KC);
      for (int i = top; i < bottom; i += batch) {
        int end = Math.min(bottom, i + batch);
        Packing.packA(a, aOff + i * aRow + p * aCol, aRow, aCol, end - i, depth, ap, 0);
        multiply(i, end, left, right, p, depth, ap, bp, buffers.tile);
      }
    }

    private void multiply(
        int top,
        int bottom,
        int left,
        int right,
        int p,
        int depth,
        float[] ap,
        float[] bp,
        float[] tile) {
      for (int i = top; i < bottom; ) {
        int height = GemmKernels.height(bottom - i);
        int rows = Math.min(height, bottom - i);
        for (int j = left; j < right; j += NR) {
          GemmKernels.packed(height, depth, ap, (i - top) * KC, bp, (j - left) * depth, tile, 0);
          finish(tile, i, rows, j, Math.min(NR, right - j), p, depth);
        }
        i += height;
      }
    }

    /** Moves or adds a tile to C, and finishes it after the last step along k. */
    private void finish(
        float[] tile, int row, int rows, int column, int columns, int p, int depth) {
      if (turned) {
        long off = cOff + column * ldc + row;
        storeTurned(tile, c, off, ldc, rows, columns, accumulate || p > 0);
        if (p + depth == k) {
          epilogue(columns, rows, c, off, ldc, bias, biasOff + row, relu);
        }
        return;
      }
      long off = cOff + row * ldc + column;
      store(tile, c, off, ldc, rows, columns, accumulate || p > 0);
      if (p + depth == k) {
        epilogue(rows, columns, c, off, ldc, bias, biasOff + column, relu);
      }
    }
  }

  private static int ceilDiv(int a, int b) {
    return (a + b - 1) / b;
  }

  /** Splits a size into equal blocks of at most {@code limit}, rounded up to whole tiles. */
  private static int balanced(int size, int limit, int tile) {
    int blocks = ceilDiv(size, limit);
    return ceilDiv(ceilDiv(size, blocks), tile) * tile;
  }

  private static int share(int count, int part, int parts) {
    return (int) ((long) count * part / parts);
  }

  /** Chooses how many rows the grid of threads has, so that the largest share is smallest. */
  private static int gridRows(int rowPanels, int columnPanels, int threads) {
    int best = 1;
    long bestShare = Long.MAX_VALUE;
    for (int rows = 1; rows <= threads; rows++) {
      long largest = (long) ceilDiv(rowPanels, rows) * ceilDiv(columnPanels, threads / rows);
      if (largest < bestShare) {
        best = rows;
        bestShare = largest;
      }
    }
    return best;
  }

  /** Moves or adds a computed tile to C. */
  private static void store(
      float[] t, MemorySegment c, long cOff, long ldc, int rows, int columns, boolean add) {
    if (columns == NR) {
      if (add) {
        for (int i = 0; i < rows; i++) {
          long off = (cOff + i * ldc) * Float.BYTES;
          addRow(t, i * NR, c, off);
        }
      } else {
        for (int i = 0; i < rows; i++) {
          long off = (cOff + i * ldc) * Float.BYTES;
          copyRow(t, i * NR, c, off);
        }
      }
    } else {
      for (int i = 0; i < rows; i++) {
        partialRow(t, i * NR, c, (cOff + i * ldc) * Float.BYTES, columns, add);
      }
    }
  }

  /** Moves or adds the transposed tile to C, whose rows are the tile's columns. */
  private static void storeTurned(
      float[] t, MemorySegment c, long cOff, long ldc, int rows, int columns, boolean add) {
    for (int j = 0; j < columns; j++) {
      long to = (cOff + j * ldc) * Float.BYTES;
      for (int i = 0; i < rows; i++) {
        long at = to + (long) i * Float.BYTES;
        float v = t[i * NR + j];
        c.set(FLOAT, at, add ? c.get(FLOAT, at) + v : v);
      }
    }
  }

  private static void copyRow(float[] t, int from, MemorySegment c, long to) {
    FloatVector.fromArray(SPECIES, t, from).intoMemorySegment(c, to, ORDER);
    FloatVector.fromArray(SPECIES, t, from + LANES)
        .intoMemorySegment(c, to + (long) LANES * Float.BYTES, ORDER);
  }

  private static void addRow(float[] t, int from, MemorySegment c, long to) {
    FloatVector c0 = FloatVector.fromMemorySegment(SPECIES, c, to, ORDER);
    FloatVector c1 =
        FloatVector.fromMemorySegment(SPECIES, c, to + (long) LANES * Float.BYTES, ORDER);
    c0.add(FloatVector.fromArray(SPECIES, t, from)).intoMemorySegment(c, to, ORDER);
    c1.add(FloatVector.fromArray(SPECIES, t, from + LANES))
        .intoMemorySegment(c, to + (long) LANES * Float.BYTES, ORDER);
  }

  private static void partialRow(
      float[] t, int from, MemorySegment c, long to, int columns, boolean add) {
    int j = 0;
    if (add) {
      for (; j <= columns - QUARTER_LANES; j += QUARTER_LANES) {
        long off = to + (long) j * Float.BYTES;
        FloatVector.fromMemorySegment(QUARTER, c, off, ORDER)
            .add(FloatVector.fromArray(QUARTER, t, from + j))
            .intoMemorySegment(c, off, ORDER);
      }
    } else {
      for (; j <= columns - QUARTER_LANES; j += QUARTER_LANES) {
        long off = to + (long) j * Float.BYTES;
        FloatVector.fromArray(QUARTER, t, from + j).intoMemorySegment(c, off, ORDER);
      }
    }
    for (; j < columns; j++) {
      long off = to + (long) j * Float.BYTES;
      c.set(FLOAT, off, add ? c.get(FLOAT, off) + t[from + j] : t[from + j]);
    }
  }

  private static void epilogue(
      int m,
      int n,
      MemorySegment c,
      long cOff,
      long ldc,
      MemorySegment bias,
      long biasOff,
      boolean relu) {
    boolean biased = bias.byteSize() != 0;
    if (!biased && !relu) {
      return;
    }
    float floor = relu ? 0f : Float.NEGATIVE_INFINITY;
    for (int i = 0; i < m; i++) {
      long off = (cOff + i * ldc) * Float.BYTES;
      if (biased) {
        biasRow(n, c, off, bias, biasOff * Float.BYTES, floor);
      } else {
        reluRow(n, c, off);
      }
    }
  }

  private static void biasRow(
      int n, MemorySegment c, long cOff, MemorySegment bias, long biasOff, float floor) {
    int j = 0;
    for (; j <= n - LANES; j += LANES) {
      long at = (long) j * Float.BYTES;
      FloatVector.fromMemorySegment(SPECIES, c, cOff + at, ORDER)
          .add(FloatVector.fromMemorySegment(SPECIES, bias, biasOff + at, ORDER))
          .max(floor)
          .intoMemorySegment(c, cOff + at, ORDER);
    }
    for (; j < n; j++) {
      long at = (long) j * Float.BYTES;
      float v = c.get(FLOAT, cOff + at) + bias.get(FLOAT, biasOff + at);
      c.set(FLOAT, cOff + at, Math.max(v, floor));
    }
  }

  private static void reluRow(int n, MemorySegment c, long cOff) {
    int j = 0;
    for (; j <= n - LANES; j += LANES) {
      long at = cOff + (long) j * Float.BYTES;
      FloatVector.fromMemorySegment(SPECIES, c, at, ORDER).max(0f).intoMemorySegment(c, at, ORDER);
    }
    for (; j < n; j++) {
      long at = cOff + (long) j * Float.BYTES;
      c.set(FLOAT, at, Math.max(c.get(FLOAT, at), 0f));
    }
  }

  // ---- Small products, without packing ----------------------------------------------------------

  /** The product of small matrices, B read where it lies; its columns are adjacent. */
  private static void direct(
      int m,
      int n,
      int k,
      MemorySegment a,
      long aOff,
      long aRow,
      long aCol,
      MemorySegment b,
      long bOff,
      long bRow,
      MemorySegment c,
      long cOff,
      long ldc,
      boolean accumulate) {
    Buffers buffers = BUFFERS.get();
    float[] rows = buffers.a(4 * k);
    float[] t = buffers.tile;
    for (int i = 0; i < m; i += 4) {
      int height = Math.min(4, m - i);
      Packing.packScalar(a, aOff + i * aRow, aRow, aCol, height, 4, k, rows, 0);
      long to = cOff + i * ldc;
      int j = 0;
      for (; j <= n - LANES; j += LANES) {
        directTile(k, rows, b, bOff + j, bRow, t);
        storeDirect(t, LANES, c, to + j, ldc, height, accumulate);
      }
      for (; j <= n - QUARTER_LANES; j += QUARTER_LANES) {
        directQuarter(k, rows, b, bOff + j, bRow, t);
        storeDirect(t, QUARTER_LANES, c, to + j, ldc, height, accumulate);
      }
      for (; j < n; j++) {
        directColumn(k, rows, b, bOff + j, bRow, c, to + j, ldc, height, accumulate);
      }
    }
  }

  /** Up to four rows times one vector of columns. */
  private static void directTile(
      int k, float[] rows, MemorySegment b, long bOff, long bRow, float[] t) {
    FloatVector c0 = FloatVector.zero(SPECIES);
    FloatVector c1 = c0;
    FloatVector c2 = c0;
    FloatVector c3 = c0;
    for (int p = 0; p < k; p++) {
      FloatVector v =
          FloatVector.fromMemorySegment(SPECIES, b, (bOff + p * bRow) * Float.BYTES, ORDER);
      c0 = v.fma(FloatVector.broadcast(SPECIES, rows[4 * p]), c0);
      c1 = v.fma(FloatVector.broadcast(SPECIES, rows[4 * p + 1]), c1);
      c2 = v.fma(FloatVector.broadcast(SPECIES, rows[4 * p + 2]), c2);
      c3 = v.fma(FloatVector.broadcast(SPECIES, rows[4 * p + 3]), c3);
    }
    c0.intoArray(t, 0);
    c1.intoArray(t, LANES);
    c2.intoArray(t, 2 * LANES);
    c3.intoArray(t, 3 * LANES);
  }

  /** Up to four rows times four columns. */
  private static void directQuarter(
      int k, float[] rows, MemorySegment b, long bOff, long bRow, float[] t) {
    FloatVector c0 = FloatVector.zero(QUARTER);
    FloatVector c1 = c0;
    FloatVector c2 = c0;
    FloatVector c3 = c0;
    for (int p = 0; p < k; p++) {
      FloatVector v =
          FloatVector.fromMemorySegment(QUARTER, b, (bOff + p * bRow) * Float.BYTES, ORDER);
      c0 = v.fma(FloatVector.broadcast(QUARTER, rows[4 * p]), c0);
      c1 = v.fma(FloatVector.broadcast(QUARTER, rows[4 * p + 1]), c1);
      c2 = v.fma(FloatVector.broadcast(QUARTER, rows[4 * p + 2]), c2);
      c3 = v.fma(FloatVector.broadcast(QUARTER, rows[4 * p + 3]), c3);
    }
    c0.intoArray(t, 0);
    c1.intoArray(t, QUARTER_LANES);
    c2.intoArray(t, 2 * QUARTER_LANES);
    c3.intoArray(t, 3 * QUARTER_LANES);
  }

  private static void storeDirect(
      float[] t, int width, MemorySegment c, long cOff, long ldc, int height, boolean add) {
    for (int i = 0; i < height; i++) {
      partialRow(t, i * width, c, (cOff + i * ldc) * Float.BYTES, width, add);
    }
  }

  /** Up to four rows times one column. */
  private static void directColumn(
      int k,
      float[] rows,
      MemorySegment b,
      long bOff,
      long bRow,
      MemorySegment c,
      long cOff,
      long ldc,
      int height,
      boolean add) {
    float c0 = 0f;
    float c1 = 0f;
    float c2 = 0f;
    float c3 = 0f;
    for (int p = 0; p < k; p++) {
      float v = b.get(FLOAT, (bOff + p * bRow) * Float.BYTES);
      c0 = Math.fma(v, rows[4 * p], c0);
      c1 = Math.fma(v, rows[4 * p + 1], c1);
      c2 = Math.fma(v, rows[4 * p + 2], c2);
      c3 = Math.fma(v, rows[4 * p + 3], c3);
    }
    for (int i = 0; i < height; i++) {
      float v = i == 0 ? c0 : i == 1 ? c1 : i == 2 ? c2 : c3;
      long to = (cOff + i * ldc) * Float.BYTES;
      c.set(FLOAT, to, add ? c.get(FLOAT, to) + v : v);
    }
  }

  /** Packing buffers of one thread, grown on demand and reused. */
  private static final class Buffers {
    private float[] a = new float[0];
    private float[] b = new float[0];
    private final float[] tile = new float[MR * NR];

    float[] a(int size) {
      if (a.length < size) {
        a = new float[size];
      }
      return a;
    }

    float[] b(int size) {
      if (b.length < size) {
        b = new float[size];
      }
      return b;
    }
  }
}
