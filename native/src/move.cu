// Copies, conversions, choices, constants.
#include "walk.cuh"

namespace gatun {
namespace {

template <typename T>
struct Same {
  __device__ T operator()(T x) const { return x; }
};

template <typename A, typename Y>
struct Convert {
  __device__ Y operator()(A x) const { return down<Y>(up(x)); }
};

template <typename T>
struct Choice {
  const uint8_t *condition;
  const T *a;
  const T *b;
  T *y;
  __device__ void operator()(int64_t, const int64_t (&at)[4]) const { y[at[3]] = condition[at[0]] ? a[at[1]] : b[at[2]]; }
};

template <typename T>
struct Constant {
  T value;
  T *y;
  __device__ void operator()(int64_t, const int64_t (&at)[1]) const { y[at[0]] = value; }
};

template <typename T>
struct Sequence {
  double start, step;
  int64_t exactStart, exactStep;
  bool exact;
  T *y;
  __device__ void operator()(int64_t i, const int64_t (&at)[1]) const {
    y[at[0]] = exact ? down<T>(exactStart + i * exactStep) : down<T>(__dadd_rn(start, __dmul_rn(static_cast<double>(i), step)));
  }
};

// One tile of a plane whose rows lie along another axis than its columns: through shared memory, so that reads and writes both run along
// memory.
constexpr int TILE = 32, ROWS = 8;

template <typename T>
__global__ void transposeKernel(const T *__restrict__ x, T *__restrict__ y, int64_t rows, int64_t columns, int64_t xColumn,
    int64_t xPlane, int64_t yPlane, int64_t planes) {
  // x: element (r, c) at r + c * xColumn; y: row-major
  __shared__ T tile[TILE][TILE + 1];
  for (int64_t p = blockIdx.z; p < planes; p += gridDim.z) {
    int64_t r0 = static_cast<int64_t>(blockIdx.x) * TILE, c0 = static_cast<int64_t>(blockIdx.y) * TILE;
    __syncthreads();
    for (int k = static_cast<int>(threadIdx.y); k < TILE; k += ROWS) {
      int64_t r = r0 + threadIdx.x, c = c0 + k;
      if (r < rows && c < columns) {
        tile[k][threadIdx.x] = x[p * xPlane + r + c * xColumn];
      }
    }
    __syncthreads();
    for (int k = static_cast<int>(threadIdx.y); k < TILE; k += ROWS) {
      int64_t r = r0 + k, c = c0 + threadIdx.x;
      if (r < rows && c < columns) {
        y[p * yPlane + r * columns + c] = tile[threadIdx.x][k];
      }
    }
  }
}

// Whether a copy to a dense y is a batch of transposed planes that are worth tiles.
template <typename T>
bool transpose(const Call &call, const gatun_tensor *x, const gatun_tensor *y) {
  const gatun_tensor *const operands[2] = {x, y};
  Walk<2> w = walk(operands);
  int r = w.rank;
  if (r < 2 || r > 3 || !isDense(y) || w.stride[0][r - 2] != 1 || w.shape[r - 1] < TILE || w.shape[r - 2] < TILE ||
      w.shape[r - 1] / TILE >= 65535) {
    return false;
  }
  int64_t rows = w.shape[r - 2], columns = w.shape[r - 1], planes = r == 3 ? w.shape[0] : 1;
  dim3 grid(static_cast<unsigned>((rows + TILE - 1) / TILE), static_cast<unsigned>((columns + TILE - 1) / TILE),
      static_cast<unsigned>(planes < 65535 ? planes : 65535));
  GATUN_LAUNCH(transposeKernel<T>, grid, dim3(TILE, ROWS), 0, call.stream(), static_cast<const T *>(x->data),
      static_cast<T *>(y->data), rows, columns, w.stride[0][r - 1], r == 3 ? w.stride[0][0] : 0, rows * columns, planes);
  return true;
}

} // namespace
} // namespace gatun

using namespace gatun;

int32_t gatun_copy(gatun_context *context, const gatun_tensor *x, const gatun_tensor *y) {
  Call call(context, "copy");
  bool known;
  if (x->dtype == y->dtype) {
    known = withBits(x->dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      if (!transpose<T>(call, x, y)) {
        map<T, T>(call, x, y, Same<T>{});
      }
    });
  } else {
    known = withAny(x->dtype, [&](auto from) {
      using A = typename decltype(from)::type;
      if (!withAny(y->dtype, [&](auto to) {
            using Y = typename decltype(to)::type;
            map<A, Y>(call, x, y, Convert<A, Y>{});
          })) {
        fail(GATUN_UNSUPPORTED, "copy");
      }
    });
  }
  return known ? call.done() : unsupported("copy", x);
}

int32_t gatun_where(gatun_context *context, const gatun_tensor *condition, const gatun_tensor *a, const gatun_tensor *b,
    const gatun_tensor *y) {
  Call call(context, "where");
  const gatun_tensor *const operands[4] = {condition, a, b, y};
  bool known = withBits(y->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    each(call, walk(operands),
        Choice<T>{static_cast<const uint8_t *>(condition->data), static_cast<const T *>(a->data), static_cast<const T *>(b->data),
            static_cast<T *>(y->data)});
  });
  return known ? call.done() : unsupported("where", y);
}

int32_t gatun_fill(gatun_context *context, double real, int64_t integer, int32_t exact, const gatun_tensor *y) {
  Call call(context, "fill");
  const gatun_tensor *const operands[1] = {y};
  bool known = withAny(y->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    each(call, walk(operands), Constant<T>{exact ? down<T>(integer) : down<T>(real), static_cast<T *>(y->data)});
  });
  return known ? call.done() : unsupported("fill", y);
}

int32_t gatun_iota(gatun_context *context, double start, double step, const gatun_tensor *y) {
  Call call(context, "iota");
  const gatun_tensor *const operands[1] = {y};
  bool known = withAny(y->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    bool exact = !IsFloat<T>::value && start == rint(start) && step == rint(step);
    each(call, walk(operands),
        Sequence<T>{start, step, exact ? toLong(start) : 0, exact ? toLong(step) : 0, exact, static_cast<T *>(y->data)});
  });
  return known ? call.done() : unsupported("iota", y);
}
