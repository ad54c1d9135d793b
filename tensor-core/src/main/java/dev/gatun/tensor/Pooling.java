package dev.gatun.tensor;

import dev.gatun.tensor.op.Dims;
import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.op.ScatterKind;
import dev.gatun.tensor.op.Window;
import java.util.Arrays;

/**
 * Pooling over inputs [N, C, spatial...] or, for one sample, [C, spatial...]. Sizes are one number
 * for all spatial axes or one for each; an empty stride means the kernel's.
 */
public final class Pooling {
  private Pooling() {}

  /**
   * The greatest elements of the windows.
   *
   * @param values what they are
   * @param indices where they are, as int64 row-major index in the spatial plane
   */
  public record MaxPooled(Tensor values, Tensor indices) {}

  /** The greatest of each window over [N, C, L]. */
  public static Tensor maxPool1d(Tensor x, int kernel, int stride, int padding) {
    return maxPool(x, 1, of(kernel), of(stride), of(padding), of(1), false).values();
  }

  /** The greatest of each window over [N, C, H, W], equal along both axes. */
  public static Tensor maxPool2d(Tensor x, int kernel, int stride, int padding) {
    return maxPool(x, 2, of(kernel), of(stride), of(padding), of(1), false).values();
  }

  /** The greatest of each window over [N, C, D, H, W], equal along all axes. */
  public static Tensor maxPool3d(Tensor x, int kernel, int stride, int padding) {
    return maxPool(x, 3, of(kernel), of(stride), of(padding), of(1), false).values();
  }

  /**
   * The greatest of each window and where it was; padding never wins.
   *
   * @param spatialAxes how many of the last axes the window slides over
   * @param ceilMode also windows that reach over the end, if they start inside
   * @throws ShapeException when the sizes do not fit or the padding is more than half the window
   */
  public static MaxPooled maxPool(
      Tensor x,
      int spatialAxes,
      int[] kernel,
      int[] stride,
      int[] padding,
      int[] dilation,
      boolean ceilMode) {
    Tensor batch = Spatial.batched("maxPool", x, spatialAxes);
    Window w = window("maxPool", batch, spatialAxes, kernel, stride, padding, dilation, ceilMode);
    Tensor[] out = Engine.callAll(new Primitive.MaxPool(w), batch);
    return new MaxPooled(
        Spatial.likeInput(out[0], x, spatialAxes), Spatial.likeInput(out[1], x, spatialAxes));
  }

  /** The mean of each window over [N, C, L]; padding counts as zeros. */
  public static Tensor avgPool1d(Tensor x, int kernel, int stride, int padding) {
    return avgPool(x, 1, of(kernel), of(stride), of(padding), false, true, 0);
  }

  /** The mean of each window over [N, C, H, W], equal along both axes; padding counts as zeros. */
  public static Tensor avgPool2d(Tensor x, int kernel, int stride, int padding) {
    return avgPool(x, 2, of(kernel), of(stride), of(padding), false, true, 0);
  }

  /**
   * The mean of each window over [N, C, D, H, W], equal along all axes; padding counts as zeros.
   */
  public static Tensor avgPool3d(Tensor x, int kernel, int stride, int padding) {
    return avgPool(x, 3, of(kernel), of(stride), of(padding), false, true, 0);
  }

  /**
   * The mean of each window.
   *
   * @param spatialAxes how many of the last axes the window slides over
   * @param ceilMode also windows that reach over the end, if they start inside
   * @param countIncludePad padding counts as zeros; else the mean is over the elements inside
   * @param divisorOverride what sums are divided by; 0 for the number of elements
   * @throws ShapeException when the sizes do not fit or the padding is more than half the window
   */
  public static Tensor avgPool(
      Tensor x,
      int spatialAxes,
      int[] kernel,
      int[] stride,
      int[] padding,
      boolean ceilMode,
      boolean countIncludePad,
      long divisorOverride) {
    if (divisorOverride < 0) {
      throw new ShapeException("avgPool needs a positive divisor, got " + divisorOverride);
    }
    Tensor f = Constants.toFloat(x);
    Tensor batch = Spatial.batched("avgPool", f, spatialAxes);
    Window w = window("avgPool", batch, spatialAxes, kernel, stride, padding, of(1), ceilMode);
    long[] ceilPad = new long[spatialAxes];
    Arrays.setAll(ceilPad, i -> w.padHigh().get(i) - w.padLow().get(i));
    Tensor y =
        Engine.call(
            new Primitive.AvgPool(w, countIncludePad, divisorOverride, Dims.of(ceilPad)), batch);
    return Spatial.likeInput(y, x, spatialAxes);
  }

