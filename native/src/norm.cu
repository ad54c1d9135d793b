// Layer normalisation and batch normalisation, and their gradients.
#include "rows.cuh"

namespace gatun {
namespace {

template <typename T>
struct LayerNorm {
  using C = Compute<T>;
  const T *x, *weight, *bias; // the latter two or none
  T *y;
  double epsilon;

  __device__ T result(C z, int64_t i) const { return down<T>(weight ? z * up(weight[i]) + up(bias[i]) : z); }

  __device__ void warp(const Rows<1> &rows, int64_t, const int64_t (&at)[1], int lane) const {
    C v[ITEMS], sum = 0;
    for (int k = 0; k < ITEMS; k++) {
      int64_t i = lane + k * 32;
      v[k] = i < rows.n ? up(x[at[0] + i]) : C(0);
      sum += v[k];
    }
    C mean = foldWarp(sum, Add{}) / static_cast<C>(rows.n);
    C squares = 0;
    for (int k = 0; k < ITEMS; k++) {
      v[k] -= mean;
      squares += lane + k * 32 < rows.n ? v[k] * v[k] : C(0);
    }
    C scale = 1 / sqrt(foldWarp(squares, Add{}) / static_cast<C>(rows.n) + static_cast<C>(epsilon));
    for (int k = 0; k < ITEMS; k++) {
      int64_t i = lane + k * 32;
      if (i < rows.n) {
        y[at[0] + i] = result(v[k] * scale, i);
      }
    }
  }

  __device__ void block(const Rows<1> &rows, int64_t, const int64_t (&at)[1]) const {
    C sum = 0;
    for (int64_t i = threadIdx.x; i < rows.n; i += blockDim.x) {
      sum += up(x[at[0] + i]);
    }
    C mean = foldBlock(sum, Add{}, C(0)) / static_cast<C>(rows.n);
    C squares = 0;
    for (int64_t i = threadIdx.x; i < rows.n; i += blockDim.x) {
      C v = up(x[at[0] + i]) - mean;
      squares += v * v;
    }
    C scale = 1 / sqrt(foldBlock(squares, Add{}, C(0)) / static_cast<C>(rows.n) + static_cast<C>(epsilon));
    for (int64_t i = threadIdx.x; i < rows.n; i += blockDim.x) {
      y[at[0] + i] = result((up(x[at[0] + i]) - mean) * scale, i);
    }
  }
};

// A mean and the reciprocal of a standard deviation.
template <typename C>
struct Statistics {
  C mean, scale;
};

// With u = g weight and z = (x - mean) scale: dx = (u - mean of u - z (mean of u z)) scale.
template <typename T>
struct LayerNormGradient {
  using C = Compute<T>;
  const T *g, *x, *weight;
  T *dx;
  Statistics<C> *statistics; // of each row, or none
  double epsilon;

  __device__ C inner(int64_t at, int64_t i) const { return weight ? up(g[at + i]) * up(weight[i]) : up(g[at + i]); }

  __device__ void warp(const Rows<1> &rows, int64_t r, const int64_t (&at)[1], int lane) const {
    C u[ITEMS], z[ITEMS], n = static_cast<C>(rows.n);
    Pair<C> sums{C(0), C(0)};
    for (int k = 0; k < ITEMS; k++) {
      int64_t i = lane + k * 32;
      z[k] = i < rows.n ? up(x[at[0] + i]) : C(0);
      u[k] = i < rows.n ? inner(at[0], i) : C(0);
      sums.a += z[k];
      sums.b += u[k];
    }
    sums = foldWarp(sums, PairSum<C>{});
    C mean = sums.a / n, along = sums.b / n, squares = 0;
    for (int k = 0; k < ITEMS; k++) {
      z[k] -= mean;
      squares += lane + k * 32 < rows.n ? z[k] * z[k] : C(0);
    }
    C scale = 1 / sqrt(foldWarp(squares, Add{}) / n + static_cast<C>(epsilon)), dot = 0;
    for (int k = 0; k < ITEMS; k++) {
      z[k] *= scale;
      dot += u[k] * z[k];
    }
    dot = foldWarp(dot, Add{}) / n;
    for (int k = 0; k < ITEMS; k++) {
      int64_t i = lane + k * 32;
      if (i < rows.n) {
        dx[at[0] + i] = down<T>((u[k] - along - z[k] * dot) * scale);
      }
    }
    if (statistics && lane == 0) {
      statistics[r] = {mean, scale};
    }
  }

