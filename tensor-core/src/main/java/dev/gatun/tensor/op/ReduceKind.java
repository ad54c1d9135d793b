package dev.gatun.tensor.op;

/** How {@link Primitive.Reduce} folds the elements of the reduced axes into one. */
public enum ReduceKind {
  /** Pairwise or blocked; an empty set gives 0. */
  SUM,
  /** An empty set gives 1. */
  PROD,
  /** NaN if any is; on bool: any. */
  MAX,
  /** NaN if any is; on bool: all. */
  MIN,
  /** The row-major index of the first greatest element (of the first NaN if there is one). */
  ARGMAX,
  /** The row-major index of the first smallest element (of the first NaN if there is one). */
  ARGMIN;

  /** True for the kinds whose result is an int64 index. */
  public boolean isIndex() {
    return this == ARGMAX || this == ARGMIN;
  }
}
