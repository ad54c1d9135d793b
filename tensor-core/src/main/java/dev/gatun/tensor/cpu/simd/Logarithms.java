package dev.gatun.tensor.cpu.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Logarithms on vectors, from exactly rounded operations only, for the reason that {@link
 * Exponentials} gives. {@code x = 2^n (1 + f)} with f between sqrt(1/2) - 1 and sqrt(2) - 1; the
 * polynomial in f is a minimax fit. Stateless.
 */
final class Logarithms {
  private static final VectorSpecies<Float> SPECIES = SimdSpecies.floats();

  /** The bits of sqrt(1/2). */
  private static final int ROOT_HALF = 0x3f35_04f3;

  private static final float LN2_HIGH = 0.6931472f;
  private static final float LN2_LOW = -1.9046542e-9f;
  private static final float LOG10_2_HIGH = 0.30103f;
  private static final float LOG10_2_LOW = -1.4320989e-8f;

  private Logarithms() {}

  private static FloatVector all(float c) {
    return FloatVector.broadcast(SPECIES, c);
  }

  /** A subnormal number made normal. */
  private static FloatVector normal(FloatVector x) {
    return x.blend(x.mul(0x1p25f), x.compare(VectorOperators.LT, Float.MIN_NORMAL));
  }

  private static IntVector exponent(FloatVector normal) {
    return normal.reinterpretAsInts().sub(ROOT_HALF).lanewise(VectorOperators.ASHR, 23);
  }

  /** n, as a float. */
  private static FloatVector scale(FloatVector x, IntVector exponent) {
    FloatVector n = (FloatVector) exponent.convert(VectorOperators.I2F, 0);
    return n.blend(n.sub(25f), x.compare(VectorOperators.LT, Float.MIN_NORMAL));
  }

  private static FloatVector fraction(FloatVector normal, IntVector exponent) {
    return normal
        .reinterpretAsInts()
        .sub(exponent.lanewise(VectorOperators.LSHL, 23))
        .reinterpretAsFloats()
        .sub(1f);
  }

  /** {@code (log(1 + f) - f + f^2 / 2) / f^3}. */
  private static FloatVector curve(FloatVector f) {
    return all(0.067467034f)
        .fma(f, all(-0.116757736f))
        .fma(f, all(0.11888201f))
        .fma(f, all(-0.12405573f))
        .fma(f, all(0.14219545f))
        .fma(f, all(-0.16667996f))
        .fma(f, all(0.20002119f))
        .fma(f, all(-0.2500001f))
        .fma(f, all(0.33333313f));
  }

  /** {@code log(1 + f) - f}. */
  private static FloatVector bend(FloatVector f) {
    FloatVector square = f.mul(f);
    return curve(f).mul(f).sub(0.5f).mul(square);
  }

  /** The result where x is a positive number, and what it is elsewhere. */
  private static FloatVector ends(FloatVector x, FloatVector result) {
    VectorMask<Float> finite = x.compare(VectorOperators.LT, Float.POSITIVE_INFINITY);
    return x.blend(result, finite)
        .blend(Float.NaN, x.compare(VectorOperators.LT, 0f))
        .blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, 0f));
  }

  /** The natural logarithm within one unit in the last place. */
  static FloatVector log(FloatVector x) {
    FloatVector v = normal(x);
    IntVector e = exponent(v);
    FloatVector f = fraction(v, e);
    FloatVector n = scale(x, e);
    FloatVector r = n.fma(all(LN2_HIGH), n.fma(all(LN2_LOW), bend(f)).add(f));
    return ends(x, r);
  }

  /** The logarithm to base 2 within two units in the last place. */
  static FloatVector log2(FloatVector x) {
    FloatVector v = normal(x);
    IntVector e = exponent(v);
    FloatVector f = fraction(v, e);
    FloatVector bend = bend(f);
    // (f + bend) log2(e), log2(e) being 1 + 0.4427
    FloatVector r =
        bend.fma(all(0.44269505f), f.mul(0.44269505f)).add(bend).add(f).add(scale(x, e));
    return ends(x, r);
  }

  /** The logarithm to base 10 within two units in the last place. */
  static FloatVector log10(FloatVector x) {
    FloatVector v = normal(x);
    IntVector e = exponent(v);
    FloatVector f = fraction(v, e);
    FloatVector n = scale(x, e);
    FloatVector near = bend(f).add(f).mul(0.4342945f);
    return ends(x, n.fma(all(LOG10_2_HIGH), n.fma(all(LOG10_2_LOW), near)));
  }

  /** {@code log(1 + x)} within two units in the last place. */
  static FloatVector log1p(FloatVector x) {
    FloatVector u = x.add(1f);
    // What the sum lost, by which the logarithm is corrected.
    FloatVector back = u.sub(1f);
    FloatVector lost = all(1f).sub(u.sub(back)).add(x.sub(back));
    FloatVector r = log(u);
    VectorMask<Float> plain =
        u.compare(VectorOperators.GT, 0f)
            .and(u.compare(VectorOperators.LT, Float.POSITIVE_INFINITY));
    r = r.blend(r.add(lost.div(u)), plain);
    return x.blend(r, x.abs().compare(VectorOperators.LT, 0x1p-25f).not());
  }
}
