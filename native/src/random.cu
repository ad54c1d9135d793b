// Philox4x32-10 (Salmon, Moraes, Dror and Shaw, Parallel random numbers: as easy as 1, 2, 3, SC 2011), bit for bit as on the CPU: this
// file is compiled without fusing multiplications and additions.
#include "context.cuh"

namespace gatun {
namespace {

enum Distribution { BITS, UNIFORM, NORMAL };

constexpr double LN2 = 0.6931471805599453;
constexpr double HALF_PI = 1.5707963267948966;

struct Words {
  uint32_t w[4];
};

__device__ Words philox(uint64_t counter, uint32_t domain, uint64_t seed) {
  uint32_t c0 = static_cast<uint32_t>(counter), c1 = static_cast<uint32_t>(counter >> 32), c2 = domain, c3 = 0;
  uint32_t k0 = static_cast<uint32_t>(seed), k1 = static_cast<uint32_t>(seed >> 32);
  for (int round = 0; round < 10; round++) {
    uint64_t p0 = uint64_t{0xD2511F53} * c0, p1 = uint64_t{0xCD9E8D57} * c2;
    c0 = static_cast<uint32_t>(p1 >> 32) ^ c1 ^ k0;
    c2 = static_cast<uint32_t>(p0 >> 32) ^ c3 ^ k1;
    c1 = static_cast<uint32_t>(p1);
    c3 = static_cast<uint32_t>(p0);
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  return {{c0, c1, c2, c3}};
}

__device__ uint64_t bits53(const Words &words, int i) { return uint64_t{words.w[i]} << 21 | words.w[i + 1] >> 11; }

// ln x for a normal x in (0, 1]: exponent and the series of artanh for the mantissa.
__device__ double logarithm(double x) {
  uint64_t bits;
  memcpy(&bits, &x, 8);
  int exponent = static_cast<int>(bits >> 52) - 1023;
  bits = (bits & 0xfffffffffffffull) | 0x3ff0000000000000ull;
  double m;
  memcpy(&m, &bits, 8);
  if (m > 1.4142135623730951) {
    m = m * 0.5;
    exponent++;
  }
  double s = (m - 1) / (m + 1), z = s * s, sum = 1.0 / 23;
  for (int k = 21; k >= 3; k -= 2) {
    sum = sum * z + 1.0 / k;
  }
  return exponent * LN2 + (2 * s + 2 * s * (z * sum));
}

// Taylor's series on [-pi/4, pi/4].
__device__ double sine(double x) {
  double z = x * x, y = 1;
  for (int k = 18; k >= 2; k -= 2) {
    y = 1 - y * z / (k * (k + 1));
  }
  return x * y;
}

__device__ double cosine(double x) {
  double z = x * x, y = 1;
  for (int k = 17; k >= 1; k -= 2) {
    y = 1 - y * z / (k * (k + 1));
  }
  return y;
}

// Box and Muller's transform of words i and i + 1, or of all four for float64.
__device__ void normals(const Words &words, int i, bool wide, double (&out)[2]) {
  double u = wide ? (bits53(words, 0) + 1) * 0x1p-53 : (uint64_t{words.w[i]} + 1) * 0x1p-32;
  double v = wide ? bits53(words, 2) * 0x1p-53 : words.w[i + 1] * 0x1p-32;
  double radius = sqrt(-2 * logarithm(u));
  double turns = 4 * v; // quarters of the circle
  int quarter = static_cast<int>(turns + 0.5);
  double x = (turns - quarter) * HALF_PI;
  double s = sine(x), c = cosine(x);
  double first = (quarter & 1) == 0 ? ((quarter & 2) ? -c : c) : ((quarter & 2) ? s : -s);
  double second = (quarter & 1) == 0 ? ((quarter & 2) ? -s : s) : ((quarter & 2) ? -c : c);
  out[0] = radius * first;
  out[1] = radius * second;
}

__device__ float uniform(Tag<float>, uint32_t w) { return (w >> 8) * 0x1p-24f; }
__device__ f16 uniform(Tag<f16>, uint32_t w) { return toF16((w >> 21) * 0x1p-11f); }
__device__ bf16 uniform(Tag<bf16>, uint32_t w) { return toBf16((w >> 24) * 0x1p-8f); }
__device__ double uniform(Tag<double>, uint32_t) { return 0; }

template <typename T>
__global__ void randomKernel(T *y, int64_t n, int distribution, uint64_t seed, uint64_t offset) {
  constexpr bool wide = sizeof(T) == 8;
  constexpr int perBlock = wide ? 2 : 4;
  uint64_t first = offset / perBlock, last = (offset + n - 1) / perBlock;
  uint64_t step = uint64_t{gridDim.x} * blockDim.x;
  for (uint64_t b = first + uint64_t{blockIdx.x} * blockDim.x + threadIdx.x; b <= last; b += step) {
    Words words = philox(b, wide ? 1 : 0, seed);
    double pair[2];
    for (int lane = 0; lane < perBlock; lane++) {
      uint64_t e = b * perBlock + lane;
      if (distribution == NORMAL && lane % 2 == 0) {
        normals(words, lane, wide, pair);
      }
      if (e < offset || e - offset >= static_cast<uint64_t>(n)) {
        continue;
      }
      T value;
      if (distribution == NORMAL) {
        value = wide ? down<T>(pair[lane % 2]) : down<T>(static_cast<float>(pair[lane % 2]));
      } else if (wide) {
        value = down<T>(bits53(words, 2 * lane) * 0x1p-53);
      } else {
        value = static_cast<T>(uniform(Tag<T>{}, words.w[lane]));
      }
      y[e - offset] = value;
    }
  }
}

__global__ void bitsKernel(uint32_t *y, int64_t n, uint64_t seed, uint64_t offset) {
  uint64_t step = uint64_t{gridDim.x} * blockDim.x;
  for (uint64_t i = uint64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < static_cast<uint64_t>(n); i += step) {
    uint64_t e = offset + i;
    y[i] = philox(e / 4, 0, seed).w[e % 4];
  }
}

} // namespace
} // namespace gatun

using namespace gatun;

int32_t gatun_random(gatun_context *context, int32_t distribution, int64_t seed, int64_t offset, const gatun_tensor *y) {
  Call call(context, "random");
  int64_t n = numel(y);
  auto key = static_cast<uint64_t>(seed), from = static_cast<uint64_t>(offset);
  if (n == 0) {
    return GATUN_OK;
  }
  if (distribution == BITS) {
    if (y->dtype != GATUN_INT32) {
      return unsupported("random", y);
    }
    GATUN_LAUNCH(bitsKernel, dim3(call.blocks(n, 256)), dim3(256), 0, call.stream(), static_cast<uint32_t *>(y->data), n, key, from);
    return call.done();
  }
  bool known = withFloat(y->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    GATUN_LAUNCH(randomKernel<T>, dim3(call.blocks(n / 2 + 1, 256)), dim3(256), 0, call.stream(), static_cast<T *>(y->data), n,
        distribution, key, from);
  });
  return known ? call.done() : unsupported("random", y);
}
