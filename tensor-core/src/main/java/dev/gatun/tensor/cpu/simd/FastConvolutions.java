package dev.gatun.tensor.cpu.simd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Two-dimensional float32 convolutions. The input is copied into planes that have the padding
 * around every row; in such a plane the window's element (i, j) lies a constant shift from the
 * output position, also across the ends of rows, so a convolution is a matrix product whose second
 * operand is read in place. The few positions computed between rows are dropped. With a stride the
 * rows and columns of one remainder have a plane of their own, where neighbours are adjacent again.
 *
 * <p>The weight's gradient is a product as well: rows of shifted inputs times the output's gradient
 * with the filters in the lanes. Stateless.
 */
final class FastConvolutions {
  private static final int ROWS = ConvolutionKernels.ROWS;
  private static final int VECTORS = ConvolutionKernels.VECTORS;
  private static final int LANES = ConvolutionKernels.LANES;
  private static final int TILE = VECTORS * LANES;

  /** Floats of planes that the weight's gradient keeps in the L2 cache at a time. */
  private static final int CHUNK = 1 << 18;

  private static final int MOST_IMAGES = 32;

  /** Floats of gradients that it keeps in the L1 cache at a time, for some tiles in turn. */
  private static final int NEAR = 1 << 13;

  private static final int TILES_IN_BLOCK = 6;

  private static final ThreadLocal<Buffers> LOCAL = ThreadLocal.withInitial(Buffers::new);

  private FastConvolutions() {}

  /** Buffers of one thread, grown on demand and reused. */
  private static final class Buffers {
    private float[] planes = new float[0];
    private float[] output = new float[0];
    private float[] weight = new float[0];
    private float[] line = new float[0];
    private final float[] sums = new float[TILES_IN_BLOCK * ROWS * TILE];

    float[] planes(int n) {
      if (planes.length < n) {
        planes = new float[n];
      }
      return planes;
    }

    float[] output(int n) {
      if (output.length < n) {
        output = new float[n];
      }
      return output;
    }

    /** Zeroed. */
    float[] sums() {
      Arrays.fill(sums, 0f);
      return sums;
    }

    float[] line(int n) {
      if (line.length < n) {
        line = new float[n];
      }
      return line;
    }

    float[] weight(int n) {
      if (weight.length < n) {
        weight = new float[n];
      }
      return weight;
    }
  }

  /**
   * The sizes of one convolution: {@code height x width} planes in {@code channels} (of one group)
   * to {@code outHeight x outWidth} planes in {@code filters} (of one group).
   */
  record Sizes(
      int images,
      int groups,
      int channels,
      int height,
      int width,
      int filters,
      int outHeight,
      int outWidth,
      int kernelHeight,
      int kernelWidth,
      int top,
      int left,
      int dilationHeight,
      int dilationWidth,
      int strideHeight,
      int strideWidth) {

    boolean isStrided() {
      return strideHeight > 1 || strideWidth > 1;
    }

    /** True when the planes hold the whole input. */
    boolean isWhole() {
      return top >= 0
          && left >= 0
          && top + height <= planeHeight()
          && left + width <= pitch()
          && !isStrided();
    }

    /** Elements of a row of a plane. */
    int pitch() {
      int reach = outWidth + (kernelWidth - 1) * dilationWidth / strideWidth;
      return isStrided() ? reach : Math.max(width, reach);
    }

    int planeHeight() {
      return outHeight + (kernelHeight - 1) * dilationHeight / strideHeight;
    }

    /** Elements of the planes of a channel: one for each pair of remainders. */
    int plane() {
      return rowRemainders() * columnRemainders() * planeHeight() * pitch();
    }

    /** Where results go that fill their planes. */
    Places places() {
      return new Places(0, outWidth, 1, (long) outHeight * outWidth);
    }

    /** How many remainders the window's rows have by the stride. */
    int rowRemainders() {
      return remainders(kernelHeight, dilationHeight, strideHeight);
    }

    int columnRemainders() {
      return remainders(kernelWidth, dilationWidth, strideWidth);
    }

    /** Multiples of the dilation repeat their remainders after so many. */
    private static int remainders(int kernel, int dilation, int stride) {
      int period = 1;
      while (period * dilation % stride != 0) {
        period++;
      }
      return Math.min(kernel, period);
    }

    /** Positions from the first output to the last. */
    int positions() {
      return (outHeight - 1) * pitch() + outWidth;
    }

    int window() {
      return kernelHeight * kernelWidth;
    }

    int k() {
      return channels * window();
    }

    /** How far each (channel, i, j) is from the output position, from a plane's start. */
    int[] shifts(int padded) {
      int[] s = new int[padded];
      int n = 0;
      for (int c = 0; c < channels; c++) {
        for (int i = 0; i < kernelHeight; i++) {
          for (int j = 0; j < kernelWidth; j++) {
            int remainder = i % rowRemainders() * columnRemainders() + j % columnRemainders();
            s[n++] =
                c * plane()
                    + remainder * planeHeight() * pitch()
                    + i * dilationHeight / strideHeight * pitch()
                    + j * dilationWidth / strideWidth;
          }
        }
      }
      return s;
    }

    /** True when the buffers of one image can be indexed by ints with room to spare. */
    boolean fits() {
      return (long) channels * plane() < 1 << 28
          && (long) filters * k() < 1 << 28
          && (long) positions() * ROWS < 1 << 28;
    }
  }

