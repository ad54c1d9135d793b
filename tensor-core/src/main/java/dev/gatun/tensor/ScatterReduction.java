package dev.gatun.tensor;

/** How {@link Tensor#scatterReduce} combines several elements for one place. */
public enum ScatterReduction {
  SUM,
  PROD,
  /** Integers round down. */
  MEAN,
  AMAX,
  AMIN
}
