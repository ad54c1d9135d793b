// Convolution and its gradients as products whose loaders find their elements in the tensors: nothing is unfolded in memory.
#include "contract.cuh"

namespace gatun {
namespace {

// Sizes of input [N, C, spatial], kernel and output [N, O, spatial]; 32 bits, since integer division is what the loaders spend most on.
struct Geometry {
  int channels, outputs, perGroup, outputsPerGroup; // C, O, C / groups, O / groups
  int in[3], kernel[3], out[3], stride[3], pad[3], dilation[3];
  int inSize, kernelSize, outSize;
  int64_t xStride[5], wStride[5], yStride[5];
};

struct Spot {
  int at[3];
};

__device__ Spot spot(int i, const int (&sizes)[3]) {
  int z = i % sizes[2];
  i /= sizes[2];
  return {{i / sizes[1], i % sizes[1], z}};
}

// Whether a kernel element at an output lies inside the input, and where.
__device__ bool input(const Geometry &g, Spot out, Spot kernel, Spot &in) {
  bool inside = true;
  for (int a = 0; a < 3; a++) {
    in.at[a] = out.at[a] * g.stride[a] - g.pad[a] + kernel.at[a] * g.dilation[a];
    inside &= in.at[a] >= 0 && in.at[a] < g.in[a];
  }
  return inside;
}

// Whether an output has this kernel element at this input, and which.
__device__ bool output(const Geometry &g, Spot in, Spot kernel, Spot &out) {
  bool hit = true;
  for (int a = 0; a < 3; a++) {
    int place = in.at[a] + g.pad[a] - kernel.at[a] * g.dilation[a];
    out.at[a] = place / g.stride[a];
    hit &= place >= 0 && out.at[a] * g.stride[a] == place && out.at[a] < g.out[a];
  }
  return hit;
}

template <typename T>
__device__ T at(const T *data, const int64_t (&stride)[5], int64_t n, int c, Spot s) {
  return data[n * stride[0] + c * stride[1] + s.at[0] * stride[2] + s.at[1] * stride[3] + s.at[2] * stride[4]];
}

template <typename T>
__device__ T zero() {
  T z;
  memset(&z, 0, sizeof z);
  return z;
}

// Forward: rows are output channels of a group, columns images x outputs, depth channels x kernel.
template <typename T>
struct Weights {
  const T *w;
  Geometry g;
  __device__ T load(int64_t group, int64_t o, int64_t k) const {
    int c = static_cast<int>(k) / g.kernelSize;
    return at(w, g.wStride, group * g.outputsPerGroup + o, c, spot(static_cast<int>(k) - c * g.kernelSize, g.kernel));
  }
  __device__ bool rowsAdjacent() const { return false; }
};

template <typename T>
struct Unfolded {
  const T *x;
  Geometry g;
  __device__ T load(int64_t group, int64_t k, int64_t j) const {
    int c = static_cast<int>(k) / g.kernelSize;
    int64_t image = j / g.outSize;
    Spot in;
    Spot out = spot(static_cast<int>(j - image * g.outSize), g.out);
    bool inside = input(g, out, spot(static_cast<int>(k) - c * g.kernelSize, g.kernel), in);
    return inside ? at(x, g.xStride, image, static_cast<int>(group) * g.perGroup + c, in) : zero<T>();
  }
  __device__ bool rowsAdjacent() const { return false; }
};

template <typename T>
struct Planes { // rows are channels of a group, columns images x places
  T *y;
  int channels, perGroup, size;
  template <typename C>
  __device__ void operator()(int64_t group, int64_t i, int64_t j, C sum) const {
    int64_t image = j / size;
    y[(image * channels + group * perGroup + i) * size + (j - image * size)] = down<T>(sum);
  }
};

// Input gradient: rows are input channels of a group, columns images x inputs, depth output channels x kernel.
template <typename T>
struct TurnedWeights {
  const T *w;
  Geometry g;
  __device__ T load(int64_t group, int64_t c, int64_t k) const {
    int o = static_cast<int>(k) / g.kernelSize;
    return at(w, g.wStride, group * g.outputsPerGroup + o, static_cast<int>(c),
        spot(static_cast<int>(k) - o * g.kernelSize, g.kernel));
  }
  __device__ bool rowsAdjacent() const { return false; }
};

template <typename T>
struct Spread {
  const T *gradient;
  Geometry g;
  __device__ T load(int64_t group, int64_t k, int64_t j) const {
    int o = static_cast<int>(k) / g.kernelSize;
    int64_t image = j / g.inSize;
    Spot out;
    Spot in = spot(static_cast<int>(j - image * g.inSize), g.in);
    bool hit = output(g, in, spot(static_cast<int>(k) - o * g.kernelSize, g.kernel), out);
    return hit ? at(gradient, g.yStride, image, static_cast<int>(group) * g.outputsPerGroup + o, out) : zero<T>();
  }
  __device__ bool rowsAdjacent() const { return false; }
};

// Weight gradient: rows are output channels of a group, columns channels x kernel, depth images x outputs.
template <typename T>
struct Gradients {
  const T *gradient;
  Geometry g;
  __device__ T load(int64_t group, int64_t o, int64_t k) const {
    int64_t image = k / g.outSize;
    return at(gradient, g.yStride, image, static_cast<int>(group) * g.outputsPerGroup + static_cast<int>(o),
        spot(static_cast<int>(k - image * g.outSize), g.out));
  }
  __device__ bool rowsAdjacent() const { return false; }
};

template <typename T>
struct UnfoldedAcross {
  Unfolded<T> unfolded;
  __device__ T load(int64_t group, int64_t k, int64_t j) const { return unfolded.load(group, j, k); }
  __device__ bool rowsAdjacent() const { return true; }
};

template <typename T>
struct Kernels {
  T *w;
  int64_t rows, columns;
  template <typename C>
  __device__ void operator()(int64_t group, int64_t i, int64_t j, C sum) const {
    w[(group * rows + i) * columns + j] = down<T>(sum);
  }
};

void strides(const gatun_tensor *x, int64_t (&to)[5]) {
  for (int i = 0; i < 5; i++) {
    to[i] = x->stride[i];
  }
}

} // namespace
} // namespace gatun

