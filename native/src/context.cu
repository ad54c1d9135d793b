// Devices, contexts, memory, events.
#include "context.cuh"
#include "cublaslt.cuh"

#include <algorithm>
#include <cstdio>
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

namespace gatun {
namespace {
thread_local std::string text;
}

int fail(int status, const std::string &reason) {
  text = reason;
  return status;
}

int check(cudaError_t error, const char *what) {
  if (error == cudaSuccess) {
    return GATUN_OK;
  }
  cudaGetLastError(); // or the next call would see it again
  std::string reason = std::string(what) + ": " + cudaGetErrorString(error);
  switch (error) {
  case cudaErrorMemoryAllocation: return fail(GATUN_OUT_OF_MEMORY, reason);
  case cudaErrorNoDevice:
  case cudaErrorInsufficientDriver: return fail(GATUN_NO_DEVICE, reason);
  case cudaErrorInvalidDevice: return fail(GATUN_NO_DEVICE, reason);
  default: return fail(GATUN_DEVICE_ERROR, reason);
  }
}

int unsupported(const char *name, const gatun_tensor *x) {
  return fail(GATUN_UNSUPPORTED, std::string(name) + " has no kernel for dtype number " + std::to_string(x->dtype));
}

int64_t numel(const gatun_tensor *x) {
  int64_t n = 1;
  for (int i = 0; i < x->rank; i++) {
    n *= x->shape[i];
  }
  return n;
}

bool isDense(const gatun_tensor *x) {
  int64_t n = 1;
  for (int i = x->rank - 1; i >= 0; i--) {
    if (x->shape[i] != 1 && x->stride[i] != n) {
      return numel(x) == 0;
    }
    n *= x->shape[i];
  }
  return true;
}

int sizeOf(int dtype) {
  switch (dtype) {
  case GATUN_FLOAT64:
  case GATUN_INT64: return 8;
  case GATUN_FLOAT32:
  case GATUN_INT32: return 4;
  case GATUN_FLOAT16:
  case GATUN_BFLOAT16:
  case GATUN_INT16: return 2;
  case GATUN_INT8:
  case GATUN_UINT8:
  case GATUN_BOOL: return 1;
  default: return 0;
  }
}

Call::Call(gatun_context *c, const char *name) : c(c), name(name) { cudaSetDevice(c->device); }

int Call::done() { return check(cudaGetLastError(), name); }

unsigned Call::blocks(int64_t n, int threads) const {
  int64_t enough = int64_t{c->multiprocessors} * (2048 / threads) * 4;
  return static_cast<unsigned>(std::max<int64_t>(1, std::min((n + threads - 1) / threads, enough)));
}

// ---- The pool ----

namespace {

constexpr int64_t UNIT = 256;

int classOf(int64_t bytes) {
  int64_t units = std::max<int64_t>(1, (bytes + UNIT - 1) / UNIT);
  if (units <= 8) {
    return static_cast<int>(units) - 1;
  }
  int log = 63 - __builtin_clzll(static_cast<unsigned long long>(units - 1));
  int64_t quarter = int64_t{1} << (log - 2);
  int step = static_cast<int>((units - (int64_t{1} << log) + quarter - 1) / quarter);
  return 8 + (log - 3) * 4 + step - 1;
}

int64_t bytesOf(int sizeClass) {
  if (sizeClass < 8) {
    return (sizeClass + 1) * UNIT;
  }
  int log = (sizeClass - 8) / 4 + 3, step = (sizeClass - 8) % 4 + 1;
  return ((int64_t{1} << log) + step * (int64_t{1} << (log - 2))) * UNIT;
}

// Only the first bytes of a block may be touched: the address sanitizer sees what reads beyond them, or a block that was released.
void mark(void *block, int64_t bytes, int sizeClass) {
#if defined(__SANITIZE_ADDRESS__)
  __asan_unpoison_memory_region(block, static_cast<size_t>(bytes));
  __asan_poison_memory_region(static_cast<char *>(block) + bytes, static_cast<size_t>(bytesOf(sizeClass) - bytes));
#else
  (void)block, (void)bytes, (void)sizeClass;
#endif
}

int trimLocked(gatun_context *c) {
  cudaStreamSynchronize(c->stream); // kernels may still use what was released
  Pool &p = c->pool;
  for (auto &entry : p.free) {
    for (void *block : entry.second) {
      mark(block, bytesOf(entry.first), entry.first);
      cudaFree(block);
      p.cached -= bytesOf(entry.first);
      p.allocated -= bytesOf(entry.first);
    }
  }
  p.free.clear();
  return GATUN_OK;
}

std::string largest(const Pool &p) {
  std::vector<int64_t> sizes;
  for (auto &entry : p.live) {
    sizes.push_back(bytesOf(entry.second));
  }
  std::sort(sizes.rbegin(), sizes.rend());
  std::string s;
  for (size_t i = 0; i < sizes.size() && i < 8; i++) {
    s += (i ? ", " : "") + std::to_string(sizes[i]);
  }
  return s.empty() ? "none" : s;
}

} // namespace

int allocate(gatun_context *c, int64_t bytes, void **data) {
  if (bytes < 0) {
    return fail(GATUN_INVALID, "allocate: " + std::to_string(bytes) + " bytes");
  }
  int wanted = classOf(bytes);
  Pool &p = c->pool;
  std::lock_guard<std::mutex> lock(p.mutex);
  void *block = nullptr;
  int got = wanted;
  for (int k = wanted; k < wanted + 4 && !block; k++) {
    auto found = p.free.find(k);
    if (found != p.free.end() && !found->second.empty()) {
      block = found->second.back();
      found->second.pop_back();
      p.cached -= bytesOf(k);
      got = k;
    }
  }
  if (!block) {
    cudaSetDevice(c->device);
    cudaError_t e = cudaMalloc(&block, static_cast<size_t>(bytesOf(wanted)));
    if (e == cudaErrorMemoryAllocation) {
      cudaGetLastError();
      trimLocked(c);
      e = cudaMalloc(&block, static_cast<size_t>(bytesOf(wanted)));
    }
    if (e == cudaErrorMemoryAllocation) {
      cudaGetLastError();
      return fail(GATUN_OUT_OF_MEMORY,
          "no memory for " + std::to_string(bytes) + " bytes on device " + std::to_string(c->device) + ", where " +
              std::to_string(p.liveBytes) + " bytes are live; the largest blocks, in bytes: " + largest(p));
    }
    if (e != cudaSuccess) {
      return check(e, "allocate");
    }
    p.allocated += bytesOf(wanted);
    p.allocations++;
  }
  mark(block, bytes, got);
  p.live[block] = got;
  p.liveBytes += bytesOf(got);
  p.peak = std::max(p.peak, p.liveBytes);
  *data = block;
  return GATUN_OK;
}

int release(gatun_context *c, void *data) {
  Pool &p = c->pool;
  std::lock_guard<std::mutex> lock(p.mutex);
  auto found = p.live.find(data);
  if (found == p.live.end()) {
    return fail(GATUN_INVALID, "release of a block that is not allocated");
  }
  int k = found->second;
  p.live.erase(found);
  p.liveBytes -= bytesOf(k);
  p.cached += bytesOf(k);
  p.free[k].push_back(data);
  mark(data, 0, k);
  return GATUN_OK;
}

} // namespace gatun

