// The tiled product behind matrix products and convolutions: loaders say what element (row, k) and (k, column) are, a writer takes the
// sums. Two kernels: one for every type, and one for tensor cores. A deep product of few tiles is cut in parts along k.
#pragma once

#include "walk.cuh"

#include <algorithm>

#ifndef GATUN_EMULATION
#include <mma.h>
#endif

namespace gatun {

constexpr int BM = 64, BN = 64, BK = 16;

// How the depth k is cut: block y sums the y-th part.
struct Depth {
  int64_t k, depth;
  int parts;
  __device__ int64_t from() const { return blockIdx.y * depth; }
  __device__ int64_t to() const { return from() + depth < k ? from() + depth : k; }
};

// 256 threads, 4 x 4 sums each. A loader has T load(batch, i, j) and bool rowsAdjacent(): whether neighbouring i lie side by side.
template <typename T, typename A, typename B, typename W>
__global__ void __launch_bounds__(256) contractKernel(int64_t m, int64_t n, Depth depth, int64_t batches, A a, B b, W write) {
  using C = Compute<T>;
  __shared__ C left[BK][BM + 4];
  __shared__ C right[BK][BN + 4];
  int t = static_cast<int>(threadIdx.x), ty = t / 16, tx = t % 16;
  auto rowTiles = static_cast<unsigned>((m + BM - 1) / BM);
  int64_t i0 = int64_t{blockIdx.x % rowTiles} * BM, j0 = int64_t{blockIdx.x / rowTiles} * BN, from = depth.from(), to = depth.to();
  for (int64_t batch = blockIdx.z; batch < batches; batch += gridDim.z) {
    C sums[4][4];
    for (auto &row : sums) {
      for (auto &s : row) {
        s = C(0);
      }
    }
    for (int64_t k0 = from; k0 < to; k0 += BK) {
      for (int e = t; e < BM * BK; e += 256) {
        int i = a.rowsAdjacent() ? e % BM : e / BK, l = a.rowsAdjacent() ? e / BM : e % BK;
        left[l][i] = i0 + i < m && k0 + l < to ? up(a.load(batch, i0 + i, k0 + l)) : C(0);
      }
      for (int e = t; e < BN * BK; e += 256) {
        int j = b.rowsAdjacent() ? e / BK : e % BN, l = b.rowsAdjacent() ? e % BK : e / BN;
        right[l][j] = j0 + j < n && k0 + l < to ? up(b.load(batch, k0 + l, j0 + j)) : C(0);
      }
      __syncthreads();
      for (int l = 0; l < BK; l++) {
        C u[4], v[4];
        for (int p = 0; p < 4; p++) {
          u[p] = left[l][ty * 4 + p];
          v[p] = right[l][tx * 4 + p];
        }
        for (int p = 0; p < 4; p++) {
          for (int q = 0; q < 4; q++) {
            sums[p][q] += u[p] * v[q];
          }
        }
      }
      __syncthreads();
    }
    for (int p = 0; p < 4; p++) {
      for (int q = 0; q < 4; q++) {
        int64_t i = i0 + ty * 4 + p, j = j0 + tx * 4 + q;
        if (i < m && j < n) {
          write(batch, i, j, sums[p][q]);
        }
      }
    }
  }
}

template <typename T>
struct TensorCore {
  static constexpr bool value = false;
};
template <>
struct TensorCore<f16> {
  static constexpr bool value = true;
  using type = __half;
};
template <>
struct TensorCore<bf16> {
  static constexpr bool value = true;
  using type = __nv_bfloat16;
};

constexpr int WK = 32; // the depth of a tile for tensor cores

// Four warps, each 32 x 32 sums of a tile of 64 x 64, added up in float32.
template <typename T, typename A, typename B, typename W>
__global__ void __launch_bounds__(128) tensorCoreKernel(int64_t m, int64_t n, Depth depth, int64_t batches, A a, B b, W write) {
  using namespace nvcuda::wmma;
  using H = typename TensorCore<T>::type;
  constexpr int LEFT = WK + 8, RIGHT = BN + 8, OUT = BN + 4; // padded rows keep the banks apart
  __shared__ __align__(32) uint16_t left[BM * LEFT];
  __shared__ __align__(32) uint16_t right[WK * RIGHT];
  __shared__ __align__(32) float out[BM * OUT];
  int t = static_cast<int>(threadIdx.x), warp = t / 32, wi = warp / 2 * 32, wj = warp % 2 * 32;
  auto rowTiles = static_cast<unsigned>((m + BM - 1) / BM);
  int64_t i0 = int64_t{blockIdx.x % rowTiles} * BM, j0 = int64_t{blockIdx.x / rowTiles} * BN, from = depth.from(), to = depth.to();
  for (int64_t batch = blockIdx.z; batch < batches; batch += gridDim.z) {
    fragment<accumulator, 16, 16, 16, float> sums[2][2];
    for (auto &row : sums) {
      for (auto &s : row) {
        fill_fragment(s, 0.0f);
      }
    }
    for (int64_t k0 = from; k0 < to; k0 += WK) {
      for (int e = t; e < BM * WK; e += 128) {
        int i = a.rowsAdjacent() ? e % BM : e / WK, l = a.rowsAdjacent() ? e / BM : e % WK;
        left[i * LEFT + l] = i0 + i < m && k0 + l < to ? a.load(batch, i0 + i, k0 + l).bits : uint16_t{0};
      }
      for (int e = t; e < BN * WK; e += 128) {
        int j = b.rowsAdjacent() ? e / WK : e % BN, l = b.rowsAdjacent() ? e % WK : e / BN;
        right[l * RIGHT + j] = j0 + j < n && k0 + l < to ? b.load(batch, k0 + l, j0 + j).bits : uint16_t{0};
      }
      __syncthreads();
      for (int l = 0; l < WK; l += 16) {
        fragment<matrix_a, 16, 16, 16, H, row_major> u[2];
        fragment<matrix_b, 16, 16, 16, H, row_major> v[2];
        for (int p = 0; p < 2; p++) {
          load_matrix_sync(u[p], reinterpret_cast<const H *>(left + (wi + p * 16) * LEFT + l), LEFT);
          load_matrix_sync(v[p], reinterpret_cast<const H *>(right + l * RIGHT + wj + p * 16), RIGHT);
        }
        for (int p = 0; p < 2; p++) {
          for (int q = 0; q < 2; q++) {
            mma_sync(sums[p][q], u[p], v[q], sums[p][q]);
          }
        }
      }
      __syncthreads();
    }
    for (int p = 0; p < 2; p++) {
      for (int q = 0; q < 2; q++) {
        store_matrix_sync(out + (wi + p * 16) * OUT + wj + q * 16, sums[p][q], OUT, mem_row_major);
      }
    }
    __syncthreads();
    GATUN_UNROLL(1)
    for (int e = t; e < BM * BN; e += 128) {
      int64_t i = i0 + e / BN, j = j0 + e % BN;
      if (i < m && j < n) {
        write(batch, i, j, out[e / BN * OUT + e % BN]);
      }
    }
    __syncthreads();
  }
}

// Hands sums to the writer, or keeps those of a part.
template <typename C, typename W>
struct Whole {
  C *parts; // NULL where there is one
  int64_t m, n;
  W write;
  __device__ void operator()(int64_t batch, int64_t i, int64_t j, C sum) const {
    if (parts) {
      parts[((batch * gridDim.y + blockIdx.y) * m + i) * n + j] = sum;
    } else {
      write(batch, i, j, sum);
    }
  }
};

// Adds up the parts of each element, in order.
template <typename C, typename W>
struct AddParts {
  const C *sums;
  int64_t m, n;
  int parts;
  W write;
  __device__ void operator()(int64_t i, const int64_t (&)[1]) const {
    int64_t size = m * n, batch = i / size, place = i - batch * size;
    C sum = 0;
    for (int p = 0; p < parts; p++) {
      sum += sums[(batch * parts + p) * size + place];
    }
    write(batch, place / n, place % n, sum);
  }
};

// One part, or where tiles are too few to keep the device busy as many as there is room for, of a depth that is worth a block.
inline Depth cut(const Call &call, int64_t k, int64_t tiles) {
  int64_t busy = int64_t{call.context()->multiprocessors} * 4;
  int64_t parts = std::min({busy / tiles, k / 256, int64_t{64}});
  if (parts < 2) {
    return {k, k, 1};
  }
  int64_t depth = ((k + parts - 1) / parts + WK - 1) / WK * WK;
  return {k, depth, static_cast<int>((k + depth - 1) / depth)};
}

template <typename T, typename A, typename B, typename W>
int contract(const Call &call, int64_t m, int64_t n, int64_t k, int64_t batches, A a, B b, W write) {
  if (m == 0 || n == 0 || batches == 0) {
    return GATUN_OK;
  }
  // All tiles lie along x, where a grid has the most room.
  int64_t tiles = (m + BM - 1) / BM * ((n + BN - 1) / BN);
  if (tiles > INT32_MAX) {
    return fail(GATUN_UNSUPPORTED, "a product of " + std::to_string(m) + " by " + std::to_string(n) + " is too large for the grid");
  }
  using C = Compute<T>;
  Depth depth = cut(call, k, tiles * batches);
  Workspace workspace(call.context(), depth.parts == 1 ? 0 : batches * depth.parts * m * n * static_cast<int64_t>(sizeof(C)));
  if (workspace.status != GATUN_OK) {
    return workspace.status;
  }
  auto *parts = static_cast<C *>(workspace.data);
  using Writer = Whole<C, W>;
  Writer whole{parts, m, n, write};
  dim3 grid(static_cast<unsigned>(tiles), static_cast<unsigned>(depth.parts), static_cast<unsigned>(std::min<int64_t>(batches, 65535)));
  if constexpr (TensorCore<T>::value) {
    GATUN_LAUNCH((tensorCoreKernel<T, A, B, Writer>), grid, dim3(128), 0, call.stream(), m, n, depth, batches, a, b, whole);
  } else {
    GATUN_LAUNCH((contractKernel<T, A, B, Writer>), grid, dim3(256), 0, call.stream(), m, n, depth, batches, a, b, whole);
  }
  if (parts) {
    Walk<1> elements;
    elements.add(batches * m * n, {1});
    each(call, elements, AddParts<C, W>{parts, m, n, depth.parts, write});
  }
  return GATUN_OK;
}

} // namespace gatun
