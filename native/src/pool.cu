// Pooling over up to three spatial axes.
#include "walk.cuh"

namespace gatun {
namespace {

struct Windows {
  int in[3], out[3], kernel[3], stride[3], pad[3], padHigh[3], dilation[3], ceilPad[3];
  int64_t xStride[5];
  int64_t channels;
};

Windows windows(const gatun_window *w, const gatun_tensor *in, const gatun_tensor *out, const gatun_tensor *read) {
  Windows g;
  for (int a = 0; a < 3; a++) {
    g.in[a] = static_cast<int>(in->shape[2 + a]);
    g.out[a] = static_cast<int>(out->shape[2 + a]);
    g.kernel[a] = static_cast<int>(w->kernel[a]);
    g.stride[a] = static_cast<int>(w->stride[a]);
    g.pad[a] = static_cast<int>(w->pad_low[a]);
    g.padHigh[a] = static_cast<int>(w->pad_high[a]);
    g.dilation[a] = static_cast<int>(w->dilation[a]);
    g.ceilPad[a] = static_cast<int>(w->ceil_pad[a]);
  }
  for (int i = 0; i < 5; i++) {
    g.xStride[i] = read->stride[i];
  }
  g.channels = in->shape[1];
  return g;
}

// Splits the number of a place in [N, C, sizes] into the start of its plane in strided memory and its coordinates.
__device__ int64_t split(const Windows &g, int64_t i, const int (&sizes)[3], int (&at)[3]) {
  for (int a = 2; a >= 0; a--) {
    at[a] = static_cast<int>(i % sizes[a]);
    i /= sizes[a];
  }
  return i / g.channels * g.xStride[0] + i % g.channels * g.xStride[1];
}

template <typename C>
struct Lowest;
template <>
struct Lowest<float> {
  static __device__ float of(int) { return -INFINITY; }
};
template <>
struct Lowest<double> {
  static __device__ double of(int) { return -INFINITY; }
};
template <>
struct Lowest<int64_t> {
  static __device__ int64_t of(int bytes) { return bytes == 8 ? INT64_MIN : -(int64_t{1} << (bytes * 8 - 1)); }
};

template <typename T>
struct MaxPool {
  const T *x;
  T *values;
  int64_t *indices;
  Windows g;
  bool isUnsigned;
  __device__ void operator()(int64_t i, const int64_t (&)[1]) const {
    using C = Compute<T>;
    int out[3];
    int64_t plane = split(g, i, g.out, out);
    C best = isUnsigned ? C(0) : Lowest<C>::of(sizeof(T));
    int64_t index = -1;
    for (int p = 0; p < g.kernel[0]; p++) {
      for (int q = 0; q < g.kernel[1]; q++) {
        for (int r = 0; r < g.kernel[2]; r++) {
          int a = out[0] * g.stride[0] - g.pad[0] + p * g.dilation[0];
          int b = out[1] * g.stride[1] - g.pad[1] + q * g.dilation[1];
          int c = out[2] * g.stride[2] - g.pad[2] + r * g.dilation[2];
          if (a < 0 || a >= g.in[0] || b < 0 || b >= g.in[1] || c < 0 || c >= g.in[2]) {
            continue;
          }
          C v = up(x[plane + a * g.xStride[2] + b * g.xStride[3] + c * g.xStride[4]]);
          if (index < 0 || v > best || v != v) {
            best = v;
            index = (static_cast<int64_t>(a) * g.in[1] + b) * g.in[2] + c;
          }
        }
      }
    }
    values[i] = down<T>(best);
    indices[i] = index < 0 ? 0 : index;
  }
};

// What the sum of a window is divided by.
__device__ double divisor(const Windows &g, const int (&out)[3], bool countPadding, int64_t fixed) {
  if (fixed != 0) {
    return static_cast<double>(fixed);
  }
  int64_t count = 1;
  for (int a = 0; a < 3; a++) {
    int low = countPadding ? -g.pad[a] : 0;
    int high = g.in[a] + (countPadding ? g.padHigh[a] - g.ceilPad[a] : 0);
    int inside = 0;
    for (int k = 0; k < g.kernel[a]; k++) {
      int place = out[a] * g.stride[a] - g.pad[a] + k * g.dilation[a];
      inside += place >= low && place < high;
    }
    count *= inside;
  }
  return static_cast<double>(count);
}

template <typename T>
struct AvgPool {
  const T *x;
  T *y;
  Windows g;
  bool countPadding;
  int64_t fixed;
  __device__ void operator()(int64_t i, const int64_t (&)[1]) const {
    using C = Compute<T>;
    int out[3];
    int64_t plane = split(g, i, g.out, out);
    C sum = 0;
    for (int p = 0; p < g.kernel[0]; p++) {
      for (int q = 0; q < g.kernel[1]; q++) {
        for (int r = 0; r < g.kernel[2]; r++) {
          int a = out[0] * g.stride[0] - g.pad[0] + p * g.dilation[0];
          int b = out[1] * g.stride[1] - g.pad[1] + q * g.dilation[1];
          int c = out[2] * g.stride[2] - g.pad[2] + r * g.dilation[2];
          if (a >= 0 && a < g.in[0] && b >= 0 && b < g.in[1] && c >= 0 && c < g.in[2]) {
            sum += up(x[plane + a * g.xStride[2] + b * g.xStride[3] + c * g.xStride[4]]);
          }
        }
      }
    }
    y[i] = down<T>(sum / static_cast<C>(divisor(g, out, countPadding, fixed)));
  }
};

// Each input gathers from the windows that hold it.
template <typename T>
struct AvgPoolGradient {
  const T *gradient;
  T *y;
  Windows g;
  bool countPadding;
  int64_t fixed;
  __device__ void operator()(int64_t i, const int64_t (&)[1]) const {
    using C = Compute<T>;
    int in[3];
    int64_t plane = split(g, i, g.in, in);
    C sum = 0;
    for (int p = 0; p < g.kernel[0]; p++) {
      for (int q = 0; q < g.kernel[1]; q++) {
        for (int r = 0; r < g.kernel[2]; r++) {
          int offset[3] = {p, q, r}, out[3];
          bool hit = true;
          for (int a = 0; a < 3; a++) {
            int place = in[a] + g.pad[a] - offset[a] * g.dilation[a];
            out[a] = place / g.stride[a];
            hit &= place >= 0 && out[a] * g.stride[a] == place && out[a] < g.out[a];
          }
          if (hit) {
            C v = up(gradient[plane + out[0] * g.xStride[2] + out[1] * g.xStride[3] + out[2] * g.xStride[4]]);
            sum += v / static_cast<C>(divisor(g, out, countPadding, fixed));
          }
        }
      }
    }
    y[i] = down<T>(sum);
  }
};

bool fits(const gatun_tensor *a, const gatun_tensor *b) { return a->rank == 5 && b->rank == 5; }

} // namespace
} // namespace gatun

