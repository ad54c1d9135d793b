// Sums, products, extremes and where they are, over any axes.
#include "fold.cuh"

#include <algorithm>

namespace gatun {
namespace {

enum Kind { SUM, PROD, MAX, MIN, ARGMAX, ARGMIN };

template <typename C>
struct Limits;
template <>
struct Limits<float> {
  static __device__ float lowest() { return -INFINITY; }
  static __device__ float highest() { return INFINITY; }
};
template <>
struct Limits<double> {
  static __device__ double lowest() { return -INFINITY; }
  static __device__ double highest() { return INFINITY; }
};
template <>
struct Limits<int64_t> {
  static __device__ int64_t lowest() { return INT64_MIN; }
  static __device__ int64_t highest() { return INT64_MAX; }
};

// How values are folded: V is the running value, at() makes one of an element.
template <typename C>
struct Values {
  using V = C;
  int kind;
  __device__ V identity() const {
    switch (kind) {
    case SUM: return C(0);
    case PROD: return C(1);
    case MAX: return Limits<C>::lowest();
    default: return Limits<C>::highest();
    }
  }
  __device__ V at(C x, int64_t) const { return x; }
  __device__ V operator()(V a, V b) const {
    switch (kind) {
    case SUM: return a + b;
    case PROD: return a * b;
    case MAX: return greater(a, b);
    default: return smaller(a, b);
    }
  }
  template <typename Y>
  __device__ Y result(V v) const {
    return down<Y>(v);
  }
};

template <typename C>
struct Place {
  C value;
  int64_t index; // -1: none yet
};

// The first greatest or smallest, or the first NaN.
template <typename C>
struct Places {
  using V = Place<C>;
  int kind;
  __device__ V identity() const { return {C(0), -1}; }
  __device__ V at(C x, int64_t i) const { return {x, i}; }
  __device__ V operator()(V a, V b) const {
    if (a.index < 0 || b.index < 0) {
      return a.index < 0 ? b : a;
    }
    V first = a.index < b.index ? a : b, second = a.index < b.index ? b : a;
    if (first.value != first.value) {
      return first;
    }
    bool better = second.value != second.value || (kind == ARGMAX ? second.value > first.value : second.value < first.value);
    return better ? second : first;
  }
  template <typename Y>
  __device__ Y result(V v) const {
    return down<Y>(v.index);
  }
};

// Two words each, for what shuffles do not take.
template <typename C>
__device__ Place<C> __shfl_xor_sync(unsigned mask, Place<C> p, int other) {
  return {::__shfl_xor_sync(mask, p.value, other), static_cast<int64_t>(::__shfl_xor_sync(mask, static_cast<long long>(p.index), other))};
}

__device__ inline int64_t locate(const Walk<1> &w, int64_t i) {
  int64_t at[1];
  w.locate(i, at);
  return at[0];
}

// One thread for each output: for short folds, and where neighbouring outputs read neighbouring elements.
template <typename T, typename Y, typename F>
__global__ void byThread(const T *__restrict__ x, Walk<1> kept, Walk<1> gone, Y *y, F f) {
  int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t o = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; o < kept.n; o += step) {
    int64_t base = locate(kept, o);
    typename F::V v = f.identity();
    for (int64_t i = 0; i < gone.n; i++) {
      v = f(v, f.at(up(x[base + locate(gone, i)]), i));
    }
    y[o] = f.template result<Y>(v);
  }
}

// One block for each output and part of its elements.
template <typename T, typename F>
__global__ void byBlock(const T *__restrict__ x, Walk<1> kept, Walk<1> gone, int64_t parts, typename F::V *partial, F f) {
  int64_t each = (gone.n + parts - 1) / parts;
  for (int64_t job = blockIdx.x; job < kept.n * parts; job += gridDim.x) {
    int64_t o = job / parts, from = job % parts * each, to = from + each < gone.n ? from + each : gone.n;
    int64_t base = locate(kept, o);
    typename F::V v = f.identity();
    for (int64_t i = from + threadIdx.x; i < to; i += blockDim.x) {
      v = f(v, f.at(up(x[base + locate(gone, i)]), i));
    }
    v = foldBlock(v, f, f.identity());
    if (threadIdx.x == 0) {
      partial[job] = v;
    }
  }
}

template <typename Y, typename F>
__global__ void join(const typename F::V *partial, int64_t outputs, int64_t parts, Y *y, F f) {
  int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t o = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; o < outputs; o += step) {
    typename F::V v = f.identity();
    for (int64_t p = 0; p < parts; p++) {
      v = f(v, partial[o * parts + p]);
    }
    y[o] = f.template result<Y>(v);
  }
}