using namespace gatun;

int32_t gatun_abi_version(void) { return GATUN_ABI_VERSION; }

const char *gatun_backend(void) {
#ifdef GATUN_EMULATION
  return "cuda-emulated";
#else
  return "cuda";
#endif
}

const char *gatun_last_error(void) { return text.c_str(); }

int32_t gatun_device_count(int32_t *count) {
  int n = 0;
  cudaError_t e = cudaGetDeviceCount(&n);
  *count = e == cudaSuccess ? n : 0;
#ifndef GATUN_EMULATION
  if (e == cudaErrorInsufficientDriver) { // also where there is none
    cudaGetLastError();
    int driver = 0;
    cudaDriverGetVersion(&driver);
    auto version = [](int v) { return std::to_string(v / 1000) + "." + std::to_string(v % 1000 / 10); };
    return fail(GATUN_NO_DEVICE, driver == 0 ? "there is no NVIDIA driver on this machine"
                                             : "the NVIDIA driver is too old: it is for CUDA " + version(driver) +
                                                   ", and this library for " + version(CUDART_VERSION));
  }
#endif
  return check(e, "looking for devices");
}

int32_t gatun_device_properties(int32_t device, gatun_device_info *info) {
  cudaDeviceProp p;
  int status = check(cudaGetDeviceProperties(&p, device), "device properties");
  if (status != GATUN_OK) {
    return status;
  }
  std::memset(info, 0, sizeof *info);
  std::snprintf(info->name, sizeof info->name, "%s", p.name);
  info->total_memory = static_cast<int64_t>(p.totalGlobalMem);
  info->compute_major = p.major;
  info->compute_minor = p.minor;
  info->multiprocessors = p.multiProcessorCount;
  int version = 0;
  cudaDriverGetVersion(&version);
  info->driver_version = version;
  info->cublaslt_version = blasVersion();
  return GATUN_OK;
}