  /**
   * Where the results of a convolution go, in elements.
   *
   * @param first of a plane
   * @param row from row to row
   * @param column from column to column
   * @param plane from plane to plane
   */
  record Places(long first, long row, long column, long plane) {}

  /**
   * The convolution of dense inputs.
   *
   * @param w where the weight of (filter, channel, i, j) is: offset and strides in elements, {@code
   *     {offset, filter, channel, i, j, group}}
   */
  static void correlate(
      Sizes s,
      MemorySegment x,
      long xAt,
      MemorySegment weight,
      long[] w,
      MemorySegment y,
      long yAt,
      Places places) {
    int panels = (s.filters + ROWS - 1) / ROWS;
    float[] packed = LOCAL.get().weight(s.groups * panels * ROWS * s.k());
    pack(s, weight, w, packed, panels);
    int[] shifts = s.shifts(s.k());
    // Few images: their channels are divided among the threads, too.
    int parts = s.images >= ThreadPool.size() ? 1 : Math.min(panels, ThreadPool.size());
    int tasks = s.images * s.groups * parts;
    IntTask task =
        t ->
            image(
                s,
                t / parts / s.groups,
                t / parts % s.groups,
                t % parts,
                parts,
                panels,
                packed,
                shifts,
                x,
                xAt,
                y,
                yAt,
                places);
    long work = (long) s.images * s.groups * s.filters * s.k() * s.positions();
    if (work < 1 << 18) {
      for (int t = 0; t < tasks; t++) {
        task.run(t);
      }
    } else {
      ThreadPool.parallelFor(tasks, task);
    }
  }

  /** Weights in the order in which tiles read them: panels of filters, [k][filter] in each. */
  private static void pack(Sizes s, MemorySegment weight, long[] w, float[] packed, int panels) {
    int k = s.k();
    for (int g = 0; g < s.groups; g++) {
      for (int f = 0; f < panels * ROWS; f++) {
        int to = (g * panels + f / ROWS) * ROWS * k + f % ROWS;
        if (f >= s.filters) {
          for (int i = 0; i < k; i++) {
            packed[to + i * ROWS] = 0f;
          }
          continue;
        }
        long filter = w[0] + f * w[1] + g * w[5];
        for (int c = 0; c < s.channels; c++) {
          for (int i = 0; i < s.kernelHeight; i++) {
            long row = filter + c * w[2] + i * w[3];
            for (int j = 0; j < s.kernelWidth; j++) {
              packed[to] = weight.get(ValueLayout.JAVA_FLOAT, (row + j * w[4]) * Float.BYTES);
              to += ROWS;
            }
          }
        }
      }
    }
  }

