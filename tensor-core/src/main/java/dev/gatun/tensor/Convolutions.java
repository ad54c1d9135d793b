package dev.gatun.tensor;

import dev.gatun.tensor.op.Dims;
import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.op.Window;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions (cross-correlations, as in all deep learning) over inputs [N, C, spatial...] or, for
 * one sample, [C, spatial...]. Weights are [out, in / groups, kernel...], those of transposed
 * convolutions [in, out / groups, kernel...]; a bias is [out] or null. Strides, paddings and
 * dilations are one number for all axes or one for each.
 */
public final class Convolutions {
  private Convolutions() {}

  /** {@link #conv} over [N, C, L], stride 1, no padding. */
  public static Tensor conv1d(Tensor x, Tensor weight, @Nullable Tensor bias) {
    return conv1d(x, weight, bias, 1, 0, 1, 1);
  }

  /** {@link #conv} over [N, C, L]. */
  public static Tensor conv1d(
      Tensor x,
      Tensor weight,
      @Nullable Tensor bias,
      int stride,
      int padding,
      int dilation,
      int groups) {
    weightRank("conv1d", weight, 1);
    return conv(x, weight, bias, of(stride), of(padding), of(dilation), groups);
  }

  /** {@link #conv} over [N, C, H, W], stride 1, no padding. */
  public static Tensor conv2d(Tensor x, Tensor weight, @Nullable Tensor bias) {
    return conv2d(x, weight, bias, 1, 0, 1, 1);
  }

  /** {@link #conv} over [N, C, H, W], equal along both axes. */
  public static Tensor conv2d(
      Tensor x,
      Tensor weight,
      @Nullable Tensor bias,
      int stride,
      int padding,
      int dilation,
      int groups) {
    weightRank("conv2d", weight, 2);
    return conv(x, weight, bias, of(stride), of(padding), of(dilation), groups);
  }

  /** {@link #conv} over [N, C, D, H, W], stride 1, no padding. */
  public static Tensor conv3d(Tensor x, Tensor weight, @Nullable Tensor bias) {
    return conv3d(x, weight, bias, 1, 0, 1, 1);
  }

  /** {@link #conv} over [N, C, D, H, W], equal along all axes. */
  public static Tensor conv3d(
      Tensor x,
      Tensor weight,
      @Nullable Tensor bias,
      int stride,
      int padding,
      int dilation,
      int groups) {
    weightRank("conv3d", weight, 3);
    return conv(x, weight, bias, of(stride), of(padding), of(dilation), groups);
  }

  /**
   * The convolution with {@code padding} zeros on both sides of each axis; as many spatial axes as
   * the weight has.
   *
   * @throws ShapeException when the sizes do not fit
   */
  public static Tensor conv(
      Tensor x,
      Tensor weight,
      @Nullable Tensor bias,
      int[] stride,
      int[] padding,
      int[] dilation,
      int groups) {
    int n = spatialAxes("conv", weight);
    Dims pad = Spatial.perAxis("conv", "padding", n, padding);
    Window window =
        new Window(
            kernel(weight),
            Spatial.perAxis("conv", "stride", n, stride),
            pad,
            pad,
            Spatial.perAxis("conv", "dilation", n, dilation));
    return conv(x, weight, bias, window, groups);
  }

  /**
   * The convolution with stride 1 whose output has the input's size: zeros are added on both sides,
   * the odd one at the end.
   */
  public static Tensor convSame(
      Tensor x, Tensor weight, @Nullable Tensor bias, int[] dilation, int groups) {
    int n = spatialAxes("convSame", weight);
    Dims kernel = kernel(weight);
    Dims dilations = Spatial.perAxis("convSame", "dilation", n, dilation);
    long[] low = new long[n];
    long[] high = new long[n];
    for (int i = 0; i < n; i++) {
      long total = dilations.get(i) * (kernel.get(i) - 1);
      low[i] = total / 2;
      high[i] = total - low[i];
    }
    Window window = new Window(kernel, Dims.repeat(1, n), Dims.of(low), Dims.of(high), dilations);
    return conv(x, weight, bias, window, groups);
  }

  /** The convolution with any window; its kernel must be the weight's. */
  public static Tensor conv(
      Tensor x, Tensor weight, @Nullable Tensor bias, Window window, int groups) {
    if (!window.kernel().equals(kernel(weight))) {
      throw new ShapeException(
          "conv expects a window with the kernel of weight "
              + weight.shape()
              + ", got "
              + window.kernel());
    }
    positive("conv", groups);
    DType common = Promotion.common(x, weight);
    Tensor batch = Spatial.batched("conv", x.to(common), window.rank());
    Tensor y = Engine.call(new Primitive.Convolution(window, groups), batch, weight.to(common));
    return finish(y, x, bias, window.rank());
  }

  /** {@link #convTranspose} over [N, C, L]. */
  public static Tensor convTranspose1d(
      Tensor x,
      Tensor weight,
      @Nullable Tensor bias,
      int stride,
      int padding,
      int outputPadding,
      int groups,
      int dilation) {
    weightRank("convTranspose1d", weight, 1);
    return convTranspose(
        x, weight, bias, of(stride), of(padding), of(outputPadding), groups, of(dilation));
  }