  __device__ void block(const Rows<1> &rows, int64_t r, const int64_t (&at)[1]) const {
    C n = static_cast<C>(rows.n);
    Pair<C> sums{C(0), C(0)};
    for (int64_t i = threadIdx.x; i < rows.n; i += blockDim.x) {
      sums.a += up(x[at[0] + i]);
      sums.b += inner(at[0], i);
    }
    sums = foldBlock(sums, PairSum<C>{}, Pair<C>{C(0), C(0)});
    C mean = sums.a / n, along = sums.b / n;
    sums = {C(0), C(0)};
    for (int64_t i = threadIdx.x; i < rows.n; i += blockDim.x) {
      C v = up(x[at[0] + i]) - mean;
      sums.a += v * v;
      sums.b += inner(at[0], i) * v;
    }
    sums = foldBlock(sums, PairSum<C>{}, Pair<C>{C(0), C(0)});
    C scale = 1 / sqrt(sums.a / n + static_cast<C>(epsilon));
    C dot = sums.b * scale / n;
    for (int64_t i = threadIdx.x; i < rows.n; i += blockDim.x) {
      C z = (up(x[at[0] + i]) - mean) * scale;
      dx[at[0] + i] = down<T>((inner(at[0], i) - along - z * dot) * scale);
    }
    if (statistics && threadIdx.x == 0) {
      statistics[r] = {mean, scale};
    }
  }
};

// The gradients of weight and bias: over all rows, the sums of g z and of g.
template <typename T>
struct LayerNormParameters : PairSum<Compute<T>> {
  static constexpr int PATHS = BY_COLUMN;
  using C = Compute<T>;
  const T *g, *x;
  const Statistics<C> *statistics;
  T *dweight, *dbias;
  __device__ Pair<C> add(Pair<C> v, int64_t at, int64_t, int64_t row) const {
    C u = up(g[at]);
    Statistics<C> s = statistics[row];
    return {v.a + u * ((up(x[at]) - s.mean) * s.scale), v.b + u};
  }
  __device__ void store(int64_t o, Pair<C> v) const {
    dweight[o] = down<T>(v.a);
    dbias[o] = down<T>(v.b);
  }
};

// [N, C, ...]: the channels and what belongs to each, in dense memory.
struct Channels {
  Walk<1> channels, rest;
  Walk<2> all; // places of elements and their channels
  explicit Channels(const gatun_tensor *x) {
    int64_t inner = 1;
    for (int a = 2; a < x->rank; a++) {
      inner *= x->shape[a];
    }
    int64_t n = x->shape[0], c = x->shape[1];
    channels.add(c, {inner});
    rest.add(n, {c * inner});
    rest.add(inner, {1});
    all.add(n, {c * inner, 0});
    all.add(c, {inner, 1});
    all.add(inner, {1, 0});
  }
};

template <typename T>
struct BatchMoments : MomentsOf<T> {
  using typename MomentsOf<T>::C;
  T *mean, *variance;
  Statistics<C> *statistics;
  double epsilon;
  __device__ void store(int64_t o, Moments<C> v) const {
    C m = v.sum / v.n, squares = v.squares / v.n;
    mean[o] = down<T>(m);
    variance[o] = down<T>(squares);
    statistics[o] = {m, 1 / sqrt(squares + static_cast<C>(epsilon))};
  }
};

template <typename T>
struct BatchNorm {
  using C = Compute<T>;
  const T *x, *weight, *bias; // the latter two or none
  T *y;
  const Statistics<C> *statistics;
  __device__ void operator()(int64_t, const int64_t (&at)[2]) const {
    int64_t c = at[1];
    Statistics<C> s = statistics[c];
    C v = up(x[at[0]]) - s.mean;
    y[at[0]] = down<T>(weight ? v * (s.scale * up(weight[c])) + up(bias[c]) : v * s.scale);
  }
};

// How dx follows from g and x - mean in a channel: dx = g scale + (x - mean) slope + shift.
template <typename C>
struct Line {
  C mean, scale, slope, shift;
};

template <typename T>
struct BatchNormSums : PairSum<Compute<T>> {
  using C = Compute<T>;
  const T *g, *x, *mean, *variance, *weight; // weight may be none
  T *dweight, *dbias;
  Line<C> *lines;
  double epsilon, n;
  __device__ Pair<C> add(Pair<C> v, int64_t at, int64_t o, int64_t) const {
    C u = up(g[at]);
    return {v.a + u * (up(x[at]) - up(mean[o])), v.b + u};
  }
  __device__ void store(int64_t o, Pair<C> v) const {
    C unit = 1 / sqrt(up(variance[o]) + static_cast<C>(epsilon));
    C scale = weight ? unit * up(weight[o]) : unit;
    dweight[o] = down<T>(v.a * unit);
    dbias[o] = down<T>(v.b);
    lines[o] = {up(mean[o]), scale, -scale * unit * unit * v.a / static_cast<C>(n), -scale * v.b / static_cast<C>(n)};
  }
};

template <typename T>
struct BatchNormGradient {
  using C = Compute<T>;
  const T *g, *x;
  T *dx;
  const Line<C> *lines;
  __device__ void operator()(int64_t, const int64_t (&at)[2]) const {
    Line<C> l = lines[at[1]];
    dx[at[0]] = down<T>(up(g[at[0]]) * l.scale + (up(x[at[0]]) - l.mean) * l.slope + l.shift);
  }
};

template <typename T>
const T *dataOf(const gatun_tensor *x) {
  return x ? static_cast<const T *>(x->data) : nullptr;
}

bool allDense(std::initializer_list<const gatun_tensor *> tensors) {
  return std::all_of(tensors.begin(), tensors.end(), [](const gatun_tensor *x) { return !x || isDense(x); });
}

int64_t rowSize(const gatun_tensor *x, int axes) {
  int64_t n = 1;
  for (int a = x->rank - axes; a < x->rank; a++) {
    n *= x->shape[a];
  }
  return n;
}

} // namespace
} // namespace gatun

