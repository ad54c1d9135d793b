package dev.gatun.tensor.op;

/** What {@link Primitive.Random} makes of the Philox counter stream. */
public enum Distribution {
  /** 32 random bits each, as int32. */
  BITS,
  /**
   * Uniform in [0, 1), with as many random bits as the dtype has digits: 53 (float64), 24
   * (float32), 11 (float16), 8 (bfloat16).
   */
  UNIFORM,
  /** Standard normal. */
  NORMAL
}
