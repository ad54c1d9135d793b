// CUDA on the host: what the kernel sources use of CUDA's language and run time, for a C++ compiler. Put before each source by
// "-include". A block is one OS thread, its threads are fibers that run until they meet a barrier or a warp-wide operation; a block
// whose threads wait for each other in vain ends the launch with an error. Everything is done when a call returns.
#pragma once

#include <math.h>
#include <cstddef>
#include <cstdint>
#include <cstring>

#define GATUN_EMULATION 1

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __restrict__ __restrict
#define __launch_bounds__(...)
#define __shared__ static thread_local
#define __align__(n) __attribute__((aligned(n)))

struct uint3 {
  unsigned x, y, z;
};

struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};

typedef int cudaError_t;
enum : int {
  cudaSuccess = 0,
  cudaErrorInvalidValue = 1,
  cudaErrorMemoryAllocation = 2,
  cudaErrorInvalidConfiguration = 9,
  cudaErrorInsufficientDriver = 35,
  cudaErrorNoDevice = 100,
  cudaErrorInvalidDevice = 101,
  cudaErrorLaunchFailure = 719
};
typedef struct EmulatedStream *cudaStream_t;
typedef struct EmulatedEvent *cudaEvent_t;

struct cudaDeviceProp {
  char name[256];
  size_t totalGlobalMem;
  int major, minor, multiProcessorCount;
};

enum cudaMemcpyKind { cudaMemcpyHostToDevice = 1, cudaMemcpyDeviceToHost = 2, cudaMemcpyDeviceToDevice = 3 };
enum { cudaStreamNonBlocking = 1, cudaEventDefault = 0 };
enum cudaDeviceAttr { cudaDevAttrMaxSharedMemoryPerBlockOptin = 97 };
enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize = 8 };

cudaError_t cudaGetDeviceCount(int *count);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp *properties, int device);
cudaError_t cudaDeviceGetAttribute(int *value, cudaDeviceAttr attribute, int device);
cudaError_t cudaDriverGetVersion(int *version);
cudaError_t cudaSetDevice(int device);
cudaError_t cudaGetLastError();
const char *cudaGetErrorString(cudaError_t error);
cudaError_t cudaMalloc(void **data, size_t bytes);
cudaError_t cudaFree(void *data);
cudaError_t cudaMallocHost(void **data, size_t bytes);
cudaError_t cudaFreeHost(void *data);
cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes, cudaMemcpyKind kind, cudaStream_t stream);
cudaError_t cudaMemcpyPeerAsync(void *to, int toDevice, const void *from, int fromDevice, size_t bytes, cudaStream_t stream);
cudaError_t cudaMemsetAsync(void *data, int value, size_t bytes, cudaStream_t stream);
cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned flags);
cudaError_t cudaStreamDestroy(cudaStream_t stream);
cudaError_t cudaStreamSynchronize(cudaStream_t stream);
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned flags = 0);
cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned flags);
cudaError_t cudaEventDestroy(cudaEvent_t event);
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream);
cudaError_t cudaEventSynchronize(cudaEvent_t event);
cudaError_t cudaEventElapsedTime(float *milliseconds, cudaEvent_t from, cudaEvent_t to);

// Every launch may have all the shared memory that a block can ask for.
template <typename K>
cudaError_t cudaFuncSetAttribute(K, cudaFuncAttribute, int) {
  return cudaSuccess;
}