  /** The p-norm of each window over [N, C, L]: {@code sum(x^p)^(1/p)}. */
  public static Tensor lpPool1d(Tensor x, double p, int kernel, int stride, boolean ceilMode) {
    return lpPool(x, 1, p, of(kernel), of(stride), ceilMode);
  }

  /** The p-norm of each window over [N, C, H, W]: {@code sum(x^p)^(1/p)}. */
  public static Tensor lpPool2d(Tensor x, double p, int kernel, int stride, boolean ceilMode) {
    return lpPool(x, 2, p, of(kernel), of(stride), ceilMode);
  }

  private static Tensor lpPool(
      Tensor x, int spatialAxes, double p, int[] kernel, int[] stride, boolean ceilMode) {
    Dims k = Spatial.perAxis("lpPool", "kernel", spatialAxes, kernel);
    double elements = Shape.of(k.toArray()).numel();
    Tensor mean = avgPool(x.pow(p), spatialAxes, kernel, stride, of(0), ceilMode, true, 0);
    return mean.mul(elements).pow(1 / p);
  }

  /** Means over [N, C, L] such that {@code outputSize} remain. */
  public static Tensor adaptiveAvgPool1d(Tensor x, int outputSize) {
    return adaptiveAvgPool(x, 1, outputSize);
  }

  /** Means over [N, C, H, W] such that {@code outputSize} (one or two numbers) remain. */
  public static Tensor adaptiveAvgPool2d(Tensor x, int... outputSize) {
    return adaptiveAvgPool(x, 2, outputSize);
  }

  /** Means over [N, C, D, H, W] such that {@code outputSize} (one or three numbers) remain. */
  public static Tensor adaptiveAvgPool3d(Tensor x, int... outputSize) {
    return adaptiveAvgPool(x, 3, outputSize);
  }

  /**
   * Means over bins that cover each axis as evenly as they can: bin i of an axis of size n is from
   * {@code floor(i * n / outputSize)} to before {@code ceil((i + 1) * n / outputSize)}.
   */
  public static Tensor adaptiveAvgPool(Tensor x, int spatialAxes, int... outputSize) {
    Tensor batch = Spatial.batched("adaptiveAvgPool", Constants.toFloat(x), spatialAxes);
    int[] out = outputSizes("adaptiveAvgPool", batch, spatialAxes, outputSize);
    if (Arrays.stream(out).allMatch(n -> n == 1)) {
      int[] axes = new int[spatialAxes];
      Arrays.setAll(axes, i -> i + 2);
      return Spatial.likeInput(batch.mean(true, axes), x, spatialAxes);
    }
    int[] kernel = evenBins(batch, out);
    if (kernel.length > 0) {
      return avgPool(x, spatialAxes, kernel, kernel, of(0), false, true, 0);
    }
    Tensor y = batch;
    for (int i = 0; i < spatialAxes; i++) {
      y = binMeans(y, i + 2, out[i]);
    }
    return Spatial.likeInput(y, x, spatialAxes);
  }

  /** The means of bins along one axis: bins are filled up to one size with a zero from behind. */
  private static Tensor binMeans(Tensor x, int axis, int out) {
    long n = x.size(axis);
    int widest = widestBin(n, out);
    long[] index = new long[out * widest];
    double[] scale = new double[out];
    for (int i = 0; i < out; i++) {
      long start = binStart(n, out, i);
      long count = binEnd(n, out, i) - start;
      scale[i] = 1.0 / count;
      for (int k = 0; k < widest; k++) {
        index[i * widest + k] = k < count ? start + k : n;
      }
    }
    long[] none = new long[x.rank()];
    long[] one = new long[x.rank()];
    one[axis] = 1;
    Tensor binned = x.pad(none, one, 0).indexSelect(axis, Constants.index(x, index));
    Shape split = binned.shape().with(axis, out).insert(axis + 1, widest);
    long[] perBin = new long[x.rank() - axis];
    Arrays.fill(perBin, 1);
    perBin[0] = out;
    return binned.reshape(split).sum(axis + 1).mul(Constants.values(x, scale, perBin));
  }

