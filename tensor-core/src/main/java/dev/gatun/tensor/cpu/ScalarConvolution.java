package dev.gatun.tensor.cpu;

import dev.gatun.tensor.Shape;
import dev.gatun.tensor.op.Dims;
import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.op.Window;
import dev.gatun.tensor.spi.Buf;

/**
 * Convolution and its gradients of the scalar reference: one walk over all products of an input and
 * a weight element, which the three ops read differently. Stateless.
 */
final class ScalarConvolution {
  private ScalarConvolution() {}

  /** Called with the row-major numbers of an input, a weight and an output element that belong. */
  private interface Product {
    void visit(int x, int w, int y);
  }

  static void forward(Primitive.Convolution op, Buf input, Buf weight, Buf out) {
    Shape[] s = {input.shape(), weight.shape(), out.shape()};
    if (out.dtype().isFloat()) {
      double[] a = Dense.doubles(input);
      double[] b = Dense.doubles(weight);
      double[] sums = new double[Math.toIntExact(out.numel())];
      walk(op.window(), op.groups(), s, (x, w, y) -> sums[y] += a[x] * b[w]);
      Dense.store(sums, out);
    } else {
      long[] a = Dense.longs(input);
      long[] b = Dense.longs(weight);
      long[] sums = new long[Math.toIntExact(out.numel())];
      walk(op.window(), op.groups(), s, (x, w, y) -> sums[y] += a[x] * b[w]);
      Dense.store(sums, out);
    }
  }

  static void inputGrad(Primitive.ConvolutionInputGrad op, Buf grad, Buf weight, Buf out) {
    Shape[] s = {out.shape(), weight.shape(), grad.shape()};
    if (out.dtype().isFloat()) {
      double[] a = Dense.doubles(grad);
      double[] b = Dense.doubles(weight);
      double[] sums = new double[Math.toIntExact(out.numel())];
      walk(op.window(), op.groups(), s, (x, w, y) -> sums[x] += a[y] * b[w]);
      Dense.store(sums, out);
    } else {
      long[] a = Dense.longs(grad);
      long[] b = Dense.longs(weight);
      long[] sums = new long[Math.toIntExact(out.numel())];
      walk(op.window(), op.groups(), s, (x, w, y) -> sums[x] += a[y] * b[w]);
      Dense.store(sums, out);
    }
  }

  static void weightGrad(Primitive.ConvolutionWeightGrad op, Buf input, Buf grad, Buf out) {
    Shape[] s = {input.shape(), out.shape(), grad.shape()};
    if (out.dtype().isFloat()) {
      double[] a = Dense.doubles(input);
      double[] b = Dense.doubles(grad);
      double[] sums = new double[Math.toIntExact(out.numel())];
      walk(op.window(), op.groups(), s, (x, w, y) -> sums[w] += a[x] * b[y]);
      Dense.store(sums, out);
    } else {
      long[] a = Dense.longs(input);
      long[] b = Dense.longs(grad);
      long[] sums = new long[Math.toIntExact(out.numel())];
      walk(op.window(), op.groups(), s, (x, w, y) -> sums[w] += a[x] * b[y]);
      Dense.store(sums, out);
    }
  }

  /** The shapes are those of input, weight and output. */
  private static void walk(Window window, int groups, Shape[] shapes, Product product) {
    int images = size(shapes[0], 0);
    int channels = size(shapes[0], 1);
    int outputs = size(shapes[2], 1);
    int perGroup = channels / groups;
    int outputsPerGroup = outputs / groups;
    int[] in = spatial(shapes[0]);
    int[] kernel = three(window.kernel(), 1);
    int[] out = spatial(shapes[2]);
    int[] stride = three(window.stride(), 1);
    int[] pad = three(window.padLow(), 0);
    int[] dilation = three(window.dilation(), 1);
    for (int n = 0; n < images; n++) {
      for (int o = 0; o < outputs; o++) {
        for (int c = 0; c < perGroup; c++) {
          int plane = n * channels + o / outputsPerGroup * perGroup + c;
          int y = (n * outputs + o) * out[0] * out[1] * out[2];
          for (int i = 0; i < out[0]; i++) {
            for (int j = 0; j < out[1]; j++) {
              for (int k = 0; k < out[2]; k++, y++) {
                int w = (o * perGroup + c) * kernel[0] * kernel[1] * kernel[2];
                for (int p = 0; p < kernel[0]; p++) {
                  for (int q = 0; q < kernel[1]; q++) {
                    for (int r = 0; r < kernel[2]; r++, w++) {
                      int a = i * stride[0] - pad[0] + p * dilation[0];
                      int b = j * stride[1] - pad[1] + q * dilation[1];
                      int d = k * stride[2] - pad[2] + r * dilation[2];
                      if (a >= 0 && a < in[0] && b >= 0 && b < in[1] && d >= 0 && d < in[2]) {
                        product.visit(((plane * in[0] + a) * in[1] + b) * in[2] + d, w, y);
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  private static int size(Shape s, int axis) {
    return Math.toIntExact(s.size(axis));
  }

  private static int[] spatial(Shape s) {
    return three(Dims.of(s.slice(2, s.rank()).toArray()), 1);
  }

  /** One to three numbers as three, with neutral ones in front. */
  static int[] three(Dims dims, int neutral) {
    int[] d = {neutral, neutral, neutral};
    for (int i = 0; i < dims.size(); i++) {
      d[3 - dims.size() + i] = dims.getInt(i);
    }
    return d;
  }
}
