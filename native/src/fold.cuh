// Folding within a warp and a block, in an order that depends on nothing but the shape.
#pragma once

#include "walk.cuh"

namespace gatun {

template <typename V, typename F>
__device__ V foldWarp(V v, F f) {
  for (int d = 16; d > 0; d >>= 1) {
    v = f(v, __shfl_xor_sync(0xffffffffu, v, d));
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

} // namespace gatun
