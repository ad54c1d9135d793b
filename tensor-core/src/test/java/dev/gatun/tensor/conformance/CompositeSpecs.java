package dev.gatun.tensor.conformance;

import static dev.gatun.tensor.conformance.Input.condition;
import static dev.gatun.tensor.conformance.Input.index;
import static dev.gatun.tensor.conformance.Input.real;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.op.ActivationGrad;
import dev.gatun.tensor.op.ActivationKind;
import dev.gatun.tensor.op.BatchNorm;
import dev.gatun.tensor.op.BatchNormGrad;
import dev.gatun.tensor.op.CrossEntropy;
import dev.gatun.tensor.op.CrossEntropyGrad;
import dev.gatun.tensor.op.Dims;
import dev.gatun.tensor.op.Gelu;
import dev.gatun.tensor.op.HardSigmoid;
import dev.gatun.tensor.op.LayerNorm;
import dev.gatun.tensor.op.LayerNormGrad;
import dev.gatun.tensor.op.Linear;
import dev.gatun.tensor.op.LogSoftmax;
import dev.gatun.tensor.op.MatMulInteger;
import dev.gatun.tensor.op.ReluGrad;
import dev.gatun.tensor.op.ScaledDotProductAttention;
import dev.gatun.tensor.op.ScaledDotProductAttentionGrad;
import dev.gatun.tensor.op.Silu;
import dev.gatun.tensor.op.Softmax;
import dev.gatun.tensor.op.SoftmaxGrad;
import dev.gatun.tensor.op.Variance;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;

/** Composites but for the elementwise {@link dev.gatun.tensor.op.BinaryScalar}. Stateless. */
final class CompositeSpecs {
  private CompositeSpecs() {}

  private static ScaledDotProductAttention attention(boolean causal) {
    return new ScaledDotProductAttention(causal, 0.5);
  }

  private static Input bytes(long... shape) {
    return Input.real(Shape.of(shape), -128, 127);
  }

  /** Of a size that keeps the weights around 1. */
  private static Input logarithms(Shape shape) {
    return Input.real(shape, 1, 4);
  }

  private static Sample gradient(
      boolean causal, double scale, Shape lead, int queries, int keys, int width, int values) {
    return Sample.of(
        new ScaledDotProductAttentionGrad(causal, scale),
        matrices(lead, queries, values),
        matrices(lead, queries, values),
        logarithms(lead.concat(Shape.of(queries))),
        matrices(lead, queries, width),
        matrices(lead, keys, width),
        matrices(lead, keys, values));
  }

  private static Input matrices(Shape lead, int rows, int columns) {
    return Input.real(lead.concat(Shape.of(rows, columns)), -1, 1);
  }

  private static Stream<OpSpec> activationGrads() {
    return Arrays.stream(ActivationKind.values())
        .map(k -> {
          ActivationGrad op = new ActivationGrad(k);
          Input v = real(Shape.of(5, 7), -4, 4).kinks(0);
          return OpSpec.of(
                  "ActivationGrad " + k,
                  OpSpec.FLOATS,
                  Sample.of(op, real(5, 7), v),
                  Sample.of(op, real(), real()),
                  Sample.of(op, real(0, 3), real(0, 3)),
                  Sample.of(op, real(70_001), real(70_001)).forSize())
              .within(Tolerance.steps(32, 4, 1))
              .special(OpSpec.Special.NONE);
        });
  }

  static List<OpSpec> all() {
    return Stream.concat(composites().stream(), activationGrads()).toList();
  }

