// Sums, products, extremes and where they are, over any axes.
#include "fold.cuh"

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

template <typename T, typename Y>
struct Values {
  static constexpr int PATHS = BY_THREAD | BY_BLOCK | (IsFloat<T>::value ? BY_COLUMN : 0);
  using C = Compute<T>;
  using V = C;
  const T *x;
  Y *y;
  int kind;
  __device__ V identity() const {
    switch (kind) {
    case SUM: return C(0);
    case PROD: return C(1);
    case MAX: return Limits<C>::lowest();
    default: return Limits<C>::highest();
    }
  }
  __device__ V add(V v, int64_t at, int64_t, int64_t) const { return (*this)(v, up(x[at])); }
  __device__ V operator()(V a, V b) const {
    switch (kind) {
    case SUM: return a + b;
    case PROD: return a * b;
    case MAX: return greater(a, b);
    default: return smaller(a, b);
    }
  }
  __device__ void store(int64_t o, V v) const { y[o] = down<Y>(v); }
};

template <typename C>
struct Place {
  C value;
  int64_t index; // -1: none yet
};

// Two words each, for what shuffles do not take.
template <typename C>
__device__ Place<C> __shfl_xor_sync(unsigned mask, Place<C> p, int other) {
  return {::__shfl_xor_sync(mask, p.value, other), static_cast<int64_t>(::__shfl_xor_sync(mask, static_cast<long long>(p.index), other))};
}

// The first greatest or smallest, or the first NaN.
template <typename T>
struct Places {
  static constexpr int PATHS = BY_THREAD | BY_BLOCK;
  using V = Place<Compute<T>>;
  const T *x;
  int64_t *y;
  int kind;
  __device__ V identity() const { return {Compute<T>(0), -1}; }
  __device__ V add(V v, int64_t at, int64_t, int64_t i) const { return (*this)(v, V{up(x[at]), i}); }
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
  __device__ void store(int64_t o, V v) const { y[o] = v.index; }
};

template <typename T>
struct Variance : MomentsOf<T> {
  using typename MomentsOf<T>::C;
  T *y;
  double correction;
  __device__ void store(int64_t o, Moments<C> v) const {
    C divisor = v.n - static_cast<C>(correction);
    y[o] = down<T>(v.squares / (divisor > 0 ? divisor : C(0)));
  }
};

} // namespace
} // namespace gatun

using namespace gatun;

// Where the greatest of narrow integers are is rarely asked: they are widened for it, instead of kernels for each dtype.
static int placesOfNarrow(gatun_context *context, int kind, uint64_t axes, const gatun_tensor *x, const gatun_tensor *y) {
  Workspace workspace(context, numel(x) * 8);
  if (workspace.status != GATUN_OK) {
    return workspace.status;
  }
  gatun_tensor wide = *x;
  wide.data = workspace.data;
  wide.dtype = GATUN_INT64;
  int64_t step = 1;
  for (int a = x->rank - 1; a >= 0; a--) {
    wide.stride[a] = step;
    step *= x->shape[a];
  }
  int status = gatun_copy(context, x, &wide);
  return status != GATUN_OK ? status : gatun_reduce(context, kind, axes, &wide, y);
}

int32_t gatun_reduce(gatun_context *context, int32_t kind, uint64_t axes, const gatun_tensor *x, const gatun_tensor *y) {
  Call call(context, "reduce");
  if (kind < SUM || kind > ARGMIN) {
    return fail(GATUN_INVALID, "reduce kind " + std::to_string(kind));
  }
  int status = GATUN_OK;
  if (kind >= ARGMAX && (x->dtype == GATUN_BOOL || (x->dtype >= GATUN_INT8 && x->dtype < GATUN_INT64))) {
    return placesOfNarrow(context, kind, axes, x, y);
  }
  Walk<1> kept = part(x, axes, false), gone = part(x, axes, true);
  bool known = withAny(x->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    auto *from = static_cast<const T *>(x->data);
    if (kind >= ARGMAX) {
      if constexpr (IsFloat<T>::value || sizeof(T) == 8) {
        status = foldAxes(call, kept, gone, Places<T>{from, static_cast<int64_t *>(y->data), kind});
      }
    } else if (y->dtype == x->dtype) {
      status = foldAxes(call, kept, gone, Values<T, T>{from, static_cast<T *>(y->data), kind});
    } else if (y->dtype == GATUN_INT64 && !IsFloat<T>::value) {
      status = foldAxes(call, kept, gone, Values<T, int64_t>{from, static_cast<int64_t *>(y->data), kind});
    } else {
      status = unsupported("reduce", y);
    }
  });
  return !known ? unsupported("reduce", x) : status != GATUN_OK ? status : call.done();
}

int32_t gatun_variance(gatun_context *context, uint64_t axes, double correction, const gatun_tensor *x, const gatun_tensor *y) {
  Call call(context, "variance");
  int status = GATUN_OK;
  bool known = withFloat(x->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    status = foldAxes(call, part(x, axes, false), part(x, axes, true),
        Variance<T>{{static_cast<const T *>(x->data)}, static_cast<T *>(y->data), correction});
  });
  return !known ? unsupported("variance", x) : status != GATUN_OK ? status : call.done();
}
