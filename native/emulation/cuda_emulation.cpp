// The scheduler of emulated device threads, and the run time's functions on host memory.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#if !defined(__x86_64__)
#include <ucontext.h>
#endif
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace emulation {

thread_local Thread *self;
thread_local Block *block;

namespace {

constexpr size_t STACK = 256 * 1024, GUARD = 4096, SHARED = 163 * 1024; // of a block, as on compute capability 8.0

thread_local std::string failure; // of the last launch
thread_local cudaError_t lastError = cudaSuccess;

enum class State { READY, BARRIER, WARP, DONE };

// The address sanitizer wants to know which stack is in use.
struct Watched {
#if defined(__SANITIZE_ADDRESS__)
  const void *bottom = nullptr;
  size_t size = 0;
  void *fake = nullptr;

  void leave(const Watched &to) { __sanitizer_start_switch_fiber(&fake, to.bottom, to.size); }
  void comeBack() { __sanitizer_finish_switch_fiber(fake, nullptr, nullptr); }
  void arriveFrom(Watched &from) { __sanitizer_finish_switch_fiber(fake, &from.bottom, &from.size); }
  void use(char *stack) {
    bottom = stack;
    size = STACK;
    __asan_unpoison_memory_region(stack + GUARD, STACK - GUARD); // frames that a failure gave up
  }
#else
  void leave(const Watched &) {}
  void comeBack() {}
  void arriveFrom(Watched &) {}
  void use(char *) {}
#endif
};

#if defined(__x86_64__)

struct Context : Watched {
  void *stack = nullptr;
};

// Saves the registers that a call must keep, changes the stack, restores them.
extern "C" void gatun_emulation_switch(void **from, void *to);
asm(R"(
.text
.globl gatun_emulation_switch
.hidden gatun_emulation_switch
.type gatun_emulation_switch,@function
gatun_emulation_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size gatun_emulation_switch,.-gatun_emulation_switch
)");

void change(Context &from, Context &to) {
  from.leave(to);
  gatun_emulation_switch(&from.stack, to.stack);
  from.comeBack();
}

void prepare(Context &c, char *stack, void (*entry)()) {
  c.use(stack);
  auto top = reinterpret_cast<uintptr_t>(stack + STACK) & ~uintptr_t{15};
  auto *slot = reinterpret_cast<void **>(top);
  *--slot = nullptr; // where a caller's address would be: at entry rsp is 8 modulo 16
  *--slot = reinterpret_cast<void *>(entry);
  for (int i = 0; i < 6; i++) {
    *--slot = nullptr;
  }
  c.stack = slot;
}

#else

struct Context : Watched {
  ucontext_t context;
};

void change(Context &from, Context &to) {
  from.leave(to);
  swapcontext(&from.context, &to.context);
  from.comeBack();
}

void prepare(Context &c, char *stack, void (*entry)()) {
  c.use(stack);
  getcontext(&c.context);
  c.context.uc_stack.ss_sp = stack;
  c.context.uc_stack.ss_size = STACK;
  c.context.uc_link = nullptr;
  makecontext(&c.context, entry, 0);
}

#endif

struct Fiber {
  Thread thread;
  State state;
  Context context;
  char *stack;
};

struct Warp {
  unsigned live;    // lanes that have not ended
  unsigned arrived; // lanes that wait in an operation
  unsigned mask;    // whom the operation waits for
  void *payloads[32];
  void (*fn)(void **);
};

// What runs the blocks of one OS thread.
struct Scheduler {
  Context main;
  std::vector<Fiber> fibers;
  std::vector<Warp> warps;
  std::vector<char *> stacks; // free ones
  Fiber *current = nullptr;
  void (*body)(const void *) = nullptr;
  const void *context = nullptr;

  ~Scheduler() {
    for (char *s : stacks) {
      munmap(s, STACK);
    }
  }

  char *stack() {
    if (!stacks.empty()) {
      char *s = stacks.back();
      stacks.pop_back();
      return s;
    }
    void *s = mmap(nullptr, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (s == MAP_FAILED) {
      return nullptr;
    }
    mprotect(s, GUARD, PROT_NONE); // the guard: an overflow ends the process instead of spoiling memory
    return static_cast<char *>(s);
  }
};

thread_local Scheduler scheduler;

void wait(State state) {
  Fiber *f = scheduler.current;
  f->state = state;
  change(f->context, scheduler.main);
}

void complete(Warp &w) {
  w.fn(w.payloads);
  int first = static_cast<int>(&w - scheduler.warps.data()) * 32;
  for (int i = 0; i < 32; i++) {
    if (w.arrived >> i & 1) {
      scheduler.fibers[first + i].state = State::READY;
    }
    w.payloads[i] = nullptr;
  }
  w.arrived = 0;
  w.mask = 0;
}

bool full(const Warp &w) { return w.arrived && w.arrived == (w.mask & w.live); }

void enter() {
  scheduler.current->context.arriveFrom(scheduler.main);
  scheduler.body(scheduler.context);
  wait(State::DONE); // never comes back
}

void resume(Fiber &f) {
  scheduler.current = &f;
  self = &f.thread;
  change(scheduler.main, f.context);
}

unsigned shuffleSeed() {
  static const char *text = std::getenv("GATUN_EMULATION_SHUFFLE");
  return text ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : 0;
}

std::string stuck(const Block &b, int live) {
  int barrier = 0, warp = 0;
  for (const Fiber &f : scheduler.fibers) {
    barrier += f.state == State::BARRIER;
    warp += f.state == State::WARP;
  }
  char text[256];
  std::snprintf(text, sizeof text,
      "deadlock in block (%u, %u, %u): of %d live threads %d wait at __syncthreads and %d in an operation of their warp", b.block.x,
      b.block.y, b.block.z, live, barrier, warp);
  return text;
}

bool runBlock(Block &b) {
  auto &s = scheduler;
  int n = static_cast<int>(b.threads.x * b.threads.y * b.threads.z);
  s.fibers.resize(n);
  s.warps.assign((n + 31) / 32, Warp{});
  std::vector<int> order(n);
  for (int i = 0; i < n; i++) {
    auto &f = s.fibers[i];
    unsigned u = static_cast<unsigned>(i);
    f.thread = {{u % b.threads.x, u / b.threads.x % b.threads.y, u / (b.threads.x * b.threads.y)}, i};
    f.state = State::READY;
    f.stack = nullptr;
    s.warps[i / 32].live |= 1u << (i & 31);
    order[i] = i;
  }
  if (shuffleSeed()) {
    std::mt19937 random(shuffleSeed() + b.block.x * 7919 + b.block.y * 104729);
    for (int i = n - 1; i > 0; i--) {
      std::swap(order[i], order[random() % (i + 1)]);
    }
  }
  int live = n;
  bool ok = true;
  while (live > 0) {
    bool progress = false;
    for (int i : order) {
      Fiber &f = s.fibers[i];
      if (f.state != State::READY) {
        continue;
      }
      progress = true;
      if (!f.stack) {
        f.stack = s.stack();
        if (!f.stack) {
          failure = "no memory for the stacks of emulated threads";
          ok = false;
          break;
        }
        prepare(f.context, f.stack, enter);
      }
      resume(f);
      if (f.state == State::DONE) {
        live--;
        s.stacks.push_back(f.stack);
        f.stack = nullptr;
        Warp &w = s.warps[i / 32];
        w.live &= ~(1u << (i & 31));
        if (full(w)) {
          complete(w);
        }
      }
    }
    if (!ok) {
      break;
    }
    if (progress) {
      continue;
    }
    bool all = true;
    for (Fiber &f : s.fibers) {
      all &= f.state == State::BARRIER || f.state == State::DONE;
    }
    if (!all) {
      failure = stuck(b, live);
      ok = false;
      break;
    }
    for (Fiber &f : s.fibers) {
      if (f.state == State::BARRIER) {
        f.state = State::READY;
      }
    }
  }
  for (Fiber &f : s.fibers) { // after a failure their stacks are simply given up
    if (f.stack) {
      s.stacks.push_back(f.stack);
      f.stack = nullptr;
    }
  }
  return ok;
}

} // namespace

void barrier() { wait(State::BARRIER); }

void meet(unsigned mask, void *payload, void (*fn)(void **)) {
  Fiber *f = scheduler.current;
  Warp &w = scheduler.warps[f->thread.number / 32];
  int lane = f->thread.number & 31;
  w.mask = mask;
  w.fn = fn;
  w.payloads[lane] = payload;
  w.arrived |= 1u << lane;
  if (full(w)) {
    complete(w);
    f->state = State::READY;
    return;
  }
  wait(State::WARP);
}

void launch(dim3 grid, dim3 threads, size_t shared, void (*body)(const void *), const void *context) {
  uint64_t n = uint64_t{threads.x} * threads.y * threads.z;
  if (n == 0 || n > 1024 || grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.y > 65535 || grid.z > 65535 || shared > SHARED) {
    lastError = cudaErrorInvalidConfiguration;
    return;
  }
  std::vector<uint64_t> memory((shared + 7) / 8);
  Block b{{0, 0, 0}, grid, threads, memory.data()};
  block = &b;
  scheduler.body = body;
  scheduler.context = context;
  for (unsigned z = 0; z < grid.z; z++) {
    for (unsigned y = 0; y < grid.y; y++) {
      for (unsigned x = 0; x < grid.x; x++) {
        b.block = {x, y, z};
        if (shared > 0) { // it starts undefined: as NaN it does not go unseen
          std::memset(memory.data(), 0xff, shared);
        }
        if (!runBlock(b)) {
          lastError = cudaErrorLaunchFailure;
          return;
        }
      }
    }
  }
}

} // namespace emulation

// ---- The run time ----

namespace {

std::mutex mutex;
std::map<void *, size_t> blocks;
size_t used;

size_t limit() {
  if (const char *text = std::getenv("GATUN_EMULATED_MEMORY")) {
    return std::strtoull(text, nullptr, 10);
  }
  return static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<size_t>(sysconf(_SC_PAGE_SIZE)) / 2;
}

int devices() {
  const char *text = std::getenv("GATUN_EMULATED_DEVICES");
  return text ? std::atoi(text) : 2;
}

cudaError_t note(cudaError_t error) {
  if (error != cudaSuccess) {
    emulation::lastError = error;
  }
  return error;
}

} // namespace

struct EmulatedStream {};
struct EmulatedEvent {
  std::chrono::steady_clock::time_point at;
};

cudaError_t cudaGetDeviceCount(int *count) {
  *count = devices();
  return *count > 0 ? cudaSuccess : note(cudaErrorNoDevice);
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp *p, int device) {
  if (device < 0 || device >= devices()) {
    return note(cudaErrorInvalidDevice);
  }
  std::memset(p, 0, sizeof *p);
  std::snprintf(p->name, sizeof p->name, "CUDA emulated on the host, device %d", device);
  p->totalGlobalMem = limit();
  p->major = 8;
  p->minor = 0;
  p->multiProcessorCount = 2;
  return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int *value, cudaDeviceAttr attribute, int device) {
  if (device < 0 || device >= devices()) {
    return note(cudaErrorInvalidDevice);
  }
  if (attribute != cudaDevAttrMaxSharedMemoryPerBlockOptin) {
    return note(cudaErrorInvalidValue);
  }
  *value = static_cast<int>(emulation::SHARED);
  return cudaSuccess;
}

cudaError_t cudaDriverGetVersion(int *version) {
  *version = 0;
  return cudaSuccess;
}

cudaError_t cudaSetDevice(int device) { return device >= 0 && device < devices() ? cudaSuccess : note(cudaErrorInvalidDevice); }

cudaError_t cudaGetLastError() {
  cudaError_t e = emulation::lastError;
  emulation::lastError = cudaSuccess;
  return e;
}

const char *cudaGetErrorString(cudaError_t error) {
  switch (error) {
  case cudaSuccess: return "no error";
  case cudaErrorInvalidValue: return "invalid argument";
  case cudaErrorMemoryAllocation: return "out of memory";
  case cudaErrorInvalidConfiguration: return "invalid configuration argument";
  case cudaErrorNoDevice: return "no emulated device: GATUN_EMULATED_DEVICES is 0";
  case cudaErrorInvalidDevice: return "invalid device ordinal";
  case cudaErrorLaunchFailure: return emulation::failure.c_str();
  default: return "unknown error";
  }
}

cudaError_t cudaMalloc(void **data, size_t bytes) {
  std::lock_guard<std::mutex> lock(mutex);
  if (used + bytes > limit()) {
    return note(cudaErrorMemoryAllocation);
  }
  void *p = nullptr;
  if (posix_memalign(&p, 256, bytes ? bytes : 1) != 0) {
    return note(cudaErrorMemoryAllocation);
  }
  std::memset(p, 0xff, bytes); // NaN in every float format
  blocks[p] = bytes;
  used += bytes;
  *data = p;
  return cudaSuccess;
}

cudaError_t cudaFree(void *data) {
  std::lock_guard<std::mutex> lock(mutex);
  auto found = blocks.find(data);
  if (found == blocks.end()) {
    return data ? note(cudaErrorInvalidValue) : cudaSuccess;
  }
  used -= found->second;
  blocks.erase(found);
  std::free(data);
  return cudaSuccess;
}

cudaError_t cudaMallocHost(void **data, size_t bytes) {
  return posix_memalign(data, 4096, bytes ? bytes : 1) == 0 ? cudaSuccess : note(cudaErrorMemoryAllocation);
}

cudaError_t cudaFreeHost(void *data) {
  std::free(data);
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes, cudaMemcpyKind, cudaStream_t) {
  std::memmove(to, from, bytes);
  return cudaSuccess;
}

cudaError_t cudaMemcpyPeerAsync(void *to, int, const void *from, int, size_t bytes, cudaStream_t) {
  std::memmove(to, from, bytes);
  return cudaSuccess;
}

cudaError_t cudaMemsetAsync(void *data, int value, size_t bytes, cudaStream_t) {
  std::memset(data, value, bytes);
  return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned) {
  *stream = new EmulatedStream();
  return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  delete stream;
  return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t) { return cudaSuccess; }
cudaError_t cudaStreamWaitEvent(cudaStream_t, cudaEvent_t, unsigned) { return cudaSuccess; }

cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned) {
  *event = new EmulatedEvent();
  return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event;
  return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t) {
  event->at = std::chrono::steady_clock::now();
  return cudaSuccess;
}

cudaError_t cudaEventSynchronize(cudaEvent_t) { return cudaSuccess; }

cudaError_t cudaEventElapsedTime(float *milliseconds, cudaEvent_t from, cudaEvent_t to) {
  *milliseconds = std::chrono::duration<float, std::milli>(to->at - from->at).count();
  return cudaSuccess;
}