int32_t gatun_context_create(int32_t device, gatun_context **context) {
  gatun_device_info info;
  int status = gatun_device_properties(device, &info);
  if (status == GATUN_OK) {
    status = check(cudaSetDevice(device), "context");
  }
  int shared = 0;
  if (status == GATUN_OK) {
    status = check(cudaDeviceGetAttribute(&shared, cudaDevAttrMaxSharedMemoryPerBlockOptin, device), "context");
  }
  if (status != GATUN_OK) {
    return status;
  }
  auto *c = new gatun_context();
  c->device = device;
  c->multiprocessors = info.multiprocessors;
  c->sharedLimit = shared;
  void *fault = nullptr;
  status = check(cudaStreamCreateWithFlags(&c->stream, cudaStreamNonBlocking), "context");
  if (status == GATUN_OK) {
    status = check(cudaMalloc(&fault, sizeof(gatun_fault_info)), "context");
    if (status == GATUN_OK) {
      status = check(cudaMemsetAsync(fault, 0, sizeof(gatun_fault_info), c->stream), "context");
    }
    if (status != GATUN_OK) {
      cudaStreamDestroy(c->stream);
    }
  }
  if (status != GATUN_OK) {
    delete c;
    return status;
  }
  c->fault = static_cast<gatun_fault_info *>(fault);
  *context = c;
  return GATUN_OK;
}

int32_t gatun_context_destroy(gatun_context *c) {
  cudaSetDevice(c->device);
  cudaStreamSynchronize(c->stream);
  closeBlas(c->blas);
  {
    std::lock_guard<std::mutex> lock(c->pool.mutex);
    trimLocked(c);
    for (auto &entry : c->pool.live) {
      mark(entry.first, bytesOf(entry.second), entry.second);
      cudaFree(entry.first);
    }
  }
  cudaFree(c->fault);
  cudaStreamDestroy(c->stream);
  cudaGetLastError();
  delete c;
  return GATUN_OK;
}

namespace {

// Waits for all work, and reads the record of faults.
int readFault(gatun_context *c, gatun_fault_info &seen) {
  int status = check(cudaMemcpyAsync(&seen, c->fault, sizeof seen, cudaMemcpyDeviceToHost, c->stream), "fault");
  return status != GATUN_OK ? status : check(cudaStreamSynchronize(c->stream), "waiting for the device");
}

// Reports a fault and leaves it in place: gatun_fault takes it.
int look(gatun_context *c) {
  gatun_fault_info seen{};
  int status = readFault(c, seen);
  if (status == GATUN_OK && seen.code != GATUN_FAULT_NONE) {
    return fail(GATUN_FAULT, "an operation met data that it cannot take");
  }
  return status;
}

} // namespace

int32_t gatun_fault(gatun_context *c, gatun_fault_info *fault) {
  Call call(c, "fault");
  gatun_fault_info seen{};
  int status = readFault(c, seen);
  if (status == GATUN_OK && seen.code != GATUN_FAULT_NONE) {
    status = check(cudaMemsetAsync(c->fault, 0, sizeof seen, c->stream), "fault");
  }
  if (status == GATUN_OK) {
    *fault = seen;
  }
  return status;
}

int32_t gatun_synchronize(gatun_context *c) {
  Call call(c, "synchronize");
  return look(c);
}

