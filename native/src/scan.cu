// Running sums, products and extremes along an axis.
#include "fold.cuh"

#include <algorithm>

namespace gatun {
namespace {

enum Kind { SUM, PROD, MAX, MIN };

template <typename C>
__device__ C combine(int kind, C a, C b) {
  switch (kind) {
  case SUM: return a + b;
  case PROD: return a * b;
  case MAX: return greater(a, b);
  default: return smaller(a, b);
  }
}

// One thread for each line.
template <typename T>
__global__ void byThread(
    const T *__restrict__ x, T *y, Walk<2> lines, int64_t n, int64_t xStep, int64_t yStep, int kind) {
  int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t l = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; l < lines.n; l += step) {
    int64_t at[2];
    lines.locate(l, at);
    auto v = up(x[at[0]]);
    y[at[1]] = down<T>(v);
    for (int64_t i = 1; i < n; i++) {
      v = combine(kind, v, up(x[at[0] + i * xStep]));
      y[at[1] + i * yStep] = down<T>(v);
    }
  }
}

// One block for each line: tiles of as many elements as threads, each scanned in log steps (Hillis and Steele 1986), and a carry.
template <typename T>
__global__ void byBlock(
    const T *__restrict__ x, T *y, Walk<2> lines, int64_t n, int64_t xStep, int64_t yStep, int kind) {
  using C = Compute<T>;
  __shared__ C tile[256];
  int t = static_cast<int>(threadIdx.x);
  for (int64_t l = blockIdx.x; l < lines.n; l += gridDim.x) {
    int64_t at[2];
    lines.locate(l, at);
    C carry = C(0);
    for (int64_t start = 0; start < n; start += 256) {
      int64_t i = start + t;
      C v = i < n ? up(x[at[0] + i * xStep]) : C(0);
      tile[t] = v;
      __syncthreads();
      for (int d = 1; d < 256; d <<= 1) {
        C other = t >= d ? tile[t - d] : C(0);
        __syncthreads();
        if (t >= d) {
          v = combine(kind, other, v);
          tile[t] = v;
        }
        __syncthreads();
      }
      if (start > 0) {
        v = combine(kind, carry, v);
      }
      if (i < n) {
        y[at[1] + i * yStep] = down<T>(v);
      }
      C last = tile[255]; // meaningless in the last tile, whose carry nobody reads
      __syncthreads();
      carry = start > 0 ? combine(kind, carry, last) : last;
    }
  }
}

} // namespace
} // namespace gatun

using namespace gatun;

int32_t gatun_scan(
    gatun_context *context, int32_t kind, int32_t axis, int32_t reverse, const gatun_tensor *x, const gatun_tensor *y) {
  Call call(context, "scan");
  Walk<2> lines;
  int64_t n = 1, xStep = 0, yStep = 0, xStart = 0, yStart = 0;
  for (int a = 0; a < x->rank; a++) {
    if (a == axis) {
      n = x->shape[a];
      xStep = reverse ? -x->stride[a] : x->stride[a];
      yStep = reverse ? -y->stride[a] : y->stride[a];
      xStart = reverse ? (n - 1) * x->stride[a] : 0;
      yStart = reverse ? (n - 1) * y->stride[a] : 0;
    } else {
      int64_t s[2] = {x->stride[a], y->stride[a]};
      lines.add(x->shape[a], s);
    }
  }
  if (n == 0 || lines.n == 0) {
    return GATUN_OK;
  }
  bool known = withAny(x->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    auto *from = static_cast<const T *>(x->data) + xStart;
    auto *to = static_cast<T *>(y->data) + yStart;
    if (n <= 64 || (n <= 1024 && lines.n >= 4096)) {
      GATUN_LAUNCH(byThread<T>, dim3(call.blocks(lines.n, 128)), dim3(lines.n < 128 ? threadsFor(lines.n) : 128), 0, call.stream(), from, to, lines, n, xStep, yStep, kind);
    } else {
      auto grid = static_cast<unsigned>(std::min<int64_t>(lines.n, 1 << 20));
      GATUN_LAUNCH(byBlock<T>, dim3(grid), dim3(256), 0, call.stream(), from, to, lines, n, xStep, yStep, kind);
    }
  });
  return known ? call.done() : unsupported("scan", x);
}
