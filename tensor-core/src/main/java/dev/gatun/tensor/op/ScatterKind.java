package dev.gatun.tensor.op;

/** What {@link Primitive.Scatter} does with several values for one place. */
public enum ScatterKind {
  /** The last in row-major order stays. */
  SET,
  ADD,
  MUL,
  MAX,
  MIN
}
