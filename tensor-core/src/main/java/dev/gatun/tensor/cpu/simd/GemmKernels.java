package dev.gatun.tensor.cpu.simd;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The micro-kernels of {@link Gemm}: a tile of C, some rows by two vectors, stays in registers
 * while a panel of A and one of B pass by.
 *
 * <p>What they look like is decided by HotSpot's C2 compiler, and was found by measurement over
 * several JVM runs:
 *
 * <ul>
 *   <li>The panel of A is a {@code float[]} of whole row segments at a constant distance, which a
 *       kernel reaches by constant displacements: such indexes lose their bounds checks.
 *   <li>A packed B is a {@code float[]}, too: indexed by {@code base + k * CONSTANT} it needs no
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
final class GemmKernels {
  /** The species in use; {@code gatun.simd} may force a narrower one. */
  private static final VectorSpecies<Float> SPECIES = SimdSpecies.floats();

  /** Whether the kernels for 32 registers of 512 bits are in use. */
  static final boolean WIDE = SPECIES.length() == 16;

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final VectorSpecies<Float> W = FloatVector.SPECIES_512;
  private static final int W_LANES = 16;
  private static final long W_LANES_BYTES = W_LANES * (long) Float.BYTES;
  private static final VectorSpecies<Float> N = WIDE ? FloatVector.SPECIES_128 : SPECIES;
  private static final int N_LANES = N.length();
  private static final long N_LANES_BYTES = N_LANES * (long) Float.BYTES;

  /** Rows of the tallest kernel. */
  static final int MR = WIDE ? 12 : 6;

  /** Rows of the tallest kernel that reads B where it lies. */
  static final int DIRECT_MR = WIDE ? 12 : 4;

  /** Columns of a tile. */
  static final int NR = 2 * SPECIES.length();

  /** The distance between the rows of a panel of A, and so the longest k. */
  static final int KC = 528;

