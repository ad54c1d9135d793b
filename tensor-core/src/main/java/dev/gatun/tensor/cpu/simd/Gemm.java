package dev.gatun.tensor.cpu.simd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
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
 * <p>What the micro-kernels look like is decided by HotSpot's C2 compiler, and was found by
 * measurement over several JVM runs:
 *
 * <ul>
 *   <li>Panels live in {@code float[]}, indexed by {@code base + k * CONSTANT}: such indexes lose
 *       their bounds checks.
 *   <li>A panel of A holds whole row segments with a constant distance, which a kernel reaches by
 *       constant displacements. Packing a row-major A is then plain copying.
 *   <li>A load fence stands between the rows of a kernel. It costs no instruction on x86, and keeps
 *       C2 from hoisting all loads of a step to its start, where they would spill accumulators.
 *   <li>A kernel leaves its tile in a {@code float[]}; another method adds it to C. The vector
 *       stores to a segment would make the kernel too large for C1's profiling tier, and a method
 *       stuck in tier 2 never reaches C2.
 * </ul>
 *
 * <p>Work is divided along M and N only, and what is computed depends on the shape only: results do
 * not depend on the number of threads. Offsets and strides are counted in elements. All operands
 * are native segments: heap segments would pollute the profiles of the kernels.
 */
final class Gemm {

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** The species in use; {@code gatun.simd} may force a narrower one. */
  private static final VectorSpecies<Float> SPECIES = SimdSpecies.floats();

  private static final int LANES = SPECIES.length();
  private static final VectorSpecies<Float> QUARTER = FloatVector.SPECIES_128;
  private static final int QUARTER_LANES = 4;

  private static final VectorSpecies<Float> WIDE = FloatVector.SPECIES_512;
  private static final int WIDE_LANES = 16;
  private static final int WIDE_MR = 12;
  private static final int WIDE_NR = 2 * WIDE_LANES;

  private static final VectorSpecies<Float> NARROW = LANES == WIDE_LANES ? QUARTER : SPECIES;
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
  private static final int MC = 240;

  /** Rows of A and columns of B packed at once: both buffers stay at a few MiB. */
  private static final int MC_PACKED = 1920;

  private static final int NC_PACKED = 1920;

  /** Multiply-adds below which a product stays on one thread. */
  private static final long PARALLEL_WORK = 1L << 20;

