package dev.gatun.tensor.conformance;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.op.Distribution;
import dev.gatun.tensor.op.Primitive;
import java.util.EnumSet;
import java.util.List;

/** Ops without operands. Stateless. */
final class CreationSpecs {
  private CreationSpecs() {}

  static List<OpSpec> all() {
    return List.of(
        OpSpec.of(
                "Full",
                OpSpec.ALL,
                Sample.of(t -> new Primitive.Full(Shape.of(3, 5), t, 2.5)),
                Sample.of(t -> new Primitive.Full(Shape.scalar(), t, -3L)),
                Sample.of(t -> new Primitive.Full(Shape.of(0, 2), t, 1L)),
                Sample.of(t -> new Primitive.Full(Shape.of(9), t, Long.MIN_VALUE + 1)),
                Sample.of(t -> new Primitive.Full(Shape.of(4), t, Double.NaN)),
                Sample.of(t -> new Primitive.Full(Shape.of(70_001), t, 0.1)).forSize())
            .withoutGradient()
            .onnx("ConstantOfShape"),
        OpSpec.of(
                "Iota",
                EnumSet.complementOf(EnumSet.of(DType.BOOL)),
                Sample.of(t -> new Primitive.Iota(7, t, 0, 1)),
                Sample.of(t -> new Primitive.Iota(11, t, 3.5, -0.7)),
                Sample.of(t -> new Primitive.Iota(40, t, -9, 3)),
                Sample.of(t -> new Primitive.Iota(0, t, 0, 1)),
                Sample.of(t -> new Primitive.Iota(70_001, t, 0.5, 0.25)).forSize())
            .withoutGradient()
            .onnx("Range"),
        OpSpec.of(
                "Random BITS",
                EnumSet.of(DType.INT32),
                random(Distribution.BITS, 0, 13),
                random(Distribution.BITS, 6, 9),
                random(Distribution.BITS, 1, 70_001).forSize())
            .withoutGradient(),
        OpSpec.of(
                "Random UNIFORM",
                OpSpec.FLOATS,
                random(Distribution.UNIFORM, 0, 13),
                random(Distribution.UNIFORM, (1L << 35) + 3, 9),
                random(Distribution.UNIFORM, 4, 70_001).forSize())
            .withoutGradient()
            .onnx("RandomUniform"),
        OpSpec.of(
                "Random NORMAL",
                OpSpec.FLOATS,
                random(Distribution.NORMAL, 0, 13),
                random(Distribution.NORMAL, 5, 10),
                random(Distribution.NORMAL, 8, 70_001).forSize())
            .withoutGradient()
            .onnx("RandomNormal"));
  }

  private static Sample random(Distribution kind, long offset, long n) {
    return Sample.of(t -> new Primitive.Random(kind, Shape.of(n), t, 0x123456789abcdefL, offset));
  }
}
