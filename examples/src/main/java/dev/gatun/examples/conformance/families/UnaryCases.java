package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Context;
import dev.gatun.examples.conformance.Operations;
import dev.gatun.tensor.Activations;
import dev.gatun.tensor.Special;
import dev.gatun.tensor.Tensor;

/** Elementwise functions of one operand. */
final class UnaryCases {
  /** What the cases about kinks mean when they do not say it. */
  private static final double KINK_SLOPE = 0.1;

  private static final double KINK_BOUND = 1;

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
    t.op("celu", c -> Activations.celu(c.x(), c.number("alpha")));
    t.op("ceil", c -> c.x().ceil());
    t.op("clamp", UnaryCases::clamp);
    t.op("cos", c -> c.x().cos());
    t.op("cosh", c -> c.x().cosh());
    t.op("deg2rad", c -> Special.deg2rad(c.x()));
    t.op("digamma", c -> c.x().digamma());
    t.op("elu", c -> Activations.elu(c.x(), c.number("alpha")));
    t.op("erf", c -> c.x().erf());
    t.op("erfc", c -> c.x().erfc());
    t.op("erfinv", c -> c.x().erfinv());
    t.op("exp", c -> c.x().exp());
    t.op("exp2", c -> c.x().exp2());
    t.op("expm1", c -> c.x().expm1());
    t.op("floor", c -> c.x().floor());
    t.op("frac", c -> Special.frac(c.x()));
    t.op("gelu", c -> c.x().gelu(c.text("approximate").equals("tanh")));
    t.op("glu", c -> Activations.glu(c.x(), c.integer("dim")));
    t.op("hardshrink", c -> Activations.hardshrink(c.x(), c.number("lambd")));
    t.op("hardsigmoid", c -> Activations.hardsigmoid(c.x()));
    t.op("hardswish", c -> Activations.hardswish(c.x()));
    t.op("hardtanh", c -> Activations.hardtanh(c.x(), c.number("min_val"), c.number("max_val")));
    t.op("isfinite", c -> c.x().isFinite());
    t.op("isinf", c -> c.x().isInf());
    t.op("isnan", c -> c.x().isNan());
    t.op("leaky_relu", c -> Activations.leakyRelu(c.x(), c.number("negative_slope", KINK_SLOPE)));
    t.op("lgamma", c -> c.x().lgamma());
    t.op("log", c -> c.x().log());
    t.op("log10", c -> c.x().log10());
    t.op("log1p", c -> c.x().log1p());
    t.op("log2", c -> c.x().log2());
    t.op("log_sigmoid", c -> Activations.logSigmoid(c.x()));
    t.op("logit", c -> c.has("eps") ? Special.logit(c.x(), c.number("eps")) : Special.logit(c.x()));
    t.op("mish", c -> Activations.mish(c.x()));
    t.op("nan_to_num", c -> Special.nanToNum(c.x()));
    t.op("neg", c -> c.x().neg());
    t.op("positive", Context::x);
    t.op("pow_scalar", c -> c.x().pow(c.number("exponent")));
    t.op("pow_scalar_positive_base", c -> c.x().abs().pow(c.number("exponent")));
    t.op("rdiv_scalar", c -> c.x().rdiv(c.number("value")));
    t.op("reciprocal", c -> c.x().reciprocal());
    t.op("relu", c -> c.x().relu());
    t.op("relu6", c -> Activations.relu6(c.x()));
    t.op("round", c -> c.x().round());
    t.op("rpow_scalar", c -> c.x().rpow(c.number("base")));
    t.op("rsqrt", c -> c.x().rsqrt());
    t.op("rsub_scalar", c -> c.x().rsub(c.number("value")));
    t.op("selu", c -> Activations.selu(c.x()));
    t.op("sigmoid", c -> c.x().sigmoid());
    t.op("sign", c -> c.x().sign());
    t.op("silu", c -> c.x().silu());
    t.op("sin", c -> c.x().sin());
    t.op("sinc", c -> Special.sinc(c.x()));
    t.op("sinh", c -> c.x().sinh());
    t.op("softplus", c -> Activations.softplus(c.x(), c.number("beta"), c.number("threshold")));
    t.op("softshrink", c -> Activations.softshrink(c.x(), c.number("lambd")));
    t.op("softsign", c -> Activations.softsign(c.x()));
    t.op("sqrt", c -> c.x().sqrt());
    t.op("sqrt_at_positive_min", c -> c.x().sqrt());
    t.op("square", c -> c.x().square());
    t.op("tan", c -> c.x().tan());
    t.op("tanh", c -> c.x().tanh());
    t.op("tanhshrink", c -> Activations.tanhshrink(c.x()));
    t.op("threshold", c -> Activations.threshold(c.x(), c.number("threshold"), c.number("value")));
    t.op("trunc", c -> c.x().trunc());
  }

  private static Tensor clamp(Context c) {
    if (c.has("min") == c.has("max")) {
      return c.x().clamp(c.number("min", -KINK_BOUND), c.number("max", KINK_BOUND));
    }
    return c.has("min") ? c.x().clampMin(c.number("min")) : c.x().clampMax(c.number("max"));
  }
}