  /** Multiply-adds up to which packing does not pay. */
  private static final long DIRECT_WORK = 16 * 16 * 32;

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
      c.asSlice((cOff + i * ldc) * Float.BYTES, (long) n * Float.BYTES).fill((byte) 0);
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
    float[] ap = buffers.a(mPacked * KC);
    float[] bp = buffers.b(nPacked * kc);
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
      float[] ap,
      MemorySegment b,
      long bOff,
      long bRow,
      long bCol,
      float[] bp,
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
        Packing.packA(a, off, aRow, aCol, rows, k, ap, p * MR * KC);
      }
      if (packB) {
        int bPanels = ceilDiv(n, NR);
        int end = share(bPanels, thread + 1, threads);
        for (int q = share(bPanels, thread, threads); q < end; q++) {
          int columns = Math.min(NR, n - q * NR);
          long off = bOff + (long) q * NR * bCol;
          Packing.packB(b, off, bCol, bRow, columns, k, bp, q * NR * k);
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
      float[] t = new float[MR * NR];
      for (int r = share(rowPanels, row, gridRows); r < rowEnd; r += MC / MR) {
        macroKernel(r, Math.min(rowEnd, r + MC / MR), columnStart, columnEnd, t);
      }
    }

    private void macroKernel(int rowStart, int rowEnd, int columnStart, int columnEnd, float[] t) {
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

  private static void microKernel(int kc, float[] a, int aOff, float[] b, int bOff, float[] t) {
    if (IS_WIDE) {
      wideKernel(kc, a, aOff, b, bOff, t);
    } else {
      narrowKernel(kc, a, aOff, b, bOff, t);
    }
  }

  /** The 512-bit micro-kernel: 12 rows by 2 vectors, 24 of the 32 registers accumulate. */
  private static void wideKernel(int kc, float[] a, int aOff, float[] b, int bOff, float[] t) {
    FloatVector c00 = FloatVector.zero(WIDE);
    FloatVector c01 = FloatVector.zero(WIDE);
    FloatVector c10 = FloatVector.zero(WIDE);
    FloatVector c11 = FloatVector.zero(WIDE);
    FloatVector c20 = FloatVector.zero(WIDE);
    FloatVector c21 = FloatVector.zero(WIDE);
    FloatVector c30 = FloatVector.zero(WIDE);
    FloatVector c31 = FloatVector.zero(WIDE);
    FloatVector c40 = FloatVector.zero(WIDE);
    FloatVector c41 = FloatVector.zero(WIDE);
    FloatVector c50 = FloatVector.zero(WIDE);
    FloatVector c51 = FloatVector.zero(WIDE);
    FloatVector c60 = FloatVector.zero(WIDE);
    FloatVector c61 = FloatVector.zero(WIDE);
    FloatVector c70 = FloatVector.zero(WIDE);
    FloatVector c71 = FloatVector.zero(WIDE);
    FloatVector c80 = FloatVector.zero(WIDE);
    FloatVector c81 = FloatVector.zero(WIDE);
    FloatVector c90 = FloatVector.zero(WIDE);
    FloatVector c91 = FloatVector.zero(WIDE);
    FloatVector ca0 = FloatVector.zero(WIDE);
    FloatVector ca1 = FloatVector.zero(WIDE);
    FloatVector cb0 = FloatVector.zero(WIDE);
    FloatVector cb1 = FloatVector.zero(WIDE);
    for (int k = 0; k < kc; k++) {
      int q = bOff + k * WIDE_NR;
      FloatVector b0 = FloatVector.fromArray(WIDE, b, q);
      FloatVector b1 = FloatVector.fromArray(WIDE, b, q + WIDE_LANES);
      int p = aOff + k;
      FloatVector a0 = FloatVector.broadcast(WIDE, a[p]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      VarHandle.loadLoadFence();
      FloatVector a1 = FloatVector.broadcast(WIDE, a[p + KC]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      VarHandle.loadLoadFence();
      FloatVector a2 = FloatVector.broadcast(WIDE, a[p + 2 * KC]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      VarHandle.loadLoadFence();
      FloatVector a3 = FloatVector.broadcast(WIDE, a[p + 3 * KC]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      VarHandle.loadLoadFence();
      FloatVector a4 = FloatVector.broadcast(WIDE, a[p + 4 * KC]);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      VarHandle.loadLoadFence();
      FloatVector a5 = FloatVector.broadcast(WIDE, a[p + 5 * KC]);
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
      VarHandle.loadLoadFence();
      FloatVector a6 = FloatVector.broadcast(WIDE, a[p + 6 * KC]);
      c60 = a6.fma(b0, c60);
      c61 = a6.fma(b1, c61);
      VarHandle.loadLoadFence();
      FloatVector a7 = FloatVector.broadcast(WIDE, a[p + 7 * KC]);
      c70 = a7.fma(b0, c70);
      c71 = a7.fma(b1, c71);
      VarHandle.loadLoadFence();
      FloatVector a8 = FloatVector.broadcast(WIDE, a[p + 8 * KC]);
      c80 = a8.fma(b0, c80);
      c81 = a8.fma(b1, c81);
      VarHandle.loadLoadFence();
      FloatVector a9 = FloatVector.broadcast(WIDE, a[p + 9 * KC]);
      c90 = a9.fma(b0, c90);
      c91 = a9.fma(b1, c91);
      VarHandle.loadLoadFence();
      FloatVector aa = FloatVector.broadcast(WIDE, a[p + 10 * KC]);
      ca0 = aa.fma(b0, ca0);
      ca1 = aa.fma(b1, ca1);
      VarHandle.loadLoadFence();
      FloatVector ab = FloatVector.broadcast(WIDE, a[p + 11 * KC]);
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
  private static void narrowKernel(int kc, float[] a, int aOff, float[] b, int bOff, float[] t) {
    FloatVector c00 = FloatVector.zero(NARROW);
    FloatVector c01 = FloatVector.zero(NARROW);
    FloatVector c10 = FloatVector.zero(NARROW);
    FloatVector c11 = FloatVector.zero(NARROW);
    FloatVector c20 = FloatVector.zero(NARROW);
    FloatVector c21 = FloatVector.zero(NARROW);
    FloatVector c30 = FloatVector.zero(NARROW);
    FloatVector c31 = FloatVector.zero(NARROW);
    FloatVector c40 = FloatVector.zero(NARROW);
    FloatVector c41 = FloatVector.zero(NARROW);
    FloatVector c50 = FloatVector.zero(NARROW);
    FloatVector c51 = FloatVector.zero(NARROW);
    for (int k = 0; k < kc; k++) {
      int q = bOff + k * NARROW_NR;
      FloatVector b0 = FloatVector.fromArray(NARROW, b, q);
      FloatVector b1 = FloatVector.fromArray(NARROW, b, q + NARROW_LANES);
      int p = aOff + k;
      FloatVector a0 = FloatVector.broadcast(NARROW, a[p]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      VarHandle.loadLoadFence();
      FloatVector a1 = FloatVector.broadcast(NARROW, a[p + KC]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      VarHandle.loadLoadFence();
      FloatVector a2 = FloatVector.broadcast(NARROW, a[p + 2 * KC]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      VarHandle.loadLoadFence();
      FloatVector a3 = FloatVector.broadcast(NARROW, a[p + 3 * KC]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      VarHandle.loadLoadFence();
      FloatVector a4 = FloatVector.broadcast(NARROW, a[p + 4 * KC]);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      VarHandle.loadLoadFence();
      FloatVector a5 = FloatVector.broadcast(NARROW, a[p + 5 * KC]);
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
    float[] t = buffers.b(4 * LANES);
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

  /** Packing buffers of one calling thread, grown on demand and reused. */
  private static final class Buffers {
    private float[] a = new float[0];
    private float[] b = new float[0];

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
