package dev.gatun.tensor.conformance;

import static dev.gatun.tensor.conformance.Input.real;

import dev.gatun.tensor.op.BatchNorm;
import dev.gatun.tensor.op.Gelu;
import dev.gatun.tensor.op.LayerNorm;
import dev.gatun.tensor.op.LogSoftmax;
import dev.gatun.tensor.op.Silu;
import dev.gatun.tensor.op.Softmax;
import java.util.List;

/** Composites but for the elementwise {@link dev.gatun.tensor.op.BinaryScalar}. Stateless. */
final class CompositeSpecs {
  private CompositeSpecs() {}

  static List<OpSpec> all() {
    return List.of(
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
                "BatchNorm",
                OpSpec.FLOATS,
                Sample.of(new BatchNorm(1e-5), real(3, 4, 5)),
                Sample.of(new BatchNorm(1e-5), real(2, 3, 4, 5), real(3), real(3)),
                Sample.of(new BatchNorm(0.1), real(6, 5), real(5), real(5)),
                Sample.of(new BatchNorm(1e-5), real(8, 6, 20, 20), real(6), real(6)).forSize())
            .within(Tolerance.steps(64, 4, 8))
            .onnx("BatchNormalization"),
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
