package dev.gatun.tensor.cpu.simd;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@code e^x} on vectors, from exactly rounded operations only, so that a result does not depend on
 * whether the code around it is compiled yet: {@code lanewise(EXP)} calls one library when it is
 * and another when it is not. The approximations are those of S. L. Moshier's Cephes library.
 * Stateless.
 */
final class Exponentials {
  /** Adding it to a number rounds that to an integer, which then lies in the lowest bits. */
  private static final float ROUND = 0x1.8p23f;

  private static final double ROUND_DOUBLE = 0x1.8p52;

  private Exponentials() {}

  /** Within one unit in the last place; subnormal results are rounded, not flushed. */
  static FloatVector exp(FloatVector x) {
    FloatVector v = x.max(-104f).min(89f); // the result is 0 or infinity at the ends
    FloatVector shifted = v.mul(1.442695f).add(ROUND);
    FloatVector n = shifted.sub(ROUND);
    FloatVector r = n.mul(-0.6933594f).add(v); // exact: the constant has 9 bits
    r = n.mul(2.12194440e-4f).add(r);
    FloatVector p =
        r.mul(0.00019875691f)
            .add(0.0013981999f)
            .mul(r)
            .add(0.008333452f)
            .mul(r)
            .add(0.041665796f)
            .mul(r)
            .add(0.16666666f)
            .mul(r)
            .add(0.5f)
            .mul(r.mul(r))
            .add(r)
            .add(1f);
    // Two factors, because 2^n itself may be out of range.
    var power = shifted.reinterpretAsInts().sub(Float.floatToRawIntBits(ROUND));
    var half = power.lanewise(VectorOperators.ASHR, 1);
    var low = half.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
    var high = power.sub(half).add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
    return p.mul(low).mul(high);
  }

  /** Within two units in the last place; subnormal results are rounded, not flushed. */
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
