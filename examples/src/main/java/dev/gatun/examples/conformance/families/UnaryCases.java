package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Context;
import dev.gatun.examples.conformance.Operations;

/** Elementwise functions of one operand. */
final class UnaryCases {
  private UnaryCases() {}

  static void addTo(Operations t) {
    t.op("abs", c -> c.x().abs());
    t.op("acos", c -> c.x().acos());
    t.op("acosh", c -> c.x().acosh());
    t.op("add_scalar", c -> c.x().add(c.number("value")));
    t.op("asin", c -> c.x().asin());
    t.op("asinh", c -> c.x().asinh());
    t.op("atan", c -> c.x().atan());
    t.op("atanh", c -> c.x().atanh());
    t.op("ceil", c -> c.x().ceil());
    t.op("cos", c -> c.x().cos());
    t.op("cosh", c -> c.x().cosh());
    t.op("digamma", c -> c.x().digamma());
    t.op("erf", c -> c.x().erf());
    t.op("erfc", c -> c.x().erfc());
    t.op("erfinv", c -> c.x().erfinv());
    t.op("exp", c -> c.x().exp());
    t.op("exp2", c -> c.x().exp2());
    t.op("expm1", c -> c.x().expm1());
    t.op("floor", c -> c.x().floor());
    t.op("isfinite", c -> c.x().isFinite());
    t.op("isinf", c -> c.x().isInf());
    t.op("isnan", c -> c.x().isNan());
    t.op("lgamma", c -> c.x().lgamma());
    t.op("log", c -> c.x().log());
    t.op("log10", c -> c.x().log10());
    t.op("log1p", c -> c.x().log1p());
    t.op("log2", c -> c.x().log2());
    t.op("neg", c -> c.x().neg());
    t.op("positive", Context::x);
    t.op("pow_scalar", c -> c.x().pow(c.number("exponent")));
    t.op("pow_scalar_positive_base", c -> c.x().abs().pow(c.number("exponent")));
    t.op("rdiv_scalar", c -> c.x().rdiv(c.number("value")));
    t.op("reciprocal", c -> c.x().reciprocal());
    t.op("relu", c -> c.x().relu());
    t.op("round", c -> c.x().round());
    t.op("rpow_scalar", c -> c.x().rpow(c.number("base")));
    t.op("rsqrt", c -> c.x().rsqrt());
    t.op("rsub_scalar", c -> c.x().rsub(c.number("value")));
    t.op("sigmoid", c -> c.x().sigmoid());
    t.op("sign", c -> c.x().sign());
    t.op("silu", c -> c.x().silu());
    t.op("sin", c -> c.x().sin());
    t.op("sinh", c -> c.x().sinh());
    t.op("sqrt", c -> c.x().sqrt());
    t.op("square", c -> c.x().square());
    t.op("tan", c -> c.x().tan());
    t.op("tanh", c -> c.x().tanh());
    t.op("trunc", c -> c.x().trunc());
  }
}
