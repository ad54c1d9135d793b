package dev.gatun.tensor.cpu.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The error function's family on vectors of float32, from exactly rounded operations only. The
 * complement is {@code erfc(a) = e^(-a^2) t Q(t)} with {@code t = 1 / (1 + 0.3 a)}, the form of
 * Abramowitz and Stegun 7.1.26; Q is a minimax fit in relative error, so that it holds where the
 * result is small, too. Stateless.
 */
final class FloatErrors {
  private static final VectorSpecies<Float> SPECIES = SimdSpecies.floats();
  private static final int SIGN = 0x8000_0000;

  /** {@code sqrt(2 / pi)}, twice. */
  private static final float SLOPE = 1.5957692f;

  private static final float CUBE = 0.044715f;

  /** {@code 1 / sqrt(2 pi)}. */
  private static final float DENSITY = 0.3989423f;

  // Vectors, not numbers to be spread: that costs C2 some of what it may inline, and it does not
  // inline all of a function this long otherwise.
  private static final FloatVector Q8 = all(-0.12953988f);
  private static final FloatVector Q7 = all(0.4856527f);
  private static final FloatVector Q6 = all(-0.5124805f);
  private static final FloatVector Q5 = all(0.5479759f);
  private static final FloatVector Q4 = all(-0.09484816f);
  private static final FloatVector Q3 = all(0.21502113f);
  private static final FloatVector Q2 = all(0.14831132f);
  private static final FloatVector Q1 = all(0.17071976f);
  private static final FloatVector Q0 = all(0.1691877f);
  private static final FloatVector E6 = all(7.853787e-5f);
  private static final FloatVector E5 = all(-8.010173e-4f);
  private static final FloatVector E4 = all(0.0051883254f);
  private static final FloatVector E3 = all(-0.026853811f);
  private static final FloatVector E2 = all(0.11283585f);
  private static final FloatVector E1 = all(-0.37612626f);
  private static final FloatVector E0 = all(1.1283791f);
  private static final FloatVector N13 = all(1.5760418e-7f);
  private static final FloatVector N12 = all(-2.095112e-6f);
  private static final FloatVector N11 = all(9.299578e-6f);
  private static final FloatVector N10 = all(-1.277389e-5f);
  private static final FloatVector N9 = all(1.6946826e-6f);
  private static final FloatVector N8 = all(-2.4347715e-5f);
  private static final FloatVector N7 = all(-0.00013133553f);
  private static final FloatVector N6 = all(0.00015975274f);
  private static final FloatVector N5 = all(0.0010789838f);
  private static final FloatVector N4 = all(0.0033338831f);
  private static final FloatVector N3 = all(0.0059072226f);
  private static final FloatVector N2 = all(0.0066479496f);
  private static final FloatVector N1 = all(0.004431843f);
  private static final FloatVector N0 = all(0.001349898f);
  private static final FloatVector S13 = all(-2.321415e-6f);
  private static final FloatVector S12 = all(-5.19281e-6f);
  private static final FloatVector S11 = all(4.1294577e-5f);
  private static final FloatVector S10 = all(3.907296e-5f);
  private static final FloatVector S9 = all(-0.00044463738f);
  private static final FloatVector S8 = all(0.00037468853f);
  private static final FloatVector S7 = all(0.0028032644f);
  private static final FloatVector S6 = all(-0.0077998266f);
  private static final FloatVector S5 = all(-0.0027085152f);
  private static final FloatVector S4 = all(0.04499255f);
  private static final FloatVector S3 = all(-0.07198598f);
  private static final FloatVector S2 = all(-5.1807007e-8f);
  private static final FloatVector S1 = all(0.10798181f);
  private static final FloatVector S0 = all(-0.085231796f);
  private static final FloatVector NEAR = all(3f);
  private static final FloatVector MIDDLE = all(2f);
  private static final FloatVector ONE = all(1f);
  private static final FloatVector TWO = all(2f);
  private static final FloatVector P = all(0.3f);
  private static final FloatVector P_ROOT_HALF = all(0.21213204f);
  private static final FloatVector MINUS_SLOPE = all(-SLOPE);
  private static final FloatVector MINUS_SLOPE_CUBE = all(-SLOPE * CUBE);
  private static final FloatVector PLUS_SLOPE = all(SLOPE);
  private static final FloatVector THREE_SLOPE_CUBE = all(3 * SLOPE * CUBE);

