// Kernels that treat one row after another: a warp's when a row stays in its registers between passes, a block's when it is longer.
#pragma once

#include "fold.cuh"

namespace gatun {

constexpr int ROW_WARPS = 4; // in a block, each with a row of its own
constexpr int ITEMS = 8;     // of a row in each lane's registers

// Rows of N operands, whose elements are a step apart.
template <int N>
struct Rows {
  Walk<N> starts;
  int64_t n;
  int64_t step[N];
};

// The lines along an axis of tensors of one shape.
template <int N>
Rows<N> rowsAlong(int axis, const gatun_tensor *const (&tensors)[N]) {
  Rows<N> rows{{}, 1, {}};
  for (int a = 0; a < tensors[0]->rank; a++) {
    int64_t s[N];
    for (int k = 0; k < N; k++) {
      s[k] = tensors[k]->stride[a];
    }
    if (a == axis) {
      rows.n = tensors[0]->shape[a];
      for (int k = 0; k < N; k++) {
        rows.step[k] = s[k];
      }
    } else {
      rows.starts.add(tensors[0]->shape[a], s);
    }
  }
  return rows;
}

// The rows of dense tensors that consist of them.
template <int N>
Rows<N> denseRows(int64_t count, int64_t n) {
  Rows<N> rows{{}, n, {}};
  int64_t s[N];
  for (int k = 0; k < N; k++) {
    s[k] = n;
    rows.step[k] = 1;
  }
  rows.starts.add(count, s);
  return rows;
}

// body.warp(r, at, lane): row r, of at most 32 * ITEMS elements, by one warp.
template <int N, typename F>
__global__ void rowsByWarp(Rows<N> rows, F body) {
  int lane = static_cast<int>(threadIdx.x) & 31;
  GATUN_UNROLL(1)
  for (int64_t r = static_cast<int64_t>(blockIdx.x) * ROW_WARPS + (threadIdx.x >> 5); r < rows.starts.n;
       r += static_cast<int64_t>(gridDim.x) * ROW_WARPS) {
    int64_t at[N];
    rows.starts.locate(r, at);
    body.warp(rows, r, at, lane);
  }
}

// body.block(r, at): row r by all threads of a block.
template <int N, typename F>
__global__ void rowsByBlock(Rows<N> rows, F body) {
  GATUN_UNROLL(1)
  for (int64_t r = blockIdx.x; r < rows.starts.n; r += gridDim.x) {
    int64_t at[N];
    rows.starts.locate(r, at);
    body.block(rows, r, at);
  }
}

template <int N, typename F>
void eachRow(const Call &call, const Rows<N> &rows, F body) {
  int64_t count = rows.starts.n;
  if (count == 0) {
    return;
  }
  if (rows.n <= 32 * ITEMS) {
    int64_t enough = int64_t{call.context()->multiprocessors} * 64;
    auto grid = dim3(static_cast<unsigned>(std::min((count + ROW_WARPS - 1) / ROW_WARPS, enough)));
    auto threads = dim3(32 * static_cast<unsigned>(std::min<int64_t>(count, ROW_WARPS)));
    GATUN_LAUNCH((rowsByWarp<N, F>), grid, threads, 0, call.stream(), rows, body);
  } else { // what a block reads again is still in its processor's cache
    auto grid = dim3(static_cast<unsigned>(std::min<int64_t>(count, 1 << 20)));
    GATUN_LAUNCH((rowsByBlock<N, F>), grid, dim3(rows.n <= 1024 ? 128 : 512), 0, call.stream(), rows, body);
  }
}

} // namespace gatun
