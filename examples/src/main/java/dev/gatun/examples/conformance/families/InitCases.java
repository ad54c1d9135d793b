package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Context;
import dev.gatun.examples.conformance.Operations;
import dev.gatun.nn.Init;
import dev.gatun.tensor.Generator;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;

/**
 * Random initial values: the result is the bound of the uniform ones, the standard deviation of the
 * normal ones.
 *
 * <p>That number is recovered from the values and the plain random stream they were made of, and
 * must hold for many draws: none is beyond the bound, and the deviation is within 2 %.
 */
final class InitCases {
  private static final int DRAWS = 200;
  private static final double CLOSE = 0.02;

  private InitCases() {}

  static void addTo(Operations t) {
    t.op("xavier_uniform", c -> uniform(c, Init.xavierUniform()));
    t.op("xavier_normal", c -> normal(c, Init.xavierNormal()));
    t.op("kaiming_uniform_relu_fan_in", c -> uniform(c, Init.kaimingUniform()));
    t.op(
        "kaiming_normal_relu_fan_out",
        c -> normal(c, Init.kaimingNormal(Init.Fan.OUT, Init.Nonlinearity.RELU.gain())));
  }

  private static Tensor uniform(Context c, Init init) {
    Shape shape = Shape.of(c.longs("shape"));
    Tensor plain = Tensor.rand(shape, c.dtype(), c.device(), new Generator(1)).mul(2.0).sub(1.0);
    double bound = scale(c, init, shape, plain);
    check(c, init, shape, bound / Math.sqrt(3), bound);
    return Tensor.full(Shape.scalar(), bound, c.dtype(), c.device());
  }

  private static Tensor normal(Context c, Init init) {
    Shape shape = Shape.of(c.longs("shape"));
    Tensor plain = Tensor.randn(shape, c.dtype(), c.device(), new Generator(1));
    double deviation = scale(c, init, shape, plain);
    check(c, init, shape, deviation, Double.POSITIVE_INFINITY);
    return Tensor.full(Shape.scalar(), deviation, c.dtype(), c.device());
  }

  /** The factor between the plain numbers and the initial values made of the same stream. */
  private static double scale(Context c, Init init, Shape shape, Tensor plain) {
    Tensor values = init.make(shape, c.dtype(), c.device(), new Generator(1));
    return values.norm().item() / plain.norm().item();
  }

  private static void check(Context c, Init init, Shape shape, double deviation, double bound) {
    Generator generator = new Generator(2);
    double squares = 0;
    double greatest = 0;
    for (int i = 0; i < DRAWS; i++) {
      try (Scope _ = Scope.open()) {
        Tensor values = init.make(shape, c.dtype(), c.device(), generator);
        squares += values.square().sum().item();
        greatest = Math.max(greatest, values.abs().amax().item());
      }
    }
    double measured = Math.sqrt(squares / (DRAWS * (double) shape.numel()));
    if (greatest > bound * (1 + 1e-6) || Math.abs(measured / deviation - 1) > CLOSE) {
      throw new IllegalStateException(
          "The values reach "
              + greatest
              + " with deviation "
              + measured
              + "; expected "
              + bound
              + " and "
              + deviation);
    }
  }
}