  private static List<OpSpec> composites() {
    return List.of(
        OpSpec.of(
                "Variance",
                OpSpec.FLOATS,
                Sample.of(new Variance(Dims.of(1), 1, false), real(3, 19)),
                Sample.of(new Variance(Dims.of(0), 0, true), real(4, 7)),
                Sample.of(new Variance(Dims.of(0, 2), 1, false), real(3, 4, 5)),
                Sample.of(new Variance(Dims.of(0, 1), 1.5, false), real(3, 4)),
                Sample.of(new Variance(Dims.of(1), 0, false), real(0, 3)),
                Sample.of(new Variance(Dims.of(1), 1, false), real(3, 1)).withoutGradient(),
                Sample.of(new Variance(Dims.of(1), 1, false), real(2, 0)).withoutGradient(),
                Sample.of(new Variance(Dims.of(new int[0]), 0, false), real()),
                Sample.of(new Variance(Dims.of(1), 1, false), real(40, 3000)).forSize(),
                Sample.of(new Variance(Dims.of(0), 1, false), real(150_001)).forSize())
            .within(Tolerance.steps(64, 8, 1)),
        OpSpec.of(
                "Softmax",
                OpSpec.FLOATS,
                Sample.of(new Softmax(1), real(3, 5)),
                Sample.of(new Softmax(0), real(4, 19)),
                Sample.of(new Softmax(1), real(2, 6, 3)),
                Sample.of(new Softmax(0), real(1)),
                Sample.of(new Softmax(1), real(0, 3)),
                Sample.of(new Softmax(1), real(64, 1000)).forSize())
            .within(Tolerance.steps(32, 4, 0))
            .onnx("Softmax"),
        OpSpec.of(
                "LogSoftmax",
                OpSpec.FLOATS,
                Sample.of(new LogSoftmax(1), real(3, 5)),
                Sample.of(new LogSoftmax(0), real(4, 19)),
                Sample.of(new LogSoftmax(1), real(2, 6, 3)),
                Sample.of(new LogSoftmax(1), real(0, 3)),
                Sample.of(new LogSoftmax(1), real(64, 1000)).forSize())
            .within(Tolerance.steps(32, 4, 4))
            .onnx("LogSoftmax"),
        OpSpec.of(
                "SoftmaxGrad",
                OpSpec.FLOATS,
                Sample.of(new SoftmaxGrad(1, false), real(3, 5), real(3, 5)),
                Sample.of(new SoftmaxGrad(0, false), real(4, 19), real(4, 19)),
                Sample.of(new SoftmaxGrad(1, true), real(2, 6, 3), real(2, 6, 3)),
                Sample.of(new SoftmaxGrad(-1, true), real(4, 19), real(4, 19)),
                Sample.of(new SoftmaxGrad(1, true), real(0, 3), real(0, 3)),
                Sample.of(new SoftmaxGrad(1, false), real(64, 1000), real(64, 1000)).forSize(),
                Sample.of(new SoftmaxGrad(1, true), real(64, 1000), real(64, 1000)).forSize(),
                Sample.of(new SoftmaxGrad(1, false), real(3, 2049), real(3, 2049)).forSize())
            .within(Tolerance.steps(64, 4, 64)),
        OpSpec.of(
                "LayerNorm",
                OpSpec.FLOATS,
                Sample.of(new LayerNorm(1, 1e-5), real(3, 8)),
                Sample.of(new LayerNorm(1, 1e-5), real(3, 8), real(8), real(8)),
                Sample.of(new LayerNorm(2, 1e-3), real(2, 3, 5), real(3, 5), real(3, 5)),
                Sample.of(new LayerNorm(1, 1e-5), real(0, 8), real(8), real(8)),
                Sample.of(new LayerNorm(1, 1e-5), real(64, 1000), real(1000), real(1000)).forSize())
            .within(Tolerance.steps(64, 4, 8))
            .onnx("LayerNormalization"),
        OpSpec.of(
                "LayerNormGrad",
                OpSpec.FLOATS,
                Sample.of(new LayerNormGrad(1, 1e-5), real(3, 8), real(3, 8)),
                Sample.of(new LayerNormGrad(1, 0.1), real(3, 19), real(3, 19), real(19)),
                Sample.of(new LayerNormGrad(2, 1e-3), real(2, 3, 5), real(2, 3, 5), real(3, 5)),
                Sample.of(new LayerNormGrad(1, 1e-5), real(0, 8), real(0, 8), real(8)),
                Sample.of(new LayerNormGrad(1, 1e-5), real(130, 1000), real(130, 1000), real(1000))
                    .forSize(),
                Sample.of(new LayerNormGrad(1, 1e-5), real(3, 9001), real(3, 9001)).forSize())
            .within(Tolerance.steps(64, 4, 64)),
        OpSpec.of(
                "BatchNorm",
                OpSpec.FLOATS,
                Sample.of(new BatchNorm(1e-5), real(3, 4, 5)),
                Sample.of(new BatchNorm(1e-5), real(2, 3, 4, 5), real(3), real(3)),
                Sample.of(new BatchNorm(0.1), real(6, 5), real(5), real(5)),
                Sample.of(new BatchNorm(1e-5), real(8, 6, 20, 20), real(6), real(6)).forSize(),
                Sample.of(new BatchNorm(1e-5), real(700, 40), real(40), real(40)).forSize())
            .within(Tolerance.steps(64, 4, 8))
            .onnx("BatchNormalization"),
        OpSpec.of(
                "BatchNormGrad",
                OpSpec.FLOATS,
                Sample.of(
                    new BatchNormGrad(1e-5),
                    real(3, 4, 5),
                    real(3, 4, 5),
                    real(4),
                    real(Shape.of(4), 0.5, 2).smooth(0.5, 2)),
                Sample.of(
                    new BatchNormGrad(0.1),
                    real(6, 5),
                    real(6, 5),
                    real(5),
                    real(Shape.of(5), 0.5, 2).smooth(0.5, 2),
                    real(5)),
                Sample.of(
                        new BatchNormGrad(1e-5),
                        real(8, 6, 20, 20),
                        real(8, 6, 20, 20),
                        real(6),
                        real(Shape.of(6), 0.5, 2),
                        real(6))
                    .forSize(),
                Sample.of(
                        new BatchNormGrad(1e-5),
                        real(700, 40),
                        real(700, 40),
                        real(40),
                        real(Shape.of(40), 0.5, 2))
                    .forSize())
            .within(Tolerance.steps(64, 4, 64)),
        OpSpec.of(
                "CrossEntropy",
                OpSpec.FLOATS,
                Sample.of(new CrossEntropy(), real(4, 5), index(5, 4)),
                Sample.of(new CrossEntropy(), real(1, 1), index(1, 1)),
                Sample.of(new CrossEntropy(), real(0, 3), index(3, 0)),
                Sample.of(new CrossEntropy(), real(64, 1000), index(1000, 64)).forSize(),
                Sample.of(new CrossEntropy(), real(5, 3001), index(3001, 5)).forSize())
            .within(Tolerance.steps(32, 4, 4))
            .onnx("SoftmaxCrossEntropyLoss"),
        OpSpec.of(
                "CrossEntropyGrad",
                OpSpec.FLOATS,
                Sample.of(new CrossEntropyGrad(), real(4), real(4, 5), index(5, 4)),
                Sample.of(new CrossEntropyGrad(), real(3), real(3, 19), index(19, 3)),
                Sample.of(new CrossEntropyGrad(), real(1), real(1, 1), index(1, 1)),
                Sample.of(new CrossEntropyGrad(), real(0), real(0, 3), index(3, 0)),
                Sample.of(new CrossEntropyGrad(), real(64), real(64, 1000), index(1000, 64))
                    .forSize(),
                Sample.of(new CrossEntropyGrad(), real(5), real(5, 3001), index(3001, 5)).forSize())
            .within(Tolerance.steps(32, 4, 4)),
        OpSpec.of(
                "ScaledDotProductAttention",
                OpSpec.FLOATS,
                Sample.of(attention(false), real(2, 3, 4), real(2, 5, 4), real(2, 5, 6)),
                Sample.of(attention(true), real(2, 3, 5, 4), real(2, 3, 5, 4), real(2, 3, 5, 4)),
                Sample.of(attention(true), real(2, 3, 3, 4), real(2, 1, 3, 4), real(3, 4)),
                Sample.of(attention(false), real(3, 4), real(5, 4), real(5, 2), real(3, 5)),
                Sample.of(
                        attention(false),
                        real(2, 2, 3, 4),
                        real(2, 5, 4),
                        real(2, 5, 2),
                        condition(2, 1, 1, 5))
                    .withoutGradient(),
                Sample.of(attention(false), real(2, 0, 4), real(2, 5, 4), real(2, 5, 2)),
                Sample.of(attention(true), real(2, 65, 32), real(2, 65, 32), real(2, 65, 32))
                    .forSize(),
                Sample.of(attention(true), real(1100, 4), real(400, 4), real(400, 3)).forSize(),
                Sample.of(
                        new ScaledDotProductAttention(false, 0.05),
                        real(5, 400),
                        real(200, 400),
                        real(200, 390))
                    .forSize())
            .special(OpSpec.Special.NONE) // as convolution: 0 times a forbidden infinity
            .within(Tolerance.steps(128, 16, 8))
            .onnx("Attention"),
        OpSpec.of(
                "MatMulInteger",
                EnumSet.of(DType.INT8, DType.UINT8),
                Sample.of(new MatMulInteger(), bytes(4, 5), bytes(5, 3)),
                Sample.of(new MatMulInteger(), bytes(2, 1, 3, 4), bytes(3, 4, 2)),
                Sample.of(new MatMulInteger(), bytes(1, 7), bytes(7, 1)),
                Sample.of(new MatMulInteger(), bytes(2, 0), bytes(0, 3)),
                Sample.of(new MatMulInteger(), bytes(3, 2100), bytes(2100, 17)))
            .withoutGradient()
            .special(OpSpec.Special.FEW)
            .onnx("MatMulInteger"),
        OpSpec.of(
                "ScaledDotProductAttentionGrad",
                OpSpec.FLOATS,
                gradient(false, 0.5, Shape.of(2), 3, 5, 4, 6),
                gradient(true, 0.5, Shape.of(2, 3), 5, 5, 4, 4),
                gradient(true, 0.5, Shape.of(), 5, 3, 4, 2),
                Sample.of(
                    new ScaledDotProductAttentionGrad(false, 0.5),
                    real(2, 3, 2),
                    real(2, 3, 2),
                    logarithms(Shape.of(2, 3)),
                    real(3, 4),
                    real(2, 5, 4),
                    real(2, 5, 2),
                    condition(5)),
                Sample.of(
                    new ScaledDotProductAttentionGrad(true, 0.5),
                    real(2, 3, 2),
                    real(2, 3, 2),
                    logarithms(Shape.of(2, 3)),
                    real(2, 3, 4),
                    real(2, 5, 4),
                    real(5, 2),
                    real(2, 3, 5)),
                gradient(true, 0.3, Shape.of(2), 65, 65, 32, 32).forSize(),
                gradient(false, 0.3, Shape.of(2), 40, 37, 72, 100).forSize(),
                gradient(true, 0.5, Shape.of(), 1100, 400, 4, 3).forSize(),
                gradient(false, 0.05, Shape.of(), 205, 210, 400, 390).forSize())
            .special(OpSpec.Special.NONE)
            .within(Tolerance.steps(256, 32, 64)),
        OpSpec.of(
                "HardSigmoid",
                OpSpec.FLOATS,
                Sample.of(new HardSigmoid(), real(Shape.of(5, 7), -5, 5).kinks(3)),
                Sample.of(new HardSigmoid(), real()),
                Sample.of(new HardSigmoid(), real(0, 3)))
            .within(Tolerance.steps(4, 2, 1))
            .onnx("HardSigmoid"),
        OpSpec.of(
                "ReluGrad",
                OpSpec.FLOATS,
                Sample.of(
                    new ReluGrad(),
                    real(5, 7),
                    real(Shape.of(5, 7), -2, 2).kinks(Double.POSITIVE_INFINITY)),
                Sample.of(new ReluGrad(), real(), real()),
                Sample.of(new ReluGrad(), real(0, 3), real(0, 3)),
                Sample.of(new ReluGrad(), real(70_001), real(70_001)).forSize())
            .special(OpSpec.Special.ALL),
        OpSpec.of(
                "Linear",
                OpSpec.FLOATS,
                Sample.of(new Linear(), real(4, 5), real(3, 5), real(3)),
                Sample.of(new Linear(), real(2, 3, 4), real(5, 4), real(5)),
                Sample.of(new Linear(), real(2, 3, 4), real(5, 4)),
                Sample.of(new Linear(), real(1, 7), real(1, 7), real(1)),
                Sample.of(new Linear(), real(2, 0), real(3, 0), real(3)),
                Sample.of(new Linear(), real(0, 3), real(2, 3), real(2)),
                Sample.of(new Linear(), real(131, 67), real(129, 67), real(129)).forSize())
            .within(Tolerance.steps(128, 16, 4))
            .onnx("Gemm"),
        OpSpec.of(
                "Gelu",
                OpSpec.FLOATS,
                Sample.of(new Gelu(false), real(5, 7)),
                Sample.of(new Gelu(true), real(5, 7)),
                Sample.of(new Gelu(false), real()),
                Sample.of(new Gelu(true), real(0, 3)),
                Sample.of(new Gelu(false), real(70_001)).forSize())
            .within(Tolerance.steps(32, 4, 1))
            .onnx("Gelu"),
        OpSpec.of(
                "Silu",
                OpSpec.FLOATS,
                Sample.of(new Silu(), real(5, 7)),
                Sample.of(new Silu(), real()),
                Sample.of(new Silu(), real(0, 3)),
                Sample.of(new Silu(), real(70_001)).forSize())
            .within(Tolerance.steps(32, 4, 0))
            .onnx("Swish"));
  }
}
