// Softmax, its logarithm, cross entropy, and their gradients.
#include "rows.cuh"

namespace gatun {
namespace {

// x - max and its exponential, and their sum, go to what makes the results: End::begin gives what it needs of a row, whose put takes an
// element, as its exponential or, if LOG, as x - max. Only one element of a row counts unless WHOLE.
template <typename T, typename End>
struct SoftmaxRow {
  using C = Compute<T>;
  const T *x;
  End end;

  __device__ void warp(const Rows<2> &rows, int64_t r, const int64_t (&at)[2], int lane) const {
    C v[ITEMS], most = -INFINITY;
    for (int k = 0; k < ITEMS; k++) {
      int64_t i = lane + k * 32;
      v[k] = i < rows.n ? up(x[at[0] + i * rows.step[0]]) : C(-INFINITY);
      most = Greatest{}(most, v[k]);
    }
    most = foldWarp(most, Greatest{});
    C sum = 0;
    for (int k = 0; k < ITEMS; k++) {
      C e = lane + k * 32 < rows.n ? exp(v[k] - most) : C(0);
      sum += e;
      v[k] = End::LOG ? v[k] - most : e;
    }
    auto row = end.begin(rows, r, at[1], foldWarp(sum, Add{}));
    for (int k = 0; k < ITEMS; k++) {
      int64_t i = lane + k * 32;
      if (i < rows.n) {
        row.put(i, v[k]);
      }
    }
  }

  __device__ void block(const Rows<2> &rows, int64_t r, const int64_t (&at)[2]) const {
    C most = -INFINITY;
    for (int64_t i = threadIdx.x; i < rows.n; i += blockDim.x) {
      most = Greatest{}(most, up(x[at[0] + i * rows.step[0]]));
    }
    most = foldBlock(most, Greatest{}, C(-INFINITY));
    C sum = 0;
    for (int64_t i = threadIdx.x; i < rows.n; i += blockDim.x) {
      sum += exp(up(x[at[0] + i * rows.step[0]]) - most);
    }
    auto row = end.begin(rows, r, at[1], foldBlock(sum, Add{}, C(0)));
    int64_t from = End::WHOLE ? 0 : row.only(), to = End::WHOLE ? rows.n : from + 1;
    for (int64_t i = from + threadIdx.x; i < to; i += blockDim.x) {
      C v = up(x[at[0] + i * rows.step[0]]) - most;
      row.put(i, End::LOG ? v : exp(v));
    }
  }
};

template <typename T, bool LOGARITHM>
struct Softmax {
  using C = Compute<T>;
  static constexpr bool LOG = LOGARITHM, WHOLE = true;
  T *y;

  struct Row {
    T *y;
    int64_t step;
    C sum; // or its logarithm
    __device__ void put(int64_t i, C v) const { y[i * step] = down<T>(LOG ? v - sum : v / sum); }
    __device__ int64_t only() const { return 0; }
  };
  __device__ Row begin(const Rows<2> &rows, int64_t, int64_t at, C sum) const {
    return {y + at, rows.step[1], LOG ? log(sum) : sum};
  }
};

// The class that a target names; one that is out of range is noted and becomes 0.
__device__ int64_t classOf(const int64_t *target, int64_t at, int64_t classes, gatun_fault_info *fault) {
  int64_t t = target[at];
  if (t >= 0 && t < classes) {
    return t;
  }
  note(fault, GATUN_FAULT_INDEX, t, classes);
  return 0;
}

template <typename T>
struct CrossEntropy {
  using C = Compute<T>;
  static constexpr bool LOG = true, WHOLE = false;
  const int64_t *target;
  int64_t targetStep;
  T *y;
  gatun_fault_info *fault;

  struct Row {
    T *y;
    int64_t target;
    C logSum;
    __device__ void put(int64_t i, C v) const {
      if (i == target) {
        *y = down<T>(logSum - v);
      }
    }
    __device__ int64_t only() const { return target; }
  };
  __device__ Row begin(const Rows<2> &rows, int64_t r, int64_t, C sum) const {
    return {y + r, classOf(target, r * targetStep, rows.n, fault), log(sum)};
  }
};

template <typename T>
struct CrossEntropyGradient {
  using C = Compute<T>;
  static constexpr bool LOG = false, WHOLE = true;
  const T *g;
  int64_t gStep;
  const int64_t *target;
  int64_t targetStep;
  T *dx;
  gatun_fault_info *fault;

  struct Row {
    T *dx;
    int64_t step, target;
    C g, sum;
    __device__ void put(int64_t i, C e) const { dx[i * step] = down<T>(g * (e / sum - (i == target ? C(1) : C(0)))); }
    __device__ int64_t only() const { return 0; }
  };
  __device__ Row begin(const Rows<2> &rows, int64_t r, int64_t at, C sum) const {
    return {dx + at, rows.step[1], classOf(target, r * targetStep, rows.n, fault), up(g[r * gStep]), sum};
  }
};

// y (g - sum of g y), or for the logarithm g - exp(y) (sum of g).
template <typename T, bool LOG>
struct SoftmaxGradient {
  using C = Compute<T>;
  const T *g, *y;
  T *dx;

