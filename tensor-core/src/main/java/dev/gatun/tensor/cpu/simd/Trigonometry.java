package dev.gatun.tensor.cpu.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sine, cosine and tangent on vectors, from exactly rounded operations only, for the reason that
 * {@link Exponentials} gives. The argument is reduced by multiples of pi / 2 in three parts; the
 * polynomials are minimax fits on |r| up to pi / 4. Stateless.
 */
final class Trigonometry {
  private static final VectorSpecies<Float> SPECIES = SimdSpecies.floats();
  private static final float ROUND = 0x1.8p23f;

  /** Beyond, the reduction loses digits, and a caller needs other means. */
  static final float LIMIT = 0x1p17f;

  private static final float TWO_OVER_PI = 0.63661975f;
  private static final float HALF_PI_1 = 1.5707964f;
  private static final float HALF_PI_2 = -4.371139e-8f;
  private static final float HALF_PI_3 = -1.7151245e-15f;

  private Trigonometry() {}

  private static FloatVector all(float c) {
    return FloatVector.broadcast(SPECIES, c);
  }

  private static FloatVector reduce(FloatVector x, FloatVector n) {
    return n.fma(all(-HALF_PI_3), n.fma(all(-HALF_PI_2), n.fma(all(-HALF_PI_1), x)));
  }

  private static FloatVector sine(FloatVector r, FloatVector z) {
    FloatVector p =
        all(2.71812e-6f)
            .fma(z, all(-1.9839311e-4f))
            .fma(z, all(0.008333329f))
            .fma(z, all(-0.16666667f));
    return p.mul(z).fma(r, r);
  }

  private static FloatVector cosine(FloatVector z) {
    FloatVector p = all(2.4433139e-5f).fma(z, all(-0.0013887316f)).fma(z, all(0.041666646f));
    return p.fma(z, all(-0.5f)).fma(z, all(1f));
  }

  /** The sine of x + {@code quarters} pi / 2, if {@code shifted} is x / (pi / 2) + ROUND. */
  private static FloatVector turned(FloatVector x, FloatVector shifted, int quarters) {
    FloatVector r = reduce(x, shifted.sub(ROUND));
    FloatVector z = r.mul(r);
    IntVector quarter = shifted.reinterpretAsInts().add(quarters);
    var odd = quarter.and(1).compare(VectorOperators.NE, 0).cast(SPECIES);
    IntVector sign = quarter.and(2).lanewise(VectorOperators.LSHL, 30);
    FloatVector v = sine(r, z).blend(cosine(z), odd);
    return v.reinterpretAsInts().lanewise(VectorOperators.XOR, sign).reinterpretAsFloats();
  }

  private static FloatVector shift(FloatVector x) {
    return x.fma(all(TWO_OVER_PI), all(ROUND));
  }

  /** Within two units in the last place for |x| up to {@link #LIMIT}. */
  static FloatVector sin(FloatVector x) {
    return x.blend(turned(x, shift(x), 0), x.abs().compare(VectorOperators.GE, 0x1p-13f));
  }

  /** Within two units in the last place for |x| up to {@link #LIMIT}. */
  static FloatVector cos(FloatVector x) {
    return turned(x, shift(x), 1);
  }

  /** Within four units in the last place for |x| up to {@link #LIMIT}. */
  static FloatVector tan(FloatVector x) {
    return sin(x).div(cos(x));
  }
}
