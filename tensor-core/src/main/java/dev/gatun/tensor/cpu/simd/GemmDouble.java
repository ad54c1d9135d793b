package dev.gatun.tensor.cpu.simd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The matrix product C = A·B (+ C) for float64.
 *
 * <p>The algorithm is that of K. Goto and R. A. van de Geijn, "Anatomy of High-Performance Matrix
 * Multiplication" (ACM TOMS 34(3), 2008), with the loop structure of F. G. Van Zee and R. A. van de
 * Geijn, "BLIS: A Framework for Rapidly Instantiating BLAS Functionality" (ACM TOMS 41(3), 2015):
 * blocks of A and B are packed into panels in the order in which a small register-tiled kernel
 * reads them. Because the operands are packed anyway, they may have any strides, so a transposed
 * operand costs nothing extra.
 *
 * <p>What the micro-kernels look like is decided by HotSpot's C2 compiler, and was found by
 * measurement over several JVM runs:
 *
 * <ul>
 *   <li>Panels live in {@code double[]}, indexed by {@code base + k * CONSTANT}: such indexes lose
 *       their bounds checks.
 *   <li>A panel of A holds whole row segments with a constant distance, which a kernel reaches by
 *       constant displacements. PackingDouble a row-major A is then plain copying.
 *   <li>A load fence stands between the rows of a kernel. It costs no instruction on x86, and keeps
 *       C2 from hoisting all loads of a step to its start, where they would spill accumulators.
 *   <li>A kernel leaves its tile in a {@code double[]}; another method adds it to C. The vector
 *       stores to a segment would make the kernel too large for C1's profiling tier, and a method
 *       stuck in tier 2 never reaches C2.
 * </ul>
 *
 * <p>Work is divided along M and N only, and what is computed depends on the shape only: results do
 * not depend on the number of threads. Offsets and strides are counted in elements. All operands
 * are native segments: heap segments would pollute the profiles of the kernels.
 */
final class GemmDouble {

  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** The species in use; {@code gatun.simd} may force a narrower one. */
  private static final VectorSpecies<Double> SPECIES = SimdSpecies.doubles();

  private static final int LANES = SPECIES.length();
  private static final VectorSpecies<Double> QUARTER = DoubleVector.SPECIES_128;
  private static final int QUARTER_LANES = 2;

  private static final VectorSpecies<Double> WIDE = DoubleVector.SPECIES_512;
  private static final int WIDE_LANES = 8;
  private static final int WIDE_MR = 12;
  private static final int WIDE_NR = 2 * WIDE_LANES;

  private static final VectorSpecies<Double> NARROW = LANES == WIDE_LANES ? QUARTER : SPECIES;
  private static final int NARROW_LANES = NARROW.length();
  private static final int NARROW_MR = 6;
  private static final int NARROW_NR = 2 * NARROW_LANES;

  private static final boolean IS_WIDE = LANES == WIDE_LANES;

  /** Rows and columns of a register tile. */
  static final int MR = IS_WIDE ? WIDE_MR : NARROW_MR;

  static final int NR = IS_WIDE ? WIDE_NR : NARROW_NR;

  /** Longest k block: a panel of B (KC x NR) stays in the L1 cache. */
  static final int KC = 320;

  /** Rows of packed A that one pass keeps in the L2 cache. */
  private static final int MC = 120;

  /** Rows of A and columns of B packed at once: both buffers stay at a few MiB. */
  private static final int MC_PACKED = 1920;

  private static final int NC_PACKED = 1920;

  /** Multiply-adds below which a product stays on one thread. */
  private static final long PARALLEL_WORK = 1L << 20;

  /** Multiply-adds up to which packing does not pay. */
  private static final long DIRECT_WORK = 16 * 16 * 32;

  private static final ThreadLocal<Buffers> BUFFERS = ThreadLocal.withInitial(Buffers::new);