  __device__ T result(C u, C v, C sum) const { return down<T>(LOG ? u - exp(v) * sum : v * (u - sum)); }

  __device__ void warp(const Rows<3> &rows, int64_t, const int64_t (&at)[3], int lane) const {
    C u[ITEMS], v[ITEMS], sum = 0;
    for (int k = 0; k < ITEMS; k++) {
      int64_t i = lane + k * 32;
      bool inside = i < rows.n;
      u[k] = inside ? up(g[at[0] + i * rows.step[0]]) : C(0);
      v[k] = inside ? up(y[at[1] + i * rows.step[1]]) : C(0);
      sum += LOG ? u[k] : u[k] * v[k];
    }
    sum = foldWarp(sum, Add{});
    for (int k = 0; k < ITEMS; k++) {
      int64_t i = lane + k * 32;
      if (i < rows.n) {
        dx[at[2] + i * rows.step[2]] = result(u[k], v[k], sum);
      }
    }
  }

  __device__ void block(const Rows<3> &rows, int64_t, const int64_t (&at)[3]) const {
    C sum = 0;
    for (int64_t i = threadIdx.x; i < rows.n; i += blockDim.x) {
      C u = up(g[at[0] + i * rows.step[0]]);
      sum += LOG ? u : u * up(y[at[1] + i * rows.step[1]]);
    }
    sum = foldBlock(sum, Add{}, C(0));
    for (int64_t i = threadIdx.x; i < rows.n; i += blockDim.x) {
      dx[at[2] + i * rows.step[2]] = result(up(g[at[0] + i * rows.step[0]]), up(y[at[1] + i * rows.step[1]]), sum);
    }
  }
};

} // namespace
} // namespace gatun

using namespace gatun;

int32_t gatun_softmax(gatun_context *context, int32_t axis, int32_t logarithmic, const gatun_tensor *x, const gatun_tensor *y) {
  Call call(context, "softmax");
  Rows<2> rows = rowsAlong(axis, {x, y});
  bool known = withFloat(x->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    auto *from = static_cast<const T *>(x->data);
    auto *to = static_cast<T *>(y->data);
    if (logarithmic) {
      eachRow(call, rows, SoftmaxRow<T, Softmax<T, true>>{from, {to}});
    } else {
      eachRow(call, rows, SoftmaxRow<T, Softmax<T, false>>{from, {to}});
    }
  });
  return known ? call.done() : unsupported("softmax", x);
}

int32_t gatun_softmax_grad(gatun_context *context, int32_t axis, int32_t logarithmic, const gatun_tensor *g, const gatun_tensor *y,
    const gatun_tensor *dx) {
  Call call(context, "softmax gradient");
  Rows<3> rows = rowsAlong(axis, {g, y, dx});
  bool known = withFloat(g->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    auto *gradient = static_cast<const T *>(g->data);
    auto *result = static_cast<const T *>(y->data);
    auto *to = static_cast<T *>(dx->data);
    if (logarithmic) {
      eachRow(call, rows, SoftmaxGradient<T, true>{gradient, result, to});
    } else {
      eachRow(call, rows, SoftmaxGradient<T, false>{gradient, result, to});
    }
  });
  return known ? call.done() : unsupported("softmax gradient", g);
}

int32_t gatun_cross_entropy(gatun_context *context, const gatun_tensor *x, const gatun_tensor *target, const gatun_tensor *y) {
  Call call(context, "cross entropy");
  if (x->rank != 2 || target->rank != 1 || target->dtype != GATUN_INT64) {
    return fail(GATUN_INVALID, "cross entropy needs an input of rank 2 and an int64 target of rank 1");
  }
  Rows<2> rows = rowsAlong(1, {x, x});
  bool known = withFloat(x->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    eachRow(call, rows,
        SoftmaxRow<T, CrossEntropy<T>>{static_cast<const T *>(x->data),
            {static_cast<const int64_t *>(target->data), target->stride[0], static_cast<T *>(y->data), call.fault()}});
  });
  return known ? call.done() : unsupported("cross entropy", x);
}

int32_t gatun_cross_entropy_grad(gatun_context *context, const gatun_tensor *g, const gatun_tensor *x, const gatun_tensor *target,
    const gatun_tensor *dx) {
  Call call(context, "cross entropy gradient");
  if (x->rank != 2 || g->rank != 1 || target->rank != 1 || target->dtype != GATUN_INT64) {
    return fail(GATUN_INVALID, "the gradient of cross entropy needs an input of rank 2, a gradient and an int64 target of rank 1");
  }
  Rows<2> rows = rowsAlong(1, {x, dx});
  bool known = withFloat(x->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    eachRow(call, rows,
        SoftmaxRow<T, CrossEntropyGradient<T>>{static_cast<const T *>(x->data),
            {static_cast<const T *>(g->data), g->stride[0], static_cast<const int64_t *>(target->data), target->stride[0],
                static_cast<T *>(dx->data), call.fault()}});
  });
  return known ? call.done() : unsupported("cross entropy gradient", x);
}
