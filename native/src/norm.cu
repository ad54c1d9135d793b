// Softmax and layer normalisation: a row stays in registers between its passes when it is short enough for a warp.
#include "fold.cuh"

#include <algorithm>

namespace gatun {
namespace {

constexpr int WARPS = 4; // in a block, each with a row of its own

// Rows whose elements are `step` apart.
struct Rows {
  Walk<2> starts; // of x and y
  int64_t n, xStep, yStep;
};

// softmax, or its logarithm: x - max - log(sum of exp(x - max)).
template <typename T, int ITEMS>
__global__ void softmaxWarp(const T *__restrict__ x, T *y, Rows rows, bool logarithmic) {
  using C = Compute<T>;
  int lane = static_cast<int>(threadIdx.x) & 31;
  for (int64_t r = static_cast<int64_t>(blockIdx.x) * WARPS + (threadIdx.x >> 5); r < rows.starts.n;
       r += static_cast<int64_t>(gridDim.x) * WARPS) {
    int64_t at[2];
    rows.starts.locate(r, at);
    C v[ITEMS], most = -INFINITY;
    for (int k = 0; k < ITEMS; k++) {
      int64_t i = lane + k * 32;
      v[k] = i < rows.n ? up(x[at[0] + i * rows.xStep]) : C(-INFINITY);
      most = Greatest{}(most, v[k]);
    }
    most = foldWarp(most, Greatest{});
    C sum = 0;
    for (int k = 0; k < ITEMS; k++) {
      C e = lane + k * 32 < rows.n ? exp(v[k] - most) : C(0);
      sum += e;
      v[k] = logarithmic ? v[k] - most : e;
    }
    sum = foldWarp(sum, Add{});
    C scale = logarithmic ? log(sum) : 1 / sum;
    for (int k = 0; k < ITEMS; k++) {
      int64_t i = lane + k * 32;
      if (i < rows.n) {
        y[at[1] + i * rows.yStep] = down<T>(logarithmic ? v[k] - scale : v[k] / sum);
      }
    }
  }
}

template <typename T>
__global__ void softmaxBlock(const T *__restrict__ x, T *y, Rows rows, bool logarithmic) {
  using C = Compute<T>;
  for (int64_t r = blockIdx.x; r < rows.starts.n; r += gridDim.x) {
    int64_t at[2];
    rows.starts.locate(r, at);
    C most = -INFINITY;
    for (int64_t i = threadIdx.x; i < rows.n; i += blockDim.x) {
      most = Greatest{}(most, up(x[at[0] + i * rows.xStep]));
    }
    most = foldBlock(most, Greatest{}, C(-INFINITY));
    C sum = 0;
    for (int64_t i = threadIdx.x; i < rows.n; i += blockDim.x) {
      sum += exp(up(x[at[0] + i * rows.xStep]) - most);
    }
    sum = foldBlock(sum, Add{}, C(0));
    C logSum = log(sum);
    for (int64_t i = threadIdx.x; i < rows.n; i += blockDim.x) {
      C v = up(x[at[0] + i * rows.xStep]) - most;
      y[at[1] + i * rows.yStep] = down<T>(logarithmic ? v - logSum : exp(v) / sum);
    }
  }
}

template <typename T, int ITEMS>
__global__ void layerNormWarp(
    const T *__restrict__ x, const T *__restrict__ weight, const T *__restrict__ bias, T *y, Rows rows, double epsilon) {
  using C = Compute<T>;
  int lane = static_cast<int>(threadIdx.x) & 31;
  for (int64_t r = static_cast<int64_t>(blockIdx.x) * WARPS + (threadIdx.x >> 5); r < rows.starts.n;
       r += static_cast<int64_t>(gridDim.x) * WARPS) {
    int64_t at[2];
    rows.starts.locate(r, at);
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
        C z = v[k] * scale;
        y[at[1] + i] = down<T>(weight ? z * up(weight[i]) + up(bias[i]) : z);
      }
    }
  }
}

template <typename T>
__global__ void layerNormBlock(
    const T *__restrict__ x, const T *__restrict__ weight, const T *__restrict__ bias, T *y, Rows rows, double epsilon) {
  using C = Compute<T>;
  for (int64_t r = blockIdx.x; r < rows.starts.n; r += gridDim.x) {
    int64_t at[2];
    rows.starts.locate(r, at);
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
      C z = (up(x[at[0] + i]) - mean) * scale;
      y[at[1] + i] = down<T>(weight ? z * up(weight[i]) + up(bias[i]) : z);
    }
  }
}

