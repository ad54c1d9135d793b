// What the emulation promises: right results where a kernel is right, an error where its threads wait in vain.
#include "cuda_emulation.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

int failures = 0;

void expect(bool ok, const char *what) {
  if (!ok) {
    std::printf("failed: %s\n", what);
    failures++;
  }
}

__global__ void reverse(int *x) {
  __shared__ int tile[64];
  int t = static_cast<int>(threadIdx.x);
  tile[t] = x[t];
  __syncthreads();
  x[t] = tile[63 - t];
}

__global__ void reverseWithoutBarrier(int *x) {
  __shared__ int tile[64];
  int t = static_cast<int>(threadIdx.x);
  tile[t] = -1; // what an earlier block left
  tile[t] = x[t];
  x[t] = tile[63 - t];
}

__global__ void sumOfWarp(int *x) {
  int v = x[threadIdx.x];
  for (int d = 16; d > 0; d >>= 1) {
    v += __shfl_xor_sync(0xffffffffu, v, d);
  }
  x[threadIdx.x] = v;
}

__global__ void someLeaveEarly(int *x) {
  if (threadIdx.x >= 40) {
    return;
  }
  __syncthreads();
  x[threadIdx.x] = static_cast<int>(__ballot_sync(0xffffffffu, threadIdx.x % 2 == 0));
}

__global__ void partOfAWarpWaits(int *x) {
  if (threadIdx.x % 2 == 0) {
    x[threadIdx.x] = __shfl_xor_sync(0xffffffffu, x[threadIdx.x], 1);
  } else {
    __syncthreads();
  }
}

__global__ void product(const __half *a, const __half *b, float *c) {
  using namespace nvcuda::wmma;
  fragment<matrix_a, 16, 16, 16, __half, row_major> u;
  fragment<matrix_b, 16, 16, 16, __half, col_major> v;
  fragment<accumulator, 16, 16, 16, float> s;
  load_matrix_sync(u, a, 16);
  load_matrix_sync(v, b, 16);
  fill_fragment(s, 1.0f);
  mma_sync(s, u, v, s);
  store_matrix_sync(c, s, 16, mem_row_major);
}

template <typename F>
cudaError_t run(unsigned threads, const F &kernel) {
  emulation::run(dim3(1), dim3(threads), 0, kernel);
  return cudaGetLastError();
}

std::vector<int> numbers(int n) {
  std::vector<int> x(n);
  for (int i = 0; i < n; i++) {
    x[i] = i;
  }
  return x;
}

} // namespace

int main() {
  auto x = numbers(64);
  expect(run(64, [&] { reverse(x.data()); }) == cudaSuccess && x[0] == 63 && x[63] == 0 && x[10] == 53, "a barrier");

  x = numbers(64);
  run(64, [&] { reverseWithoutBarrier(x.data()); });
  bool wrong = false;
  for (int i = 0; i < 64; i++) {
    wrong |= x[i] != 63 - i;
  }
  expect(wrong, "a missing barrier shows in the result");

  x = numbers(32);
  expect(run(32, [&] { sumOfWarp(x.data()); }) == cudaSuccess && x[0] == 496 && x[31] == 496, "a shuffle");

  x = numbers(64);
  expect(run(64, [&] { someLeaveEarly(x.data()); }) == cudaSuccess && x[0] == 0x55555555 && x[32] == 0x55 && x[40] == 40,
      "threads that ended are not waited for");

  x = numbers(64);
  expect(run(64, [&] { partOfAWarpWaits(x.data()); }) == cudaErrorLaunchFailure, "half of a warp elsewhere is an error");
  expect(std::string(cudaGetErrorString(cudaErrorLaunchFailure)).find("deadlock in block (0, 0, 0): of 64 live threads") == 0,
      "the deadlock says who waits where");
  x = numbers(64);
  expect(run(64, [&] { reverse(x.data()); }) == cudaSuccess && x[0] == 63, "after a deadlock the next kernel runs");

  expect(run(2048, [&] {}) == cudaErrorInvalidConfiguration, "a block is not too large");
  expect(run(64, [&] {}) == cudaSuccess, "an error is told once");

  std::vector<__half> a(256), b(256);
  std::vector<float> c(256);
  for (int i = 0; i < 256; i++) {
    a[i].bits = i % 17 == 0 ? 0x3c00 : 0;                                   // the identity
    b[i].bits = i / 16 == 2 ? 0x4000 : i / 16 == 5 && i % 16 == 3 ? 0xbc00 : 0; // column 2 is 2, one -1
  }
  expect(run(32, [&] { product(a.data(), b.data(), c.data()); }) == cudaSuccess && c[2] == 3 && c[3 * 16 + 5] == 0 && c[0] == 1,
      "a product by tensor cores");

  void *p = nullptr;
  expect(cudaMalloc(&p, size_t{1} << 50) == cudaErrorMemoryAllocation, "too much memory is an error");
  cudaGetLastError();
  expect(cudaFree(&x) == cudaErrorInvalidValue, "freeing what was not allocated is an error");
  cudaGetLastError();

  if (failures == 0) {
    std::printf("emulation: all as promised\n");
  }
  return failures == 0 ? 0 : 1;
}
