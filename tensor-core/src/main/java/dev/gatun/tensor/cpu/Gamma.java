package dev.gatun.tensor.cpu;

/**
 * The logarithm of the gamma function and its first two derivatives in double precision: series
 * around 2, recurrences, asymptotic series from 10 on and reflection (Abramowitz and Stegun,
 * chapter 6). Stateless.
 */
final class Gamma {
  private static final double HALF_LOG_2PI = 0.9189385332046728;
  private static final double ONE_MINUS_EULER = 0.42278433509846713;
  private static final double LARGE = 10;

  /** Bernoulli numbers B2, B4, …. */
  private static final double[] BERNOULLI = {
    1.0 / 6,
    -1.0 / 30,
    1.0 / 42,
    -1.0 / 30,
    5.0 / 66,
    -691.0 / 2730,
    7.0 / 6,
    -3617.0 / 510,
    43867.0 / 798
  };

  /** zeta(k) - 1 at index k. */
  private static final double[] ZETA_MINUS_1 = zetas(40);

  private Gamma() {}

  /** By summing to 99 and Euler and Maclaurin's formula for the rest. */
  private static double[] zetas(int n) {
    double[] z = new double[n];
    double m = 100;
    for (int k = 2; k < n; k++) {
      double rest = Math.pow(m, 1.0 - k) / (k - 1) + Math.pow(m, -k) / 2;
      double term = k * Math.pow(m, -k - 1);
      rest += term / 12 - term * (k + 1) * (k + 2) / (720 * m * m);
      rest += term * (k + 1) * (k + 2) * (k + 3) * (k + 4) / (30240 * m * m * m * m);
      for (int i = 99; i >= 2; i--) {
        rest += Math.pow(i, -k);
      }
      z[k] = rest;
    }
    return z;
  }

  static double lgamma(double x) {
    if (Double.isNaN(x)) {
      return x;
    }
    if (Double.isInfinite(x) || (x <= 0 && x == Math.rint(x))) {
      return Double.POSITIVE_INFINITY;
    }
    if (x < 0) {
      return Math.log(Math.PI / Math.abs(sinPi(x))) - lgamma(1 - x);
    }
    if (x < 0.5) {
      return lgammaNear2(x) - Math.log1p(x) - Math.log(x);
    }
    if (x < 1.5) {
      return lgammaNear2(x - 1) - Math.log1p(x - 1);
    }
    if (x < LARGE) {
      double product = 1;
      double z = x;
      while (z > 2.5) {
        z--;
        product *= z;
      }
      return lgammaNear2(z - 2) + Math.log(product);
    }
    double r = 1 / (x * x);
    double sum = 0;
    for (int k = BERNOULLI.length; k >= 1; k--) {
      sum = sum * r + BERNOULLI[k - 1] / (2.0 * k * (2 * k - 1));
    }
    return (x - 0.5) * (Math.log(x) - 1) - 0.5 + HALF_LOG_2PI + sum / x;
  }

  /** log gamma(2 + z) for |z| <= 0.5, relatively exact near its zero at 0. */
  private static double lgammaNear2(double z) {
    double sum = 0;
    for (int k = ZETA_MINUS_1.length - 1; k >= 2; k--) {
      sum = ZETA_MINUS_1[k] / k - z * sum;
    }
    return z * (ONE_MINUS_EULER + z * sum);
  }

  static double digamma(double x) {
    if (x == 0) {
      return Math.copySign(Double.POSITIVE_INFINITY, -x);
    }
    if (x < 0) {
      if (x == Math.rint(x)) {
        return Double.NaN; // a pole with different signs on its sides; also for -infinity
      }
      double f = x - Math.rint(x);
      return digamma(1 - x) - Math.PI / Math.tan(Math.PI * f);
    }
    double shift = 0;
    double z = x;
    for (; z < LARGE; z++) {
      shift += 1 / z;
    }
    double r = 1 / (z * z);
    double sum = 0;
    for (int k = BERNOULLI.length; k >= 1; k--) {
      sum = (sum + BERNOULLI[k - 1] / (2.0 * k)) * r;
    }
    return Math.log(z) - 0.5 / z - sum - shift;
  }

  static double trigamma(double x) {
    if (x < 0.5) {
      if (x <= 0 && x == Math.rint(x)) {
        return x == Double.NEGATIVE_INFINITY ? Double.NaN : Double.POSITIVE_INFINITY;
      }
      double s = sinPi(x);
      return Math.PI / s * (Math.PI / s) - trigamma(1 - x);
    }
    double shift = 0;
    double z = x;
    for (; z < LARGE; z++) {
      shift += 1 / (z * z);
    }
    double r = 1 / (z * z);
    double sum = 0;
    for (int k = BERNOULLI.length; k >= 1; k--) {
      sum = (sum + BERNOULLI[k - 1]) * r;
    }
    return shift + (1 + 0.5 / z + sum) / z;
  }

  /** sin(pi * x), up to the sign. */
  private static double sinPi(double x) {
    return Math.sin(Math.PI * (x - Math.rint(x)));
  }
}