  /** Up to here, exclusive, one polynomial gives gelu. */
  static final float BOUND = 3f;

  private FloatErrors() {}

  private static FloatVector all(float c) {
    return FloatVector.broadcast(SPECIES, c);
  }

  /** {@code t Q(t)}. */
  private static FloatVector rational(FloatVector t) {
    return Q8.fma(t, Q7)
        .fma(t, Q6)
        .fma(t, Q5)
        .fma(t, Q4)
        .fma(t, Q3)
        .fma(t, Q2)
        .fma(t, Q1)
        .fma(t, Q0)
        .mul(t);
  }

  /** erfc(a) within eight units in the last place, for a of 0 and more. */
  private static FloatVector upper(FloatVector a) {
    FloatVector c = a.blend(10.5f, a.compare(VectorOperators.GT, 10.5f)); // 0 from here on
    FloatVector square = c.mul(c);
    FloatVector lost = c.fma(c, square.neg());
    FloatVector t = ONE.div(c.fma(P, ONE));
    // Subnormal results need the exponential's own.
    FloatVector e = Exponentials.exp(square.neg()).mul(rational(t));
    return e.fma(lost.neg(), e);
  }

  /** erf(x) within three units in the last place. */
  static FloatVector erf(FloatVector x) {
    FloatVector a = x.abs();
    FloatVector z = x.mul(x);
    FloatVector small = E6.fma(z, E5).fma(z, E4).fma(z, E3).fma(z, E2).fma(z, E1).fma(z, E0).mul(x);
    FloatVector c = a.blend(4f, a.compare(VectorOperators.GT, 4f)); // 1 from here on
    FloatVector t = ONE.div(c.fma(P, ONE));
    FloatVector tail = Exponentials.expNegative(c.mul(c.neg())).mul(rational(t));
    IntVector sign = x.reinterpretAsInts().and(SIGN);
    FloatVector large = ONE.sub(tail).reinterpretAsInts().or(sign).reinterpretAsFloats();
    return large.blend(small, a.compare(VectorOperators.LT, 1f));
  }

  /** erfc(x) within eight units in the last place. */
  static FloatVector erfc(FloatVector x) {
    FloatVector u = upper(x.abs());
    return u.blend(TWO.sub(u), x.compare(VectorOperators.LT, 0f));
  }

  /** The probability that a normal number exceeds a, for a from 0 to 20, given its bell. */
  private static FloatVector exceeding(FloatVector a, FloatVector bell) {
    FloatVector t = ONE.div(a.fma(P_ROOT_HALF, ONE));
    return rational(t).mul(0.5f).mul(bell);
  }

  /** {@code e^(-a^2 / 2)}, for a from 0 to 20. */
  private static FloatVector bell(FloatVector a) {
    FloatVector half = a.mul(0.5f);
    FloatVector square = half.mul(a);
    FloatVector lost = half.fma(a, square.neg());
    FloatVector e = Exponentials.expNegative(square.neg());
    return e.fma(lost.neg(), e);
  }

  /** |x|, at most 20, where a bell is zero. */
  private static FloatVector bounded(FloatVector x) {
    FloatVector a = x.abs();
    return a.blend(20f, a.compare(VectorOperators.GT, 20f));
  }

