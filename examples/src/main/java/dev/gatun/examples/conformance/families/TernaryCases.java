package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Operations;

/** Elementwise functions of three operands. */
final class TernaryCases {
  private TernaryCases() {}

  static void addTo(Operations t) {
    t.op("addcdiv", c -> c.x().add(c.a().div(c.b()).mul(c.number("value"))));
    t.op("addcmul", c -> c.x().add(c.a().mul(c.b()).mul(c.number("value"))));
    t.op(
        "lerp",
        c ->
            c.hasInput("w")
                ? c.a().add(c.b().sub(c.a()).mul(c.in("w")))
                : c.a().add(c.b().sub(c.a()).mul(c.number("weight"))));
    t.op("where", c -> c.in("cond").where(c.a(), c.b()));
  }
}