using namespace gatun;

int32_t gatun_layer_norm(gatun_context *context, int32_t axes, double epsilon, const gatun_tensor *x, const gatun_tensor *weight,
    const gatun_tensor *bias, const gatun_tensor *y) {
  Call call(context, "layer norm");
  if (!allDense({x, weight, bias})) {
    return fail(GATUN_INVALID, "layer norm needs dense operands");
  }
  int64_t total = numel(x), n = rowSize(x, axes);
  if (total == 0) {
    return GATUN_OK;
  }
  bool known = withFloat(x->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    eachRow(call, denseRows<1>(total / n, n),
        LayerNorm<T>{dataOf<T>(x), dataOf<T>(weight), dataOf<T>(bias), static_cast<T *>(y->data), epsilon});
  });
  return known ? call.done() : unsupported("layer norm", x);
}

int32_t gatun_layer_norm_grad(gatun_context *context, int32_t axes, double epsilon, const gatun_tensor *g, const gatun_tensor *x,
    const gatun_tensor *weight, const gatun_tensor *dx, const gatun_tensor *dweight, const gatun_tensor *dbias) {
  Call call(context, "layer norm gradient");
  if (!allDense({g, x, weight})) {
    return fail(GATUN_INVALID, "the gradient of layer norm needs dense operands");
  }
  int64_t n = rowSize(x, axes);
  if (n == 0) {
    return GATUN_OK;
  }
  int64_t rows = numel(x) / n;
  int status = GATUN_OK;
  bool known = withFloat(x->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using S = Statistics<Compute<T>>;
    Workspace workspace(call.context(), weight ? rows * static_cast<int64_t>(sizeof(S)) : 0);
    status = workspace.status;
    if (status != GATUN_OK) {
      return;
    }
    auto *statistics = weight ? static_cast<S *>(workspace.data) : nullptr;
    eachRow(call, denseRows<1>(rows, n),
        LayerNormGradient<T>{dataOf<T>(g), dataOf<T>(x), dataOf<T>(weight), static_cast<T *>(dx->data), statistics, epsilon});
    if (weight) {
      Walk<1> columns, rest;
      columns.add(n, {1});
      rest.add(rows, {n});
      status = foldAxes(call, columns, rest,
          LayerNormParameters<T>{{}, dataOf<T>(g), dataOf<T>(x), statistics, static_cast<T *>(dweight->data),
              static_cast<T *>(dbias->data)});
    }
  });
  return !known ? unsupported("layer norm gradient", x) : status != GATUN_OK ? status : call.done();
}

