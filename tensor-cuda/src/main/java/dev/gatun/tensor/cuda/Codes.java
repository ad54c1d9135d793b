package dev.gatun.tensor.cuda;

/** The numbers that stand for constants in {@code gatun.h}. Stateless. */
final class Codes {
  private Codes() {}

  /**
   * {@code gatun.h} numbers dtypes and kinds in the order of their constants; the conformance suite
   * fails when one of the orders changes.
   */
  @SuppressWarnings("EnumOrdinal")
  static int of(Enum<?> constant) {
    return constant.ordinal();
  }
}
