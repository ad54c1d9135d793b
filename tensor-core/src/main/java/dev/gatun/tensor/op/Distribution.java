package dev.gatun.tensor.op;

/** What {@link Primitive.Random} makes of the Philox counter stream. */
public enum Distribution {
  /** 32 random bits each, as int32. */
  BITS,
  /** Uniform in [0, 1), 24 (float32 and narrower) or 53 (float64) random bits. */
  UNIFORM,
  /** Standard normal. */
  NORMAL
}