  /** {@link #convTranspose} over [N, C, H, W], equal along both axes. */
  public static Tensor convTranspose2d(
      Tensor x,
      Tensor weight,
      @Nullable Tensor bias,
      int stride,
      int padding,
      int outputPadding,
      int groups,
      int dilation) {
    weightRank("convTranspose2d", weight, 2);
    return convTranspose(
        x, weight, bias, of(stride), of(padding), of(outputPadding), groups, of(dilation));
  }

  /** {@link #convTranspose} over [N, C, D, H, W], equal along all axes. */
  public static Tensor convTranspose3d(
      Tensor x,
      Tensor weight,
      @Nullable Tensor bias,
      int stride,
      int padding,
      int outputPadding,
      int groups,
      int dilation) {
    weightRank("convTranspose3d", weight, 3);
    return convTranspose(
        x, weight, bias, of(stride), of(padding), of(outputPadding), groups, of(dilation));
  }

  /**
   * The transposed convolution: the gradient of a convolution with this weight with respect to its
   * input. An axis of size n becomes {@code (n - 1) * stride - 2 * padding + dilation * (kernel -
   * 1) + 1 + outputPadding}.
   *
   * @throws ShapeException when the sizes do not fit, or an output padding is neither less than the
   *     stride nor less than the dilation
   */
  public static Tensor convTranspose(
      Tensor x,
      Tensor weight,
      @Nullable Tensor bias,
      int[] stride,
      int[] padding,
      int[] outputPadding,
      int groups,
      int[] dilation) {
    String op = "convTranspose";
    int n = spatialAxes(op, weight);
    positive(op, groups);
    Dims strides = Spatial.perAxis(op, "stride", n, stride);
    Dims pad = Spatial.perAxis(op, "padding", n, padding);
    Dims extra = Spatial.perAxis(op, "output padding", n, outputPadding);
    Dims dilations = Spatial.perAxis(op, "dilation", n, dilation);
    Dims kernel = kernel(weight);
    DType common = Promotion.common(x, weight);
    Tensor batch = Spatial.batched(op, x.to(common), n);
    if (batch.size(1) != weight.size(0) || weight.size(0) % groups != 0) {
      throw new ShapeException(
          op
              + " with "
              + groups
              + " groups: input "
              + x.shape()
              + " has "
              + batch.size(1)
              + " channels, weight "
              + weight.shape()
              + " expects "
              + weight.size(0)
              + " (divisible by the groups)");
    }
    long[] high = pad.toArray();
    long[] size = new long[n];
    long[] zeros = new long[n + 2];
    for (int i = 0; i < n; i++) {
      long more = extra.get(i);
      if (more < 0 || more >= Math.max(strides.get(i), dilations.get(i))) {
        throw new ShapeException(
            op
                + " needs an output padding less than stride "
                + strides
                + " or dilation "
                + dilations
                + ", got "
                + extra);
      }
      if (more >= strides.get(i)) {
        // Less padding gives the places that inputs reach; no input reaches the rest.
        long reached = Math.min(more, high[i]);
        high[i] -= reached;
        zeros[i + 2] = more - reached;
        more = 0;
      }
      size[i] =
          (batch.size(i + 2) - 1) * strides.get(i)
              - pad.get(i)
              - high[i]
              + dilations.get(i) * (kernel.get(i) - 1)
              + 1
              + more;
    }
    Window window = new Window(kernel, strides, pad, Dims.of(high), dilations);
    Tensor y =
        Engine.call(
            new Primitive.ConvolutionInputGrad(window, groups, Dims.of(size)),
            batch,
            weight.to(common));
    for (long z : zeros) {
      if (z > 0) {
        y = y.pad(new long[n + 2], zeros, 0);
        break;
      }
    }
    return finish(y, x, bias, n);
  }

  /**
   * The windows of an input as columns (im2col): [N, C, spatial...] becomes [N, C * kernel
   * elements, windows], with {@code padding} zeros on both sides of each axis.
   */
  public static Tensor unfold(Tensor x, int[] kernel, int[] stride, int[] padding, int[] dilation) {
    int n = kernel.length;
    Window window = window("unfold", kernel, stride, padding, dilation);
    Tensor batch = Spatial.batched("unfold", x, n);
    long[] pad = new long[n + 2];
    System.arraycopy(window.padLow().toArray(), 0, pad, 2, n);
    Tensor y = batch.pad(pad, pad, 0);
    long[] split = new long[2 + 2 * n];
    split[0] = batch.size(0);
    split[1] = batch.size(1);
    long windows = 1;
    for (int i = 0; i < n; i++) {
      long out = window.outputSize(i, batch.size(i + 2));
      y = y.indexSelect(i + 2, positions(x, window, i, out));
      split[2 + 2 * i] = window.kernel().get(i);
      split[3 + 2 * i] = out;
      windows *= out;
    }
    int[] order = new int[2 + 2 * n];
    order[1] = 1;
    for (int i = 0; i < n; i++) {
      order[2 + i] = 2 + 2 * i;
      order[2 + n + i] = 3 + 2 * i;
    }
    y = y.reshape(split).permute(order).reshape(batch.size(0), -1, windows);
    return Spatial.likeInput(y, x, n);
  }

