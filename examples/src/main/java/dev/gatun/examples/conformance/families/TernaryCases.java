package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Operations;

/** Elementwise functions of three operands. */
final class TernaryCases {
  private TernaryCases() {}

  static void addTo(Operations t) {
    t.op("addcdiv", c -> c.x().addcdiv(c.a(), c.b(), c.number("value")));
    t.op("addcmul", c -> c.x().addcmul(c.a(), c.b(), c.number("value")));
    t.op(
        "lerp",
        c ->
            c.hasInput("w") ? c.a().lerp(c.b(), c.in("w")) : c.a().lerp(c.b(), c.number("weight")));
    t.op("where", c -> c.in("cond").where(c.a(), c.b()));
  }
}
