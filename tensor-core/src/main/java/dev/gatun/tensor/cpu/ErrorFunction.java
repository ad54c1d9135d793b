package dev.gatun.tensor.cpu;

/**
 * The error function, its complement and its inverse in double precision. The rational
 * approximations are W. J. Cody's (Rational Chebyshev approximations for the error function,
 * Mathematics of Computation 23, 1969). Stateless.
 */
@SuppressWarnings("FloatingPointLiteralPrecision") // the coefficients as published
final class ErrorFunction {
  private static final double SQRT_PI = 1.772453850905516;

  // erf(x) = x * A(x^2) / B(x^2) for |x| <= 0.46875.
  private static final double[] A = {
    1.85777706184603153e-1,
    3.16112374387056560e0,
    1.13864154151050156e2,
    3.77485237685302021e2,
    3.20937758913846947e3
  };
  private static final double[] B = {
    1, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3
  };
  // erfc(x) = exp(-x^2) * C(x) / D(x) for 0.46875 <= x <= 4.
  private static final double[] C = {
    2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0,
    6.61191906371416295e1, 2.98635138197400131e2, 8.81952221241769090e2,
    1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3
  };
  private static final double[] D = {
    1,
    1.57449261107098347e1,
    1.17693950891312499e2,
    5.37181101862009858e2,
    1.62138957456669019e3,
    3.29079923573345963e3,
    4.36261909014324716e3,
    3.43936767414372164e3,
    1.23033935480374942e3
  };
  // erfc(x) = exp(-x^2) / x * (1 / sqrt(pi) - P(1/x^2) / Q(1/x^2) / x^2) for x > 4.
  private static final double[] P = {
    1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1,
    1.25781726111229246e-1, 1.60837851487422766e-2, 6.58749161529837803e-4
  };
  private static final double[] Q = {
    1,
    2.56852019228982242e0,
    1.87295284992346725e0,
    5.27905102951428412e-1,
    6.05183413124413191e-2,
    2.33520497626869185e-3
  };

  private ErrorFunction() {}

  static double erf(double x) {
    double a = Math.abs(x);
    if (a <= 0.46875) {
      return x * polynomial(A, x * x) / polynomial(B, x * x);
    }
    return Math.copySign(1 - upper(a), x);
  }

  static double erfc(double x) {
    if (Math.abs(x) <= 0.46875) {
      return 1 - erf(x);
    }
    return x < 0 ? 2 - upper(-x) : upper(x);
  }

  /** erfc(x) for x above 0.46875. */
  private static double upper(double x) {
    if (x > 27) { // below the smallest double; also for infinity
      return 0;
    }
    double scaled;
    if (x <= 4) {
      scaled = polynomial(C, x) / polynomial(D, x);
    } else {
      double r = 1 / (x * x);
      scaled = (1 / SQRT_PI - r * polynomial(P, r) / polynomial(Q, r)) / x;
    }
    // exp(-x^2) from a short x, whose square is exact, and the rest.
    double s = (long) (x * 16) / 16.0;
    return Math.exp(-s * s) * Math.exp(-(x - s) * (x + s)) * scaled;
  }

  /**
   * Halley's steps on erf from Winitzki's approximation (S. Winitzki, A handy approximation for the
   * error function and its inverse, 2008); in the tail on erfc, which keeps the digits.
   */
  static double erfinv(double x) {
    double a = Math.abs(x);
    if (a > 1 || Double.isNaN(x)) {
      return Double.NaN;
    }
    if (a == 1) {
      return Math.copySign(Double.POSITIVE_INFINITY, x);
    }
    double y;
    if (a < 0.05) {
      y = a * SQRT_PI / 2; // Winitzki's cancels near 0
    } else {
      double log = Math.log((1 - a) * (1 + a));
      double t = 2 / (Math.PI * 0.147) + log / 2;
      y = Math.sqrt(Math.sqrt(t * t - log / 0.147) - t);
    }
    for (int i = 0; i < 3; i++) {
      double error = a < 0.5 ? erf(y) - a : (1 - a) - erfc(y);
      double u = error * SQRT_PI / 2 * Math.exp(y * y);
      y -= u / (1 + y * u);
    }
    return Math.copySign(y, x);
  }

  /** Horner's rule, highest coefficient first. */
  private static double polynomial(double[] c, double x) {
    double y = c[0];
    for (int i = 1; i < c.length; i++) {
      y = y * x + c[i];
    }
    return y;
  }
}
