package dev.gatun.tensor.cpu.simd;

import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The register tiles of the float32 convolutions. Both read rows of an input that lies in a padded
 * plane, so that the window's element (i, j) is a constant shift away for every output position at
 * once: no matrix of windows is built. Fences keep C2 from hoisting loads into spills, as in {@link
 * Gemm}. Stateless.
 */
final class ConvolutionKernels {
  private static final VectorSpecies<Float> SPECIES = SimdSpecies.floats();
  private static final boolean IS_WIDE = SPECIES.length() == 16;

  private static final VectorSpecies<Float> WIDE = FloatVector.SPECIES_512;
  private static final int WIDE_LANES = 16;
  private static final int WIDE_ROWS = 8;
  private static final int WIDE_VECTORS = 3;

  // With fewer lanes come 16 registers; the species is never the wide one.
  private static final VectorSpecies<Float> NARROW =
      SPECIES.length() == 8 ? FloatVector.SPECIES_256 : FloatVector.SPECIES_128;
  private static final int NARROW_LANES = NARROW.length();
  private static final int NARROW_ROWS = 4;
  private static final int NARROW_VECTORS = 2;

  static final int LANES = SPECIES.length();

  /** Channels of a tile. */
  static final int ROWS = IS_WIDE ? WIDE_ROWS : NARROW_ROWS;

  /** Vectors of positions in a tile of the output; window elements in a tile of the weight. */
  static final int VECTORS = IS_WIDE ? WIDE_VECTORS : NARROW_VECTORS;

  private ConvolutionKernels() {}

  /**
   * One tile of output channels by positions: {@code y[r][v] = sum over k of a[k][r] * x[base +
   * shifts[k] + v]}.
   */
  static void correlate(
      int kc,
      float[] a,
      int aOff,
      float[] x,
      int base,
      int[] shifts,
      float[] y,
      int yOff,
      int pitch) {
    if (IS_WIDE) {
      wideCorrelate(kc, a, aOff, x, base, shifts, y, yOff, pitch);
    } else {
      narrowCorrelate(kc, a, aOff, x, base, shifts, y, yOff, pitch);
    }
  }

  /**
   * Adds to one tile of the weight's gradient: {@code t[r][v] += sum over n, q of g[n][q][r] *
   * x[n][shift v + q]}, each a vector of partial sums.
   *
   * @param gAt where the tile's gradients start: for each image, for each vector of positions,
   *     {@link #ROWS} vectors
   * @param xAt where the inputs of the window elements start; the tile's are from {@code first} on
   */
  static void weight(
      int images,
      int length,
      float[] g,
      int gAt,
      float[] x,
      int xBase,
      int[] xAt,
      int first,
      int xImage,
      float[] t,
      int tAt) {
    if (IS_WIDE) {
      wideWeight(
          images,
          length,
          g,
          gAt,
          x,
          xBase + xAt[first],
          xBase + xAt[first + 1],
          xBase + xAt[first + 2],
          xImage,
          t,
          tAt);
    } else {
      narrowWeight(
          images, length, g, gAt, x, xBase + xAt[first], xBase + xAt[first + 1], xImage, t, tAt);
    }
  }

