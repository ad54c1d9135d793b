package dev.gatun.tensor.conformance;

import static dev.gatun.tensor.conformance.Input.index;
import static dev.gatun.tensor.conformance.Input.real;
import static dev.gatun.tensor.conformance.Input.uniqueIndex;

import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.op.ScatterKind;
import java.util.ArrayList;
import java.util.List;

/** Indexing ops. Stateless. */
final class IndexSpecs {
  private IndexSpecs() {}

  static List<OpSpec> all() {
    List<OpSpec> specs = new ArrayList<>();
    specs.add(
        OpSpec.of(
                "Gather",
                OpSpec.ALL,
                Sample.of(new Primitive.Gather(0), real(4, 3), index(4, 6, 3)),
                Sample.of(new Primitive.Gather(1), real(4, 5), index(5, 3, 2)),
                Sample.of(new Primitive.Gather(2), real(2, 3, 4), index(4, 2, 3, 5)),
                Sample.of(new Primitive.Gather(0), real(4, 3), index(4, 0, 3)))
            .onnx("GatherElements"));
    for (ScatterKind kind : ScatterKind.values()) {
      specs.add(scatter(kind));
    }
    specs.add(
        OpSpec.of(
                "IndexSelect",
                OpSpec.ALL,
                Sample.of(new Primitive.IndexSelect(0), real(4, 3), index(4, 7)),
                Sample.of(new Primitive.IndexSelect(1), real(2, 5, 3), index(5, 4)),
                Sample.of(new Primitive.IndexSelect(2), real(2, 3, 4), index(4, 2)),
                Sample.of(new Primitive.IndexSelect(0), real(4, 3), index(4, 0)),
                Sample.of(new Primitive.IndexSelect(0), real(50, 33), index(50, 2000)).forSize())
            .onnx("Gather"));
    specs.add(
        OpSpec.of(
                "IndexAdd",
                OpSpec.NUMBERS,
                Sample.of(new Primitive.IndexAdd(0), real(4, 3), index(4, 7), real(7, 3)),
                Sample.of(new Primitive.IndexAdd(1), real(2, 5, 3), index(5, 4), real(2, 4, 3)),
                Sample.of(new Primitive.IndexAdd(0), real(4, 3), index(4, 0), real(0, 3)),
                Sample.of(new Primitive.IndexAdd(0), real(50, 33), index(50, 2000), real(2000, 33))
                    .forSize())
            // A backend may round after each of several additions to one place.
            .within(Tolerance.steps(32, 8, 8))
            .onnx("ScatterND"));
    return specs;
  }

  private static OpSpec scatter(ScatterKind kind) {
    OpSpec spec =
        OpSpec.of(
            "Scatter " + kind,
            kind == ScatterKind.SET ? OpSpec.ALL : OpSpec.NUMBERS,
            Sample.of(new Primitive.Scatter(0, kind), real(5, 3), uniqueIndex(5, 4, 3), real(4, 3)),
            Sample.of(new Primitive.Scatter(0, kind), real(4, 3), index(4, 6, 2), real(6, 3))
                .withoutGradient(),
            Sample.of(
                    new Primitive.Scatter(1, kind), real(2, 4, 3), index(4, 2, 5, 3), real(2, 5, 3))
                .withoutGradient(),
            Sample.of(new Primitive.Scatter(0, kind), real(4, 3), index(4, 0, 3), real(0, 3)));
    return (switch (kind) {
          case SET, MAX, MIN -> spec;
          case ADD, MUL -> spec.within(Tolerance.steps(32, 8, 8));
        })
        .onnx("ScatterElements");
  }
}
