// Functions that neither CUDA nor C has for all types, in double precision: the same as in Gatun's reference backend.
#pragma once

#include "types.cuh"

namespace gatun {

// Halley's steps on erf from Winitzki's approximation (A handy approximation for the error function and its inverse, 2008); in the tail
// on erfc, which keeps the digits.
__device__ inline double inverseErf(double x) {
  const double sqrtPi = 1.772453850905516;
  double a = fabs(x);
  if (!(a <= 1)) {
    return NAN;
  }
  if (a == 1) {
    return copysign(static_cast<double>(INFINITY), x);
  }
  double y;
  if (a < 0.05) {
    y = a * sqrtPi / 2; // Winitzki's cancels near 0
  } else {
    double l = log((1 - a) * (1 + a));
    double t = 2 / (3.141592653589793 * 0.147) + l / 2;
    y = sqrt(sqrt(t * t - l / 0.147) - t);
  }
  for (int i = 0; i < 3; i++) {
    double error = a < 0.5 ? erf(y) - a : (1 - a) - erfc(y);
    double u = error * sqrtPi / 2 * exp(y * y);
    y -= u / (1 + y * u);
  }
  return copysign(y, x);
}

__device__ inline double bernoulli(int k) {
  const double b[9] = {1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6, -3617.0 / 510, 43867.0 / 798};
  return b[k - 1];
}

// The derivative of lgamma: recurrence, asymptotic series from 10 on, reflection (Abramowitz and Stegun, chapter 6).
__device__ inline double digamma(double x) {
  if (x == 0) {
    return copysign(static_cast<double>(INFINITY), -x);
  }
  double reflected = 0;
  if (x < 0) {
    if (x == rint(x)) {
      return NAN; // a pole with different signs on its sides
    }
    reflected = 3.141592653589793 / tan(3.141592653589793 * (x - rint(x)));
    x = 1 - x;
  }
  double shift = 0;
  for (; x < 10; x++) {
    shift += 1 / x;
  }
  double r = 1 / (x * x), sum = 0;
  for (int k = 9; k >= 1; k--) {
    sum = (sum + bernoulli(k) / (2.0 * k)) * r;
  }
  return log(x) - 0.5 / x - sum - shift - reflected;
}

__device__ inline double trigammaFromHalf(double x) {
  double shift = 0;
  for (; x < 10; x++) {
    shift += 1 / (x * x);
  }
  double r = 1 / (x * x), sum = 0;
  for (int k = 9; k >= 1; k--) {
    sum = (sum + bernoulli(k)) * r;
  }
  return shift + (1 + 0.5 / x + sum) / x;
}

__device__ inline double trigamma(double x) {
  if (x < 0.5) {
    if (x == rint(x)) {
      return isinf(x) ? NAN : INFINITY;
    }
    double s = 3.141592653589793 / sin(3.141592653589793 * (x - rint(x)));
    return s * s - trigammaFromHalf(1 - x);
  }
  return trigammaFromHalf(x);
}

} // namespace gatun