  private GemmDouble() {}

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
        GemvDouble.gemv(m, k, a, aOff, aRow, aCol, b, bOff, bRow, c, cOff, ldc, accumulate);
      } else {
        GemvDouble.gemv(n, k, b, bOff, bCol, bRow, a, aOff, aCol, c, cOff, 1, accumulate);
      }
    } else {
      long work = (long) m * n * k;
      if (bCol == 1 && work <= DIRECT_WORK) {
        direct(m, n, k, a, aOff, aRow, aCol, b, bOff, bRow, c, cOff, ldc, accumulate);
      } else {
        blocked(
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
            work);
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
      c.asSlice((cOff + i * ldc) * Double.BYTES, (long) n * Double.BYTES).fill((byte) 0);
    }
  }

  // ---- Blocked product --------------------------------------------------------------------------

  private static void blocked(
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
      long work) {
    int threads = work < PARALLEL_WORK || ThreadPool.wouldRunInline() ? 1 : ThreadPool.size();
    int kBlocks = ceilDiv(k, KC);
    int kc = ceilDiv(k, kBlocks);
    int mPacked = balanced(m, MC_PACKED, MR);
    int nPacked = balanced(n, NC_PACKED, NR);
    Buffers buffers = BUFFERS.get();
    double[] ap = buffers.a(mPacked * KC);
    double[] bp = buffers.b(nPacked * kc);
    for (int j = 0; j < n; j += nPacked) {
      int nb = Math.min(nPacked, n - j);
      for (int p = 0; p < k; p += kc) {
        int kb = Math.min(kc, k - p);
        boolean add = accumulate || p > 0;
        boolean last = p + kb == k;
        for (int i = 0; i < m; i += mPacked) {
          int mb = Math.min(mPacked, m - i);
          Block block =
              new Block(
                  mb,
                  nb,
                  kb,
                  a,
                  aOff + i * aRow + p * aCol,
                  aRow,
                  aCol,
                  ap,
                  b,
                  bOff + p * bRow + j * bCol,
                  bRow,
                  bCol,
                  bp,
                  i == 0,
                  c,
                  cOff + i * ldc + j,
                  ldc,
                  add,
                  last ? bias : MemorySegment.NULL,
                  biasOff + j,
                  last && relu,
                  threads);
          if (threads == 1) {
            block.pack(0);
            block.multiply(0);
          } else {
            ThreadPool.parallelFor(threads, block::pack);
            ThreadPool.parallelFor(threads, block::multiply);
          }
        }
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

  /** One packed block of A times one packed block of B. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Block(
      int m,
      int n,
      int k,
      MemorySegment a,
      long aOff,
      long aRow,
      long aCol,
      double[] ap,
      MemorySegment b,
      long bOff,
      long bRow,
      long bCol,
      double[] bp,
      boolean packB,
      MemorySegment c,
      long cOff,
      long ldc,
      boolean add,
      MemorySegment bias,
      long biasOff,
      boolean relu,
      int threads) {

    /** Packs one thread's share of both blocks. */
    void pack(int thread) {
      int aPanels = ceilDiv(m, MR);
      for (int p = share(aPanels, thread, threads); p < share(aPanels, thread + 1, threads); p++) {
        int rows = Math.min(MR, m - p * MR);
        long off = aOff + (long) p * MR * aRow;
        PackingDouble.packA(a, off, aRow, aCol, rows, k, ap, p * MR * KC);
      }
      if (packB) {
        int bPanels = ceilDiv(n, NR);
        int end = share(bPanels, thread + 1, threads);
        for (int q = share(bPanels, thread, threads); q < end; q++) {
          int columns = Math.min(NR, n - q * NR);
          long off = bOff + (long) q * NR * bCol;
          PackingDouble.packB(b, off, bCol, bRow, columns, k, bp, q * NR * k);
        }
      }
    }

    /** Computes one thread's rectangle of C. */
    void multiply(int thread) {
      int rowPanels = ceilDiv(m, MR);
      int columnPanels = ceilDiv(n, NR);
      int gridRows = gridRows(rowPanels, columnPanels, threads);
      int gridColumns = threads / gridRows;
      int row = thread / gridColumns;
      int column = thread % gridColumns;
      if (row >= gridRows) {
        return;
      }
      int rowEnd = share(rowPanels, row + 1, gridRows);
      int columnStart = share(columnPanels, column, gridColumns);
      int columnEnd = share(columnPanels, column + 1, gridColumns);
      double[] t = new double[MR * NR];
      for (int r = share(rowPanels, row, gridRows); r < rowEnd; r += MC / MR) {
        macroKernel(r, Math.min(rowEnd, r + MC / MR), columnStart, columnEnd, t);
      }
    }

    private void macroKernel(int rowStart, int rowEnd, int columnStart, int columnEnd, double[] t) {
      boolean plain = bias.byteSize() == 0 && !relu;
      for (int q = columnStart; q < columnEnd; q++) {
        int columns = Math.min(NR, n - q * NR);
        for (int p = rowStart; p < rowEnd; p++) {
          int rows = Math.min(MR, m - p * MR);
          microKernel(k, ap, p * MR * KC, bp, q * NR * k, t);
          long off = cOff + (long) p * MR * ldc + (long) q * NR;
          store(t, c, off, ldc, rows, columns, add);
          if (!plain) {
            epilogue(rows, columns, c, off, ldc, bias, biasOff + (long) q * NR, relu);
          }
        }
      }
    }
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

  // ---- Micro-kernels ----------------------------------------------------------------------------

  private static void microKernel(int kc, double[] a, int aOff, double[] b, int bOff, double[] t) {
    if (IS_WIDE) {
      wideKernel(kc, a, aOff, b, bOff, t);
    } else {
      narrowKernel(kc, a, aOff, b, bOff, t);
    }
  }

  /** The 512-bit micro-kernel: 12 rows by 2 vectors, 24 of the 32 registers accumulate. */
  private static void wideKernel(int kc, double[] a, int aOff, double[] b, int bOff, double[] t) {
    DoubleVector c00 = DoubleVector.zero(WIDE);
    DoubleVector c01 = DoubleVector.zero(WIDE);
    DoubleVector c10 = DoubleVector.zero(WIDE);
    DoubleVector c11 = DoubleVector.zero(WIDE);
    DoubleVector c20 = DoubleVector.zero(WIDE);
    DoubleVector c21 = DoubleVector.zero(WIDE);
    DoubleVector c30 = DoubleVector.zero(WIDE);
    DoubleVector c31 = DoubleVector.zero(WIDE);
    DoubleVector c40 = DoubleVector.zero(WIDE);
    DoubleVector c41 = DoubleVector.zero(WIDE);
    DoubleVector c50 = DoubleVector.zero(WIDE);
    DoubleVector c51 = DoubleVector.zero(WIDE);
    DoubleVector c60 = DoubleVector.zero(WIDE);
    DoubleVector c61 = DoubleVector.zero(WIDE);
    DoubleVector c70 = DoubleVector.zero(WIDE);
    DoubleVector c71 = DoubleVector.zero(WIDE);
    DoubleVector c80 = DoubleVector.zero(WIDE);
    DoubleVector c81 = DoubleVector.zero(WIDE);
    DoubleVector c90 = DoubleVector.zero(WIDE);
    DoubleVector c91 = DoubleVector.zero(WIDE);
    DoubleVector ca0 = DoubleVector.zero(WIDE);
    DoubleVector ca1 = DoubleVector.zero(WIDE);
    DoubleVector cb0 = DoubleVector.zero(WIDE);
    DoubleVector cb1 = DoubleVector.zero(WIDE);
    for (int k = 0; k < kc; k++) {
      int q = bOff + k * WIDE_NR;
      DoubleVector b0 = DoubleVector.fromArray(WIDE, b, q);
      DoubleVector b1 = DoubleVector.fromArray(WIDE, b, q + WIDE_LANES);
      int p = aOff + k;
      DoubleVector a0 = DoubleVector.broadcast(WIDE, a[p]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      VarHandle.loadLoadFence();
      DoubleVector a1 = DoubleVector.broadcast(WIDE, a[p + KC]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      VarHandle.loadLoadFence();
      DoubleVector a2 = DoubleVector.broadcast(WIDE, a[p + 2 * KC]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      VarHandle.loadLoadFence();
      DoubleVector a3 = DoubleVector.broadcast(WIDE, a[p + 3 * KC]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      VarHandle.loadLoadFence();
      DoubleVector a4 = DoubleVector.broadcast(WIDE, a[p + 4 * KC]);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      VarHandle.loadLoadFence();
      DoubleVector a5 = DoubleVector.broadcast(WIDE, a[p + 5 * KC]);
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
      VarHandle.loadLoadFence();
      DoubleVector a6 = DoubleVector.broadcast(WIDE, a[p + 6 * KC]);
      c60 = a6.fma(b0, c60);
      c61 = a6.fma(b1, c61);
      VarHandle.loadLoadFence();
      DoubleVector a7 = DoubleVector.broadcast(WIDE, a[p + 7 * KC]);
      c70 = a7.fma(b0, c70);
      c71 = a7.fma(b1, c71);
      VarHandle.loadLoadFence();
      DoubleVector a8 = DoubleVector.broadcast(WIDE, a[p + 8 * KC]);
      c80 = a8.fma(b0, c80);
      c81 = a8.fma(b1, c81);
      VarHandle.loadLoadFence();
      DoubleVector a9 = DoubleVector.broadcast(WIDE, a[p + 9 * KC]);
      c90 = a9.fma(b0, c90);
      c91 = a9.fma(b1, c91);
      VarHandle.loadLoadFence();
      DoubleVector aa = DoubleVector.broadcast(WIDE, a[p + 10 * KC]);
      ca0 = aa.fma(b0, ca0);
      ca1 = aa.fma(b1, ca1);
      VarHandle.loadLoadFence();
      DoubleVector ab = DoubleVector.broadcast(WIDE, a[p + 11 * KC]);
      cb0 = ab.fma(b0, cb0);
      cb1 = ab.fma(b1, cb1);
    }
    c00.intoArray(t, 0);
    c01.intoArray(t, WIDE_LANES);
    c10.intoArray(t, 2 * WIDE_LANES);
    c11.intoArray(t, 3 * WIDE_LANES);
    c20.intoArray(t, 4 * WIDE_LANES);
    c21.intoArray(t, 5 * WIDE_LANES);
    c30.intoArray(t, 6 * WIDE_LANES);
    c31.intoArray(t, 7 * WIDE_LANES);
    c40.intoArray(t, 8 * WIDE_LANES);
    c41.intoArray(t, 9 * WIDE_LANES);
    c50.intoArray(t, 10 * WIDE_LANES);
    c51.intoArray(t, 11 * WIDE_LANES);
    c60.intoArray(t, 12 * WIDE_LANES);
    c61.intoArray(t, 13 * WIDE_LANES);
    c70.intoArray(t, 14 * WIDE_LANES);
    c71.intoArray(t, 15 * WIDE_LANES);
    c80.intoArray(t, 16 * WIDE_LANES);
    c81.intoArray(t, 17 * WIDE_LANES);
    c90.intoArray(t, 18 * WIDE_LANES);
    c91.intoArray(t, 19 * WIDE_LANES);
    ca0.intoArray(t, 20 * WIDE_LANES);
    ca1.intoArray(t, 21 * WIDE_LANES);
    cb0.intoArray(t, 22 * WIDE_LANES);
    cb1.intoArray(t, 23 * WIDE_LANES);
  }

  /** The micro-kernel for 16 registers: 6 rows by 2 vectors, 12 registers accumulate. */
  private static void narrowKernel(int kc, double[] a, int aOff, double[] b, int bOff, double[] t) {
    DoubleVector c00 = DoubleVector.zero(NARROW);
    DoubleVector c01 = DoubleVector.zero(NARROW);
    DoubleVector c10 = DoubleVector.zero(NARROW);
    DoubleVector c11 = DoubleVector.zero(NARROW);
    DoubleVector c20 = DoubleVector.zero(NARROW);
    DoubleVector c21 = DoubleVector.zero(NARROW);
    DoubleVector c30 = DoubleVector.zero(NARROW);
    DoubleVector c31 = DoubleVector.zero(NARROW);
    DoubleVector c40 = DoubleVector.zero(NARROW);
    DoubleVector c41 = DoubleVector.zero(NARROW);
    DoubleVector c50 = DoubleVector.zero(NARROW);
    DoubleVector c51 = DoubleVector.zero(NARROW);
    for (int k = 0; k < kc; k++) {
      int q = bOff + k * NARROW_NR;
      DoubleVector b0 = DoubleVector.fromArray(NARROW, b, q);
      DoubleVector b1 = DoubleVector.fromArray(NARROW, b, q + NARROW_LANES);
      int p = aOff + k;
      DoubleVector a0 = DoubleVector.broadcast(NARROW, a[p]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      VarHandle.loadLoadFence();
      DoubleVector a1 = DoubleVector.broadcast(NARROW, a[p + KC]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      VarHandle.loadLoadFence();
      DoubleVector a2 = DoubleVector.broadcast(NARROW, a[p + 2 * KC]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      VarHandle.loadLoadFence();
      DoubleVector a3 = DoubleVector.broadcast(NARROW, a[p + 3 * KC]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      VarHandle.loadLoadFence();
      DoubleVector a4 = DoubleVector.broadcast(NARROW, a[p + 4 * KC]);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      VarHandle.loadLoadFence();
      DoubleVector a5 = DoubleVector.broadcast(NARROW, a[p + 5 * KC]);
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
    }
    c00.intoArray(t, 0);
    c01.intoArray(t, NARROW_LANES);
    c10.intoArray(t, 2 * NARROW_LANES);
    c11.intoArray(t, 3 * NARROW_LANES);
    c20.intoArray(t, 4 * NARROW_LANES);
    c21.intoArray(t, 5 * NARROW_LANES);
    c30.intoArray(t, 6 * NARROW_LANES);
    c31.intoArray(t, 7 * NARROW_LANES);
    c40.intoArray(t, 8 * NARROW_LANES);
    c41.intoArray(t, 9 * NARROW_LANES);
    c50.intoArray(t, 10 * NARROW_LANES);
    c51.intoArray(t, 11 * NARROW_LANES);
  }

  /** Moves or adds a computed tile to C. */
  private static void store(
      double[] t, MemorySegment c, long cOff, long ldc, int rows, int columns, boolean add) {
    if (columns == NR) {
      if (add) {
        for (int i = 0; i < rows; i++) {
          long off = (cOff + i * ldc) * Double.BYTES;
          addRow(t, i * NR, c, off);
        }
      } else {
        for (int i = 0; i < rows; i++) {
          long off = (cOff + i * ldc) * Double.BYTES;
          copyRow(t, i * NR, c, off);
        }
      }
    } else {
      for (int i = 0; i < rows; i++) {
        partialRow(t, i * NR, c, (cOff + i * ldc) * Double.BYTES, columns, add);
      }
    }
  }

  private static void copyRow(double[] t, int from, MemorySegment c, long to) {
    DoubleVector.fromArray(SPECIES, t, from).intoMemorySegment(c, to, ORDER);
    DoubleVector.fromArray(SPECIES, t, from + LANES)
        .intoMemorySegment(c, to + (long) LANES * Double.BYTES, ORDER);
  }

  private static void addRow(double[] t, int from, MemorySegment c, long to) {
    DoubleVector c0 = DoubleVector.fromMemorySegment(SPECIES, c, to, ORDER);
    DoubleVector c1 =
        DoubleVector.fromMemorySegment(SPECIES, c, to + (long) LANES * Double.BYTES, ORDER);
    c0.add(DoubleVector.fromArray(SPECIES, t, from)).intoMemorySegment(c, to, ORDER);
    c1.add(DoubleVector.fromArray(SPECIES, t, from + LANES))
        .intoMemorySegment(c, to + (long) LANES * Double.BYTES, ORDER);
  }

  private static void partialRow(
      double[] t, int from, MemorySegment c, long to, int columns, boolean add) {
    int j = 0;
    if (add) {
      for (; j <= columns - QUARTER_LANES; j += QUARTER_LANES) {
        long off = to + (long) j * Double.BYTES;
        DoubleVector.fromMemorySegment(QUARTER, c, off, ORDER)
            .add(DoubleVector.fromArray(QUARTER, t, from + j))
            .intoMemorySegment(c, off, ORDER);
      }
    } else {
      for (; j <= columns - QUARTER_LANES; j += QUARTER_LANES) {
        long off = to + (long) j * Double.BYTES;
        DoubleVector.fromArray(QUARTER, t, from + j).intoMemorySegment(c, off, ORDER);
      }
    }
    for (; j < columns; j++) {
      long off = to + (long) j * Double.BYTES;
      c.set(DOUBLE, off, add ? c.get(DOUBLE, off) + t[from + j] : t[from + j]);
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
    double floor = relu ? 0.0 : Double.NEGATIVE_INFINITY;
    for (int i = 0; i < m; i++) {
      long off = (cOff + i * ldc) * Double.BYTES;
      if (biased) {
        biasRow(n, c, off, bias, biasOff * Double.BYTES, floor);
      } else {
        reluRow(n, c, off);
      }
    }
  }

  private static void biasRow(
      int n, MemorySegment c, long cOff, MemorySegment bias, long biasOff, double floor) {
    int j = 0;
    for (; j <= n - LANES; j += LANES) {
      long at = (long) j * Double.BYTES;
      DoubleVector.fromMemorySegment(SPECIES, c, cOff + at, ORDER)
          .add(DoubleVector.fromMemorySegment(SPECIES, bias, biasOff + at, ORDER))
          .max(floor)
          .intoMemorySegment(c, cOff + at, ORDER);
    }
    for (; j < n; j++) {
      long at = (long) j * Double.BYTES;
      double v = c.get(DOUBLE, cOff + at) + bias.get(DOUBLE, biasOff + at);
      c.set(DOUBLE, cOff + at, Math.max(v, floor));
    }
  }

  private static void reluRow(int n, MemorySegment c, long cOff) {
    int j = 0;
    for (; j <= n - LANES; j += LANES) {
      long at = cOff + (long) j * Double.BYTES;
      DoubleVector.fromMemorySegment(SPECIES, c, at, ORDER)
          .max(0.0)
          .intoMemorySegment(c, at, ORDER);
    }
    for (; j < n; j++) {
      long at = cOff + (long) j * Double.BYTES;
      c.set(DOUBLE, at, Math.max(c.get(DOUBLE, at), 0.0));
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
    double[] rows = buffers.a(4 * k);
    double[] t = buffers.b(4 * LANES);
    for (int i = 0; i < m; i += 4) {
      int height = Math.min(4, m - i);
      PackingDouble.packScalar(a, aOff + i * aRow, aRow, aCol, height, 4, k, rows, 0);
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
      int k, double[] rows, MemorySegment b, long bOff, long bRow, double[] t) {
    DoubleVector c0 = DoubleVector.zero(SPECIES);
    DoubleVector c1 = c0;
    DoubleVector c2 = c0;
    DoubleVector c3 = c0;
    for (int p = 0; p < k; p++) {
      DoubleVector v =
          DoubleVector.fromMemorySegment(SPECIES, b, (bOff + p * bRow) * Double.BYTES, ORDER);
      c0 = v.fma(DoubleVector.broadcast(SPECIES, rows[4 * p]), c0);
      c1 = v.fma(DoubleVector.broadcast(SPECIES, rows[4 * p + 1]), c1);
      c2 = v.fma(DoubleVector.broadcast(SPECIES, rows[4 * p + 2]), c2);
      c3 = v.fma(DoubleVector.broadcast(SPECIES, rows[4 * p + 3]), c3);
    }
    c0.intoArray(t, 0);
    c1.intoArray(t, LANES);
    c2.intoArray(t, 2 * LANES);
    c3.intoArray(t, 3 * LANES);
  }

  /** Up to four rows times two columns. */
  private static void directQuarter(
      int k, double[] rows, MemorySegment b, long bOff, long bRow, double[] t) {
    DoubleVector c0 = DoubleVector.zero(QUARTER);
    DoubleVector c1 = c0;
    DoubleVector c2 = c0;
    DoubleVector c3 = c0;
    for (int p = 0; p < k; p++) {
      DoubleVector v =
          DoubleVector.fromMemorySegment(QUARTER, b, (bOff + p * bRow) * Double.BYTES, ORDER);
      c0 = v.fma(DoubleVector.broadcast(QUARTER, rows[4 * p]), c0);
      c1 = v.fma(DoubleVector.broadcast(QUARTER, rows[4 * p + 1]), c1);
      c2 = v.fma(DoubleVector.broadcast(QUARTER, rows[4 * p + 2]), c2);
      c3 = v.fma(DoubleVector.broadcast(QUARTER, rows[4 * p + 3]), c3);
    }
    c0.intoArray(t, 0);
    c1.intoArray(t, QUARTER_LANES);
    c2.intoArray(t, 2 * QUARTER_LANES);
    c3.intoArray(t, 3 * QUARTER_LANES);
  }

  private static void storeDirect(
      double[] t, int width, MemorySegment c, long cOff, long ldc, int height, boolean add) {
    for (int i = 0; i < height; i++) {
      partialRow(t, i * width, c, (cOff + i * ldc) * Double.BYTES, width, add);
    }
  }

  /** Up to four rows times one column. */
  private static void directColumn(
      int k,
      double[] rows,
      MemorySegment b,
      long bOff,
      long bRow,
      MemorySegment c,
      long cOff,
      long ldc,
      int height,
      boolean add) {
    double c0 = 0.0;
    double c1 = 0.0;
    double c2 = 0.0;
    double c3 = 0.0;
    for (int p = 0; p < k; p++) {
      double v = b.get(DOUBLE, (bOff + p * bRow) * Double.BYTES);
      c0 = Math.fma(v, rows[4 * p], c0);
      c1 = Math.fma(v, rows[4 * p + 1], c1);
      c2 = Math.fma(v, rows[4 * p + 2], c2);
      c3 = Math.fma(v, rows[4 * p + 3], c3);
    }
    for (int i = 0; i < height; i++) {
      double v = i == 0 ? c0 : i == 1 ? c1 : i == 2 ? c2 : c3;
      long to = (cOff + i * ldc) * Double.BYTES;
      c.set(DOUBLE, to, add ? c.get(DOUBLE, to) + v : v);
    }
  }

  /** PackingDouble buffers of one calling thread, grown on demand and reused. */
  private static final class Buffers {
    private double[] a = new double[0];
    private double[] b = new double[0];

    double[] a(int size) {
      if (a.length < size) {
        a = new double[size];
      }
      return a;
    }

    double[] b(int size) {
      if (b.length < size) {
        b = new double[size];
      }
      return b;
    }
  }
}
