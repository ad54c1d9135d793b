package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Operations;

/** What only integers and bool have; the rest is shared with {@link BinaryCases}. */
final class IntegerCases {
  private IntegerCases() {}

  static void addTo(Operations t) {
    t.op("bitwise_and", c -> c.a().and(c.b()));
    t.op("bitwise_or", c -> c.a().or(c.b()));
    t.op("bitwise_xor", c -> c.a().xor(c.b()));
    t.op("floor_divide", c -> c.a().floorDiv(c.b()));
    t.op("trunc_divide", c -> c.a().truncDiv(c.b()));
    t.op("shift_left", c -> c.a().shiftLeft(c.b()));
    t.op("shift_right", c -> c.a().shiftRight(c.b()));
    t.op("logical_and", c -> c.a().logicalAnd(c.b()));
    t.op("logical_or", c -> c.a().logicalOr(c.b()));
    t.op("logical_xor", c -> c.a().logicalXor(c.b()));
    t.op("logical_not", c -> c.a().logicalNot());
  }
}
