package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Operations;
import dev.gatun.tensor.DType;

/** Conversions between dtypes. */
final class CastCases {
  private CastCases() {}

  static void addTo(Operations t) {
    t.op("cast", c -> c.x().to(DType.of(c.text("to"))));
  }
}
