package dev.gatun.tensor.cpu.simd;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The exponential and its relatives on vectors, from exactly rounded operations only, so that a
 * result does not depend on the width of the vectors, nor on whether the code around it is compiled
 * yet: {@code lanewise(EXP)} calls one library when it is and another when it is not. The argument
 * is reduced as by Cody and Waite, {@code x = n ln 2 + r}; the polynomials on |r| up to (ln 2) / 2
 * are minimax fits. The double version is that of S. L. Moshier's Cephes library. Stateless.
 */
final class Exponentials {
  private static final VectorSpecies<Float> SPECIES = SimdSpecies.floats();

  /** Adding it to a number rounds that to an integer, which then lies in the lowest bits. */
  private static final float ROUND = 0x1.8p23f;

  private static final double ROUND_DOUBLE = 0x1.8p52;
  private static final float LOG2_E = 1.442695f;
  private static final float LN2_HIGH = 0.6931472f;
  private static final float LN2_LOW = -1.9046542e-9f;
  private static final int SIGN = 0x8000_0000;

  // Vectors, not numbers to be spread: that costs C2 some of what it may inline into a kernel.
  private static final FloatVector MINUS_LN2_LOW = all(-LN2_LOW);
  private static final FloatVector MINUS_LN2_HIGH = all(-LN2_HIGH);
  private static final FloatVector LOG2_E_ALL = all(LOG2_E);
  private static final FloatVector TWICE_LOG2_E = all(2 * LOG2_E);
  private static final FloatVector ROUND_254 = all(ROUND + 254);
  private static final FloatVector ROUND_127 = all(ROUND + 127);
  private static final FloatVector ROUND_126 = all(ROUND + 126);
  private static final FloatVector ONE = all(1f);
  private static final FloatVector C6 = all(0.0013882483f);
  private static final FloatVector C5 = all(0.008366518f);
  private static final FloatVector C4 = all(0.0416672f);
  private static final FloatVector C3 = all(0.16666543f);
  private static final FloatVector C2 = all(0.49999997f);

  private Exponentials() {}

  private static FloatVector all(float c) {
    return FloatVector.broadcast(SPECIES, c);
  }

  /** {@code x - n ln 2}, rounded once. */
  private static FloatVector reduce(FloatVector x, FloatVector n) {
    return n.fma(MINUS_LN2_LOW, n.fma(MINUS_LN2_HIGH, x));
  }

  /** {@code (e^r - 1 - r) / r^2}. */
  private static FloatVector curve(FloatVector r) {
    return C6.fma(r, C5).fma(r, C4).fma(r, C3).fma(r, C2);
  }

  /** {@code e^r}. */
  private static FloatVector near(FloatVector r) {
    return curve(r).fma(r.mul(r), r).add(ONE);
  }

  /** {@code e^r - 1}. */
  private static FloatVector nearLess1(FloatVector r) {
    return curve(r).fma(r.mul(r), r);
  }

  /** 2^n, if {@code shifted} is n + 127 + ROUND. */
  private static FloatVector power(FloatVector shifted) {
    return shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
  }

  /** e^x within one unit in the last place; subnormal results are rounded, not flushed. */
  static FloatVector exp(FloatVector x) {
    // The result is 0 or infinity at the ends.
    FloatVector v =
        x.blend(-104f, x.compare(VectorOperators.LT, -104f))
            .blend(89f, x.compare(VectorOperators.GT, 89f));
    FloatVector shifted = v.fma(LOG2_E_ALL, ROUND_254);
    FloatVector p = near(reduce(v, shifted.sub(ROUND_254)));
    // Two factors, because 2^n itself may be out of range; each has half of the bias of 254.
    IntVector bits = shifted.reinterpretAsInts();
    IntVector half = bits.lanewise(VectorOperators.LSHR, 1);
    FloatVector low = half.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
    FloatVector high = bits.sub(half).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
    return p.mul(low).mul(high);
  }

  /**
   * As {@link #exp} where that is between the smallest normal float and e^88; below it is zero,
   * above it may be infinite.
   */
  static FloatVector expNormal(FloatVector x) {
    FloatVector v =
        x.blend(-88f, x.compare(VectorOperators.LT, -88f))
            .blend(88.7f, x.compare(VectorOperators.GT, 88.7f));
    FloatVector shifted = v.fma(LOG2_E_ALL, ROUND_127);
    return near(reduce(v, shifted.sub(ROUND_127))).mul(power(shifted));
  }