int32_t gatun_batch_norm(gatun_context *context, double epsilon, const gatun_tensor *x, const gatun_tensor *weight,
    const gatun_tensor *bias, const gatun_tensor *y, const gatun_tensor *mean, const gatun_tensor *variance) {
  Call call(context, "batch norm");
  if (x->rank < 2 || !allDense({x, weight, bias})) {
    return fail(GATUN_INVALID, "batch norm needs dense operands, the first of at least rank 2");
  }
  Channels shape(x);
  int status = GATUN_OK;
  bool known = withFloat(x->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using S = Statistics<Compute<T>>;
    Workspace workspace(call.context(), shape.channels.n * static_cast<int64_t>(sizeof(S)));
    status = workspace.status;
    if (status != GATUN_OK) {
      return;
    }
    auto *statistics = static_cast<S *>(workspace.data);
    status = foldAxes(call, shape.channels, shape.rest,
        BatchMoments<T>{{dataOf<T>(x)}, static_cast<T *>(mean->data), static_cast<T *>(variance->data), statistics, epsilon});
    each(call, shape.all, BatchNorm<T>{dataOf<T>(x), dataOf<T>(weight), dataOf<T>(bias), static_cast<T *>(y->data), statistics});
  });
  return !known ? unsupported("batch norm", x) : status != GATUN_OK ? status : call.done();
}

int32_t gatun_batch_norm_grad(gatun_context *context, double epsilon, const gatun_tensor *g, const gatun_tensor *x,
    const gatun_tensor *mean, const gatun_tensor *variance, const gatun_tensor *weight, const gatun_tensor *dx,
    const gatun_tensor *dweight, const gatun_tensor *dbias) {
  Call call(context, "batch norm gradient");
  if (x->rank < 2 || !allDense({g, x, mean, variance, weight})) {
    return fail(GATUN_INVALID, "the gradient of batch norm needs dense operands, the first two of at least rank 2");
  }
  Channels shape(x);
  int status = GATUN_OK;
  bool known = withFloat(x->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using L = Line<Compute<T>>;
    Workspace workspace(call.context(), shape.channels.n * static_cast<int64_t>(sizeof(L)));
    status = workspace.status;
    if (status != GATUN_OK) {
      return;
    }
    auto *lines = static_cast<L *>(workspace.data);
    status = foldAxes(call, shape.channels, shape.rest,
        BatchNormSums<T>{{}, dataOf<T>(g), dataOf<T>(x), dataOf<T>(mean), dataOf<T>(variance), dataOf<T>(weight),
            static_cast<T *>(dweight->data), static_cast<T *>(dbias->data), lines, epsilon, static_cast<double>(shape.rest.n)});
    each(call, shape.all, BatchNormGradient<T>{dataOf<T>(g), dataOf<T>(x), static_cast<T *>(dx->data), lines});
  });
  return !known ? unsupported("batch norm gradient", x) : status != GATUN_OK ? status : call.done();
}
