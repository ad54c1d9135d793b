// Folding within a warp, a block, and over axes, in an order that depends on nothing but the shape and the device.
#pragma once

#include "walk.cuh"

#include <algorithm>

namespace gatun {

template <typename V, typename F>
__device__ V foldWarp(V v, F f) {
  if constexpr (sizeof(V) <= 8) {
    for (int d = 16; d > 0; d >>= 1) {
      v = f(v, __shfl_xor_sync(0xffffffffu, v, d));
    }
  } else { // joining such values takes so much code that five copies are too many
    GATUN_UNROLL(1)
    for (int d = 16; d > 0; d >>= 1) {
      v = f(v, __shfl_xor_sync(0xffffffffu, v, d));
    }
  }
  return v;
}

// The fold of all threads' values, in every thread; the block has a multiple of 32 threads, 1024 at most.
template <typename V, typename F>
__device__ V foldBlock(V v, F f, V identity) {
  __shared__ V partial[32];
  int lane = static_cast<int>(threadIdx.x) & 31, warp = static_cast<int>(threadIdx.x) >> 5, warps = static_cast<int>(blockDim.x) >> 5;
  v = foldWarp(v, f);
  if (warps == 1) {
    return v;
  }
  __syncthreads(); // the last round may still be read
  if (lane == 0) {
    partial[warp] = v;
  }
  __syncthreads();
  return foldWarp(lane < warps ? partial[lane] : identity, f);
}

struct Add {
  template <typename V>
  __device__ V operator()(V a, V b) const {
    return a + b;
  }
};

struct Greatest {
  template <typename V>
  __device__ V operator()(V a, V b) const {
    return greater(a, b);
  }
};

__device__ inline int64_t locate(const Walk<1> &w, int64_t i) {
  int64_t at[1];
  w.locate(i, at);
  return at[0];
}

// What a fold over axes does. A running value is of type V; identity() is that of no elements, add(v, at, o, i) takes the element at
// `at`, the i-th of output o, into v, operator()(a, b) joins two, and store(o, v) keeps the result of an output. PATHS: the
// kernels that it is worth having.
enum Path { BY_THREAD = 1, BY_BLOCK = 2, BY_COLUMN = 4 };

// The fold of every step-th element from `from` to `to`.
template <typename F>
__device__ typename F::V foldRange(const Walk<1> &gone, int64_t base, int64_t o, int64_t from, int64_t to, int step, const F &f) {
  typename F::V v = f.identity();
  if (gone.rank <= 1) {
    int64_t stride = gone.rank == 0 ? 0 : gone.stride[0][0];
    for (int64_t i = from; i < to; i += step) {
      v = f.add(v, base + i * stride, o, i);
    }
    return v;
  }
  GATUN_UNROLL(1)
  for (int64_t i = from; i < to; i += step) {
    v = f.add(v, base + locate(gone, i), o, i);
  }
  return v;
}

// One thread for each output: for short folds, and where neighbouring outputs read neighbouring elements.
template <typename F>
__global__ void foldByThread(Walk<1> kept, Walk<1> gone, F f) {
  int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  GATUN_UNROLL(1)
  for (int64_t o = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; o < kept.n; o += step) {
    f.store(o, foldRange(gone, locate(kept, o), o, 0, gone.n, 1, f));
  }
}

// The result of an output, or of this block's part of its elements.
template <typename F>
__device__ void keep(const F &f, typename F::V *partial, int64_t o, typename F::V v) {
  if (partial) {
    partial[o * gridDim.y + blockIdx.y] = v;
  } else {
    f.store(o, v);
  }
}

// Block y has the y-th part of the elements of its outputs.
struct Part {
  int64_t from, to;
  __device__ Part(int64_t n, int64_t each) : from(each * blockIdx.y), to(from + each < n ? from + each : n) {}
};

// One block for each output and part.
template <typename F>
__global__ void foldByBlock(Walk<1> kept, Walk<1> gone, int64_t each, typename F::V *partial, F f) {
  Part part(gone.n, each);
  GATUN_UNROLL(1)
  for (int64_t o = blockIdx.x; o < kept.n; o += gridDim.x) {
    typename F::V v = foldRange(gone, locate(kept, o), o, part.from + threadIdx.x, part.to, static_cast<int>(blockDim.x), f);
    v = foldBlock(v, f, f.identity());
    if (threadIdx.x == 0) {
      keep(f, partial, o, v);
    }
  }
}

constexpr int COLUMN_ROWS = 8;

// One block of 32 x 8 threads for 32 neighbouring outputs and part.
template <typename F>
__global__ void foldByColumn(Walk<1> kept, Walk<1> gone, int64_t each, typename F::V *partial, F f) {
  __shared__ typename F::V rows[COLUMN_ROWS][32];
  Part part(gone.n, each);
  GATUN_UNROLL(1)
  for (int64_t first = int64_t{blockIdx.x} * 32; first < kept.n; first += int64_t{gridDim.x} * 32) {
    int64_t o = first + threadIdx.x;
    typename F::V v = f.identity();
    if (o < kept.n) {
      v = foldRange(gone, locate(kept, o), o, part.from + threadIdx.y, part.to, COLUMN_ROWS, f);
    }
    rows[threadIdx.y][threadIdx.x] = v;
    __syncthreads();
    if (threadIdx.y == 0 && o < kept.n) {
      for (int r = 1; r < COLUMN_ROWS; r++) {
        v = f(v, rows[r][threadIdx.x]);
      }
      keep(f, partial, o, v);
    }
    __syncthreads();
  }
}

template <typename F>
__global__ void foldParts(const typename F::V *partial, int64_t outputs, int64_t parts, F f) {
  int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  GATUN_UNROLL(1)
  for (int64_t o = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; o < outputs; o += step) {
    typename F::V v = f.identity();
    for (int64_t p = 0; p < parts; p++) {
      v = f(v, partial[o * parts + p]);
    }
    f.store(o, v);
  }
}

// Folds the places `gone` at each of the places `kept`.
template <typename F>
int foldAxes(const Call &call, const Walk<1> &kept, const Walk<1> &gone, F f) {
  if (kept.n == 0) {
    return GATUN_OK;
  }
  int64_t processors = call.context()->multiprocessors;
  bool columns = kept.rank > 0 && kept.stride[0][kept.rank - 1] == 1 && kept.shape[kept.rank - 1] >= 32;
  auto threads = dim3(kept.n < 128 ? threadsFor(kept.n) : 128);
  if constexpr (F::PATHS & BY_THREAD) {
    bool many = columns && (kept.n >= processors * 512 || (!(F::PATHS & BY_COLUMN) && gone.n <= 256));
    if (gone.n <= 32 || many) {
      GATUN_LAUNCH((foldByThread<F>), dim3(call.blocks(kept.n, 128)), threads, 0, call.stream(), kept, gone, f);
      return GATUN_OK;
    }
  }
  columns = F::PATHS & BY_BLOCK ? columns && F::PATHS & BY_COLUMN : true;
  int64_t lines = columns ? (kept.n + 31) / 32 : kept.n;
  int64_t parts = std::max<int64_t>(1, std::min({processors * 8 / lines, gone.n / (columns ? 256 : 4096), int64_t{1024}}));
  Workspace workspace(call.context(), parts == 1 ? 0 : kept.n * parts * static_cast<int64_t>(sizeof(typename F::V)));
  if (workspace.status != GATUN_OK) {
    return workspace.status;
  }
  auto *partial = static_cast<typename F::V *>(workspace.data);
  int64_t each = (gone.n + parts - 1) / parts;
  dim3 grid(static_cast<unsigned>(std::min<int64_t>(lines, 1 << 20)), static_cast<unsigned>(parts));
  if constexpr (F::PATHS & BY_COLUMN) {
    if (columns) {
      GATUN_LAUNCH((foldByColumn<F>), grid, dim3(32, COLUMN_ROWS), 0, call.stream(), kept, gone, each, partial, f);
    }
  }
  if constexpr (F::PATHS & BY_BLOCK) {
    if (!columns) {
      GATUN_LAUNCH((foldByBlock<F>), grid, dim3(each <= 128 ? 64 : 256), 0, call.stream(), kept, gone, each, partial, f);
    }
  }
  if (parts > 1) {
    GATUN_LAUNCH((foldParts<F>), dim3(call.blocks(kept.n, 128)), threads, 0, call.stream(), partial, kept.n, parts, f);
  }
  return GATUN_OK;
}

// Two sums at a time.
template <typename C>
struct Pair {
  C a, b;
};

template <typename C>
__device__ Pair<C> __shfl_xor_sync(unsigned mask, Pair<C> v, int other) {
  return {::__shfl_xor_sync(mask, v.a, other), ::__shfl_xor_sync(mask, v.b, other)};
}

template <typename C>
struct PairSum {
  static constexpr int PATHS = BY_BLOCK | BY_COLUMN;
  using V = Pair<C>;
  __device__ V identity() const { return {C(0), C(0)}; }
  __device__ V operator()(V x, V y) const { return {x.a + y.a, x.b + y.b}; }
};

// How many, their sum, and the sum of the squares of what differs from the mean (Youngs and Cramer 1971; Chan, Golub and LeVeque 1983).
template <typename C>
struct Moments {
  C n, sum, squares;
};

template <typename C>
__device__ Moments<C> __shfl_xor_sync(unsigned mask, Moments<C> v, int other) {
  return {::__shfl_xor_sync(mask, v.n, other), ::__shfl_xor_sync(mask, v.sum, other), ::__shfl_xor_sync(mask, v.squares, other)};
}

template <typename T>
struct MomentsOf {
  static constexpr int PATHS = BY_BLOCK | BY_COLUMN;
  using C = Compute<T>;
  using V = Moments<C>;
  const T *x;
  __device__ V identity() const { return {C(0), C(0), C(0)}; }
  __device__ V add(V v, int64_t at, int64_t, int64_t) const {
    C value = up(x[at]);
    v.n += 1;
    v.sum += value;
    C t = v.n * value - v.sum; // of the first value 0, or NaN where it is infinite
    v.squares += t * t / (v.n > 1 ? v.n * (v.n - 1) : C(1));
    return v;
  }
  __device__ V operator()(V a, V b) const {
    if (a.n == 0 || b.n == 0) {
      return a.n == 0 ? b : a;
    }
    C d = a.sum / a.n - b.sum / b.n;
    return {a.n + b.n, a.sum + b.sum, a.squares + b.squares + d * d * (a.n / (a.n + b.n) * b.n)};
  }
};

} // namespace gatun