using namespace gatun;

int32_t gatun_max_pool(gatun_context *context, const gatun_window *window, const gatun_tensor *x, const gatun_tensor *values,
    const gatun_tensor *indices) {
  Call call(context, "max pool");
  if (!fits(x, values)) {
    return fail(GATUN_INVALID, "max pool needs operands of rank 5");
  }
  const gatun_tensor *const operands[1] = {values};
  Windows g = windows(window, x, values, x);
  bool isUnsigned = x->dtype == GATUN_UINT8 || x->dtype == GATUN_BOOL;
  bool known = withAny(x->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    each(call, walk(operands),
        MaxPool<T>{static_cast<const T *>(x->data), static_cast<T *>(values->data), static_cast<int64_t *>(indices->data), g,
            isUnsigned});
  });
  return known ? call.done() : unsupported("max pool", x);
}

int32_t gatun_avg_pool(gatun_context *context, const gatun_window *window, int32_t count_padding, int64_t divisor, int32_t gradient,
    const gatun_tensor *x, const gatun_tensor *y) {
  Call call(context, "average pool");
  if (!fits(x, y)) {
    return fail(GATUN_INVALID, "average pool needs operands of rank 5");
  }
  const gatun_tensor *const operands[1] = {y};
  Windows g = gradient ? windows(window, y, x, x) : windows(window, x, y, x);
  bool known = withFloat(x->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    auto *from = static_cast<const T *>(x->data);
    auto *to = static_cast<T *>(y->data);
    if (gradient) {
      each(call, walk(operands), AvgPoolGradient<T>{from, to, g, count_padding != 0, divisor});
    } else {
      each(call, walk(operands), AvgPool<T>{from, to, g, count_padding != 0, divisor});
    }
  });
  return known ? call.done() : unsupported("average pool", x);
}
