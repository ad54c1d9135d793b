package dev.gatun.tensor.cpu.simd;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The error function's family on float32, computed in float64 vectors and rounded once. The
 * rational approximations are W. J. Cody's (Rational Chebyshev approximations for the error
 * function, Mathematics of Computation 23, 1969). Stateless.
 */
final class FloatErrors {
  private static final VectorSpecies<Float> FLOATS = SimdSpecies.floats();
  private static final VectorSpecies<Double> SPECIES = SimdSpecies.doubles();
  private static final int LANES = FLOATS.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  static final int ERF = 0;
  static final int ERFC = 1;
  static final int GELU = 2;

  private FloatErrors() {}

  /** Computes whole vectors of dense elements. */
  static void run(int op, MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = i * 4L;
      FloatVector v = FloatVector.fromMemorySegment(FLOATS, x, xAt + at, ORDER);
      DoubleVector low = (DoubleVector) v.convertShape(VectorOperators.F2D, SPECIES, 0);
      DoubleVector high = (DoubleVector) v.convertShape(VectorOperators.F2D, SPECIES, 1);
      FloatVector a = (FloatVector) value(op, low).convertShape(VectorOperators.D2F, FLOATS, 0);
      FloatVector b = (FloatVector) value(op, high).convertShape(VectorOperators.D2F, FLOATS, -1);
      // Each conversion leaves zeros in the other half.
      a.reinterpretAsInts()
          .or(b.reinterpretAsInts())
          .reinterpretAsFloats()
          .intoMemorySegment(y, yAt + at, ORDER);
    }
  }

  private static DoubleVector value(int op, DoubleVector x) {
    if (op == GELU) {
      return x.mul(0.5).mul(erfc(x.mul(-0.7071067811865476)));
    }
    return op == ERFC ? erfc(x) : erf(x);
  }

  private static DoubleVector erf(DoubleVector x) {
    DoubleVector a = x.abs();
    DoubleVector large = upper(a).neg().add(1.0);
    large = large.blend(large.neg(), x.test(VectorOperators.IS_NEGATIVE));
    return large.blend(small(x), a.compare(VectorOperators.LE, 0.46875));
  }

  private static DoubleVector erfc(DoubleVector x) {
    DoubleVector a = x.abs();
    DoubleVector u = upper(a);
    u = u.blend(u.neg().add(2.0), x.compare(VectorOperators.LT, 0.0));
    return u.blend(small(x).neg().add(1.0), a.compare(VectorOperators.LE, 0.46875));
  }

  /** erf(x) for |x| up to 0.46875. */
  private static DoubleVector small(DoubleVector x) {
    DoubleVector z = x.mul(x);
    DoubleVector p =
        z.mul(0.18577770618460315)
            .add(3.1611237438705655)
            .mul(z)
            .add(113.86415415105016)
            .mul(z)
            .add(377.485237685302)
            .mul(z)
            .add(3209.3775891384694);
    DoubleVector q =
        z.add(23.601290952344122)
            .mul(z)
            .add(244.02463793444417)
            .mul(z)
            .add(1282.6165260773723)
            .mul(z)
            .add(2844.236833439171);
    return x.mul(p).div(q);
  }

  /** erfc(a) for a above 0.46875. */
  private static DoubleVector upper(DoubleVector a) {
    // Beyond 28 the result is zero in float64, too; infinity would give NaN on the way.
    DoubleVector c = a.blend(28.0, a.compare(VectorOperators.GT, 28.0));
    DoubleVector scaled = middle(c).blend(far(c), c.compare(VectorOperators.GT, 4.0));
    return Exponentials.exp(c.mul(c).neg()).mul(scaled);
  }

  // Small methods: a vector that crosses a call which is not inlined is boxed.

  private static DoubleVector middle(DoubleVector c) {
    DoubleVector p =
        c.mul(2.1531153547440383e-8)
            .add(0.5641884969886701)
            .mul(c)
            .add(8.883149794388377)
            .mul(c)
            .add(66.11919063714163)
            .mul(c)
            .add(298.6351381974001)
            .mul(c)
            .add(881.952221241769)
            .mul(c)
            .add(1712.0476126340707)
            .mul(c)
            .add(2051.0783778260716)
            .mul(c)
            .add(1230.3393547979972);
    DoubleVector q =
        c.add(15.744926110709835)
            .mul(c)
            .add(117.6939508913125)
            .mul(c)
            .add(537.1811018620099)
            .mul(c)
            .add(1621.3895745666903)
            .mul(c)
            .add(3290.7992357334597)
            .mul(c)
            .add(4362.619090243247)
            .mul(c)
            .add(3439.3676741437216)
            .mul(c)
            .add(1230.3393548037495);
    return p.div(q);
  }

  private static DoubleVector far(DoubleVector c) {
    DoubleVector z = DoubleVector.broadcast(SPECIES, 1.0).div(c.mul(c));
    DoubleVector r =
        z.mul(0.016315387137302097)
            .add(0.30532663496123236)
            .mul(z)
            .add(0.36034489994980445)
            .mul(z)
            .add(0.12578172611122926)
            .mul(z)
            .add(0.016083785148742275)
            .mul(z)
            .add(0.0006587491615298378);
    DoubleVector s =
        z.add(2.568520192289822)
            .mul(z)
            .add(1.8729528499234673)
            .mul(z)
            .add(0.5279051029514285)
            .mul(z)
            .add(0.06051834131244132)
            .mul(z)
            .add(0.0023352049762686918);
    return z.mul(r).div(s).neg().add(0.5641895835477563).div(c);
  }
}