  /** The greatest elements over [N, C, L] such that {@code outputSize} remain. */
  public static MaxPooled adaptiveMaxPool1d(Tensor x, int outputSize) {
    return adaptiveMaxPool(x, 1, outputSize);
  }

  /** The greatest elements over [N, C, H, W] such that {@code outputSize} remain. */
  public static MaxPooled adaptiveMaxPool2d(Tensor x, int... outputSize) {
    return adaptiveMaxPool(x, 2, outputSize);
  }

  /** The greatest elements over [N, C, D, H, W] such that {@code outputSize} remain. */
  public static MaxPooled adaptiveMaxPool3d(Tensor x, int... outputSize) {
    return adaptiveMaxPool(x, 3, outputSize);
  }

  /** The greatest elements, and where they were, of the bins of {@link #adaptiveAvgPool}. */
  public static MaxPooled adaptiveMaxPool(Tensor x, int spatialAxes, int... outputSize) {
    Tensor batch = Spatial.batched("adaptiveMaxPool", x, spatialAxes);
    int[] out = outputSizes("adaptiveMaxPool", batch, spatialAxes, outputSize);
    int[] kernel = evenBins(batch, out);
    if (kernel.length > 0) {
      return maxPool(x, spatialAxes, kernel, kernel, of(0), of(1), false);
    }
    // Table [bin][place] of plane indices; bins are filled up with their first place.
    int bins = Arrays.stream(out).reduce(1, Math::multiplyExact);
    long[] plane = Spatial.sizes(batch);
    int places = 1;
    for (int i = 0; i < spatialAxes; i++) {
      places *= widestBin(plane[i], out[i]);
    }
    long[] table = new long[Math.multiplyExact(bins, places)];
    for (int b = 0; b < bins; b++) {
      for (int p = 0; p < places; p++) {
        table[b * places + p] = planeIndex(plane, out, b, p);
      }
    }
    long n = batch.size(0);
    long c = batch.size(1);
    Tensor flat = batch.reshape(n, c, -1);
    Tensor at = Constants.index(x, table);
    Tensor candidates = flat.detach().indexSelect(2, at).reshape(n, c, bins, places);
    Tensor best = candidates.argmax(true, 3);
    Tensor tables = at.reshape(1, 1, bins, places).expand(Shape.of(n, c, bins, places));
    Tensor index = tables.gather(3, best).reshape(n, c, bins);
    long[] shape = new long[spatialAxes + 2];
    shape[0] = n;
    shape[1] = c;
    for (int i = 0; i < spatialAxes; i++) {
      shape[i + 2] = out[i];
    }
    return new MaxPooled(
        Spatial.likeInput(flat.gather(2, index).reshape(shape), x, spatialAxes),
        Spatial.likeInput(index.reshape(shape), x, spatialAxes));
  }

  private static long planeIndex(long[] plane, int[] out, int bin, int place) {
    long index = 0;
    long scale = 1;
    int b = bin;
    int p = place;
    for (int i = plane.length - 1; i >= 0; i--) {
      int widest = widestBin(plane[i], out[i]);
      long start = binStart(plane[i], out[i], b % out[i]);
      long at = start + p % widest;
      index += scale * (at < binEnd(plane[i], out[i], b % out[i]) ? at : start);
      scale *= plane[i];
      b /= out[i];
      p /= widest;
    }
    return index;
  }

  /** {@link #maxUnpool} to the size that a pooling of such kernel and stride came from. */
  public static Tensor maxUnpool2d(Tensor x, Tensor indices, int kernel, int stride, int padding) {
    long[] size = Spatial.sizes(Spatial.batched("maxUnpool2d", x, 2));
    Arrays.setAll(size, i -> (size[i] - 1) * stride - 2L * padding + kernel);
    return maxUnpool(x, indices, size);
  }

