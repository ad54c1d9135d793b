package dev.gatun.tensor.cpu.simd;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The micro-kernels of {@link GemmDouble}: a tile of C, some rows by two vectors, stays in
 * registers while a panel of A and one of B pass by.
 *
 * <p>What they look like is decided by HotSpot's C2 compiler, and was found by measurement over
 * several JVM runs:
 *
 * <ul>
 *   <li>The panel of A is a {@code double[]} of whole row segments at a constant distance, which a
 *       kernel reaches by constant displacements: such indexes lose their bounds checks.
 *   <li>A packed B is a {@code double[]}, too: indexed by {@code base + k * CONSTANT} it needs no
 *       checks either. Reading B from native memory keeps checks in the loop, which costs up to a
 *       tenth, but a packed B must be read often enough to pay for its packing.
 *   <li>With 16 registers a load fence stands between the rows. It costs no instruction on x86, and
 *       keeps C2 from hoisting all loads of a step to its start, where they would spill
 *       accumulators.
 *   <li>A kernel leaves its tile in an array; another method adds it to C. The vector stores to a
 *       segment would make the kernel too large for C1's profiling tier, and a method stuck in tier
 *       2 never reaches C2.
 * </ul>
 *
 * <p>Stateless. Every element of a tile is one chain of fused multiply-adds in the order of k: the
 * result does not depend on which kernel computes it.
 */
final class GemmDoubleKernels {
  /** The species in use; {@code gatun.simd} may force a narrower one. */
  private static final VectorSpecies<Double> SPECIES = SimdSpecies.doubles();

  /** Whether the kernels for 32 registers of 512 bits are in use. */
  static final boolean WIDE = SPECIES.length() == 8;

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final VectorSpecies<Double> W = DoubleVector.SPECIES_512;
  private static final int W_LANES = 8;
  private static final long W_LANES_BYTES = W_LANES * (long) Double.BYTES;
  private static final VectorSpecies<Double> N = WIDE ? DoubleVector.SPECIES_128 : SPECIES;
  private static final int N_LANES = N.length();
  private static final long N_LANES_BYTES = N_LANES * (long) Double.BYTES;

  /** Rows of the tallest kernel. */
  static final int MR = WIDE ? 12 : 6;

  /** Rows of the tallest kernel that reads B where it lies. */
  static final int DIRECT_MR = WIDE ? 12 : 4;

  /** Columns of a tile. */
  static final int NR = 2 * SPECIES.length();

  /** The distance between the rows of a panel of A, and so the longest k. */
  static final int KC = 528;

  private GemmDoubleKernels() {}

  /** How many rows the next panel has, of those that are left. */
  static int height(int left) {
    if (WIDE) {
      return left > 8 ? 12 : left > 4 ? 8 : 4;
    }
    return left > 4 ? 6 : 4;
  }

  /** As {@link #height}, for {@link #direct}. */
  static int directHeight(int left) {
    return WIDE ? height(left) : 4;
  }

  /**
   * Multiplies a panel of A with B where it lies.
   *
   * @param height rows of the panel, as {@link #directHeight} gave
   * @param kc columns of the panel
   * @param a the panel, its rows at distance {@link #KC}
   * @param aAt where it starts
   * @param b the matrix, native; from each of {@code kc} rows {@link #NR} adjacent elements are
   *     read
   * @param bAt where the first starts, in bytes
   * @param bRow the distance of the rows in bytes
   * @param tile receives height * NR elements
   * @param to where the first goes
   */
  static void direct(
      int height,
      int kc,
      double[] a,
      int aAt,
      MemorySegment b,
      long bAt,
      long bRow,
      double[] tile,
      int to) {
    if (!WIDE) {
      narrowDirect4(kc, a, aAt, b, bAt, bRow, tile, to);
    } else if (height == 12) {
      wideDirect12(kc, a, aAt, b, bAt, bRow, tile, to);
    } else if (height == 8) {
      wideDirect8(kc, a, aAt, b, bAt, bRow, tile, to);
    } else {
      wideDirect4(kc, a, aAt, b, bAt, bRow, tile, to);
    }
  }

