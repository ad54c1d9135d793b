package dev.gatun.tensor.op;

/** How {@link Primitive.Scan} combines an element with all before it. */
public enum ScanKind {
  SUM,
  PROD,
  MAX,
  MIN
}