int32_t gatun_event_create(gatun_context *c, gatun_event **event) {
  Call call(c, "event");
  auto *e = new gatun_event();
  e->device = c->device;
  int status = check(cudaEventCreateWithFlags(&e->event, cudaEventDefault), "event");
  if (status != GATUN_OK) {
    delete e;
    return status;
  }
  *event = e;
  return GATUN_OK;
}

int32_t gatun_event_destroy(gatun_event *event) {
  int status = check(cudaEventDestroy(event->event), "event");
  delete event;
  return status;
}

int32_t gatun_event_record(gatun_context *c, gatun_event *event) {
  Call call(c, "event record");
  return check(cudaEventRecord(event->event, c->stream), "event record");
}

int32_t gatun_event_wait(gatun_context *c, gatun_event *event) {
  Call call(c, "event wait");
  return check(cudaStreamWaitEvent(c->stream, event->event, 0), "event wait");
}

int32_t gatun_event_elapsed(gatun_event *from, gatun_event *to, float *milliseconds) {
  int status = check(cudaEventSynchronize(to->event), "event elapsed");
  return status == GATUN_OK ? check(cudaEventElapsedTime(milliseconds, from->event, to->event), "event elapsed") : status;
}

int32_t gatun_allocate(gatun_context *c, int64_t bytes, void **data) { return allocate(c, bytes, data); }

int32_t gatun_release(gatun_context *c, void *data) { return release(c, data); }

int32_t gatun_trim(gatun_context *c) {
  cudaSetDevice(c->device);
  std::lock_guard<std::mutex> lock(c->pool.mutex);
  return trimLocked(c);
}

int32_t gatun_memory(gatun_context *c, gatun_memory_info *info) {
  std::lock_guard<std::mutex> lock(c->pool.mutex);
  const Pool &p = c->pool;
  *info = {p.liveBytes, p.peak, p.cached, p.allocated, p.allocations};
  return GATUN_OK;
}

int32_t gatun_host_allocate(gatun_context *c, int64_t bytes, void **data) {
  Call call(c, "host memory");
  return check(cudaMallocHost(data, static_cast<size_t>(bytes)), "host memory");
}

int32_t gatun_host_release(gatun_context *c, void *data) {
  Call call(c, "host memory");
  return check(cudaFreeHost(data), "host memory");
}

int32_t gatun_copy_to_device(gatun_context *c, void *target, const void *source, int64_t bytes) {
  Call call(c, "copy to device");
  // From pageable memory CUDA stages the bytes before it returns; small copies go along with the launch.
  int status = check(
      cudaMemcpyAsync(target, source, static_cast<size_t>(bytes), cudaMemcpyHostToDevice, c->stream), "copy to device");
  // Only pinned memory is still being read when the call returns.
  return status != GATUN_OK ? status : check(cudaStreamSynchronize(c->stream), "copy to device");
}

int32_t gatun_copy_to_host(gatun_context *c, void *target, const void *source, int64_t bytes) {
  Call call(c, "copy to host");
  int status =
      check(cudaMemcpyAsync(target, source, static_cast<size_t>(bytes), cudaMemcpyDeviceToHost, c->stream), "copy to host");
  return status != GATUN_OK ? status : look(c);
}

int32_t gatun_copy_peer(gatun_context *to, void *target, gatun_context *from, const void *source, int64_t bytes) {
  gatun_event *ready = nullptr;
  int status = gatun_event_create(to, &ready);
  if (status != GATUN_OK) {
    return status;
  }
  // The source's stream copies once the target's earlier work is done, and the target's later work waits for it.
  status = gatun_event_record(to, ready);
  if (status == GATUN_OK) {
    status = gatun_event_wait(from, ready);
  }
  if (status == GATUN_OK) {
    cudaSetDevice(from->device);
    status = check(
        cudaMemcpyPeerAsync(target, to->device, source, from->device, static_cast<size_t>(bytes), from->stream), "peer copy");
  }
  gatun_event *done = nullptr;
  if (status == GATUN_OK) {
    status = gatun_event_create(from, &done);
  }
  if (status == GATUN_OK) {
    status = gatun_event_record(from, done);
  }
  if (status == GATUN_OK) {
    status = gatun_event_wait(to, done);
  }
  gatun_event_destroy(ready);
  if (done) {
    gatun_event_destroy(done);
  }
  return status;
}