  /**
   * x times the probability that a normal number is below x, within eight units in the last place,
   * also where that is small.
   */
  static FloatVector gelu(FloatVector x) {
    FloatVector a = bounded(x);
    FloatVector q = exceeding(a, bell(a));
    return q.blend(ONE.sub(q), x.compare(VectorOperators.GE, 0f)).mul(x);
  }

  /** The derivative of {@link #gelu}. */
  static FloatVector geluSlope(FloatVector x) {
    FloatVector a = bounded(x);
    FloatVector bell = bell(a);
    FloatVector q = exceeding(a, bell);
    FloatVector below = q.blend(ONE.sub(q), x.compare(VectorOperators.GE, 0f));
    return bell.mul(DENSITY).fma(x, below);
  }

  /**
   * {@link #gelu} for |x| below {@link #BOUND}, of 17 instructions: {@code max(x, 0) - |x| q} where
   * q, the probability that a normal number exceeds |x|, is a polynomial in {@code 3 - |x|}, whose
   * greatest coefficients are positive, so that nothing cancels. Fitted in relative error, its
   * coefficients rounded one by one and the others fitted again.
   */
  static FloatVector geluNear(FloatVector x) {
    FloatVector a = x.abs();
    FloatVector s = NEAR.sub(a);
    FloatVector q =
        N13.fma(s, N12)
            .fma(s, N11)
            .fma(s, N10)
            .fma(s, N9)
            .fma(s, N8)
            .fma(s, N7)
            .fma(s, N6)
            .fma(s, N5)
            .fma(s, N4)
            .fma(s, N3)
            .fma(s, N2)
            .fma(s, N1)
            .fma(s, N0);
    FloatVector positive = x.blend(0f, x.compare(VectorOperators.LT, 0f));
    return a.neg().fma(q, positive);
  }

  /** The derivative of {@link #geluNear} within 3e-7; for |x| above 1 within 2e-6 of its size. */
  static FloatVector geluSlopeNear(FloatVector x) {
    FloatVector s = x.abs().sub(MIDDLE);
    FloatVector d =
        S13.fma(s, S12)
            .fma(s, S11)
            .fma(s, S10)
            .fma(s, S9)
            .fma(s, S8)
            .fma(s, S7)
            .fma(s, S6)
            .fma(s, S5)
            .fma(s, S4)
            .fma(s, S3)
            .fma(s, S2)
            .fma(s, S1)
            .fma(s, S0);
    return d.blend(ONE.sub(d), x.compare(VectorOperators.GE, 0f));
  }

  /** Where a vector has what {@link #geluNear} and {@link #geluSlopeNear} cannot do. */
  static VectorMask<Float> isFar(FloatVector x) {
    return x.abs().compare(VectorOperators.GE, BOUND);
  }

  /**
   * {@code x / (1 + e^-2u)} with {@code u = sqrt(2 / pi) (x + 0.044715 x^3)}: within 128 units in
   * the last place where it is smallest, near -9, within four for positive x.
   */
  static FloatVector geluTanh(FloatVector x) {
    FloatVector minus2u = x.mul(x).fma(MINUS_SLOPE_CUBE, MINUS_SLOPE).mul(x);
    return x.div(Exponentials.expNormal(minus2u).add(1f));
  }

  /** The derivative of {@link #geluTanh}: {@code s + x s (1 - s) 2 du/dx} with s = sigmoid(2u). */
  static FloatVector geluTanhSlope(FloatVector x) {
    FloatVector a =
        bounded(x).reinterpretAsInts().or(x.reinterpretAsInts().and(SIGN)).reinterpretAsFloats();
    FloatVector z = a.mul(a);
    FloatVector minus2u = z.fma(MINUS_SLOPE_CUBE, MINUS_SLOPE).mul(a);
    FloatVector s = ONE.div(Exponentials.expNormal(minus2u).add(1f));
    FloatVector slope = z.fma(THREE_SLOPE_CUBE, PLUS_SLOPE).mul(a);
    return slope.mul(s).fma(ONE.sub(s), s);
  }
}
