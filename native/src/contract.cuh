// The tiled product behind matrix products and convolutions: loaders say what element (row, k) and (k, column) are, a writer takes the
// sums. Two kernels: one for every type, and one for tensor cores.
#pragma once

#include "context.cuh"

#include <algorithm>

#ifndef GATUN_EMULATION
#include <mma.h>
#endif

namespace gatun {

constexpr int BM = 64, BN = 64, BK = 16;

// 256 threads, 4 x 4 sums each. A loader has T load(batch, i, j) and bool rowsAdjacent(): whether neighbouring i lie side by side.
template <typename T, typename A, typename B, typename W>
__global__ void __launch_bounds__(256) contractKernel(int64_t m, int64_t n, int64_t k, int64_t batches, A a, B b, W write) {
  using C = Compute<T>;
  __shared__ C left[BK][BM + 4];
  __shared__ C right[BK][BN + 4];
  int t = static_cast<int>(threadIdx.x), ty = t / 16, tx = t % 16;
  int64_t rowTiles = (m + BM - 1) / BM, i0 = blockIdx.x % rowTiles * BM, j0 = blockIdx.x / rowTiles * BN;
  for (int64_t batch = blockIdx.z; batch < batches; batch += gridDim.z) {
    C sums[4][4];
    for (auto &row : sums) {
      for (auto &s : row) {
        s = C(0);
      }
    }
    for (int64_t k0 = 0; k0 < k; k0 += BK) {
      for (int e = t; e < BM * BK; e += 256) {
        int i = a.rowsAdjacent() ? e % BM : e / BK, l = a.rowsAdjacent() ? e / BM : e % BK;
        left[l][i] = i0 + i < m && k0 + l < k ? up(a.load(batch, i0 + i, k0 + l)) : C(0);
      }
      for (int e = t; e < BN * BK; e += 256) {
        int j = b.rowsAdjacent() ? e / BK : e % BN, l = b.rowsAdjacent() ? e % BK : e / BN;
        right[l][j] = j0 + j < n && k0 + l < k ? up(b.load(batch, k0 + l, j0 + j)) : C(0);
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
__global__ void __launch_bounds__(128) tensorCoreKernel(int64_t m, int64_t n, int64_t k, int64_t batches, A a, B b, W write) {
  using namespace nvcuda::wmma;
  using H = typename TensorCore<T>::type;
  constexpr int LEFT = WK + 8, RIGHT = BN + 8, OUT = BN + 4; // padded rows keep the banks apart
  __shared__ __align__(32) uint16_t left[BM * LEFT];
  __shared__ __align__(32) uint16_t right[WK * RIGHT];
  __shared__ __align__(32) float out[BM * OUT];
  int t = static_cast<int>(threadIdx.x), warp = t / 32, wi = warp / 2 * 32, wj = warp % 2 * 32;
  int64_t rowTiles = (m + BM - 1) / BM, i0 = blockIdx.x % rowTiles * BM, j0 = blockIdx.x / rowTiles * BN;
  for (int64_t batch = blockIdx.z; batch < batches; batch += gridDim.z) {
    fragment<accumulator, 16, 16, 16, float> sums[2][2];
    for (auto &row : sums) {
      for (auto &s : row) {
        fill_fragment(s, 0.0f);
      }
    }
    for (int64_t k0 = 0; k0 < k; k0 += WK) {
      for (int e = t; e < BM * WK; e += 128) {
        int i = a.rowsAdjacent() ? e % BM : e / WK, l = a.rowsAdjacent() ? e / BM : e % WK;
        left[i * LEFT + l] = i0 + i < m && k0 + l < k ? a.load(batch, i0 + i, k0 + l).bits : uint16_t{0};
      }
      for (int e = t; e < BN * WK; e += 128) {
        int j = b.rowsAdjacent() ? e / WK : e % BN, l = b.rowsAdjacent() ? e % WK : e / BN;
        right[l * RIGHT + j] = j0 + j < n && k0 + l < k ? b.load(batch, k0 + l, j0 + j).bits : uint16_t{0};
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
    for (int e = t; e < BM * BN; e += 128) {
      int64_t i = i0 + e / BN, j = j0 + e % BN;
      if (i < m && j < n) {
        write(batch, i, j, out[e / BN * OUT + e % BN]);
      }
    }
    __syncthreads();
  }
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
  dim3 grid(static_cast<unsigned>(tiles), 1, static_cast<unsigned>(std::min<int64_t>(batches, 65535)));
  if constexpr (TensorCore<T>::value) {
    GATUN_LAUNCH((tensorCoreKernel<T, A, B, W>), grid, dim3(128), 0, call.stream(), m, n, k, batches, a, b, write);
  } else {
    GATUN_LAUNCH((contractKernel<T, A, B, W>), grid, dim3(256), 0, call.stream(), m, n, k, batches, a, b, write);
  }
  return GATUN_OK;
}

} // namespace gatun