  private static void wideCorrelate(
      int kc,
      float[] a,
      int aOff,
      float[] x,
      int base,
      int[] shifts,
      float[] y,
      int yOff,
      int pitch) {
    FloatVector c00 = FloatVector.zero(WIDE);
    FloatVector c01 = FloatVector.zero(WIDE);
    FloatVector c02 = FloatVector.zero(WIDE);
    FloatVector c10 = FloatVector.zero(WIDE);
    FloatVector c11 = FloatVector.zero(WIDE);
    FloatVector c12 = FloatVector.zero(WIDE);
    FloatVector c20 = FloatVector.zero(WIDE);
    FloatVector c21 = FloatVector.zero(WIDE);
    FloatVector c22 = FloatVector.zero(WIDE);
    FloatVector c30 = FloatVector.zero(WIDE);
    FloatVector c31 = FloatVector.zero(WIDE);
    FloatVector c32 = FloatVector.zero(WIDE);
    FloatVector c40 = FloatVector.zero(WIDE);
    FloatVector c41 = FloatVector.zero(WIDE);
    FloatVector c42 = FloatVector.zero(WIDE);
    FloatVector c50 = FloatVector.zero(WIDE);
    FloatVector c51 = FloatVector.zero(WIDE);
    FloatVector c52 = FloatVector.zero(WIDE);
    FloatVector c60 = FloatVector.zero(WIDE);
    FloatVector c61 = FloatVector.zero(WIDE);
    FloatVector c62 = FloatVector.zero(WIDE);
    FloatVector c70 = FloatVector.zero(WIDE);
    FloatVector c71 = FloatVector.zero(WIDE);
    FloatVector c72 = FloatVector.zero(WIDE);
    for (int k = 0; k < kc; k++) {
      int q = base + shifts[k];
      FloatVector x0 = FloatVector.fromArray(WIDE, x, q);
      FloatVector x1 = FloatVector.fromArray(WIDE, x, q + WIDE_LANES);
      FloatVector x2 = FloatVector.fromArray(WIDE, x, q + 2 * WIDE_LANES);
      int p = aOff + k * WIDE_ROWS;
      FloatVector a0 = FloatVector.broadcast(WIDE, a[p]);
      c00 = a0.fma(x0, c00);
      c01 = a0.fma(x1, c01);
      c02 = a0.fma(x2, c02);
      VarHandle.loadLoadFence();
      FloatVector a1 = FloatVector.broadcast(WIDE, a[p + 1]);
      c10 = a1.fma(x0, c10);
      c11 = a1.fma(x1, c11);
      c12 = a1.fma(x2, c12);
      VarHandle.loadLoadFence();
      FloatVector a2 = FloatVector.broadcast(WIDE, a[p + 2]);
      c20 = a2.fma(x0, c20);
      c21 = a2.fma(x1, c21);
      c22 = a2.fma(x2, c22);
      VarHandle.loadLoadFence();
      FloatVector a3 = FloatVector.broadcast(WIDE, a[p + 3]);
      c30 = a3.fma(x0, c30);
      c31 = a3.fma(x1, c31);
      c32 = a3.fma(x2, c32);
      VarHandle.loadLoadFence();
      FloatVector a4 = FloatVector.broadcast(WIDE, a[p + 4]);
      c40 = a4.fma(x0, c40);
      c41 = a4.fma(x1, c41);
      c42 = a4.fma(x2, c42);
      VarHandle.loadLoadFence();
      FloatVector a5 = FloatVector.broadcast(WIDE, a[p + 5]);
      c50 = a5.fma(x0, c50);
      c51 = a5.fma(x1, c51);
      c52 = a5.fma(x2, c52);
      VarHandle.loadLoadFence();
      FloatVector a6 = FloatVector.broadcast(WIDE, a[p + 6]);
      c60 = a6.fma(x0, c60);
      c61 = a6.fma(x1, c61);
      c62 = a6.fma(x2, c62);
      VarHandle.loadLoadFence();
      FloatVector a7 = FloatVector.broadcast(WIDE, a[p + 7]);
      c70 = a7.fma(x0, c70);
      c71 = a7.fma(x1, c71);
      c72 = a7.fma(x2, c72);
    }
    c00.intoArray(y, yOff);
    c01.intoArray(y, yOff + WIDE_LANES);
    c02.intoArray(y, yOff + 2 * WIDE_LANES);
    c10.intoArray(y, yOff + pitch);
    c11.intoArray(y, yOff + pitch + WIDE_LANES);
    c12.intoArray(y, yOff + pitch + 2 * WIDE_LANES);
    c20.intoArray(y, yOff + 2 * pitch);
    c21.intoArray(y, yOff + 2 * pitch + WIDE_LANES);
    c22.intoArray(y, yOff + 2 * pitch + 2 * WIDE_LANES);
    c30.intoArray(y, yOff + 3 * pitch);
    c31.intoArray(y, yOff + 3 * pitch + WIDE_LANES);
    c32.intoArray(y, yOff + 3 * pitch + 2 * WIDE_LANES);
    c40.intoArray(y, yOff + 4 * pitch);
    c41.intoArray(y, yOff + 4 * pitch + WIDE_LANES);
    c42.intoArray(y, yOff + 4 * pitch + 2 * WIDE_LANES);
    c50.intoArray(y, yOff + 5 * pitch);
    c51.intoArray(y, yOff + 5 * pitch + WIDE_LANES);
    c52.intoArray(y, yOff + 5 * pitch + 2 * WIDE_LANES);
    c60.intoArray(y, yOff + 6 * pitch);
    c61.intoArray(y, yOff + 6 * pitch + WIDE_LANES);
    c62.intoArray(y, yOff + 6 * pitch + 2 * WIDE_LANES);
    c70.intoArray(y, yOff + 7 * pitch);
    c71.intoArray(y, yOff + 7 * pitch + WIDE_LANES);
    c72.intoArray(y, yOff + 7 * pitch + 2 * WIDE_LANES);
  }

