package dev.gatun.autograd;

import static dev.gatun.autograd.Rule.wrt;
import static dev.gatun.autograd.Saves.A;
import static dev.gatun.autograd.Saves.B;

import dev.gatun.tensor.Engine;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.Primitive;

/** The gradients of matrix products, convolutions and mean pooling: all linear. */
final class ContractionRules {
  /** For x, the weight and the bias; leading axes of x are one. */
  static final Rule LINEAR =
      Rule.of(
          wrt(B, s -> s.g().matmul(s.b())),
          wrt(A, s -> rows(s.g()).t().matmul(rows(s.a()))),
          wrt(s -> rows(s.g()).sum(0)));

  private ContractionRules() {}

  private static Tensor rows(Tensor t) {
    return t.rank() == 2 ? t : t.reshape(Shape.of(t.numel() / t.size(-1), t.size(-1)));
  }

  /** By whether the left (1) and the right operand (2) are transposed. */
  private static final Rule[] MATMUL = {
    matmul(false, false), matmul(true, false), matmul(false, true), matmul(true, true)
  };

  static Rule matmul(Tensor a, Tensor b) {
    return MATMUL[(isTransposed(a) ? 1 : 0) + (isTransposed(b) ? 2 : 0)];
  }

  /** A transposed operand gets a transposed gradient, so that its owner gets a dense one. */
  private static Rule matmul(boolean aT, boolean bT) {
    return Rule.of(
        wrt(
            B,
            s ->
                aT && s.shape(0).rank() == s.g().rank()
                    ? s.b().matmul(s.g().t()).t()
                    : s.g().matmul(s.b().t())),
        wrt(A, s -> matmulRight(s.g(), s.a(), s.shape(1).rank(), bT)));
  }

  private static boolean isTransposed(Tensor t) {
    int r = t.rank();
    return !t.isContiguous() && t.buf().layout().stride(r - 2) == 1 && t.size(r - 1) > 1;
  }

  private static Tensor matmulRight(Tensor g, Tensor a, int rank, boolean transposed) {
    Tensor rows = a;
    Tensor gradient = g;
    if (rank == 2 && a.rank() > 2) { // one product over all batches
      rows = a.reshape(-1, a.size(-1));
      gradient = g.reshape(-1, g.size(-1));
    }
    return transposed ? gradient.t().matmul(rows).t() : rows.t().matmul(gradient);
  }

  private static Tensor convolve(Primitive.Convolution op, Tensor x, Tensor weight) {
    return Engine.call(op, x, weight);
  }

  static Rule convolution(Primitive.Convolution op) {
    var weightGrad = new Primitive.ConvolutionWeightGrad(op.window(), op.groups());
    return Rule.of(
        wrt(
            B,
            s ->
                Engine.call(
                    new Primitive.ConvolutionInputGrad(
                        op.window(), op.groups(), ShapeGradients.spatial(s.shape(0))),
                    s.g(),
                    s.b())),
        wrt(A, s -> Engine.call(weightGrad, s.a(), s.g())));
  }

  static Rule convolutionInputGrad(Primitive.ConvolutionInputGrad op) {
    var convolution = new Primitive.Convolution(op.window(), op.groups());
    var weightGrad = new Primitive.ConvolutionWeightGrad(op.window(), op.groups());
    return Rule.of(
        wrt(B, s -> convolve(convolution, s.g(), s.b())),
        wrt(A, s -> Engine.call(weightGrad, s.g(), s.a())));
  }

  static Rule convolutionWeightGrad(Primitive.ConvolutionWeightGrad op) {
    var convolution = new Primitive.Convolution(op.window(), op.groups());
    return Rule.of(
        wrt(
            B,
            s ->
                Engine.call(
                    new Primitive.ConvolutionInputGrad(
                        op.window(), op.groups(), ShapeGradients.spatial(s.shape(0))),
                    s.b(),
                    s.g())),
        wrt(A, s -> convolve(convolution, s.a(), s.g())));
  }

  static Rule avgPool(Primitive.AvgPool op) {
    return Rule.of(
        wrt(s ->
            Engine.call(
                new Primitive.AvgPoolGrad(
                    op.window(),
                    op.countPadding(),
                    op.divisor(),
                    op.ceilPad(),
                    ShapeGradients.spatial(s.shape(0))),
                s.g())));
  }

  static Rule avgPoolGrad(Primitive.AvgPoolGrad op) {
    var pool = new Primitive.AvgPool(op.window(), op.countPadding(), op.divisor(), op.ceilPad());
    return Rule.g(g -> Engine.call(pool, g));
  }
}
