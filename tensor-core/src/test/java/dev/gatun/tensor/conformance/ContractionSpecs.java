package dev.gatun.tensor.conformance;

import static dev.gatun.tensor.conformance.Input.real;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.op.Dims;
import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.op.Window;
import java.util.List;

/** Matrix products and convolutions. Stateless. */
final class ContractionSpecs {
  /** Some dozens of products of magnitude up to 9 in any order. */
  private static final Tolerance SUM = Tolerance.steps(32, 2, 16);

  private static final Window LINE =
      new Window(Dims.of(3), Dims.of(1), Dims.of(1), Dims.of(1), Dims.of(1));
  private static final Window PLANE =
      new Window(Dims.of(3, 3), Dims.of(1, 1), Dims.of(1, 1), Dims.of(1, 1), Dims.of(1, 1));
  private static final Window UNEVEN =
      new Window(Dims.of(2, 3), Dims.of(2, 1), Dims.of(0, 2), Dims.of(1, 1), Dims.of(2, 1));
  private static final Window HALVING =
      new Window(Dims.of(3, 3), Dims.of(2, 2), Dims.of(1, 1), Dims.of(1, 1), Dims.of(1, 1));
  private static final Window SPARSE =
      new Window(Dims.of(3, 2), Dims.of(2, 3), Dims.of(2, 1), Dims.of(1, 3), Dims.of(3, 2));
  private static final Window EVERY_SECOND =
      new Window(Dims.of(1, 1), Dims.of(2, 2), Dims.of(0, 0), Dims.of(0, 0), Dims.of(1, 1));
  private static final Window SPACE =
      new Window(
          Dims.of(2, 1, 3), Dims.of(1, 2, 2), Dims.of(1, 0, 1), Dims.of(0, 0, 1), Dims.of(1, 1, 1));
  private static final Window POINT =
      new Window(Dims.of(1, 1), Dims.of(1, 1), Dims.of(0, 0), Dims.of(0, 0), Dims.of(1, 1));

  // Convolutions take no special values: whether padding meets an infinite weight (0 times infinity
  // is NaN) or is left out depends on the algorithm, in PyTorch as here.

  private ContractionSpecs() {}

  static List<OpSpec> all() {
    return List.of(matmul(), convolution(), inputGrad(), weightGrad());
  }

  private static OpSpec matmul() {
    Primitive.MatMul op = new Primitive.MatMul();
    return OpSpec.of(
            "MatMul",
            OpSpec.NUMBERS,
            Sample.of(op, real(4, 5), real(5, 3)),
            Sample.of(op, real(2, 3, 4), real(4, 5)),
            Sample.of(op, real(2, 1, 3, 4), real(3, 4, 2)),
            Sample.of(op, real(1, 7), real(7, 1)),
            Sample.of(op, real(17, 9), real(9, 33)),
            Sample.of(op, real(1, 40), real(40, 37)),
            Sample.of(op, real(2, 0), real(0, 3)),
            Sample.of(op, real(0, 3), real(3, 2)),
            Sample.of(op, real(131, 67), real(67, 129)).forSize(),
            Sample.of(op, real(2, 5, 3001), real(3001, 7))
                .only(DType.FLOAT16, DType.INT32)
                .withoutGradient(),
            Sample.of(
                    op,
                    Input.real(Shape.of(2, 5, 3001), -0.5, 0.5),
                    Input.real(Shape.of(3001, 7), -0.5, 0.5))
                .forSize())
        .within(SUM)
        .onnx("MatMul");
  }

  private static OpSpec convolution() {
    return OpSpec.of(
            "Convolution",
            OpSpec.NUMBERS,
            Sample.of(new Primitive.Convolution(LINE, 1), real(2, 3, 7), real(4, 3, 3)),
            Sample.of(new Primitive.Convolution(PLANE, 1), real(2, 3, 5, 6), real(4, 3, 3, 3)),
            Sample.of(new Primitive.Convolution(UNEVEN, 2), real(1, 4, 6, 5), real(6, 2, 2, 3)),
            Sample.of(new Primitive.Convolution(PLANE, 3), real(1, 3, 4, 4), real(3, 1, 3, 3)),
            Sample.of(new Primitive.Convolution(POINT, 1), real(2, 3, 4, 4), real(5, 3, 1, 1)),
            Sample.of(
                new Primitive.Convolution(SPACE, 1), real(1, 2, 3, 4, 5), real(3, 2, 2, 1, 3)),
            Sample.of(new Primitive.Convolution(HALVING, 1), real(2, 3, 6, 5), real(4, 3, 3, 3)),
            Sample.of(new Primitive.Convolution(SPARSE, 2), real(1, 4, 15, 14), real(6, 2, 3, 2)),
            Sample.of(
                new Primitive.Convolution(EVERY_SECOND, 1), real(2, 3, 7, 8), real(5, 3, 1, 1)),
            Sample.of(new Primitive.Convolution(PLANE, 1), real(0, 3, 5, 6), real(4, 3, 3, 3)),
            Sample.of(new Primitive.Convolution(HALVING, 1), real(2, 6, 33, 34), real(18, 6, 3, 3))
                .forSize(),
            Sample.of(new Primitive.Convolution(PLANE, 1), real(2, 8, 20, 20), real(16, 8, 3, 3))
                .forSize())
        .special(OpSpec.Special.NONE)
        .within(SUM)
        .onnx("Conv");
  }