  private static void image(
      Sizes s,
      int image,
      int group,
      int part,
      int parts,
      int panels,
      float[] packed,
      int[] shifts,
      MemorySegment x,
      long xAt,
      MemorySegment y,
      long yAt,
      Places places) {
    Buffers buffers = LOCAL.get();
    int plane = s.plane();
    float[] planes = buffers.planes(s.channels * plane + TILE + LANES);
    planes(s, x, xAt, image * s.groups + group, planes, 0);
    int positions = s.positions();
    int pitch = (positions + TILE - 1) / TILE * TILE;
    float[] output = buffers.output(ROWS * pitch + LANES);
    long to = yAt + ((long) image * s.groups + group) * s.filters * places.plane;
    boolean dense = places.equals(s.places());
    for (int p = panels * part / parts; p < panels * (part + 1) / parts; p++) {
      int a = (group * panels + p) * ROWS * s.k();
      for (int q = 0; q < positions; q += TILE) {
        ConvolutionKernels.correlate(s.k(), packed, a, planes, q, shifts, output, q, pitch);
      }
      int rows = Math.min(ROWS, s.filters - p * ROWS);
      for (int r = 0; r < rows; r++) {
        long at = to + (p * ROWS + r) * places.plane + places.first;
        if (dense) {
          Planes.gather(output, r * pitch, s.pitch(), y, at * Float.BYTES, s.outHeight, s.outWidth);
        } else {
          Planes.scatter(
              output,
              r * pitch,
              s.pitch(),
              y,
              at,
              places.row,
              places.column,
              s.outHeight,
              s.outWidth);
        }
      }
    }
  }

  /**
   * The gradient with respect to the weight, [groups * filters, channels, kernel], of dense
   * operands.
   */
  static void weightGrad(
      Sizes s, MemorySegment x, long xAt, MemorySegment grad, long gAt, MemorySegment y, long yAt) {
    if (WeightGradients.fits(s)) {
      WeightGradients.run(s, x, xAt, grad, gAt, y, yAt);
      return;
    }
    y.asSlice(yAt * Float.BYTES, (long) s.groups * s.filters * s.k() * Float.BYTES).fill((byte) 0);
    int plane = s.plane();
    int length = (s.positions() + LANES - 1) / LANES * LANES;
    int panels = (s.filters + ROWS - 1) / ROWS;
    int tiles = (s.k() + VECTORS - 1) / VECTORS;
    int blocks = (tiles + TILES_IN_BLOCK - 1) / TILES_IN_BLOCK;
    int[] shifts = s.shifts(tiles * VECTORS);
    int xImage = s.channels * plane;
    int gImage = ROWS * length;
    int chunk = Math.clamp(CHUNK / (xImage + panels * gImage), 1, MOST_IMAGES);
    int inCache = Math.clamp(NEAR / gImage, 1, chunk);
    Buffers buffers = LOCAL.get();
    float[] planes = buffers.planes(chunk * xImage + length + LANES);
    float[] grads = buffers.output(chunk * panels * gImage);
    Arrays.fill(planes, chunk * xImage, chunk * xImage + length + LANES, 0f);
    for (int g = 0; g < s.groups; g++) {
      int group = g;
      for (int n = 0; n < s.images; n += chunk) {
        int first = n;
        int count = Math.min(chunk, s.images - n);
        ThreadPool.parallelFor(
            count,
            i -> {
              int image = (first + i) * s.groups + group;
              planes(s, x, xAt, image, planes, i * xImage);
              grads(s, grad, gAt, image, grads, i * gImage, count * gImage, length);
            });
        ThreadPool.parallelFor(
            panels * blocks,
            t -> {
              float[] sums = LOCAL.get().sums();
              int panel = t / blocks;
              int from = t % blocks * TILES_IN_BLOCK;
              int to = Math.min(tiles, from + TILES_IN_BLOCK);
              for (int i = 0; i < count; i += inCache) {
                int images = Math.min(inCache, count - i);
                int gAtPanel = (panel * count + i) * gImage;
                for (int v = from; v < to; v++) {
                  ConvolutionKernels.weight(
                      images,
                      length,
                      grads,
                      gAtPanel,
                      planes,
                      i * xImage,
                      shifts,
                      v * VECTORS,
                      xImage,
                      sums,
                      (v - from) * ROWS * TILE);
                }
              }
              for (int v = from; v < to; v++) {
                add(s, group, panel, v, sums, (v - from) * ROWS * TILE, y, yAt);
              }
            });
      }
    }
  }

