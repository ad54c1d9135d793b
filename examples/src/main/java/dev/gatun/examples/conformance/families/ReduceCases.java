package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Context;
import dev.gatun.examples.conformance.Operations;

/** Folding axes; {@code dims} null means all of them. */
final class ReduceCases {
  private ReduceCases() {}

  static void addTo(Operations t) {
    t.op("sum", c -> c.x().sum(keep(c), dims(c)));
    t.op("prod", c -> c.x().prod(keep(c), dims(c)));
    t.op("mean", c -> c.x().mean(keep(c), dims(c)));
    t.op("amax", c -> c.x().amax(keep(c), dims(c)));
    t.op("amin", c -> c.x().amin(keep(c), dims(c)));
    t.op("any", c -> c.x().any(c.integer("dim")));
    t.op("all", c -> c.x().all(c.integer("dim")));
    t.op("cumsum", c -> c.x().cumsum(c.integer("dim")));
    t.op("cumprod", c -> c.x().cumprod(c.integer("dim")));
  }

  private static boolean keep(Context c) {
    return c.flag("keepdim");
  }

  private static int[] dims(Context c) {
    return c.ints("dims");
  }
}
