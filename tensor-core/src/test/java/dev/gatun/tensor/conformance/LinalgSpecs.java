package dev.gatun.tensor.conformance;

import static dev.gatun.tensor.conformance.Input.matrix;
import static dev.gatun.tensor.conformance.Input.real;

import dev.gatun.tensor.conformance.Input.Content;
import dev.gatun.tensor.conformance.OpSpec.Special;
import dev.gatun.tensor.op.Primitive;
import java.util.List;

/** Factorisations. Stateless. */
final class LinalgSpecs {
  /** Well conditioned matrices of up to 6 rows with elements up to 10. */
  private static final Tolerance FACTORED = Tolerance.steps(64, 2, 10);

  private LinalgSpecs() {}

  static List<OpSpec> all() {
    return List.of(
        OpSpec.of(
                "Cholesky",
                OpSpec.FLOATS,
                Sample.of(new Primitive.Cholesky(), matrix(Content.POSITIVE_DEFINITE, 4, 4)),
                Sample.of(new Primitive.Cholesky(), matrix(Content.POSITIVE_DEFINITE, 2, 3, 3)),
                Sample.of(new Primitive.Cholesky(), matrix(Content.POSITIVE_DEFINITE, 1, 1)))
            .within(FACTORED)
            .special(Special.NONE),
        OpSpec.of(
                "Solve",
                OpSpec.FLOATS,
                Sample.of(new Primitive.Solve(), matrix(Content.INVERTIBLE, 4, 4), real(4, 2)),
                Sample.of(new Primitive.Solve(), matrix(Content.INVERTIBLE, 2, 3, 3), real(3, 1)),
                Sample.of(new Primitive.Solve(), matrix(Content.INVERTIBLE, 1, 1), real(2, 1, 3)))
            .within(FACTORED)
            .special(Special.NONE),
        OpSpec.of(
                "SignLogDet",
                OpSpec.FLOATS,
                Sample.of(new Primitive.SignLogDet(), matrix(Content.INVERTIBLE, 4, 4)),
                Sample.of(new Primitive.SignLogDet(), matrix(Content.INVERTIBLE, 2, 3, 3)),
                Sample.of(new Primitive.SignLogDet(), matrix(Content.SYMMETRIC, 5, 5)),
                Sample.of(new Primitive.SignLogDet(), matrix(Content.INVERTIBLE, 1, 1)))
            .within(FACTORED)
            .special(Special.NONE)
            .onnx("Det"),
        OpSpec.of(
                "Eigh",
                OpSpec.FLOATS,
                Sample.of(new Primitive.Eigh(), matrix(Content.SYMMETRIC, 5, 5)),
                Sample.of(new Primitive.Eigh(), matrix(Content.SYMMETRIC, 2, 3, 3)),
                Sample.of(new Primitive.Eigh(), matrix(Content.SYMMETRIC, 1, 1)))
            .within(FACTORED)
            .special(Special.NONE));
  }
}
