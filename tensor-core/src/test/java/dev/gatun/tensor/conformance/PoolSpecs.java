package dev.gatun.tensor.conformance;

import static dev.gatun.tensor.conformance.Input.real;

import dev.gatun.tensor.op.Dims;
import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.op.Window;
import java.util.List;

/** Pooling. Stateless. */
final class PoolSpecs {
  private static final Window LINE =
      new Window(Dims.of(3), Dims.of(2), Dims.of(1), Dims.of(1), Dims.of(1));
  private static final Window PLANE =
      new Window(Dims.of(2, 2), Dims.of(2, 2), Dims.of(0, 0), Dims.of(0, 0), Dims.of(1, 1));
  private static final Window UNEVEN =
      new Window(Dims.of(3, 2), Dims.of(2, 1), Dims.of(1, 0), Dims.of(2, 1), Dims.of(1, 2));
  private static final Window SPACE =
      new Window(
          Dims.of(2, 1, 2), Dims.of(1, 2, 2), Dims.of(1, 0, 0), Dims.of(0, 0, 1), Dims.of(1, 1, 1));
  private static final Dims ZERO = Dims.of(0, 0);

  private PoolSpecs() {}

  static List<OpSpec> all() {
    return List.of(
        OpSpec.of(
                "MaxPool",
                OpSpec.NUMBERS,
                Sample.of(new Primitive.MaxPool(LINE), real(2, 3, 7)),
                Sample.of(new Primitive.MaxPool(PLANE), real(2, 3, 6, 4)),
                Sample.of(new Primitive.MaxPool(UNEVEN), real(1, 2, 5, 6)),
                Sample.of(new Primitive.MaxPool(SPACE), real(1, 2, 3, 4, 5)),
                Sample.of(new Primitive.MaxPool(PLANE), real(0, 3, 6, 4)),
                Sample.of(new Primitive.MaxPool(PLANE), real(4, 16, 30, 30)).forSize())
            .onnx("MaxPool"),
        OpSpec.of(
                "AvgPool",
                OpSpec.FLOATS,
                Sample.of(new Primitive.AvgPool(LINE, true, 0, Dims.of(0)), real(2, 3, 7)),
                Sample.of(new Primitive.AvgPool(PLANE, false, 0, ZERO), real(2, 3, 6, 4)),
                Sample.of(new Primitive.AvgPool(UNEVEN, false, 0, Dims.of(1, 1)), real(1, 2, 5, 6)),
                Sample.of(new Primitive.AvgPool(UNEVEN, true, 0, Dims.of(1, 1)), real(1, 2, 5, 6)),
                Sample.of(new Primitive.AvgPool(UNEVEN, true, 5, ZERO), real(1, 2, 5, 6)),
                Sample.of(
                    new Primitive.AvgPool(SPACE, true, 0, Dims.of(0, 0, 0)), real(1, 2, 3, 4, 5)),
                Sample.of(new Primitive.AvgPool(PLANE, true, 0, ZERO), real(0, 3, 6, 4)),
                Sample.of(new Primitive.AvgPool(PLANE, true, 0, ZERO), real(4, 16, 30, 30))
                    .forSize())
            .within(Tolerance.sum(8, 3))
            .onnx("AveragePool"),
        OpSpec.of(
                "AvgPoolGrad",
                OpSpec.FLOATS,
                Sample.of(
                    new Primitive.AvgPoolGrad(LINE, true, 0, Dims.of(0), Dims.of(7)),
                    real(2, 3, 4)),
                Sample.of(
                    new Primitive.AvgPoolGrad(PLANE, false, 0, ZERO, Dims.of(6, 4)),
                    real(2, 3, 3, 2)),
                Sample.of(
                    new Primitive.AvgPoolGrad(UNEVEN, false, 0, Dims.of(1, 1), Dims.of(5, 6)),
                    real(1, 2, 3, 5)),
                Sample.of(
                    new Primitive.AvgPoolGrad(UNEVEN, true, 0, Dims.of(1, 1), Dims.of(5, 6)),
                    real(1, 2, 3, 5)),
                Sample.of(
                    new Primitive.AvgPoolGrad(SPACE, true, 3, Dims.of(0, 0, 0), Dims.of(3, 4, 5)),
                    real(1, 2, 3, 2, 3)))
            .within(Tolerance.sum(8, 3)));
  }
}
