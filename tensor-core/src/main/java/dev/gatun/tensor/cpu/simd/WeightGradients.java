package dev.gatun.tensor.cpu.simd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The gradient of the weight of a convolution of enough filters to fill vectors, by the kernels of
 * {@link Gemm}: rows of inputs, each shifted by an element of the window, times the gradient with
 * the filters in the lanes. Each sum runs over the images in order, whatever the threads.
 * Stateless.
 */
final class WeightGradients {
  private static final VectorSpecies<Float> SPECIES = SimdSpecies.floats();
  private static final int LANES = SPECIES.length();

  /** Rows and columns of a tile: window elements by filters. */
  private static final int MR = GemmKernels.MR;

  private static final int NR = GemmKernels.NR;

  /** Floats of planes and gradients that are kept in the L2 cache at a time. */
  private static final int CHUNK = 1 << 18;

  private static final int MOST_IMAGES = 32;
  private static final ThreadLocal<Buffers> LOCAL = ThreadLocal.withInitial(Buffers::new);

  private WeightGradients() {}

  /** Buffers of one thread, grown on demand and reused. */
  private static final class Buffers {
    private float[] planes = new float[0];
    private float[] grads = new float[0];
    private float[] lines = new float[0];
    private float[] sums = new float[0];
    private final float[] panel = new float[MR * GemmKernels.KC];
    private final float[] tile = new float[MR * NR];
    private final float[] lanes = new float[4 * LANES];

    float[] planes(int n) {
      planes = planes.length < n ? new float[n] : planes;
      return planes;
    }

    float[] grads(int n) {
      grads = grads.length < n ? new float[n] : grads;
      return grads;
    }

    float[] lines(int n) {
      lines = lines.length < n ? new float[n] : lines;
      return lines;
    }

    /** Zeroed. */
    float[] sums(int n) {
      sums = sums.length < n ? new float[n] : sums;
      Arrays.fill(sums, 0, n, 0f);
      return sums;
    }
  }

  /** True where this is the faster way, and the buffers can be indexed by ints. */
  static boolean fits(FastConvolutions.Sizes s) {
    long columns = ((long) s.filters() + NR - 1) / NR;
    return 2 * s.filters() > NR
        && columns * NR * ((long) s.positions() + LANES) < 1 << 28
        && columns * NR * ((long) s.k() + MR) < 1 << 28;
  }

  /**
   * The gradient with respect to the weight, [groups * filters, channels, kernel], of dense
   * operands.
   */
  static void run(
      FastConvolutions.Sizes s,
      MemorySegment x,
      long xAt,
      MemorySegment grad,
      long gAt,
      MemorySegment y,
      long yAt) {
    int xImage = s.channels() * s.plane();
    int length = (s.positions() + LANES - 1) / LANES * LANES;
    int columns = (s.filters() + NR - 1) / NR;
    int gImage = columns * NR * length;
    int chunk = Math.clamp(CHUNK / (xImage + gImage), 1, MOST_IMAGES);
    int[] shifts = s.shifts(s.k());
    int panels = (s.k() + MR - 1) / MR;
    Buffers buffers = LOCAL.get();
    float[] planes = buffers.planes(chunk * xImage + length + LANES);
    float[] grads = buffers.grads(chunk * gImage);
    Arrays.fill(planes, chunk * xImage, chunk * xImage + length + LANES, 0f);
    int tasks = Math.min(panels, ThreadPool.size());
    for (int g = 0; g < s.groups(); g++) {
      int group = g;
      float[] sums = buffers.sums(panels * columns * MR * NR);
      for (int n = 0; n < s.images(); n += chunk) {
        int first = n;
        int count = Math.min(chunk, s.images() - n);
        ThreadPool.parallelFor(
            count,
            i -> {
              int image = (first + i) * s.groups() + group;
              FastConvolutions.planes(s, x, xAt, image, planes, i * xImage);
              grads(s, grad, gAt, image, grads, i * length * NR, count * length * NR, length);
            });
        Windows windows = new Windows(s.k(), shifts, planes, xImage, grads, length, count, columns);
        ThreadPool.parallelFor(
            tasks, t -> windows.multiply(panels * t / tasks, panels * (t + 1) / tasks, sums));
      }
      long to = yAt + (long) group * s.filters() * s.k();
      for (int f = 0; f < s.filters(); f++) {
        for (int k = 0; k < s.k(); k++) {
          int tile = (k / MR * columns + f / NR) * MR * NR;
          float v = sums[tile + k % MR * NR + f % NR];
          y.set(ValueLayout.JAVA_FLOAT, (to + (long) f * s.k() + k) * Float.BYTES, v);
        }
      }
    }
  }

