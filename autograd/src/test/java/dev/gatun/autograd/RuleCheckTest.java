package dev.gatun.autograd;

import dev.gatun.tensor.Engine;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.op.UnaryKind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class RuleCheckTest {
  @ParameterizedTest
  @EnumSource(UnaryKind.class)
  void unary(UnaryKind kind) {
    if (kind.domain() != UnaryKind.Domain.FLOAT && kind.domain() != UnaryKind.Domain.NUMERIC) {
      return;
    }
    double shift = kind == UnaryKind.ACOSH ? 1.2 : 0;
    Tensor x =
        Tensor.of(
            new double[] {0.3 + shift, 0.72 + shift, 0.11 + shift, 0.9 + shift}, Shape.of(2, 2));
    GradientCheck.of(in -> Engine.call(new Primitive.Unary(kind), in[0]))
        .tolerance(1e-5, 1e-5)
        .secondOrder(true)
        .check(x);
  }
}