dim3 warpGrid(const Call &call, int64_t rows) {
  int64_t enough = int64_t{call.context()->multiprocessors} * 64;
  return dim3(static_cast<unsigned>(std::min((rows + WARPS - 1) / WARPS, enough)));
}

dim3 warpThreads(int64_t rows) { return dim3(32 * static_cast<unsigned>(std::min<int64_t>(rows, WARPS))); }

dim3 blockGrid(int64_t rows) { return dim3(static_cast<unsigned>(std::min<int64_t>(rows, 1 << 20))); }

} // namespace
} // namespace gatun

using namespace gatun;

int32_t gatun_softmax(gatun_context *context, int32_t axis, int32_t logarithmic, const gatun_tensor *x, const gatun_tensor *y) {
  Call call(context, "softmax");
  Rows rows{{}, 1, 0, 0};
  for (int a = 0; a < x->rank; a++) {
    if (a == axis) {
      rows.n = x->shape[a];
      rows.xStep = x->stride[a];
      rows.yStep = y->stride[a];
    } else {
      int64_t s[2] = {x->stride[a], y->stride[a]};
      rows.starts.add(x->shape[a], s);
    }
  }
  if (rows.n == 0 || rows.starts.n == 0) {
    return GATUN_OK;
  }
  bool known = withFloat(x->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    auto *from = static_cast<const T *>(x->data);
    auto *to = static_cast<T *>(y->data);
    dim3 grid = warpGrid(call, rows.starts.n);
    bool log = logarithmic != 0;
    if (rows.n <= 128) {
      GATUN_LAUNCH((softmaxWarp<T, 4>), grid, warpThreads(rows.starts.n), 0, call.stream(), from, to, rows, log);
    } else if (rows.n <= 1024) {
      GATUN_LAUNCH((softmaxWarp<T, 32>), grid, warpThreads(rows.starts.n), 0, call.stream(), from, to, rows, log);
    } else {
      GATUN_LAUNCH(softmaxBlock<T>, blockGrid(rows.starts.n), dim3(512), 0, call.stream(), from, to, rows, log);
    }
  });
  return known ? call.done() : unsupported("softmax", x);
}

int32_t gatun_layer_norm(gatun_context *context, int32_t axes, double epsilon, const gatun_tensor *x, const gatun_tensor *weight,
    const gatun_tensor *bias, const gatun_tensor *y) {
  Call call(context, "layer norm");
  if (!isDense(x) || (weight && (!isDense(weight) || !isDense(bias)))) {
    return fail(GATUN_INVALID, "layer norm needs dense operands");
  }
  Rows rows{{}, 1, 1, 1};
  for (int a = x->rank - axes; a < x->rank; a++) {
    rows.n *= x->shape[a];
  }
  int64_t total = numel(x);
  if (total == 0) {
    return GATUN_OK;
  }
  int64_t s[2] = {rows.n, rows.n};
  rows.starts.add(total / rows.n, s);
  bool known = withFloat(x->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    auto *from = static_cast<const T *>(x->data);
    auto *to = static_cast<T *>(y->data);
    auto *w = weight ? static_cast<const T *>(weight->data) : nullptr;
    auto *b = bias ? static_cast<const T *>(bias->data) : nullptr;
    dim3 grid = warpGrid(call, rows.starts.n);
    if (rows.n <= 128) {
      GATUN_LAUNCH((layerNormWarp<T, 4>), grid, warpThreads(rows.starts.n), 0, call.stream(), from, w, b, to, rows, epsilon);
    } else if (rows.n <= 1024) {
      GATUN_LAUNCH((layerNormWarp<T, 32>), grid, warpThreads(rows.starts.n), 0, call.stream(), from, w, b, to, rows, epsilon);
    } else {
      GATUN_LAUNCH(layerNormBlock<T>, blockGrid(rows.starts.n), dim3(512), 0, call.stream(), from, w, b, to, rows, epsilon);
    }
  });
  return known ? call.done() : unsupported("layer norm", x);
}