  private static void narrowCorrelate(
      int kc,
      float[] a,
      int aOff,
      float[] x,
      int base,
      int[] shifts,
      float[] y,
      int yOff,
      int pitch) {
    FloatVector c00 = FloatVector.zero(NARROW);
    FloatVector c01 = FloatVector.zero(NARROW);
    FloatVector c10 = FloatVector.zero(NARROW);
    FloatVector c11 = FloatVector.zero(NARROW);
    FloatVector c20 = FloatVector.zero(NARROW);
    FloatVector c21 = FloatVector.zero(NARROW);
    FloatVector c30 = FloatVector.zero(NARROW);
    FloatVector c31 = FloatVector.zero(NARROW);
    for (int k = 0; k < kc; k++) {
      int q = base + shifts[k];
      FloatVector x0 = FloatVector.fromArray(NARROW, x, q);
      FloatVector x1 = FloatVector.fromArray(NARROW, x, q + NARROW_LANES);
      int p = aOff + k * NARROW_ROWS;
      FloatVector a0 = FloatVector.broadcast(NARROW, a[p]);
      c00 = a0.fma(x0, c00);
      c01 = a0.fma(x1, c01);
      VarHandle.loadLoadFence();
      FloatVector a1 = FloatVector.broadcast(NARROW, a[p + 1]);
      c10 = a1.fma(x0, c10);
      c11 = a1.fma(x1, c11);
      VarHandle.loadLoadFence();
      FloatVector a2 = FloatVector.broadcast(NARROW, a[p + 2]);
      c20 = a2.fma(x0, c20);
      c21 = a2.fma(x1, c21);
      VarHandle.loadLoadFence();
      FloatVector a3 = FloatVector.broadcast(NARROW, a[p + 3]);
      c30 = a3.fma(x0, c30);
      c31 = a3.fma(x1, c31);
    }
    c00.intoArray(y, yOff);
    c01.intoArray(y, yOff + NARROW_LANES);
    c10.intoArray(y, yOff + pitch);
    c11.intoArray(y, yOff + pitch + NARROW_LANES);
    c20.intoArray(y, yOff + 2 * pitch);
    c21.intoArray(y, yOff + 2 * pitch + NARROW_LANES);
    c30.intoArray(y, yOff + 3 * pitch);
    c31.intoArray(y, yOff + 3 * pitch + NARROW_LANES);
  }

