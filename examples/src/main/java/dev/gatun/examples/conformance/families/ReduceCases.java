package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Context;
import dev.gatun.examples.conformance.Operations;
import dev.gatun.tensor.Scans;

/** Folding axes; {@code dims} null means all of them. */
final class ReduceCases {
  private ReduceCases() {}

  static void addTo(Operations t) {
    t.op("sum", c -> c.x().sum(keep(c), dims(c)));
    t.op("prod", c -> c.x().prod(keep(c), dims(c)));
    t.op("mean", c -> c.x().mean(keep(c), dims(c)));
    t.op("amax", c -> c.x().amax(keep(c), dims(c)));
    t.op("amin", c -> c.x().amin(keep(c), dims(c)));
    t.op("logsumexp", c -> c.x().logsumexp(keep(c), dims(c)));
    t.op("norm_l1", c -> c.x().norm(1, keep(c), dims(c)));
    t.op("norm_l2", c -> c.x().norm(2, keep(c), dims(c)));
    t.op("norm_l3", c -> c.x().norm(3, keep(c), dims(c)));
    t.op("norm_linf", c -> c.x().norm(Double.POSITIVE_INFINITY, keep(c), dims(c)));
    t.op("var", c -> c.x().var(1, keep(c), dims(c)));
    t.op("var_population", c -> c.x().var(0, keep(c), dims(c)));
    t.op("std", c -> c.x().std(1, keep(c), dims(c)));
    t.op("any", c -> c.x().any(c.integer("dim")));
    t.op("all", c -> c.x().all(c.integer("dim")));
    t.op("argmax", c -> c.has("dim") ? c.x().argmax(c.integer("dim")) : c.x().argmax());
    t.op("argmin", c -> c.has("dim") ? c.x().argmin(c.integer("dim")) : c.x().argmin());
    t.op("count_nonzero", c -> c.x().countNonZero(c.integer("dim")));
    t.ops("max_dim", c -> IndexCases.named(c.x().max(c.integer("dim"))));
    t.ops("min_dim", c -> IndexCases.named(c.x().min(c.integer("dim"))));
    t.ops("median_dim", c -> IndexCases.named(c.x().median(c.integer("dim"))));
    t.ops("cummax", c -> IndexCases.named(Scans.cummax(c.x(), c.integer("dim"))));
    t.op("logcumsumexp", c -> Scans.logcumsumexp(c.x(), c.integer("dim")));
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