namespace emulation {

// What a device thread knows of itself.
struct Thread {
  uint3 thread;
  int number; // within the block, x first
};

struct Block {
  uint3 block;
  dim3 blocks;
  dim3 threads;
  void *shared;
};

extern thread_local Thread *self;
extern thread_local Block *block;

void barrier();

// Meets the other lanes of the mask: the last one to come calls fn with the payloads of all 32 lanes (null for absent ones).
void meet(unsigned mask, void *payload, void (*fn)(void **payloads));

// Runs body once for each thread of each block.
void launch(dim3 grid, dim3 threads, size_t shared, void (*body)(const void *), const void *context);

template <typename F>
void run(dim3 grid, dim3 threads, size_t shared, const F &kernel) {
  launch(grid, threads, shared, [](const void *f) { (*static_cast<const F *>(f))(); }, &kernel);
}

template <typename T>
T shuffle(unsigned mask, T value, int from) {
  struct Payload {
    T value;
    int from;
    T got;
  } mine{value, from, value};
  meet(mask, &mine, [](void **all) {
    for (int i = 0; i < 32; i++) {
      auto *lane = static_cast<Payload *>(all[i]);
      if (lane && lane->from >= 0 && lane->from < 32 && all[lane->from]) {
        lane->got = static_cast<Payload *>(all[lane->from])->value;
      }
    }
  });
  return mine.got;
}

inline int lane() { return self->number & 31; }

} // namespace emulation

#define threadIdx (emulation::self->thread)
#define blockIdx (emulation::block->block)
#define blockDim (emulation::block->threads)
#define gridDim (emulation::block->blocks)

#define GATUN_LAUNCH(kernel, grid, threads, shared, stream, ...) \
  emulation::run(grid, threads, shared, [&] { kernel(__VA_ARGS__); })
#define GATUN_UNROLL(n)
#define GATUN_DYNAMIC_SHARED(type, name) type *name = static_cast<type *>(emulation::block->shared)

inline void __syncthreads() { emulation::barrier(); }
inline void __syncwarp(unsigned mask = 0xffffffffu) {
  emulation::meet(mask, &mask, [](void **) {});
}

template <typename T>
T __shfl_sync(unsigned mask, T value, int from) {
  return emulation::shuffle(mask, value, from & 31);
}
template <typename T>
T __shfl_xor_sync(unsigned mask, T value, int other) {
  return emulation::shuffle(mask, value, emulation::lane() ^ other);
}
template <typename T>
T __shfl_down_sync(unsigned mask, T value, int delta) {
  return emulation::shuffle(mask, value, emulation::lane() + delta);
}
template <typename T>
T __shfl_up_sync(unsigned mask, T value, int delta) {
  return emulation::shuffle(mask, value, emulation::lane() - delta);
}
inline unsigned __ballot_sync(unsigned mask, bool vote) {
  struct Payload {
    bool vote;
    unsigned got;
  } mine{vote, 0};
  emulation::meet(mask, &mine, [](void **all) {
    unsigned votes = 0;
    for (int i = 0; i < 32; i++) {
      votes |= all[i] && static_cast<Payload *>(all[i])->vote ? 1u << i : 0;
    }
    for (int i = 0; i < 32; i++) {
      if (all[i]) {
        static_cast<Payload *>(all[i])->got = votes;
      }
    }
  });
  return mine.got;
}