using namespace gatun;

int32_t gatun_convolution(gatun_context *context, int32_t direction, const gatun_window *window, int64_t groups,
    const gatun_tensor *x, const gatun_tensor *w, const gatun_tensor *y) {
  Call call(context, "convolution");
  if (x->rank != 5 || w->rank != 5 || y->rank != 5 || groups < 1) {
    return fail(GATUN_INVALID, "convolution needs operands of rank 5 and a group");
  }
  const gatun_tensor *in = direction == 1 ? y : x;
  const gatun_tensor *out = direction == 0 ? y : direction == 1 ? x : w;
  const gatun_tensor *kernel = direction == 2 ? y : w;
  Geometry g{};
  g.channels = static_cast<int>(in->shape[1]);
  g.outputs = static_cast<int>(out->shape[1]);
  g.perGroup = static_cast<int>(in->shape[1] / groups);
  g.outputsPerGroup = static_cast<int>(out->shape[1] / groups);
  g.inSize = g.outSize = g.kernelSize = 1;
  for (int a = 0; a < 3; a++) {
    g.in[a] = static_cast<int>(in->shape[2 + a]);
    g.out[a] = static_cast<int>(out->shape[2 + a]);
    g.kernel[a] = static_cast<int>(window->kernel[a]);
    g.stride[a] = static_cast<int>(window->stride[a]);
    g.pad[a] = static_cast<int>(window->pad_low[a]);
    g.dilation[a] = static_cast<int>(window->dilation[a]);
    g.inSize *= g.in[a];
    g.outSize *= g.out[a];
    g.kernelSize *= g.kernel[a];
  }
  strides(in, g.xStride);
  strides(kernel, g.wStride);
  strides(out, g.yStride);
  int64_t images = in->shape[0];
  int status = GATUN_OK;
  auto run = [&](auto tag) {
    using T = typename decltype(tag)::type;
    auto *a = static_cast<const T *>(x->data);
    auto *b = static_cast<const T *>(w->data);
    auto *to = static_cast<T *>(y->data);
    if (direction == 0) {
      status = contract<T>(call, g.outputsPerGroup, images * g.outSize, int64_t{g.perGroup} * g.kernelSize, groups, Weights<T>{b, g},
          Unfolded<T>{a, g}, Planes<T>{to, g.outputs, g.outputsPerGroup, g.outSize});
    } else if (direction == 1) {
      status = contract<T>(call, g.perGroup, images * g.inSize, int64_t{g.outputsPerGroup} * g.kernelSize, groups,
          TurnedWeights<T>{b, g}, Spread<T>{a, g}, Planes<T>{to, g.channels, g.perGroup, g.inSize});
    } else {
      int64_t columns = int64_t{g.perGroup} * g.kernelSize;
      status = contract<T>(call, g.outputsPerGroup, columns, images * g.outSize, groups, Gradients<T>{b, g},
          UnfoldedAcross<T>{{a, g}}, Kernels<T>{to, g.outputsPerGroup, columns});
    }
  };
  bool known = withFloat(y->dtype, run) || withInteger(y->dtype, run);
  return !known ? unsupported("convolution", y) : status != GATUN_OK ? status : call.done();
}