  /** {@link #expNormal} of what is not positive. */
  static FloatVector expNegative(FloatVector x) {
    FloatVector v = x.blend(-88f, x.compare(VectorOperators.LT, -88f));
    FloatVector shifted = v.fma(LOG2_E_ALL, ROUND_127);
    return near(reduce(v, shifted.sub(ROUND_127))).mul(power(shifted));
  }

  /** e^x - 1 within two units in the last place. */
  static FloatVector expm1(FloatVector x) {
    FloatVector v =
        x.blend(-25f, x.compare(VectorOperators.LT, -25f))
            .blend(89f, x.compare(VectorOperators.GT, 89f));
    FloatVector shifted = v.fma(LOG2_E_ALL, ROUND_126);
    FloatVector q = nearLess1(reduce(v, shifted.sub(ROUND_126)));
    FloatVector half = power(shifted); // 2^(n - 1), because 2^n may be out of range
    FloatVector r = half.fma(q, half.sub(0.5f)).mul(2f);
    return x.blend(
        r, x.abs().compare(VectorOperators.GE, 0x1p-25f).or(x.test(VectorOperators.IS_NAN)));
  }

  /** 2^x within two units in the last place; subnormal results are rounded, not flushed. */
  static FloatVector exp2(FloatVector x) {
    FloatVector v =
        x.blend(-151f, x.compare(VectorOperators.LT, -151f))
            .blend(129f, x.compare(VectorOperators.GT, 129f));
    FloatVector shifted = v.add(ROUND_254);
    FloatVector p = near(v.sub(shifted.sub(ROUND_254)).mul(LN2_HIGH));
    IntVector bits = shifted.reinterpretAsInts();
    IntVector half = bits.lanewise(VectorOperators.LSHR, 1);
    FloatVector low = half.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
    FloatVector high = bits.sub(half).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
    return p.mul(low).mul(high);
  }

  /**
   * The hyperbolic tangent within three units in the last place: {@code E / (E + 2)} with {@code E
   * = e^2x - 1}.
   */
  static FloatVector tanh(FloatVector x) {
    FloatVector a = x.abs();
    a = a.blend(9.1f, a.compare(VectorOperators.GT, 9.1f)); // the result is 1
    FloatVector shifted = a.fma(TWICE_LOG2_E, ROUND_127);
    FloatVector q = nearLess1(reduce(a.add(a), shifted.sub(ROUND_127)));
    FloatVector power = power(shifted);
    FloatVector e = power.fma(q, power.sub(ONE));
    IntVector sign = x.reinterpretAsInts().and(SIGN);
    return e.div(e.add(2f)).reinterpretAsInts().or(sign).reinterpretAsFloats();
  }

  /** {@code 1 / (1 + e^-x)} within three units in the last place. */
  static FloatVector sigmoid(FloatVector x) {
    return ONE.div(expNormal(x.neg()).add(ONE));
  }

  /** e^x within two units in the last place; subnormal results are rounded, not flushed. */
  static DoubleVector exp(DoubleVector x) {
    DoubleVector v = x.max(-746.0).min(710.0); // the result is 0 or infinity at the ends
    DoubleVector shifted = v.mul(1.4426950408889634).add(ROUND_DOUBLE);
    DoubleVector n = shifted.sub(ROUND_DOUBLE);
    DoubleVector r = n.mul(-0.693145751953125).add(v); // exact: the constant has 20 bits
    r = n.mul(-1.4286068203094173e-06).add(r);
    DoubleVector z = r.mul(r);
    DoubleVector p = z.mul(0.00012617719307481058).add(0.030299440770744195).mul(z).add(1.0).mul(r);
    DoubleVector q =
        z.mul(3.0019850513866446e-06)
            .add(0.002524483403496841)
            .mul(z)
            .add(0.22726554820815503)
            .mul(z)
            .add(2.0);
    DoubleVector e = p.div(q.sub(p)).mul(2.0).add(1.0);
    LongVector power = shifted.reinterpretAsLongs().sub(Double.doubleToRawLongBits(ROUND_DOUBLE));
    LongVector half = power.lanewise(VectorOperators.ASHR, 1);
    var low = half.add(1023).lanewise(VectorOperators.LSHL, 52).reinterpretAsDoubles();
    var high = power.sub(half).add(1023).lanewise(VectorOperators.LSHL, 52).reinterpretAsDoubles();
    return e.mul(low).mul(high);
  }
}