  /**
   * Zeros of spatial sizes {@code outputSize} with the elements of x put where {@link #maxPool} had
   * found them.
   *
   * @throws ShapeException when x and indices differ in shape
   */
  public static Tensor maxUnpool(Tensor x, Tensor indices, long... outputSize) {
    if (!x.shape().equals(indices.shape())) {
      throw new ShapeException(
          "maxUnpool needs values and indices of one shape, got "
              + x.shape()
              + " and "
              + indices.shape());
    }
    int n = outputSize.length;
    Tensor batch = Spatial.batched("maxUnpool", x, n);
    Shape lead = batch.shape().slice(0, 2);
    Shape plane = Shape.of(outputSize);
    Tensor zeros = Tensor.zeros(lead.concat(Shape.of(plane.numel())), x.dtype(), x.device());
    Shape flat = lead.concat(Shape.of(batch.shape().slice(2, n + 2).numel()));
    Tensor y = zeros.scatter(2, indices.reshape(flat), batch.reshape(flat), ScatterKind.SET);
    return Spatial.likeInput(y.reshape(lead.concat(plane)), x, n);
  }

  private static Window window(
      String op,
      Tensor batch,
      int n,
      int[] kernel,
      int[] stride,
      int[] padding,
      int[] dilation,
      boolean ceilMode) {
    Dims k = Spatial.perAxis(op, "kernel", n, kernel);
    Dims s = stride.length == 0 ? k : Spatial.perAxis(op, "stride", n, stride);
    Dims p = Spatial.perAxis(op, "padding", n, padding);
    Dims d = Spatial.perAxis(op, "dilation", n, dilation);
    long[] high = p.toArray();
    Window window = new Window(k, s, p, p, d);
    for (int i = 0; i < n; i++) {
      long extent = d.get(i) * (k.get(i) - 1) + 1;
      if (p.get(i) > extent / 2) {
        throw new ShapeException(
            op
                + " needs a padding of at most half the window, got padding "
                + p
                + " for kernel "
                + k);
      }
      if (ceilMode) {
        long size = batch.size(i + 2);
        long out = Math.ceilDiv(size + 2 * p.get(i) - extent, s.get(i)) + 1;
        if ((out - 1) * s.get(i) >= size + p.get(i)) {
          out--; // the last window must start inside the input or the padding before it
        }
        high[i] = Math.max(high[i], (out - 1) * s.get(i) + extent - size - p.get(i));
      }
    }
    return ceilMode ? new Window(k, s, p, Dims.of(high), d) : window;
  }

  private static int[] outputSizes(String op, Tensor batch, int spatialAxes, int... outputSize) {
    int[] out = Spatial.perAxis(op, "output size", spatialAxes, outputSize).toIntArray();
    for (int i = 0; i < spatialAxes; i++) {
      if (out[i] < 1 || batch.size(i + 2) < 1) {
        throw new ShapeException(
            op
                + " of shape "
                + batch.shape()
                + " needs positive sizes, got output size "
                + Arrays.toString(out));
      }
    }
    return out;
  }

  /** The bins' sizes where the output sizes divide the input's; else none. */
  private static int[] evenBins(Tensor batch, int[] out) {
    int[] kernel = new int[out.length];
    for (int i = 0; i < out.length; i++) {
      long n = batch.size(i + 2);
      if (n % out[i] != 0) {
        return new int[0];
      }
      kernel[i] = Math.toIntExact(n / out[i]);
    }
    return kernel;
  }

  private static long binStart(long n, int out, int bin) {
    return bin * n / out;
  }

  private static long binEnd(long n, int out, int bin) {
    return Math.ceilDiv((bin + 1) * n, (long) out);
  }

  private static int widestBin(long n, int out) {
    int widest = 0;
    for (int i = 0; i < out; i++) {
      widest = Math.max(widest, Math.toIntExact(binEnd(n, out, i) - binStart(n, out, i)));
    }
    return widest;
  }

  private static int[] of(int value) {
    return new int[] {value};
  }
}