  private static void wideWeight(
      int images,
      int length,
      float[] g,
      int gAt,
      float[] x,
      int x0At,
      int x1At,
      int x2At,
      int xImage,
      float[] t,
      int tAt) {
    FloatVector c00 = FloatVector.zero(WIDE);
    FloatVector c01 = FloatVector.zero(WIDE);
    FloatVector c02 = FloatVector.zero(WIDE);
    FloatVector c10 = FloatVector.zero(WIDE);
    FloatVector c11 = FloatVector.zero(WIDE);
    FloatVector c12 = FloatVector.zero(WIDE);
    FloatVector c20 = FloatVector.zero(WIDE);
    FloatVector c21 = FloatVector.zero(WIDE);
    FloatVector c22 = FloatVector.zero(WIDE);
    FloatVector c30 = FloatVector.zero(WIDE);
    FloatVector c31 = FloatVector.zero(WIDE);
    FloatVector c32 = FloatVector.zero(WIDE);
    FloatVector c40 = FloatVector.zero(WIDE);
    FloatVector c41 = FloatVector.zero(WIDE);
    FloatVector c42 = FloatVector.zero(WIDE);
    FloatVector c50 = FloatVector.zero(WIDE);
    FloatVector c51 = FloatVector.zero(WIDE);
    FloatVector c52 = FloatVector.zero(WIDE);
    FloatVector c60 = FloatVector.zero(WIDE);
    FloatVector c61 = FloatVector.zero(WIDE);
    FloatVector c62 = FloatVector.zero(WIDE);
    FloatVector c70 = FloatVector.zero(WIDE);
    FloatVector c71 = FloatVector.zero(WIDE);
    FloatVector c72 = FloatVector.zero(WIDE);
    int steps = length / WIDE_LANES;
    for (int n = 0; n < images; n++) {
      int gRow = gAt + n * steps * WIDE_ROWS * WIDE_LANES;
      int row0 = x0At + n * xImage;
      int row1 = x1At + n * xImage;
      int row2 = x2At + n * xImage;
      for (int q = 0; q < steps; q++) {
        FloatVector x0 = FloatVector.fromArray(WIDE, x, row0 + q * WIDE_LANES);
        FloatVector x1 = FloatVector.fromArray(WIDE, x, row1 + q * WIDE_LANES);
        FloatVector x2 = FloatVector.fromArray(WIDE, x, row2 + q * WIDE_LANES);
        int p = gRow + q * (WIDE_ROWS * WIDE_LANES);
        FloatVector g0 = FloatVector.fromArray(WIDE, g, p);
        c00 = g0.fma(x0, c00);
        c01 = g0.fma(x1, c01);
        c02 = g0.fma(x2, c02);
        VarHandle.loadLoadFence();
        FloatVector g1 = FloatVector.fromArray(WIDE, g, p + WIDE_LANES);
        c10 = g1.fma(x0, c10);
        c11 = g1.fma(x1, c11);
        c12 = g1.fma(x2, c12);
        VarHandle.loadLoadFence();
        FloatVector g2 = FloatVector.fromArray(WIDE, g, p + 2 * WIDE_LANES);
        c20 = g2.fma(x0, c20);
        c21 = g2.fma(x1, c21);
        c22 = g2.fma(x2, c22);
        VarHandle.loadLoadFence();
        FloatVector g3 = FloatVector.fromArray(WIDE, g, p + 3 * WIDE_LANES);
        c30 = g3.fma(x0, c30);
        c31 = g3.fma(x1, c31);
        c32 = g3.fma(x2, c32);
        VarHandle.loadLoadFence();
        FloatVector g4 = FloatVector.fromArray(WIDE, g, p + 4 * WIDE_LANES);
        c40 = g4.fma(x0, c40);
        c41 = g4.fma(x1, c41);
        c42 = g4.fma(x2, c42);
        VarHandle.loadLoadFence();
        FloatVector g5 = FloatVector.fromArray(WIDE, g, p + 5 * WIDE_LANES);
        c50 = g5.fma(x0, c50);
        c51 = g5.fma(x1, c51);
        c52 = g5.fma(x2, c52);
        VarHandle.loadLoadFence();
        FloatVector g6 = FloatVector.fromArray(WIDE, g, p + 6 * WIDE_LANES);
        c60 = g6.fma(x0, c60);
        c61 = g6.fma(x1, c61);
        c62 = g6.fma(x2, c62);
        VarHandle.loadLoadFence();
        FloatVector g7 = FloatVector.fromArray(WIDE, g, p + 7 * WIDE_LANES);
        c70 = g7.fma(x0, c70);
        c71 = g7.fma(x1, c71);
        c72 = g7.fma(x2, c72);
      }
    }
    c00.add(FloatVector.fromArray(WIDE, t, tAt)).intoArray(t, tAt);
    c01.add(FloatVector.fromArray(WIDE, t, tAt + WIDE_LANES)).intoArray(t, tAt + WIDE_LANES);
    c02.add(FloatVector.fromArray(WIDE, t, tAt + 2 * WIDE_LANES))
        .intoArray(t, tAt + 2 * WIDE_LANES);
    c10.add(FloatVector.fromArray(WIDE, t, tAt + 3 * WIDE_LANES))
        .intoArray(t, tAt + 3 * WIDE_LANES);
    c11.add(FloatVector.fromArray(WIDE, t, tAt + 4 * WIDE_LANES))
        .intoArray(t, tAt + 4 * WIDE_LANES);
    c12.add(FloatVector.fromArray(WIDE, t, tAt + 5 * WIDE_LANES))
        .intoArray(t, tAt + 5 * WIDE_LANES);
    c20.add(FloatVector.fromArray(WIDE, t, tAt + 6 * WIDE_LANES))
        .intoArray(t, tAt + 6 * WIDE_LANES);
    c21.add(FloatVector.fromArray(WIDE, t, tAt + 7 * WIDE_LANES))
        .intoArray(t, tAt + 7 * WIDE_LANES);
    c22.add(FloatVector.fromArray(WIDE, t, tAt + 8 * WIDE_LANES))
        .intoArray(t, tAt + 8 * WIDE_LANES);
    c30.add(FloatVector.fromArray(WIDE, t, tAt + 9 * WIDE_LANES))
        .intoArray(t, tAt + 9 * WIDE_LANES);
    c31.add(FloatVector.fromArray(WIDE, t, tAt + 10 * WIDE_LANES))
        .intoArray(t, tAt + 10 * WIDE_LANES);
    c32.add(FloatVector.fromArray(WIDE, t, tAt + 11 * WIDE_LANES))
        .intoArray(t, tAt + 11 * WIDE_LANES);
    c40.add(FloatVector.fromArray(WIDE, t, tAt + 12 * WIDE_LANES))
        .intoArray(t, tAt + 12 * WIDE_LANES);
    c41.add(FloatVector.fromArray(WIDE, t, tAt + 13 * WIDE_LANES))
        .intoArray(t, tAt + 13 * WIDE_LANES);
    c42.add(FloatVector.fromArray(WIDE, t, tAt + 14 * WIDE_LANES))
        .intoArray(t, tAt + 14 * WIDE_LANES);
    c50.add(FloatVector.fromArray(WIDE, t, tAt + 15 * WIDE_LANES))
        .intoArray(t, tAt + 15 * WIDE_LANES);
    c51.add(FloatVector.fromArray(WIDE, t, tAt + 16 * WIDE_LANES))
        .intoArray(t, tAt + 16 * WIDE_LANES);
    c52.add(FloatVector.fromArray(WIDE, t, tAt + 17 * WIDE_LANES))
        .intoArray(t, tAt + 17 * WIDE_LANES);
    c60.add(FloatVector.fromArray(WIDE, t, tAt + 18 * WIDE_LANES))
        .intoArray(t, tAt + 18 * WIDE_LANES);
    c61.add(FloatVector.fromArray(WIDE, t, tAt + 19 * WIDE_LANES))
        .intoArray(t, tAt + 19 * WIDE_LANES);
    c62.add(FloatVector.fromArray(WIDE, t, tAt + 20 * WIDE_LANES))
        .intoArray(t, tAt + 20 * WIDE_LANES);
    c70.add(FloatVector.fromArray(WIDE, t, tAt + 21 * WIDE_LANES))
        .intoArray(t, tAt + 21 * WIDE_LANES);
    c71.add(FloatVector.fromArray(WIDE, t, tAt + 22 * WIDE_LANES))
        .intoArray(t, tAt + 22 * WIDE_LANES);
    c72.add(FloatVector.fromArray(WIDE, t, tAt + 23 * WIDE_LANES))
        .intoArray(t, tAt + 23 * WIDE_LANES);
  }