template <typename T, typename Y, typename F>
int fold(const Call &call, const gatun_tensor *x, uint64_t axes, const gatun_tensor *y, F f) {
  Walk<1> kept = part(x, axes, false), gone = part(x, axes, true);
  if (kept.n == 0) {
    return GATUN_OK;
  }
  auto *from = static_cast<const T *>(x->data);
  auto *to = static_cast<Y *>(y->data);
  bool columns = kept.rank > 0 && kept.stride[0][kept.rank - 1] == 1 && kept.shape[kept.rank - 1] >= 32;
  int64_t busy = int64_t{call.context()->multiprocessors} * 512;
  if (gone.n <= 32 || (columns && (kept.n >= busy || gone.n <= 256))) {
    GATUN_LAUNCH((byThread<T, Y, F>), dim3(call.blocks(kept.n, 128)), dim3(kept.n < 128 ? threadsFor(kept.n) : 128), 0, call.stream(), from, kept, gone, to, f);
    return GATUN_OK;
  }
  int64_t blocks = int64_t{call.context()->multiprocessors} * 8;
  int64_t parts = std::max<int64_t>(1, std::min({blocks / kept.n, gone.n / 4096, int64_t{1024}}));
  Workspace partial(call.context(), kept.n * parts * static_cast<int64_t>(sizeof(typename F::V)));
  if (partial.status != GATUN_OK) {
    return partial.status;
  }
  auto *values = static_cast<typename F::V *>(partial.data);
  int threads = gone.n / parts <= 128 ? 64 : 256;
  auto grid = static_cast<unsigned>(std::min<int64_t>(kept.n * parts, 1 << 20));
  GATUN_LAUNCH((byBlock<T, F>), dim3(grid), dim3(threads), 0, call.stream(), from, kept, gone, parts, values, f);
  GATUN_LAUNCH((join<Y, F>), dim3(call.blocks(kept.n, 128)), dim3(kept.n < 128 ? threadsFor(kept.n) : 128), 0, call.stream(), values, kept.n, parts, to, f);
  return GATUN_OK;
}

} // namespace
} // namespace gatun

using namespace gatun;

int32_t gatun_reduce(gatun_context *context, int32_t kind, uint64_t axes, const gatun_tensor *x, const gatun_tensor *y) {
  Call call(context, "reduce");
  if (kind < SUM || kind > ARGMIN) {
    return fail(GATUN_INVALID, "reduce kind " + std::to_string(kind));
  }
  int status = GATUN_OK;
  bool known = withAny(x->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using C = Compute<T>;
    if (kind >= ARGMAX) {
      status = fold<T, int64_t>(call, x, axes, y, Places<C>{kind});
    } else if (y->dtype == x->dtype) {
      status = fold<T, T>(call, x, axes, y, Values<C>{kind});
    } else if (y->dtype == GATUN_INT64 && !IsFloat<T>::value) {
      status = fold<T, int64_t>(call, x, axes, y, Values<C>{kind});
    } else {
      status = unsupported("reduce", y);
    }
  });
  return !known ? unsupported("reduce", x) : status != GATUN_OK ? status : call.done();
}