  /**
   * Multiplies a panel of A with a packed panel of B.
   *
   * @param height rows of the panel, as {@link #height} or {@link #directHeight} gave
   * @param kc columns of the panel
   * @param a the panel, its rows at distance {@link #KC}
   * @param aAt where it starts
   * @param b kc rows of {@link #NR} elements
   * @param bAt where they start
   * @param tile receives height * NR elements
   * @param to where the first goes
   */
  static void packed(
      int height, int kc, double[] a, int aAt, double[] b, int bAt, double[] tile, int to) {
    if (!WIDE) {
      if (height == 6) {
        narrow6(kc, a, aAt, b, bAt, tile, to);
      } else {
        narrow4(kc, a, aAt, b, bAt, tile, to);
      }
    } else if (height == 12) {
      wide12(kc, a, aAt, b, bAt, tile, to);
    } else if (height == 8) {
      wide8(kc, a, aAt, b, bAt, tile, to);
    } else {
      wide4(kc, a, aAt, b, bAt, tile, to);
    }
  }

  /** 24 of 32 registers accumulate. */
  private static void wide12(
      int kc, double[] a, int aAt, double[] b, int bAt, double[] tile, int to) {
    DoubleVector c00 = DoubleVector.zero(W);
    DoubleVector c01 = DoubleVector.zero(W);
    DoubleVector c10 = DoubleVector.zero(W);
    DoubleVector c11 = DoubleVector.zero(W);
    DoubleVector c20 = DoubleVector.zero(W);
    DoubleVector c21 = DoubleVector.zero(W);
    DoubleVector c30 = DoubleVector.zero(W);
    DoubleVector c31 = DoubleVector.zero(W);
    DoubleVector c40 = DoubleVector.zero(W);
    DoubleVector c41 = DoubleVector.zero(W);
    DoubleVector c50 = DoubleVector.zero(W);
    DoubleVector c51 = DoubleVector.zero(W);
    DoubleVector c60 = DoubleVector.zero(W);
    DoubleVector c61 = DoubleVector.zero(W);
    DoubleVector c70 = DoubleVector.zero(W);
    DoubleVector c71 = DoubleVector.zero(W);
    DoubleVector c80 = DoubleVector.zero(W);
    DoubleVector c81 = DoubleVector.zero(W);
    DoubleVector c90 = DoubleVector.zero(W);
    DoubleVector c91 = DoubleVector.zero(W);
    DoubleVector ca0 = DoubleVector.zero(W);
    DoubleVector ca1 = DoubleVector.zero(W);
    DoubleVector cb0 = DoubleVector.zero(W);
    DoubleVector cb1 = DoubleVector.zero(W);
    for (int k = 0; k < kc; k++) {
      int q = bAt + k * NR;
      DoubleVector b0 = DoubleVector.fromArray(W, b, q);
      DoubleVector b1 = DoubleVector.fromArray(W, b, q + W_LANES);
      int p = aAt + k;
      DoubleVector a0 = DoubleVector.broadcast(W, a[p]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      DoubleVector a1 = DoubleVector.broadcast(W, a[p + KC]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      DoubleVector a2 = DoubleVector.broadcast(W, a[p + 2 * KC]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      DoubleVector a3 = DoubleVector.broadcast(W, a[p + 3 * KC]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      DoubleVector a4 = DoubleVector.broadcast(W, a[p + 4 * KC]);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      DoubleVector a5 = DoubleVector.broadcast(W, a[p + 5 * KC]);
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
      DoubleVector a6 = DoubleVector.broadcast(W, a[p + 6 * KC]);
      c60 = a6.fma(b0, c60);
      c61 = a6.fma(b1, c61);
      DoubleVector a7 = DoubleVector.broadcast(W, a[p + 7 * KC]);
      c70 = a7.fma(b0, c70);
      c71 = a7.fma(b1, c71);
      DoubleVector a8 = DoubleVector.broadcast(W, a[p + 8 * KC]);
      c80 = a8.fma(b0, c80);
      c81 = a8.fma(b1, c81);
      DoubleVector a9 = DoubleVector.broadcast(W, a[p + 9 * KC]);
      c90 = a9.fma(b0, c90);
      c91 = a9.fma(b1, c91);
      DoubleVector aa = DoubleVector.broadcast(W, a[p + 10 * KC]);
      ca0 = aa.fma(b0, ca0);
      ca1 = aa.fma(b1, ca1);
      DoubleVector ab = DoubleVector.broadcast(W, a[p + 11 * KC]);
      cb0 = ab.fma(b0, cb0);
      cb1 = ab.fma(b1, cb1);
    }
    c00.intoArray(tile, to);
    c01.intoArray(tile, to + W_LANES);
    c10.intoArray(tile, to + 2 * W_LANES);
    c11.intoArray(tile, to + 3 * W_LANES);
    c20.intoArray(tile, to + 4 * W_LANES);
    c21.intoArray(tile, to + 5 * W_LANES);
    c30.intoArray(tile, to + 6 * W_LANES);
    c31.intoArray(tile, to + 7 * W_LANES);
    c40.intoArray(tile, to + 8 * W_LANES);
    c41.intoArray(tile, to + 9 * W_LANES);
    c50.intoArray(tile, to + 10 * W_LANES);
    c51.intoArray(tile, to + 11 * W_LANES);
    c60.intoArray(tile, to + 12 * W_LANES);
    c61.intoArray(tile, to + 13 * W_LANES);
    c70.intoArray(tile, to + 14 * W_LANES);
    c71.intoArray(tile, to + 15 * W_LANES);
    c80.intoArray(tile, to + 16 * W_LANES);
    c81.intoArray(tile, to + 17 * W_LANES);
    c90.intoArray(tile, to + 18 * W_LANES);
    c91.intoArray(tile, to + 19 * W_LANES);
    ca0.intoArray(tile, to + 20 * W_LANES);
    ca1.intoArray(tile, to + 21 * W_LANES);
    cb0.intoArray(tile, to + 22 * W_LANES);
    cb1.intoArray(tile, to + 23 * W_LANES);
  }

  /** 16 of 32 registers accumulate. */
  private static void wide8(
      int kc, double[] a, int aAt, double[] b, int bAt, double[] tile, int to) {
    DoubleVector c00 = DoubleVector.zero(W);
    DoubleVector c01 = DoubleVector.zero(W);
    DoubleVector c10 = DoubleVector.zero(W);
    DoubleVector c11 = DoubleVector.zero(W);
    DoubleVector c20 = DoubleVector.zero(W);
    DoubleVector c21 = DoubleVector.zero(W);
    DoubleVector c30 = DoubleVector.zero(W);
    DoubleVector c31 = DoubleVector.zero(W);
    DoubleVector c40 = DoubleVector.zero(W);
    DoubleVector c41 = DoubleVector.zero(W);
    DoubleVector c50 = DoubleVector.zero(W);
    DoubleVector c51 = DoubleVector.zero(W);
    DoubleVector c60 = DoubleVector.zero(W);
    DoubleVector c61 = DoubleVector.zero(W);
    DoubleVector c70 = DoubleVector.zero(W);
    DoubleVector c71 = DoubleVector.zero(W);
    for (int k = 0; k < kc; k++) {
      int q = bAt + k * NR;
      DoubleVector b0 = DoubleVector.fromArray(W, b, q);
      DoubleVector b1 = DoubleVector.fromArray(W, b, q + W_LANES);
      int p = aAt + k;
      DoubleVector a0 = DoubleVector.broadcast(W, a[p]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      DoubleVector a1 = DoubleVector.broadcast(W, a[p + KC]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      DoubleVector a2 = DoubleVector.broadcast(W, a[p + 2 * KC]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      DoubleVector a3 = DoubleVector.broadcast(W, a[p + 3 * KC]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      DoubleVector a4 = DoubleVector.broadcast(W, a[p + 4 * KC]);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      DoubleVector a5 = DoubleVector.broadcast(W, a[p + 5 * KC]);
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
      DoubleVector a6 = DoubleVector.broadcast(W, a[p + 6 * KC]);
      c60 = a6.fma(b0, c60);
      c61 = a6.fma(b1, c61);
      DoubleVector a7 = DoubleVector.broadcast(W, a[p + 7 * KC]);
      c70 = a7.fma(b0, c70);
      c71 = a7.fma(b1, c71);
    }
    c00.intoArray(tile, to);
    c01.intoArray(tile, to + W_LANES);
    c10.intoArray(tile, to + 2 * W_LANES);
    c11.intoArray(tile, to + 3 * W_LANES);
    c20.intoArray(tile, to + 4 * W_LANES);
    c21.intoArray(tile, to + 5 * W_LANES);
    c30.intoArray(tile, to + 6 * W_LANES);
    c31.intoArray(tile, to + 7 * W_LANES);
    c40.intoArray(tile, to + 8 * W_LANES);
    c41.intoArray(tile, to + 9 * W_LANES);
    c50.intoArray(tile, to + 10 * W_LANES);
    c51.intoArray(tile, to + 11 * W_LANES);
    c60.intoArray(tile, to + 12 * W_LANES);
    c61.intoArray(tile, to + 13 * W_LANES);
    c70.intoArray(tile, to + 14 * W_LANES);
    c71.intoArray(tile, to + 15 * W_LANES);
  }

  /** 8 of 32 registers accumulate: as many as two units with a latency of four need. */
  private static void wide4(
      int kc, double[] a, int aAt, double[] b, int bAt, double[] tile, int to) {
    DoubleVector c00 = DoubleVector.zero(W);
    DoubleVector c01 = DoubleVector.zero(W);
    DoubleVector c10 = DoubleVector.zero(W);
    DoubleVector c11 = DoubleVector.zero(W);
    DoubleVector c20 = DoubleVector.zero(W);
    DoubleVector c21 = DoubleVector.zero(W);
    DoubleVector c30 = DoubleVector.zero(W);
    DoubleVector c31 = DoubleVector.zero(W);
    for (int k = 0; k < kc; k++) {
      int q = bAt + k * NR;
      DoubleVector b0 = DoubleVector.fromArray(W, b, q);
      DoubleVector b1 = DoubleVector.fromArray(W, b, q + W_LANES);
      int p = aAt + k;
      DoubleVector a0 = DoubleVector.broadcast(W, a[p]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      DoubleVector a1 = DoubleVector.broadcast(W, a[p + KC]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      DoubleVector a2 = DoubleVector.broadcast(W, a[p + 2 * KC]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      DoubleVector a3 = DoubleVector.broadcast(W, a[p + 3 * KC]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
    }
    c00.intoArray(tile, to);
    c01.intoArray(tile, to + W_LANES);
    c10.intoArray(tile, to + 2 * W_LANES);
    c11.intoArray(tile, to + 3 * W_LANES);
    c20.intoArray(tile, to + 4 * W_LANES);
    c21.intoArray(tile, to + 5 * W_LANES);
    c30.intoArray(tile, to + 6 * W_LANES);
    c31.intoArray(tile, to + 7 * W_LANES);
  }

  /** As {@link #wide12}, B where it lies. */
  private static void wideDirect12(
      int kc, double[] a, int aAt, MemorySegment b, long bAt, long bRow, double[] tile, int to) {
    DoubleVector c00 = DoubleVector.zero(W);
    DoubleVector c01 = DoubleVector.zero(W);
    DoubleVector c10 = DoubleVector.zero(W);
    DoubleVector c11 = DoubleVector.zero(W);
    DoubleVector c20 = DoubleVector.zero(W);
    DoubleVector c21 = DoubleVector.zero(W);
    DoubleVector c30 = DoubleVector.zero(W);
    DoubleVector c31 = DoubleVector.zero(W);
    DoubleVector c40 = DoubleVector.zero(W);
    DoubleVector c41 = DoubleVector.zero(W);
    DoubleVector c50 = DoubleVector.zero(W);
    DoubleVector c51 = DoubleVector.zero(W);
    DoubleVector c60 = DoubleVector.zero(W);
    DoubleVector c61 = DoubleVector.zero(W);
    DoubleVector c70 = DoubleVector.zero(W);
    DoubleVector c71 = DoubleVector.zero(W);
    DoubleVector c80 = DoubleVector.zero(W);
    DoubleVector c81 = DoubleVector.zero(W);
    DoubleVector c90 = DoubleVector.zero(W);
    DoubleVector c91 = DoubleVector.zero(W);
    DoubleVector ca0 = DoubleVector.zero(W);
    DoubleVector ca1 = DoubleVector.zero(W);
    DoubleVector cb0 = DoubleVector.zero(W);
    DoubleVector cb1 = DoubleVector.zero(W);
    long q = bAt;
    for (int k = 0; k < kc; k++) {
      DoubleVector b0 = DoubleVector.fromMemorySegment(W, b, q, ORDER);
      DoubleVector b1 = DoubleVector.fromMemorySegment(W, b, q + W_LANES_BYTES, ORDER);
      q += bRow;
      int p = aAt + k;
      DoubleVector a0 = DoubleVector.broadcast(W, a[p]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      DoubleVector a1 = DoubleVector.broadcast(W, a[p + KC]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      DoubleVector a2 = DoubleVector.broadcast(W, a[p + 2 * KC]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      DoubleVector a3 = DoubleVector.broadcast(W, a[p + 3 * KC]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      DoubleVector a4 = DoubleVector.broadcast(W, a[p + 4 * KC]);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      DoubleVector a5 = DoubleVector.broadcast(W, a[p + 5 * KC]);
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
      DoubleVector a6 = DoubleVector.broadcast(W, a[p + 6 * KC]);
      c60 = a6.fma(b0, c60);
      c61 = a6.fma(b1, c61);
      DoubleVector a7 = DoubleVector.broadcast(W, a[p + 7 * KC]);
      c70 = a7.fma(b0, c70);
      c71 = a7.fma(b1, c71);
      DoubleVector a8 = DoubleVector.broadcast(W, a[p + 8 * KC]);
      c80 = a8.fma(b0, c80);
      c81 = a8.fma(b1, c81);
      DoubleVector a9 = DoubleVector.broadcast(W, a[p + 9 * KC]);
      c90 = a9.fma(b0, c90);
      c91 = a9.fma(b1, c91);
      DoubleVector aa = DoubleVector.broadcast(W, a[p + 10 * KC]);
      ca0 = aa.fma(b0, ca0);
      ca1 = aa.fma(b1, ca1);
      DoubleVector ab = DoubleVector.broadcast(W, a[p + 11 * KC]);
      cb0 = ab.fma(b0, cb0);
      cb1 = ab.fma(b1, cb1);
    }
    c00.intoArray(tile, to);
    c01.intoArray(tile, to + W_LANES);
    c10.intoArray(tile, to + 2 * W_LANES);
    c11.intoArray(tile, to + 3 * W_LANES);
    c20.intoArray(tile, to + 4 * W_LANES);
    c21.intoArray(tile, to + 5 * W_LANES);
    c30.intoArray(tile, to + 6 * W_LANES);
    c31.intoArray(tile, to + 7 * W_LANES);
    c40.intoArray(tile, to + 8 * W_LANES);
    c41.intoArray(tile, to + 9 * W_LANES);
    c50.intoArray(tile, to + 10 * W_LANES);
    c51.intoArray(tile, to + 11 * W_LANES);
    c60.intoArray(tile, to + 12 * W_LANES);
    c61.intoArray(tile, to + 13 * W_LANES);
    c70.intoArray(tile, to + 14 * W_LANES);
    c71.intoArray(tile, to + 15 * W_LANES);
    c80.intoArray(tile, to + 16 * W_LANES);
    c81.intoArray(tile, to + 17 * W_LANES);
    c90.intoArray(tile, to + 18 * W_LANES);
    c91.intoArray(tile, to + 19 * W_LANES);
    ca0.intoArray(tile, to + 20 * W_LANES);
    ca1.intoArray(tile, to + 21 * W_LANES);
    cb0.intoArray(tile, to + 22 * W_LANES);
    cb1.intoArray(tile, to + 23 * W_LANES);
  }

  /** As {@link #wide8}, B where it lies. */
  private static void wideDirect8(
      int kc, double[] a, int aAt, MemorySegment b, long bAt, long bRow, double[] tile, int to) {
    DoubleVector c00 = DoubleVector.zero(W);
    DoubleVector c01 = DoubleVector.zero(W);
    DoubleVector c10 = DoubleVector.zero(W);
    DoubleVector c11 = DoubleVector.zero(W);
    DoubleVector c20 = DoubleVector.zero(W);
    DoubleVector c21 = DoubleVector.zero(W);
    DoubleVector c30 = DoubleVector.zero(W);
    DoubleVector c31 = DoubleVector.zero(W);
    DoubleVector c40 = DoubleVector.zero(W);
    DoubleVector c41 = DoubleVector.zero(W);
    DoubleVector c50 = DoubleVector.zero(W);
    DoubleVector c51 = DoubleVector.zero(W);
    DoubleVector c60 = DoubleVector.zero(W);
    DoubleVector c61 = DoubleVector.zero(W);
    DoubleVector c70 = DoubleVector.zero(W);
    DoubleVector c71 = DoubleVector.zero(W);
    long q = bAt;
    for (int k = 0; k < kc; k++) {
      DoubleVector b0 = DoubleVector.fromMemorySegment(W, b, q, ORDER);
      DoubleVector b1 = DoubleVector.fromMemorySegment(W, b, q + W_LANES_BYTES, ORDER);
      q += bRow;
      int p = aAt + k;
      DoubleVector a0 = DoubleVector.broadcast(W, a[p]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      DoubleVector a1 = DoubleVector.broadcast(W, a[p + KC]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      DoubleVector a2 = DoubleVector.broadcast(W, a[p + 2 * KC]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      DoubleVector a3 = DoubleVector.broadcast(W, a[p + 3 * KC]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      DoubleVector a4 = DoubleVector.broadcast(W, a[p + 4 * KC]);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      DoubleVector a5 = DoubleVector.broadcast(W, a[p + 5 * KC]);
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
      DoubleVector a6 = DoubleVector.broadcast(W, a[p + 6 * KC]);
      c60 = a6.fma(b0, c60);
      c61 = a6.fma(b1, c61);
      DoubleVector a7 = DoubleVector.broadcast(W, a[p + 7 * KC]);
      c70 = a7.fma(b0, c70);
      c71 = a7.fma(b1, c71);
    }
    c00.intoArray(tile, to);
    c01.intoArray(tile, to + W_LANES);
    c10.intoArray(tile, to + 2 * W_LANES);
    c11.intoArray(tile, to + 3 * W_LANES);
    c20.intoArray(tile, to + 4 * W_LANES);
    c21.intoArray(tile, to + 5 * W_LANES);
    c30.intoArray(tile, to + 6 * W_LANES);
    c31.intoArray(tile, to + 7 * W_LANES);
    c40.intoArray(tile, to + 8 * W_LANES);
    c41.intoArray(tile, to + 9 * W_LANES);
    c50.intoArray(tile, to + 10 * W_LANES);
    c51.intoArray(tile, to + 11 * W_LANES);
    c60.intoArray(tile, to + 12 * W_LANES);
    c61.intoArray(tile, to + 13 * W_LANES);
    c70.intoArray(tile, to + 14 * W_LANES);
    c71.intoArray(tile, to + 15 * W_LANES);
  }

  /** As {@link #wide4}, B where it lies. */
  private static void wideDirect4(
      int kc, double[] a, int aAt, MemorySegment b, long bAt, long bRow, double[] tile, int to) {
    DoubleVector c00 = DoubleVector.zero(W);
    DoubleVector c01 = DoubleVector.zero(W);
    DoubleVector c10 = DoubleVector.zero(W);
    DoubleVector c11 = DoubleVector.zero(W);
    DoubleVector c20 = DoubleVector.zero(W);
    DoubleVector c21 = DoubleVector.zero(W);
    DoubleVector c30 = DoubleVector.zero(W);
    DoubleVector c31 = DoubleVector.zero(W);
    long q = bAt;
    for (int k = 0; k < kc; k++) {
      DoubleVector b0 = DoubleVector.fromMemorySegment(W, b, q, ORDER);
      DoubleVector b1 = DoubleVector.fromMemorySegment(W, b, q + W_LANES_BYTES, ORDER);
      q += bRow;
      int p = aAt + k;
      DoubleVector a0 = DoubleVector.broadcast(W, a[p]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      DoubleVector a1 = DoubleVector.broadcast(W, a[p + KC]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      DoubleVector a2 = DoubleVector.broadcast(W, a[p + 2 * KC]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      DoubleVector a3 = DoubleVector.broadcast(W, a[p + 3 * KC]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
    }
    c00.intoArray(tile, to);
    c01.intoArray(tile, to + W_LANES);
    c10.intoArray(tile, to + 2 * W_LANES);
    c11.intoArray(tile, to + 3 * W_LANES);
    c20.intoArray(tile, to + 4 * W_LANES);
    c21.intoArray(tile, to + 5 * W_LANES);
    c30.intoArray(tile, to + 6 * W_LANES);
    c31.intoArray(tile, to + 7 * W_LANES);
  }

  /** 12 of 16 registers accumulate. */
  private static void narrow6(
      int kc, double[] a, int aAt, double[] b, int bAt, double[] tile, int to) {
    DoubleVector c00 = DoubleVector.zero(N);
    DoubleVector c01 = DoubleVector.zero(N);
    DoubleVector c10 = DoubleVector.zero(N);
    DoubleVector c11 = DoubleVector.zero(N);
    DoubleVector c20 = DoubleVector.zero(N);
    DoubleVector c21 = DoubleVector.zero(N);
    DoubleVector c30 = DoubleVector.zero(N);
    DoubleVector c31 = DoubleVector.zero(N);
    DoubleVector c40 = DoubleVector.zero(N);
    DoubleVector c41 = DoubleVector.zero(N);
    DoubleVector c50 = DoubleVector.zero(N);
    DoubleVector c51 = DoubleVector.zero(N);
    for (int k = 0; k < kc; k++) {
      int q = bAt + k * NR;
      DoubleVector b0 = DoubleVector.fromArray(N, b, q);
      DoubleVector b1 = DoubleVector.fromArray(N, b, q + N_LANES);
      int p = aAt + k;
      DoubleVector a0 = DoubleVector.broadcast(N, a[p]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      VarHandle.loadLoadFence();
      DoubleVector a1 = DoubleVector.broadcast(N, a[p + KC]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      VarHandle.loadLoadFence();
      DoubleVector a2 = DoubleVector.broadcast(N, a[p + 2 * KC]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      VarHandle.loadLoadFence();
      DoubleVector a3 = DoubleVector.broadcast(N, a[p + 3 * KC]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      VarHandle.loadLoadFence();
      DoubleVector a4 = DoubleVector.broadcast(N, a[p + 4 * KC]);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      VarHandle.loadLoadFence();
      DoubleVector a5 = DoubleVector.broadcast(N, a[p + 5 * KC]);
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
    }
    c00.intoArray(tile, to);
    c01.intoArray(tile, to + N_LANES);
    c10.intoArray(tile, to + 2 * N_LANES);
    c11.intoArray(tile, to + 3 * N_LANES);
    c20.intoArray(tile, to + 4 * N_LANES);
    c21.intoArray(tile, to + 5 * N_LANES);
    c30.intoArray(tile, to + 6 * N_LANES);
    c31.intoArray(tile, to + 7 * N_LANES);
    c40.intoArray(tile, to + 8 * N_LANES);
    c41.intoArray(tile, to + 9 * N_LANES);
    c50.intoArray(tile, to + 10 * N_LANES);
    c51.intoArray(tile, to + 11 * N_LANES);
  }

  /** 8 of 16 registers accumulate. */
  private static void narrow4(
      int kc, double[] a, int aAt, double[] b, int bAt, double[] tile, int to) {
    DoubleVector c00 = DoubleVector.zero(N);
    DoubleVector c01 = DoubleVector.zero(N);
    DoubleVector c10 = DoubleVector.zero(N);
    DoubleVector c11 = DoubleVector.zero(N);
    DoubleVector c20 = DoubleVector.zero(N);
    DoubleVector c21 = DoubleVector.zero(N);
    DoubleVector c30 = DoubleVector.zero(N);
    DoubleVector c31 = DoubleVector.zero(N);
    for (int k = 0; k < kc; k++) {
      int q = bAt + k * NR;
      DoubleVector b0 = DoubleVector.fromArray(N, b, q);
      DoubleVector b1 = DoubleVector.fromArray(N, b, q + N_LANES);
      int p = aAt + k;
      DoubleVector a0 = DoubleVector.broadcast(N, a[p]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      VarHandle.loadLoadFence();
      DoubleVector a1 = DoubleVector.broadcast(N, a[p + KC]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      VarHandle.loadLoadFence();
      DoubleVector a2 = DoubleVector.broadcast(N, a[p + 2 * KC]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      VarHandle.loadLoadFence();
      DoubleVector a3 = DoubleVector.broadcast(N, a[p + 3 * KC]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
    }
    c00.intoArray(tile, to);
    c01.intoArray(tile, to + N_LANES);
    c10.intoArray(tile, to + 2 * N_LANES);
    c11.intoArray(tile, to + 3 * N_LANES);
    c20.intoArray(tile, to + 4 * N_LANES);
    c21.intoArray(tile, to + 5 * N_LANES);
    c30.intoArray(tile, to + 6 * N_LANES);
    c31.intoArray(tile, to + 7 * N_LANES);
  }

  /** 8 of 16 registers accumulate; the checks of B need some others. */
  private static void narrowDirect4(
      int kc, double[] a, int aAt, MemorySegment b, long bAt, long bRow, double[] tile, int to) {
    DoubleVector c00 = DoubleVector.zero(N);
    DoubleVector c01 = DoubleVector.zero(N);
    DoubleVector c10 = DoubleVector.zero(N);
    DoubleVector c11 = DoubleVector.zero(N);
    DoubleVector c20 = DoubleVector.zero(N);
    DoubleVector c21 = DoubleVector.zero(N);
    DoubleVector c30 = DoubleVector.zero(N);
    DoubleVector c31 = DoubleVector.zero(N);
    long q = bAt;
    for (int k = 0; k < kc; k++) {
      DoubleVector b0 = DoubleVector.fromMemorySegment(N, b, q, ORDER);
      DoubleVector b1 = DoubleVector.fromMemorySegment(N, b, q + N_LANES_BYTES, ORDER);
      q += bRow;
      int p = aAt + k;
      DoubleVector a0 = DoubleVector.broadcast(N, a[p]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      DoubleVector a1 = DoubleVector.broadcast(N, a[p + KC]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      DoubleVector a2 = DoubleVector.broadcast(N, a[p + 2 * KC]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      DoubleVector a3 = DoubleVector.broadcast(N, a[p + 3 * KC]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
    }
    c00.intoArray(tile, to);
    c01.intoArray(tile, to + N_LANES);
    c10.intoArray(tile, to + 2 * N_LANES);
    c11.intoArray(tile, to + 3 * N_LANES);
    c20.intoArray(tile, to + 4 * N_LANES);
    c21.intoArray(tile, to + 5 * N_LANES);
    c30.intoArray(tile, to + 6 * N_LANES);
    c31.intoArray(tile, to + 7 * N_LANES);
  }
}