  /**
   * The sum of columns at the places {@link #unfold} takes them from (col2im): [N, C * kernel
   * elements, windows] becomes [N, C, outputSize...].
   *
   * @throws ShapeException when the columns are not those of such an output
   */
  public static Tensor fold(
      Tensor x, long[] outputSize, int[] kernel, int[] stride, int[] padding, int[] dilation) {
    int n = kernel.length;
    Window window = window("fold", kernel, stride, padding, dilation);
    Tensor batch = x.rank() == 2 ? x.unsqueeze(0) : x;
    long elements = Shape.of(window.kernel().toArray()).numel();
    long[] out = new long[n];
    long windows = 1;
    for (int i = 0; i < n; i++) {
      out[i] = window.outputSize(i, outputSize[i]);
      windows *= out[i];
    }
    if (batch.rank() != 3 || batch.size(1) % elements != 0 || batch.size(2) != windows) {
      throw new ShapeException(
          "fold to "
              + Shape.of(outputSize)
              + " expects [N, C * "
              + elements
              + ", "
              + windows
              + "], got shape "
              + x.shape());
    }
    long channels = batch.size(1) / elements;
    long[] split = new long[2 + 2 * n];
    long[] merged = new long[2 + n];
    int[] order = new int[2 + 2 * n];
    split[0] = merged[0] = batch.size(0);
    split[1] = merged[1] = channels;
    order[1] = 1;
    for (int i = 0; i < n; i++) {
      split[2 + i] = window.kernel().get(i);
      split[2 + n + i] = out[i];
      merged[2 + i] = window.kernel().get(i) * out[i];
      order[2 + 2 * i] = 2 + i;
      order[3 + 2 * i] = 2 + n + i;
    }
    Tensor y = batch.reshape(split).permute(order).reshape(merged);
    for (int i = n - 1; i >= 0; i--) {
      long pad = window.padLow().get(i);
      Shape padded = y.shape().with(2 + i, outputSize[i] + 2 * pad);
      y =
          Tensor.zeros(padded, y.dtype(), y.device())
              .indexAdd(2 + i, positions(x, window, i, out[i]), y);
      y = pad == 0 ? y : y.narrow(2 + i, pad, outputSize[i]);
    }
    return x.rank() == 2 ? y.squeeze(0) : y;
  }

  /** Where kernel element k of window w lies along an axis of the padded input: [k][w]. */
  private static Tensor positions(Tensor x, Window window, int axis, long windows) {
    int k = window.kernel().getInt(axis);
    int out = Math.toIntExact(windows);
    long[] index = new long[k * out];
    for (int i = 0; i < index.length; i++) {
      index[i] = window.dilation().get(axis) * (i / out) + window.stride().get(axis) * (i % out);
    }
    return Constants.index(x, index);
  }

  private static Window window(
      String op, int[] kernel, int[] stride, int[] padding, int[] dilation) {
    int n = kernel.length;
    Dims pad = Spatial.perAxis(op, "padding", n, padding);
    return new Window(
        Dims.of(kernel),
        Spatial.perAxis(op, "stride", n, stride),
        pad,
        pad,
        Spatial.perAxis(op, "dilation", n, dilation));
  }

  private static Tensor finish(Tensor y, Tensor x, @Nullable Tensor bias, int spatialAxes) {
    Tensor z = y;
    if (bias != null) {
      if (bias.rank() != 1 || bias.size(0) != y.size(1)) {
        throw new ShapeException(
            "A convolution with "
                + y.size(1)
                + " output channels expects a bias of shape ["
                + y.size(1)
                + "], got "
                + bias.shape());
      }
      z = y.add(Spatial.channels(bias, y.rank()));
    }
    return Spatial.likeInput(z, x, spatialAxes);
  }

  private static int[] of(int value) {
    return new int[] {value};
  }

  private static Dims kernel(Tensor weight) {
    return Dims.of(Spatial.sizes(weight));
  }

  private static int spatialAxes(String op, Tensor weight) {
    if (weight.rank() < 3) {
      throw new ShapeException(
          op + " expects a weight [out, in / groups, kernel...], got shape " + weight.shape());
    }
    return weight.rank() - 2;
  }

  private static void weightRank(String op, Tensor weight, int spatialAxes) {
    if (weight.rank() != spatialAxes + 2) {
      throw new ShapeException(
          op + " expects a weight of rank " + (spatialAxes + 2) + ", got shape " + weight.shape());
    }
  }

  private static void positive(String op, int groups) {
    if (groups < 1) {
      throw new ShapeException(op + " needs at least 1 group, got " + groups);
    }
  }
}
