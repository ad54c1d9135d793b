package dev.gatun.nn;

import dev.gatun.tensor.Generator;

/** Holds the random stream of {@link Init#seeded}. */
final class InitStream {
  static final ScopedValue<Generator> CURRENT = ScopedValue.newInstance();

  private InitStream() {}
}