  private static OpSpec inputGrad() {
    return OpSpec.of(
            "ConvolutionInputGrad",
            OpSpec.NUMBERS,
            Sample.of(
                new Primitive.ConvolutionInputGrad(LINE, 1, Dims.of(7)),
                real(2, 4, 7),
                real(4, 3, 3)),
            Sample.of(
                new Primitive.ConvolutionInputGrad(PLANE, 1, Dims.of(5, 6)),
                real(2, 4, 5, 6),
                real(4, 3, 3, 3)),
            Sample.of(
                new Primitive.ConvolutionInputGrad(UNEVEN, 2, Dims.of(6, 5)),
                real(1, 6, 3, 6),
                real(6, 2, 2, 3)),
            Sample.of(
                new Primitive.ConvolutionInputGrad(HALVING, 1, Dims.of(6, 5)),
                real(2, 4, 3, 3),
                real(4, 3, 3, 3)),
            Sample.of(
                new Primitive.ConvolutionInputGrad(SPARSE, 2, Dims.of(15, 14)),
                real(1, 6, 6, 6),
                real(6, 2, 3, 2)),
            Sample.of(
                new Primitive.ConvolutionInputGrad(EVERY_SECOND, 1, Dims.of(7, 8)),
                real(2, 5, 4, 4),
                real(5, 3, 1, 1)),
            Sample.of(
                    new Primitive.ConvolutionInputGrad(HALVING, 1, Dims.of(33, 34)),
                    real(2, 18, 17, 17),
                    real(18, 6, 3, 3))
                .forSize(),
            Sample.of(
                new Primitive.ConvolutionInputGrad(SPACE, 1, Dims.of(3, 4, 5)),
                real(1, 3, 3, 2, 3),
                real(3, 2, 2, 1, 3)),
            Sample.of(
                    new Primitive.ConvolutionInputGrad(PLANE, 1, Dims.of(20, 20)),
                    real(2, 16, 20, 20),
                    real(16, 8, 3, 3))
                .forSize())
        .special(OpSpec.Special.NONE)
        .within(SUM)
        .onnx("ConvTranspose");
  }

  private static OpSpec weightGrad() {
    return OpSpec.of(
            "ConvolutionWeightGrad",
            OpSpec.NUMBERS,
            Sample.of(new Primitive.ConvolutionWeightGrad(LINE, 1), real(2, 3, 7), real(2, 4, 7)),
            Sample.of(
                new Primitive.ConvolutionWeightGrad(PLANE, 1), real(2, 3, 5, 6), real(2, 4, 5, 6)),
            Sample.of(
                new Primitive.ConvolutionWeightGrad(UNEVEN, 2), real(1, 4, 6, 5), real(1, 6, 3, 6)),
            Sample.of(
                new Primitive.ConvolutionWeightGrad(HALVING, 1),
                real(2, 3, 6, 5),
                real(2, 4, 3, 3)),
            Sample.of(
                new Primitive.ConvolutionWeightGrad(SPARSE, 2),
                real(1, 4, 15, 14),
                real(1, 6, 6, 6)),
            Sample.of(
                new Primitive.ConvolutionWeightGrad(EVERY_SECOND, 1),
                real(2, 3, 7, 8),
                real(2, 5, 4, 4)),
            Sample.of(
                    new Primitive.ConvolutionWeightGrad(HALVING, 1),
                    real(2, 5, 33, 34),
                    real(2, 18, 17, 17))
                .forSize(),
            Sample.of(
                    new Primitive.ConvolutionWeightGrad(PLANE, 1),
                    real(2, 3, 27, 26),
                    real(2, 37, 27, 26))
                .forSize(),
            Sample.of(
                    new Primitive.ConvolutionWeightGrad(PLANE, 2),
                    real(7, 4, 6, 7),
                    real(7, 66, 6, 7))
                .forSize(),
            Sample.of(
                new Primitive.ConvolutionWeightGrad(SPACE, 1),
                real(1, 2, 3, 4, 5),
                real(1, 3, 3, 2, 3)),
            Sample.of(
                    new Primitive.ConvolutionWeightGrad(PLANE, 1),
                    real(2, 8, 20, 20),
                    real(2, 16, 20, 20))
                .forSize(),
            Sample.of(
                    new Primitive.ConvolutionWeightGrad(PLANE, 1),
                    real(9, 2, 13, 14),
                    real(9, 3, 13, 14))
                .forSize())
        .special(OpSpec.Special.NONE)
        .within(Tolerance.steps(64, 2, 32));
  }
}
