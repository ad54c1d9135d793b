// What the functions of the ABI share: contexts, errors, workspaces, launches.
#pragma once

#include "../include/gatun.h"
#include "types.cuh"

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace gatun {

// Freed blocks by size class, four to a doubling; a block serves requests of its class or of a class at most half its size.
struct Pool {
  std::mutex mutex;
  std::map<int, std::vector<void *>> free;
  std::map<void *, int> live; // block to class
  int64_t liveBytes = 0, peak = 0, cached = 0, allocated = 0, allocations = 0;
};

struct Blas; // cublaslt.cu
void closeBlas(Blas *blas);

int fail(int status, const std::string &text);

// GATUN_OK, or the error of CUDA as a status with a text.
int check(cudaError_t error, const char *what);

} // namespace gatun

struct gatun_context {
  int device;
  int multiprocessors;
  int sharedLimit; // bytes of shared memory that a block may ask for
  cudaStream_t stream;
  gatun_fault_info *fault; // device memory
  gatun::Pool pool;
  std::once_flag blasOnce;
  gatun::Blas *blas = nullptr; // from the first product on that it could take
};

struct gatun_event {
  int device;
  cudaEvent_t event;
};

namespace gatun {

int allocate(gatun_context *c, int64_t bytes, void **data);
int release(gatun_context *c, void *data);

// The state of a call: selects the device, and after the launches tells how they went.
class Call {
public:
  explicit Call(gatun_context *c, const char *name);

  // Ends the call.
  int done();

  gatun_context *context() const { return c; }
  cudaStream_t stream() const { return c->stream; }
  gatun_fault_info *fault() const { return c->fault; }

  int64_t sharedLimit() const { return c->sharedLimit; }

  // Lets blocks of a kernel have so many bytes of dynamic shared memory: more than 48 KiB must be asked for.
  template <typename K>
  void allowShared(K kernel, int64_t bytes) const {
    if (bytes > 48 * 1024) {
      cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes));
    }
  }

  // Blocks of `threads` that keep the device busy with n items, one a thread, in a grid-stride loop.
  unsigned blocks(int64_t n, int threads) const;

private:
  gatun_context *c;
  const char *name;
};

// Device memory for the length of a call, none for no bytes. Work is ordered, so it may go back when the kernels are issued.
class Workspace {
public:
  Workspace(gatun_context *c, int64_t bytes) : status(bytes == 0 ? GATUN_OK : allocate(c, bytes, &data)), c(c) {}
  ~Workspace() {
    if (data) {
      release(c, data);
    }
  }
  Workspace(const Workspace &) = delete;
  Workspace &operator=(const Workspace &) = delete;

  void *data = nullptr;
  int status;

private:
  gatun_context *c;
};

int unsupported(const char *name, const gatun_tensor *x);
int64_t numel(const gatun_tensor *x);
bool isDense(const gatun_tensor *x);
int sizeOf(int dtype);

// Calls f with the tag of the element type; false when there is none.
template <typename F>
bool withFloat(int dtype, F f) {
  switch (dtype) {
  case GATUN_FLOAT32: f(Tag<float>{}); return true;
  case GATUN_FLOAT64: f(Tag<double>{}); return true;
  case GATUN_FLOAT16: f(Tag<f16>{}); return true;
  case GATUN_BFLOAT16: f(Tag<bf16>{}); return true;
  default: return false;
  }
}

template <typename F>
bool withInteger(int dtype, F f) {
  switch (dtype) {
  case GATUN_INT8: f(Tag<int8_t>{}); return true;
  case GATUN_UINT8: f(Tag<uint8_t>{}); return true;
  case GATUN_INT16: f(Tag<int16_t>{}); return true;
  case GATUN_INT32: f(Tag<int32_t>{}); return true;
  case GATUN_INT64: f(Tag<int64_t>{}); return true;
  default: return false;
  }
}

template <typename F>
bool withAny(int dtype, F f) {
  if (dtype == GATUN_BOOL) {
    f(Tag<boolean>{});
    return true;
  }
  return withFloat(dtype, f) || withInteger(dtype, f);
}

// By the size of an element, for what only moves bits.
template <typename F>
bool withBits(int dtype, F f) {
  switch (sizeOf(dtype)) {
  case 1: f(Tag<uint8_t>{}); return true;
  case 2: f(Tag<uint16_t>{}); return true;
  case 4: f(Tag<uint32_t>{}); return true;
  case 8: f(Tag<uint64_t>{}); return true;
  default: return false;
  }
}

__device__ inline void note(gatun_fault_info *fault, int code, int64_t value, int64_t bound) {
  if (atomicCAS(&fault->code, 0, code) == 0) {
    fault->value = value;
    fault->bound = bound;
  }
}

} // namespace gatun