  /** Copies the channels of an image (of one group) into planes. */
  static void planes(Sizes s, MemorySegment x, long xAt, int image, float[] planes, int to) {
    long inPlane = (long) s.height * s.width;
    long from = xAt + (long) image * s.channels * inPlane;
    for (int c = 0; c < s.channels; c++) {
      if (!s.isWhole()) {
        remainders(s, x, (from + c * inPlane) * Float.BYTES, planes, to + c * s.plane());
        continue;
      }
      Planes.spread(
          x,
          (from + c * inPlane) * Float.BYTES,
          s.height,
          s.width,
          planes,
          to + c * s.plane(),
          s.top,
          s.left,
          s.pitch(),
          s.plane());
    }
  }

  /** Copies a channel into one plane for each pair of remainders. */
  private static void remainders(Sizes s, MemorySegment x, long at, float[] planes, int to) {
    int size = s.planeHeight() * s.pitch();
    for (int i = 0; i < s.rowRemainders(); i++) {
      for (int j = 0; j < s.columnRemainders(); j++) {
        Planes.spread(
            x,
            at,
            s.height,
            s.width,
            planes,
            to,
            s.top - i * s.dilationHeight % s.strideHeight,
            s.left - j * s.dilationWidth % s.strideWidth,
            s.strideHeight,
            s.strideWidth,
            s.planeHeight(),
            s.pitch());
        to += size;
      }
    }
  }

  /** Copies the gradient of an image into panels of filters, vectors of positions interleaved. */
  private static void grads(
      Sizes s,
      MemorySegment grad,
      long gAt,
      int image,
      float[] grads,
      int to,
      int panelStep,
      int length) {
    float[] line = LOCAL.get().line(length);
    long outPlane = (long) s.outHeight * s.outWidth;
    long from = gAt + (long) image * s.filters * outPlane;
    int panels = (s.filters + ROWS - 1) / ROWS;
    for (int f = 0; f < panels * ROWS; f++) {
      int rows = f < s.filters ? s.outHeight : 0;
      Planes.spread(
          grad,
          (from + f * outPlane) * Float.BYTES,
          rows,
          s.outWidth,
          line,
          0,
          0,
          0,
          s.pitch(),
          length);
      Planes.interleave(line, length, grads, to + f / ROWS * panelStep + f % ROWS * LANES, ROWS);
    }
  }

  /** Adds the lanes of a tile to the gradient. */
  private static void add(
      Sizes s,
      int group,
      int panel,
      int tile,
      float[] sums,
      int sumsAt,
      MemorySegment y,
      long yAt) {
    int rows = Math.min(ROWS, s.filters - panel * ROWS);
    int columns = Math.min(VECTORS, s.k() - tile * VECTORS);
    for (int r = 0; r < rows; r++) {
      for (int v = 0; v < columns; v++) {
        int at = sumsAt + (r * VECTORS + v) * LANES;
        float a = 0f;
        float b = 0f;
        float c = 0f;
        float d = 0f;
        for (int i = 0; i < LANES; i += 4) {
          a += sums[at + i];
          b += sums[at + i + 1];
          c += sums[at + i + 2];
          d += sums[at + i + 3];
        }
        long filter = (long) group * s.filters + (long) panel * ROWS + r;
        long to = (yAt + filter * s.k() + (long) tile * VECTORS + v) * Float.BYTES;
        y.set(ValueLayout.JAVA_FLOAT, to, y.get(ValueLayout.JAVA_FLOAT, to) + ((a + b) + (c + d)));
      }
    }
  }
}
