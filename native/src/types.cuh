// Element types: storage, what they are computed in, conversions as Gatun's reference backend makes them.
#pragma once

#include <cfloat>
#include <math.h>
#include <cstdint>
#include <cstring>

#ifndef GATUN_EMULATION
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>
#define GATUN_LAUNCH(kernel, grid, threads, shared, stream, ...) kernel<<<grid, threads, shared, stream>>>(__VA_ARGS__)
#define GATUN_DYNAMIC_SHARED(type, name) \
  extern __shared__ __align__(16) unsigned char name##Bytes[]; \
  type *name = reinterpret_cast<type *>(name##Bytes)
#define GATUN_PRAGMA(text) _Pragma(#text)
#define GATUN_UNROLL(n) GATUN_PRAGMA(unroll n)
#endif

namespace gatun {

#define GATUN_HD __host__ __device__ inline

struct f16 {
  uint16_t bits;
};
struct bf16 {
  uint16_t bits;
};
struct boolean {
  uint8_t bits;
};

GATUN_HD uint32_t bitsOf(float x) {
  uint32_t b;
  memcpy(&b, &x, 4);
  return b;
}

GATUN_HD float floatOf(uint32_t bits) {
  float x;
  memcpy(&x, &bits, 4);
  return x;
}

GATUN_HD float widen(f16 h) {
#ifdef __CUDA_ARCH__
  return __half2float(__ushort_as_half(h.bits));
#else
  uint32_t sign = (h.bits & 0x8000u) << 16, exponent = (h.bits >> 10) & 31, fraction = h.bits & 1023;
  if (exponent == 31) {
    return floatOf(sign | 0x7f800000 | fraction << 13);
  }
  if (exponent != 0) {
    return floatOf(sign | (exponent + 112) << 23 | fraction << 13);
  }
  float f = static_cast<float>(fraction) * 0x1p-24f;
  return sign ? -f : f;
#endif
}

GATUN_HD float widen(bf16 h) { return floatOf(static_cast<uint32_t>(h.bits) << 16); }

// To nearest even.
GATUN_HD f16 toF16(float x) {
#ifdef __CUDA_ARCH__
  return {__half_as_ushort(__float2half_rn(x))};
#else
  uint32_t b = bitsOf(x), sign = (b >> 16) & 0x8000, magnitude = b & 0x7fffffff;
  if (magnitude > 0x7f800000) {
    return {static_cast<uint16_t>(sign | 0x7e00)};
  }
  if (magnitude >= 0x477ff000) { // 65520 and above
    return {static_cast<uint16_t>(sign | 0x7c00)};
  }
  if (magnitude >= 0x38800000) { // normal
    uint32_t rounded = magnitude + 0xfff + ((magnitude >> 13) & 1);
    return {static_cast<uint16_t>(sign | ((rounded - 0x38000000) >> 13))};
  }
  float units = floatOf(magnitude) * 0x1p24f;
  return {static_cast<uint16_t>(sign | static_cast<uint32_t>(rintf(units)))};
#endif
}

GATUN_HD bf16 toBf16(float x) {
  uint32_t b = bitsOf(x);
  if ((b & 0x7fffffff) > 0x7f800000) {
    return {static_cast<uint16_t>((b >> 16) | 0x40)};
  }
  return {static_cast<uint16_t>((b + 0x7fff + ((b >> 16) & 1)) >> 16)};
}

// To float32 so that a second rounding to fewer bits is right: an inexact result gets an odd last bit (Boldo and Melquiond 2008).
GATUN_HD float roundToOdd(double x) {
  float f = static_cast<float>(x);
  if (f == x || x != x || fabsf(f) > FLT_MAX || (bitsOf(f) & 1)) {
    return f;
  }
  return floatOf(bitsOf(f) + (fabs(static_cast<double>(f)) > fabs(x) ? -1 : 1));
}

// What a type is computed in: float, double or int64.
template <typename T>
struct ComputeOf {
  using type = int64_t;
};
template <>
struct ComputeOf<float> {
  using type = float;
};
template <>
struct ComputeOf<double> {
  using type = double;
};
template <>
struct ComputeOf<f16> {
  using type = float;
};
template <>
struct ComputeOf<bf16> {
  using type = float;
};
template <typename T>
using Compute = typename ComputeOf<T>::type;

template <typename T>
struct IsFloat {
  static constexpr bool value = false;
};
template <>
struct IsFloat<float> {
  static constexpr bool value = true;
};
template <>
struct IsFloat<double> {
  static constexpr bool value = true;
};
template <>
struct IsFloat<f16> {
  static constexpr bool value = true;
};
template <>
struct IsFloat<bf16> {
  static constexpr bool value = true;
};

template <typename T>
GATUN_HD Compute<T> up(T x) {
  return static_cast<Compute<T>>(x);
}
GATUN_HD float up(f16 x) { return widen(x); }
GATUN_HD float up(bf16 x) { return widen(x); }
GATUN_HD int64_t up(boolean x) { return x.bits != 0; }

// A double as Java's narrowing makes an integer of it: truncated, NaN is 0, saturated.
GATUN_HD int64_t toLong(double x) {
  if (x != x) {
    return 0;
  }
  if (x >= 9223372036854775808.0) {
    return INT64_MAX;
  }
  if (x <= -9223372036854775808.0) {
    return INT64_MIN;
  }
  return static_cast<int64_t>(x);
}
GATUN_HD int32_t toInt(double x) {
  if (x != x) {
    return 0;
  }
  if (x >= 2147483647.0) {
    return INT32_MAX;
  }
  if (x <= -2147483648.0) {
    return INT32_MIN;
  }
  return static_cast<int32_t>(x);
}

// Storing what was computed: floats round to nearest even, integers wrap, 64-bit integers from floats saturate, narrower ones saturate at
// 32 bits and wrap.
template <typename T>
struct Store {
  GATUN_HD static T of(int64_t x) { return static_cast<T>(x); }
  GATUN_HD static T of(double x) { return static_cast<T>(sizeof(T) == 8 ? toLong(x) : toInt(x)); }
  GATUN_HD static T of(float x) { return of(static_cast<double>(x)); }
};
template <>
struct Store<boolean> {
  GATUN_HD static boolean of(int64_t x) { return {static_cast<uint8_t>(x != 0)}; }
  GATUN_HD static boolean of(double x) { return {static_cast<uint8_t>(x != 0)}; }
  GATUN_HD static boolean of(float x) { return {static_cast<uint8_t>(x != 0)}; }
};
template <>
struct Store<float> {
  GATUN_HD static float of(int64_t x) { return static_cast<float>(x); }
  GATUN_HD static float of(double x) { return static_cast<float>(x); }
  GATUN_HD static float of(float x) { return x; }
};
template <>
struct Store<double> {
  GATUN_HD static double of(int64_t x) { return static_cast<double>(x); }
  GATUN_HD static double of(double x) { return x; }
  GATUN_HD static double of(float x) { return x; }
};
template <>
struct Store<f16> {
  GATUN_HD static f16 of(int64_t x) { return toF16(static_cast<float>(x)); }
  GATUN_HD static f16 of(double x) { return toF16(roundToOdd(x)); }
  GATUN_HD static f16 of(float x) { return toF16(x); }
};
template <>
struct Store<bf16> {
  GATUN_HD static bf16 of(int64_t x) { return toBf16(static_cast<float>(x)); }
  GATUN_HD static bf16 of(double x) { return toBf16(roundToOdd(x)); }
  GATUN_HD static bf16 of(float x) { return toBf16(x); }
};

template <typename T, typename C>
GATUN_HD T down(C x) {
  return Store<T>::of(x);
}

// The greater and the smaller; NaN if either is.
template <typename C>
GATUN_HD C greater(C a, C b) {
  return a != a ? a : b != b ? b : a > b ? a : b;
}
template <typename C>
GATUN_HD C smaller(C a, C b) {
  return a != a ? a : b != b ? b : a < b ? a : b;
}

template <typename T>
struct Tag {
  using type = T;
};

} // namespace gatun