  private GemmKernels() {}

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
      float[] a,
      int aAt,
      MemorySegment b,
      long bAt,
      long bRow,
      float[] tile,
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
      int height, int kc, float[] a, int aAt, float[] b, int bAt, float[] tile, int to) {
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
  private static void wide12(int kc, float[] a, int aAt, float[] b, int bAt, float[] tile, int to) {
    FloatVector c00 = FloatVector.zero(W);
    FloatVector c01 = FloatVector.zero(W);
    FloatVector c10 = FloatVector.zero(W);
    FloatVector c11 = FloatVector.zero(W);
    FloatVector c20 = FloatVector.zero(W);
    FloatVector c21 = FloatVector.zero(W);
    FloatVector c30 = FloatVector.zero(W);
    FloatVector c31 = FloatVector.zero(W);
    FloatVector c40 = FloatVector.zero(W);
    FloatVector c41 = FloatVector.zero(W);
    FloatVector c50 = FloatVector.zero(W);
    FloatVector c51 = FloatVector.zero(W);
    FloatVector c60 = FloatVector.zero(W);
    FloatVector c61 = FloatVector.zero(W);
    FloatVector c70 = FloatVector.zero(W);
    FloatVector c71 = FloatVector.zero(W);
    FloatVector c80 = FloatVector.zero(W);
    FloatVector c81 = FloatVector.zero(W);
    FloatVector c90 = FloatVector.zero(W);
    FloatVector c91 = FloatVector.zero(W);
    FloatVector ca0 = FloatVector.zero(W);
    FloatVector ca1 = FloatVector.zero(W);
    FloatVector cb0 = FloatVector.zero(W);
    FloatVector cb1 = FloatVector.zero(W);
    for (int k = 0; k < kc; k++) {
      int q = bAt + k * NR;
      FloatVector b0 = FloatVector.fromArray(W, b, q);
      FloatVector b1 = FloatVector.fromArray(W, b, q + W_LANES);
      int p = aAt + k;
      FloatVector a0 = FloatVector.broadcast(W, a[p]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(W, a[p + KC]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = FloatVector.broadcast(W, a[p + 2 * KC]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = FloatVector.broadcast(W, a[p + 3 * KC]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      FloatVector a4 = FloatVector.broadcast(W, a[p + 4 * KC]);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      FloatVector a5 = FloatVector.broadcast(W, a[p + 5 * KC]);
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
      FloatVector a6 = FloatVector.broadcast(W, a[p + 6 * KC]);
      c60 = a6.fma(b0, c60);
      c61 = a6.fma(b1, c61);
      FloatVector a7 = FloatVector.broadcast(W, a[p + 7 * KC]);
      c70 = a7.fma(b0, c70);
      c71 = a7.fma(b1, c71);
      FloatVector a8 = FloatVector.broadcast(W, a[p + 8 * KC]);
      c80 = a8.fma(b0, c80);
      c81 = a8.fma(b1, c81);
      FloatVector a9 = FloatVector.broadcast(W, a[p + 9 * KC]);
      c90 = a9.fma(b0, c90);
      c91 = a9.fma(b1, c91);
      FloatVector aa = FloatVector.broadcast(W, a[p + 10 * KC]);
      ca0 = aa.fma(b0, ca0);
      ca1 = aa.fma(b1, ca1);
      FloatVector ab = FloatVector.broadcast(W, a[p + 11 * KC]);
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
  private static void wide8(int kc, float[] a, int aAt, float[] b, int bAt, float[] tile, int to) {
    FloatVector c00 = FloatVector.zero(W);
    FloatVector c01 = FloatVector.zero(W);
    FloatVector c10 = FloatVector.zero(W);
    FloatVector c11 = FloatVector.zero(W);
    FloatVector c20 = FloatVector.zero(W);
    FloatVector c21 = FloatVector.zero(W);
    FloatVector c30 = FloatVector.zero(W);
    FloatVector c31 = FloatVector.zero(W);
    FloatVector c40 = FloatVector.zero(W);
    FloatVector c41 = FloatVector.zero(W);
    FloatVector c50 = FloatVector.zero(W);
    FloatVector c51 = FloatVector.zero(W);
    FloatVector c60 = FloatVector.zero(W);
    FloatVector c61 = FloatVector.zero(W);
    FloatVector c70 = FloatVector.zero(W);
    FloatVector c71 = FloatVector.zero(W);
    for (int k = 0; k < kc; k++) {
      int q = bAt + k * NR;
      FloatVector b0 = FloatVector.fromArray(W, b, q);
      FloatVector b1 = FloatVector.fromArray(W, b, q + W_LANES);
      int p = aAt + k;
      FloatVector a0 = FloatVector.broadcast(W, a[p]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(W, a[p + KC]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = FloatVector.broadcast(W, a[p + 2 * KC]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = FloatVector.broadcast(W, a[p + 3 * KC]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      FloatVector a4 = FloatVector.broadcast(W, a[p + 4 * KC]);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      FloatVector a5 = FloatVector.broadcast(W, a[p + 5 * KC]);
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
      FloatVector a6 = FloatVector.broadcast(W, a[p + 6 * KC]);
      c60 = a6.fma(b0, c60);
      c61 = a6.fma(b1, c61);
      FloatVector a7 = FloatVector.broadcast(W, a[p + 7 * KC]);
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
  private static void wide4(int kc, float[] a, int aAt, float[] b, int bAt, float[] tile, int to) {
    FloatVector c00 = FloatVector.zero(W);
    FloatVector c01 = FloatVector.zero(W);
    FloatVector c10 = FloatVector.zero(W);
    FloatVector c11 = FloatVector.zero(W);
    FloatVector c20 = FloatVector.zero(W);
    FloatVector c21 = FloatVector.zero(W);
    FloatVector c30 = FloatVector.zero(W);
    FloatVector c31 = FloatVector.zero(W);
    for (int k = 0; k < kc; k++) {
      int q = bAt + k * NR;
      FloatVector b0 = FloatVector.fromArray(W, b, q);
      FloatVector b1 = FloatVector.fromArray(W, b, q + W_LANES);
      int p = aAt + k;
      FloatVector a0 = FloatVector.broadcast(W, a[p]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(W, a[p + KC]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = FloatVector.broadcast(W, a[p + 2 * KC]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = FloatVector.broadcast(W, a[p + 3 * KC]);
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
      int kc, float[] a, int aAt, MemorySegment b, long bAt, long bRow, float[] tile, int to) {
    FloatVector c00 = FloatVector.zero(W);
    FloatVector c01 = FloatVector.zero(W);
    FloatVector c10 = FloatVector.zero(W);
    FloatVector c11 = FloatVector.zero(W);
    FloatVector c20 = FloatVector.zero(W);
    FloatVector c21 = FloatVector.zero(W);
    FloatVector c30 = FloatVector.zero(W);
    FloatVector c31 = FloatVector.zero(W);
    FloatVector c40 = FloatVector.zero(W);
    FloatVector c41 = FloatVector.zero(W);
    FloatVector c50 = FloatVector.zero(W);
    FloatVector c51 = FloatVector.zero(W);
    FloatVector c60 = FloatVector.zero(W);
    FloatVector c61 = FloatVector.zero(W);
    FloatVector c70 = FloatVector.zero(W);
    FloatVector c71 = FloatVector.zero(W);
    FloatVector c80 = FloatVector.zero(W);
    FloatVector c81 = FloatVector.zero(W);
    FloatVector c90 = FloatVector.zero(W);
    FloatVector c91 = FloatVector.zero(W);
    FloatVector ca0 = FloatVector.zero(W);
    FloatVector ca1 = FloatVector.zero(W);
    FloatVector cb0 = FloatVector.zero(W);
    FloatVector cb1 = FloatVector.zero(W);
    long q = bAt;
    for (int k = 0; k < kc; k++) {
      FloatVector b0 = FloatVector.fromMemorySegment(W, b, q, ORDER);
      FloatVector b1 = FloatVector.fromMemorySegment(W, b, q + W_LANES_BYTES, ORDER);
      q += bRow;
      int p = aAt + k;
      FloatVector a0 = FloatVector.broadcast(W, a[p]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(W, a[p + KC]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = FloatVector.broadcast(W, a[p + 2 * KC]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = FloatVector.broadcast(W, a[p + 3 * KC]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      FloatVector a4 = FloatVector.broadcast(W, a[p + 4 * KC]);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      FloatVector a5 = FloatVector.broadcast(W, a[p + 5 * KC]);
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
      FloatVector a6 = FloatVector.broadcast(W, a[p + 6 * KC]);
      c60 = a6.fma(b0, c60);
      c61 = a6.fma(b1, c61);
      FloatVector a7 = FloatVector.broadcast(W, a[p + 7 * KC]);
      c70 = a7.fma(b0, c70);
      c71 = a7.fma(b1, c71);
      FloatVector a8 = FloatVector.broadcast(W, a[p + 8 * KC]);
      c80 = a8.fma(b0, c80);
      c81 = a8.fma(b1, c81);
      FloatVector a9 = FloatVector.broadcast(W, a[p + 9 * KC]);
      c90 = a9.fma(b0, c90);
      c91 = a9.fma(b1, c91);
      FloatVector aa = FloatVector.broadcast(W, a[p + 10 * KC]);
      ca0 = aa.fma(b0, ca0);
      ca1 = aa.fma(b1, ca1);
      FloatVector ab = FloatVector.broadcast(W, a[p + 11 * KC]);
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
      int kc, float[] a, int aAt, MemorySegment b, long bAt, long bRow, float[] tile, int to) {
    FloatVector c00 = FloatVector.zero(W);
    FloatVector c01 = FloatVector.zero(W);
    FloatVector c10 = FloatVector.zero(W);
    FloatVector c11 = FloatVector.zero(W);
    FloatVector c20 = FloatVector.zero(W);
    FloatVector c21 = FloatVector.zero(W);
    FloatVector c30 = FloatVector.zero(W);
    FloatVector c31 = FloatVector.zero(W);
    FloatVector c40 = FloatVector.zero(W);
    FloatVector c41 = FloatVector.zero(W);
    FloatVector c50 = FloatVector.zero(W);
    FloatVector c51 = FloatVector.zero(W);
    FloatVector c60 = FloatVector.zero(W);
    FloatVector c61 = FloatVector.zero(W);
    FloatVector c70 = FloatVector.zero(W);
    FloatVector c71 = FloatVector.zero(W);
    long q = bAt;
    for (int k = 0; k < kc; k++) {
      FloatVector b0 = FloatVector.fromMemorySegment(W, b, q, ORDER);
      FloatVector b1 = FloatVector.fromMemorySegment(W, b, q + W_LANES_BYTES, ORDER);
      q += bRow;
      int p = aAt + k;
      FloatVector a0 = FloatVector.broadcast(W, a[p]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(W, a[p + KC]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = FloatVector.broadcast(W, a[p + 2 * KC]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = FloatVector.broadcast(W, a[p + 3 * KC]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      FloatVector a4 = FloatVector.broadcast(W, a[p + 4 * KC]);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      FloatVector a5 = FloatVector.broadcast(W, a[p + 5 * KC]);
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
      FloatVector a6 = FloatVector.broadcast(W, a[p + 6 * KC]);
      c60 = a6.fma(b0, c60);
      c61 = a6.fma(b1, c61);
      FloatVector a7 = FloatVector.broadcast(W, a[p + 7 * KC]);
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
      int kc, float[] a, int aAt, MemorySegment b, long bAt, long bRow, float[] tile, int to) {
    FloatVector c00 = FloatVector.zero(W);
    FloatVector c01 = FloatVector.zero(W);
    FloatVector c10 = FloatVector.zero(W);
    FloatVector c11 = FloatVector.zero(W);
    FloatVector c20 = FloatVector.zero(W);
    FloatVector c21 = FloatVector.zero(W);
    FloatVector c30 = FloatVector.zero(W);
    FloatVector c31 = FloatVector.zero(W);
    long q = bAt;
    for (int k = 0; k < kc; k++) {
      FloatVector b0 = FloatVector.fromMemorySegment(W, b, q, ORDER);
      FloatVector b1 = FloatVector.fromMemorySegment(W, b, q + W_LANES_BYTES, ORDER);
      q += bRow;
      int p = aAt + k;
      FloatVector a0 = FloatVector.broadcast(W, a[p]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(W, a[p + KC]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = FloatVector.broadcast(W, a[p + 2 * KC]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = FloatVector.broadcast(W, a[p + 3 * KC]);
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
      int kc, float[] a, int aAt, float[] b, int bAt, float[] tile, int to) {
    FloatVector c00 = FloatVector.zero(N);
    FloatVector c01 = FloatVector.zero(N);
    FloatVector c10 = FloatVector.zero(N);
    FloatVector c11 = FloatVector.zero(N);
    FloatVector c20 = FloatVector.zero(N);
    FloatVector c21 = FloatVector.zero(N);
    FloatVector c30 = FloatVector.zero(N);
    FloatVector c31 = FloatVector.zero(N);
    FloatVector c40 = FloatVector.zero(N);
    FloatVector c41 = FloatVector.zero(N);
    FloatVector c50 = FloatVector.zero(N);
    FloatVector c51 = FloatVector.zero(N);
    for (int k = 0; k < kc; k++) {
      int q = bAt + k * NR;
      FloatVector b0 = FloatVector.fromArray(N, b, q);
      FloatVector b1 = FloatVector.fromArray(N, b, q + N_LANES);
      int p = aAt + k;
      FloatVector a0 = FloatVector.broadcast(N, a[p]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      VarHandle.loadLoadFence();
      FloatVector a1 = FloatVector.broadcast(N, a[p + KC]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      VarHandle.loadLoadFence();
      FloatVector a2 = FloatVector.broadcast(N, a[p + 2 * KC]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      VarHandle.loadLoadFence();
      FloatVector a3 = FloatVector.broadcast(N, a[p + 3 * KC]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      VarHandle.loadLoadFence();
      FloatVector a4 = FloatVector.broadcast(N, a[p + 4 * KC]);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      VarHandle.loadLoadFence();
      FloatVector a5 = FloatVector.broadcast(N, a[p + 5 * KC]);
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
      int kc, float[] a, int aAt, float[] b, int bAt, float[] tile, int to) {
    FloatVector c00 = FloatVector.zero(N);
    FloatVector c01 = FloatVector.zero(N);
    FloatVector c10 = FloatVector.zero(N);
    FloatVector c11 = FloatVector.zero(N);
    FloatVector c20 = FloatVector.zero(N);
    FloatVector c21 = FloatVector.zero(N);
    FloatVector c30 = FloatVector.zero(N);
    FloatVector c31 = FloatVector.zero(N);
    for (int k = 0; k < kc; k++) {
      int q = bAt + k * NR;
      FloatVector b0 = FloatVector.fromArray(N, b, q);
      FloatVector b1 = FloatVector.fromArray(N, b, q + N_LANES);
      int p = aAt + k;
      FloatVector a0 = FloatVector.broadcast(N, a[p]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      VarHandle.loadLoadFence();
      FloatVector a1 = FloatVector.broadcast(N, a[p + KC]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      VarHandle.loadLoadFence();
      FloatVector a2 = FloatVector.broadcast(N, a[p + 2 * KC]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      VarHandle.loadLoadFence();
      FloatVector a3 = FloatVector.broadcast(N, a[p + 3 * KC]);
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
      int kc, float[] a, int aAt, MemorySegment b, long bAt, long bRow, float[] tile, int to) {
    FloatVector c00 = FloatVector.zero(N);
    FloatVector c01 = FloatVector.zero(N);
    FloatVector c10 = FloatVector.zero(N);
    FloatVector c11 = FloatVector.zero(N);
    FloatVector c20 = FloatVector.zero(N);
    FloatVector c21 = FloatVector.zero(N);
    FloatVector c30 = FloatVector.zero(N);
    FloatVector c31 = FloatVector.zero(N);
    long q = bAt;
    for (int k = 0; k < kc; k++) {
      FloatVector b0 = FloatVector.fromMemorySegment(N, b, q, ORDER);
      FloatVector b1 = FloatVector.fromMemorySegment(N, b, q + N_LANES_BYTES, ORDER);
      q += bRow;
      int p = aAt + k;
      FloatVector a0 = FloatVector.broadcast(N, a[p]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(N, a[p + KC]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = FloatVector.broadcast(N, a[p + 2 * KC]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = FloatVector.broadcast(N, a[p + 3 * KC]);
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
