package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Operations;
import dev.gatun.tensor.Special;

/** Elementwise functions of two operands, which broadcast. */
final class BinaryCases {
  private BinaryCases() {}

  static void addTo(Operations t) {
    t.op("add", c -> c.a().add(c.b()));
    t.op("sub", c -> c.a().sub(c.b()));
    t.op("mul", c -> c.a().mul(c.b()));
    t.op("div", c -> c.a().div(c.b()));
    t.op("fmod", c -> c.a().fmod(c.b()));
    t.op("remainder", c -> c.a().remainder(c.b()));
    t.op("pow", c -> c.a().pow(c.b()));
    t.op("maximum", c -> c.a().maximum(c.b()));
    t.op("minimum", c -> c.a().minimum(c.b()));
    t.op("atan2", c -> c.a().atan2(c.b()));
    t.op("copysign", c -> c.a().copysign(c.b()));
    t.op("fmax", c -> c.a().fmax(c.b()));
    t.op("fmin", c -> c.a().fmin(c.b()));
    t.op("logaddexp", c -> c.a().logaddexp(c.b()));
    t.op("prelu", c -> c.a().gt(0.0).where(c.a(), c.a().mul(c.b())));
    t.op("hypot", c -> Special.hypot(c.a(), c.b()));
    t.op("logaddexp2", c -> Special.logaddexp2(c.a(), c.b()));
    t.op("squared_difference", c -> Special.squaredDifference(c.a(), c.b()));
    t.op("xlogy", c -> Special.xlogy(c.a(), c.b()));
  }
}