template <typename T>
T atomicCAS(T *at, T expected, T desired) {
  __atomic_compare_exchange_n(at, &expected, desired, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
  return expected;
}
template <typename T>
T atomicAdd(T *at, T value) {
  return __atomic_fetch_add(at, value, __ATOMIC_SEQ_CST);
}
inline void __threadfence() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

inline unsigned __umulhi(unsigned a, unsigned b) { return static_cast<unsigned>((static_cast<uint64_t>(a) * b) >> 32); }
inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline float __int_as_float(int x) {
  float f;
  std::memcpy(&f, &x, 4);
  return f;
}
inline int __float_as_int(float x) {
  int i;
  std::memcpy(&i, &x, 4);
  return i;
}
// The compiler is told not to contract, so these round once each.
inline double __dmul_rn(double a, double b) { return a * b; }
inline double __dadd_rn(double a, double b) { return a + b; }
inline float __fmul_rn(float a, float b) { return a * b; }
inline float __fadd_rn(float a, float b) { return a + b; }
inline float rsqrtf(float x) { return static_cast<float>(1 / std::sqrt(static_cast<double>(x))); }
inline double rsqrt(double x) { return 1 / std::sqrt(x); }

// Tensor cores: a fragment is eight of a tile's 256 elements in each lane, in row-major order.
struct __half {
  uint16_t bits;
};
struct __nv_bfloat16 {
  uint16_t bits;
};

namespace emulation {
inline float widen(__half h) {
  uint32_t sign = (h.bits & 0x8000u) << 16, exponent = (h.bits >> 10) & 31, fraction = h.bits & 1023, bits;
  if (exponent == 31) {
    bits = sign | 0x7f800000 | fraction << 13;
  } else if (exponent != 0) {
    bits = sign | (exponent + 112) << 23 | fraction << 13;
  } else {
    float f = static_cast<float>(fraction) * 0x1p-24f;
    return sign ? -f : f;
  }
  return __int_as_float(static_cast<int>(bits));
}
inline float widen(__nv_bfloat16 h) { return __int_as_float(static_cast<int>(static_cast<uint32_t>(h.bits) << 16)); }
inline float widen(float f) { return f; }
} // namespace emulation

namespace nvcuda::wmma {
struct matrix_a;
struct matrix_b;
struct accumulator;
struct row_major;
struct col_major;
enum layout_t { mem_row_major, mem_col_major };

template <typename Use, int M, int N, int K, typename T, typename Layout = void>
struct fragment {
  static constexpr int num_elements = 8;
  T x[8];
};

template <typename F, typename T>
void fill_fragment(F &f, T value) {
  for (auto &e : f.x) {
    e = value;
  }
}

template <typename Use, typename T, typename Layout>
void load_matrix_sync(fragment<Use, 16, 16, 16, T, Layout> &f, const T *p, unsigned stride) {
  for (int i = 0; i < 8; i++) {
    unsigned e = emulation::lane() * 8 + i, row = e / 16, column = e % 16;
    f.x[i] = __is_same(Layout, row_major) ? p[row * stride + column] : p[column * stride + row];
  }
}

template <typename T>
void store_matrix_sync(T *p, const fragment<accumulator, 16, 16, 16, T> &f, unsigned stride, layout_t) {
  for (int i = 0; i < 8; i++) {
    unsigned e = emulation::lane() * 8 + i;
    p[e / 16 * stride + e % 16] = f.x[i];
  }
}

template <typename A, typename B>
void mma_sync(fragment<accumulator, 16, 16, 16, float> &d, const A &a, const B &b,
    const fragment<accumulator, 16, 16, 16, float> &c) {
  struct Payload {
    const A *a;
    const B *b;
    const fragment<accumulator, 16, 16, 16, float> *c;
    fragment<accumulator, 16, 16, 16, float> d;
  } mine{&a, &b, &c, {}};
  emulation::meet(0xffffffffu, &mine, [](void **all) {
    float x[256], y[256];
    for (int e = 0; e < 256; e++) {
      auto *lane = static_cast<Payload *>(all[e / 8]);
      x[e] = emulation::widen(lane->a->x[e % 8]);
      y[e] = emulation::widen(lane->b->x[e % 8]);
    }
    for (int i = 0; i < 16; i++) {
      float sums[16];
      for (int j = 0; j < 16; j++) {
        sums[j] = static_cast<Payload *>(all[(i * 16 + j) / 8])->c->x[j % 8];
      }
      for (int k = 0; k < 16; k++) {
        for (int j = 0; j < 16; j++) {
          sums[j] += x[i * 16 + k] * y[k * 16 + j];
        }
      }
      for (int j = 0; j < 16; j++) {
        static_cast<Payload *>(all[(i * 16 + j) / 8])->d.x[j % 8] = sums[j];
      }
    }
  });
  d = mine.d;
}
} // namespace nvcuda::wmma