  /**
   * Rows of shifted inputs, positions of {@code count} images after one another, times gradients
   * [columns][positions][NR].
   */
  @SuppressWarnings("ArrayRecordComponent") // carries, is never compared
  private record Windows(
      int k,
      int[] shifts,
      float[] planes,
      int xImage,
      float[] grads,
      int length,
      int count,
      int columns) {

    /** Adds the product of some panels of rows to the sums, which are tiles of MR by NR. */
    void multiply(int from, int to, float[] sums) {
      int together = Math.clamp(GemmKernels.KC / length, 1, count);
      int parts = (length + GemmKernels.KC - 1) / GemmKernels.KC;
      int step = (length + parts - 1) / parts;
      for (int i = 0; i < count; i += together) {
        int images = Math.min(together, count - i);
        for (int q = 0; q < length; q += step) {
          for (int p = from; p < to; p++) {
            panel(p, i, images, q, Math.min(step, length - q), sums);
          }
        }
      }
    }

    private void panel(int panel, int image, int images, int at, int n, float[] sums) {
      Buffers buffers = LOCAL.get();
      int rows = Math.min(MR, k - panel * MR);
      for (int r = 0; r < rows; r++) {
        int shift = shifts[panel * MR + r] + at;
        for (int i = 0; i < images; i++) {
          int to = r * GemmKernels.KC + i * n;
          System.arraycopy(planes, (image + i) * xImage + shift, buffers.panel, to, n);
        }
      }
      for (int r = 0; r < rows; ) {
        int height = GemmKernels.height(rows - r);
        for (int c = 0; c < columns; c++) {
          int b = ((c * count + image) * length + at) * NR;
          int a = r * GemmKernels.KC;
          GemmKernels.packed(height, images * n, buffers.panel, a, grads, b, buffers.tile, 0);
          int tile = (panel * columns + c) * MR * NR + r * NR;
          addTo(sums, tile, buffers.tile, Math.min(height, rows - r) * NR);
        }
        r += height;
      }
    }
  }

  private static void addTo(float[] sums, int at, float[] tile, int n) {
    for (int i = 0; i < n; i += LANES) {
      FloatVector.fromArray(SPECIES, sums, at + i)
          .add(FloatVector.fromArray(SPECIES, tile, i))
          .intoArray(sums, at + i);
    }
  }

  /** Copies the gradient of an image into panels [position][filter], {@code panelStep} apart. */
  private static void grads(
      FastConvolutions.Sizes s,
      MemorySegment grad,
      long gAt,
      int image,
      float[] grads,
      int to,
      int panelStep,
      int length) {
    Buffers buffers = LOCAL.get();
    float[] lines = buffers.lines(4 * length);
    long outPlane = (long) s.outHeight() * s.outWidth();
    long from = gAt + (long) image * s.filters() * outPlane;
    for (int f = 0; f < (s.filters() + NR - 1) / NR * NR; f += 4) {
      for (int i = 0; i < 4; i++) {
        Planes.spread(
            grad,
            (from + (f + i) * outPlane) * Float.BYTES,
            f + i < s.filters() ? s.outHeight() : 0,
            s.outWidth(),
            lines,
            i * length,
            0,
            0,
            s.pitch(),
            length);
      }
      Packing.columns(lines, length, grads, to + f / NR * panelStep + f % NR, NR, buffers.lanes);
    }
  }
}