  private static void narrowWeight(
      int images,
      int length,
      float[] g,
      int gAt,
      float[] x,
      int x0At,
      int x1At,
      int xImage,
      float[] t,
      int tAt) {
    FloatVector c00 = FloatVector.zero(NARROW);
    FloatVector c01 = FloatVector.zero(NARROW);
    FloatVector c10 = FloatVector.zero(NARROW);
    FloatVector c11 = FloatVector.zero(NARROW);
    FloatVector c20 = FloatVector.zero(NARROW);
    FloatVector c21 = FloatVector.zero(NARROW);
    FloatVector c30 = FloatVector.zero(NARROW);
    FloatVector c31 = FloatVector.zero(NARROW);
    int steps = length / NARROW_LANES;
    for (int n = 0; n < images; n++) {
      int gRow = gAt + n * steps * NARROW_ROWS * NARROW_LANES;
      int row0 = x0At + n * xImage;
      int row1 = x1At + n * xImage;
      for (int q = 0; q < steps; q++) {
        FloatVector x0 = FloatVector.fromArray(NARROW, x, row0 + q * NARROW_LANES);
        FloatVector x1 = FloatVector.fromArray(NARROW, x, row1 + q * NARROW_LANES);
        int p = gRow + q * (NARROW_ROWS * NARROW_LANES);
        FloatVector g0 = FloatVector.fromArray(NARROW, g, p);
        c00 = g0.fma(x0, c00);
        c01 = g0.fma(x1, c01);
        VarHandle.loadLoadFence();
        FloatVector g1 = FloatVector.fromArray(NARROW, g, p + NARROW_LANES);
        c10 = g1.fma(x0, c10);
        c11 = g1.fma(x1, c11);
        VarHandle.loadLoadFence();
        FloatVector g2 = FloatVector.fromArray(NARROW, g, p + 2 * NARROW_LANES);
        c20 = g2.fma(x0, c20);
        c21 = g2.fma(x1, c21);
        VarHandle.loadLoadFence();
        FloatVector g3 = FloatVector.fromArray(NARROW, g, p + 3 * NARROW_LANES);
        c30 = g3.fma(x0, c30);
        c31 = g3.fma(x1, c31);
      }
    }
    c00.add(FloatVector.fromArray(NARROW, t, tAt)).intoArray(t, tAt);
    c01.add(FloatVector.fromArray(NARROW, t, tAt + NARROW_LANES)).intoArray(t, tAt + NARROW_LANES);
    c10.add(FloatVector.fromArray(NARROW, t, tAt + 2 * NARROW_LANES))
        .intoArray(t, tAt + 2 * NARROW_LANES);
    c11.add(FloatVector.fromArray(NARROW, t, tAt + 3 * NARROW_LANES))
        .intoArray(t, tAt + 3 * NARROW_LANES);
    c20.add(FloatVector.fromArray(NARROW, t, tAt + 4 * NARROW_LANES))
        .intoArray(t, tAt + 4 * NARROW_LANES);
    c21.add(FloatVector.fromArray(NARROW, t, tAt + 5 * NARROW_LANES))
        .intoArray(t, tAt + 5 * NARROW_LANES);
    c30.add(FloatVector.fromArray(NARROW, t, tAt + 6 * NARROW_LANES))
        .intoArray(t, tAt + 6 * NARROW_LANES);
    c31.add(FloatVector.fromArray(NARROW, t, tAt + 7 * NARROW_LANES))
        .intoArray(t, tAt + 7 * NARROW_LANES);
  }
}
