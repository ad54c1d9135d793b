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
        z.mul(1.85777706184603153e-1)
            .add(3.16112374387056560e0)
            .mul(z)
            .add(1.13864154151050156e2)
            .mul(z)
            .add(3.77485237685302021e2)
            .mul(z)
            .add(3.20937758913846947e3);
    DoubleVector q =
        z.add(2.36012909523441209e1)
            .mul(z)
            .add(2.44024637934444173e2)
            .mul(z)
            .add(1.28261652607737228e3)
            .mul(z)
            .add(2.84423683343917062e3);
    return x.mul(p).div(q);
  }

  /** erfc(a) for a above 0.46875. */
  private static DoubleVector upper(DoubleVector a) {
    // Beyond 28 the result is zero in float64, too; infinity would give NaN on the way.
    DoubleVector c = a.blend(28.0, a.compare(VectorOperators.GT, 28.0));
    DoubleVector scaled = middle(c).blend(far(c), c.compare(VectorOperators.GT, 4.0));
    return c.mul(c).neg().lanewise(VectorOperators.EXP).mul(scaled);
  }

  // Small methods: a vector that crosses a call which is not inlined is boxed.

  private static DoubleVector middle(DoubleVector c) {
    DoubleVector p =
        c.mul(2.15311535474403846e-8)
            .add(5.64188496988670089e-1)
            .mul(c)
            .add(8.88314979438837594e0)
            .mul(c)
            .add(6.61191906371416295e1)
            .mul(c)
            .add(2.98635138197400131e2)
            .mul(c)
            .add(8.81952221241769090e2)
            .mul(c)
            .add(1.71204761263407058e3)
            .mul(c)
            .add(2.05107837782607147e3)
            .mul(c)
            .add(1.23033935479799725e3);
    DoubleVector q =
        c.add(1.57449261107098347e1)
            .mul(c)
            .add(1.17693950891312499e2)
            .mul(c)
            .add(5.37181101862009858e2)
            .mul(c)
            .add(1.62138957456669019e3)
            .mul(c)
            .add(3.29079923573345963e3)
            .mul(c)
            .add(4.36261909024324716e3)
            .mul(c)
            .add(3.43936767414372164e3)
            .mul(c)
            .add(1.23033935480374942e3);
    return p.div(q);
  }

  private static DoubleVector far(DoubleVector c) {
    DoubleVector z = DoubleVector.broadcast(SPECIES, 1.0).div(c.mul(c));
    DoubleVector r =
        z.mul(1.63153871373020978e-2)
            .add(3.05326634961232344e-1)
            .mul(z)
            .add(3.60344899949804439e-1)
            .mul(z)
            .add(1.25781726111229246e-1)
            .mul(z)
            .add(1.60837851487422766e-2)
            .mul(z)
            .add(6.58749161529837803e-4);
    DoubleVector s =
        z.add(2.56852019228982242e0)
            .mul(z)
            .add(1.87295284992346725e0)
            .mul(z)
            .add(5.27905102951428412e-1)
            .mul(z)
            .add(6.05183413124413191e-2)
            .mul(z)
            .add(2.33520497626869185e-3);
    return z.mul(r).div(s).neg().add(0.56418958354775628695).div(c);
  }
}
