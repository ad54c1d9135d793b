package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Operations;

/** Comparisons, which give bool. */
final class CompareCases {
  private CompareCases() {}

  static void addTo(Operations t) {
    t.op("eq", c -> c.a().eq(c.b()));
    t.op("ne", c -> c.a().ne(c.b()));
    t.op("lt", c -> c.a().lt(c.b()));
    t.op("le", c -> c.a().le(c.b()));
    t.op("gt", c -> c.a().gt(c.b()));
    t.op("ge", c -> c.a().ge(c.b()));
  }
}
