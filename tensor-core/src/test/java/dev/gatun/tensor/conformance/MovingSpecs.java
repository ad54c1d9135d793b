package dev.gatun.tensor.conformance;

import static dev.gatun.tensor.conformance.Input.real;

import dev.gatun.tensor.Shape;
import dev.gatun.tensor.op.Dims;
import dev.gatun.tensor.op.Primitive;
import java.util.List;

/** Ops that move elements. Stateless. */
final class MovingSpecs {
  private MovingSpecs() {}

  static List<OpSpec> all() {
    return List.of(
        OpSpec.of(
                "Contiguous",
                OpSpec.ALL,
                Sample.of(new Primitive.Contiguous(), real(3, 4, 5)),
                Sample.of(new Primitive.Contiguous(), real()),
                Sample.of(new Primitive.Contiguous(), real(2, 0)),
                Sample.of(new Primitive.Contiguous(), real(300, 240)).forSize())
            .onnx("Identity"),
        OpSpec.of(
                "Reshape",
                OpSpec.ALL,
                Sample.of(new Primitive.Reshape(Shape.of(6, 2, 2)), real(2, 3, 4)),
                Sample.of(new Primitive.Reshape(Shape.of(1, 1)), real()),
                Sample.of(new Primitive.Reshape(Shape.of(0, 7)), real(2, 0)))
            .onnx("Reshape"),
        OpSpec.of(
                "Permute",
                OpSpec.ALL,
                Sample.of(new Primitive.Permute(Dims.of(2, 0, 1)), real(2, 3, 4)),
                Sample.of(new Primitive.Permute(Dims.of(new int[0])), real()),
                Sample.of(new Primitive.Permute(Dims.of(1, 0)), real(0, 3)))
            .onnx("Transpose"),
        OpSpec.of(
                "Expand",
                OpSpec.ALL,
                Sample.of(new Primitive.Expand(Shape.of(5, 2, 3)), real(2, 1)),
                Sample.of(new Primitive.Expand(Shape.of(4)), real()),
                Sample.of(new Primitive.Expand(Shape.of(0, 3)), real(1, 3)))
            .onnx("Expand"),
        OpSpec.of(
                "Slice",
                OpSpec.ALL,
                Sample.of(
                    new Primitive.Slice(Dims.of(1, 4), Dims.of(2, 3), Dims.of(3, -2)), real(6, 5)),
                Sample.of(
                    new Primitive.Slice(Dims.of(0, 1), Dims.of(0, 2), Dims.of(1, 1)), real(3, 4)))
            .onnx("Slice"),
        OpSpec.of(
                "Pad",
                OpSpec.ALL,
                Sample.of(new Primitive.Pad(Dims.of(1, 0), Dims.of(2, 3), 1), real(3, 4)),
                Sample.of(new Primitive.Pad(Dims.of(0, 2, 1), Dims.of(1, 0, 0), 0), real(2, 3, 4)),
                Sample.of(new Primitive.Pad(Dims.of(2), Dims.of(1), 0), real(0)),
                Sample.of(new Primitive.Pad(Dims.of(new int[0]), Dims.of(new int[0]), 0), real()))
            .onnx("Pad"),
        OpSpec.of(
                "Concat",
                OpSpec.ALL,
                Sample.of(new Primitive.Concat(0), real(2, 3), real(1, 3), real(4, 3)),
                Sample.of(new Primitive.Concat(1), real(2, 3, 2), real(2, 1, 2), real(2, 0, 2)),
                Sample.of(new Primitive.Concat(0), real(5)),
                Sample.of(new Primitive.Concat(1), real(0, 2), real(0, 3)))
            .onnx("Concat"));
  }
}
