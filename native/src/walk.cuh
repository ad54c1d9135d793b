// Elementwise work over strided operands: merging of axes, and the kernels that apply a function to one to three operands.
#pragma once

#include "context.cuh"

namespace gatun {

// The positions of N operands' elements that belong together; axes are merged as far as all strides allow.
template <int N>
struct Walk {
  int64_t n = 1;
  int rank = 0;
  int64_t shape[GATUN_MAX_RANK];
  int64_t stride[N][GATUN_MAX_RANK];

  // Whether all operands lie element after element.
  bool dense() const {
    for (int k = 0; k < N; k++) {
      if (rank > 1 || (rank == 1 && stride[k][0] != 1)) {
        return false;
      }
    }
    return true;
  }

  // Where element i lies in each operand.
  GATUN_HD void locate(int64_t i, int64_t (&at)[N]) const {
    for (int k = 0; k < N; k++) {
      at[k] = 0;
    }
    GATUN_UNROLL(1) // two divisions at each step are much code
    for (int a = rank - 1; a > 0; a--) {
      int64_t rest, here;
      if ((i | shape[a]) >> 31) {
        rest = i / shape[a];
        here = i - rest * shape[a];
      } else { // four times faster
        uint32_t small = static_cast<uint32_t>(i), size = static_cast<uint32_t>(shape[a]);
        uint32_t r = small / size;
        rest = r;
        here = small - r * size;
      }
      for (int k = 0; k < N; k++) {
        at[k] += here * stride[k][a];
      }
      i = rest;
    }
    if (rank > 0) {
      for (int k = 0; k < N; k++) {
        at[k] += i * stride[k][0];
      }
    }
  }

  // Adds an axis after the others.
  void add(int64_t size, const int64_t (&s)[N]) {
    n *= size;
    if (size == 1) {
      return;
    }
    bool merges = rank > 0;
    for (int k = 0; k < N && merges; k++) {
      merges = stride[k][rank - 1] == size * s[k];
    }
    if (merges) {
      shape[rank - 1] *= size;
    } else {
      shape[rank++] = size;
    }
    for (int k = 0; k < N; k++) {
      stride[k][rank - 1] = s[k];
    }
  }
};

// Over all axes of tensors of one shape.
template <int N>
Walk<N> walk(const gatun_tensor *const (&tensors)[N]) {
  Walk<N> w;
  for (int a = 0; a < tensors[0]->rank; a++) {
    int64_t s[N];
    for (int k = 0; k < N; k++) {
      s[k] = tensors[k]->stride[a];
    }
    w.add(tensors[0]->shape[a], s);
  }
  return w;
}

// Over the axes whose bit in the mask is as wanted.
inline Walk<1> part(const gatun_tensor *x, uint64_t mask, bool wanted) {
  Walk<1> w;
  for (int a = 0; a < x->rank; a++) {
    if ((mask >> a & 1) == wanted) {
      int64_t s[1] = {x->stride[a]};
      w.add(x->shape[a], s);
    }
  }
  return w;
}

template <int N, typename F>
__global__ void eachKernel(Walk<N> w, F f) {
  int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < w.n; i += step) {
    int64_t at[N];
    w.locate(i, at);
    f(i, at);
  }
}

// As many threads of a block as there is work for, 256 at most.
inline unsigned threadsFor(int64_t n) { return n >= 256 ? 256 : static_cast<unsigned>((n + 31) / 32 * 32); }

// f(i, positions) for every element.
template <int N, typename F>
void each(const Call &call, const Walk<N> &w, F f) {
  if (w.n > 0) {
    GATUN_LAUNCH((eachKernel<N, F>), dim3(call.blocks(w.n, 256)), dim3(threadsFor(w.n)), 0, call.stream(), w, f);
  }
}

template <typename T, int V>
struct alignas(V * sizeof(T)) Pack {
  T lane[V];
};

template <int V, typename A, typename Y, typename F>
__global__ void mapKernel(const A *__restrict__ a, Y *__restrict__ y, int64_t n, F f) {
  int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < n / V; i += step) {
    Pack<A, V> u = reinterpret_cast<const Pack<A, V> *>(a)[i];
    Pack<Y, V> r;
    for (int k = 0; k < V; k++) {
      r.lane[k] = f(u.lane[k]);
    }
    reinterpret_cast<Pack<Y, V> *>(y)[i] = r;
  }
}

template <int V, typename A, typename B, typename Y, typename F>
__global__ void mapKernel(const A *__restrict__ a, const B *__restrict__ b, Y *__restrict__ y, int64_t n, F f) {
  int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < n / V; i += step) {
    Pack<A, V> u = reinterpret_cast<const Pack<A, V> *>(a)[i];
    Pack<B, V> v = reinterpret_cast<const Pack<B, V> *>(b)[i];
    Pack<Y, V> r;
    for (int k = 0; k < V; k++) {
      r.lane[k] = f(u.lane[k], v.lane[k]);
    }
    reinterpret_cast<Pack<Y, V> *>(y)[i] = r;
  }
}

template <typename A, typename Y, typename F>
struct Map1 {
  const A *a;
  Y *y;
  F f;
  __device__ void operator()(int64_t, const int64_t (&at)[2]) const { y[at[1]] = f(a[at[0]]); }
};

template <typename A, typename B, typename Y, typename F>
struct Map2 {
  const A *a;
  const B *b;
  Y *y;
  F f;
  __device__ void operator()(int64_t, const int64_t (&at)[3]) const { y[at[2]] = f(a[at[0]], b[at[1]]); }
};

inline bool aligned(const void *p) { return reinterpret_cast<uintptr_t>(p) % 16 == 0; }

// y = f(a), 16 bytes at a time where the operands lie element after element.
template <typename A, typename Y, typename F>
void map(const Call &call, const gatun_tensor *a, const gatun_tensor *y, F f) {
  const gatun_tensor *const operands[2] = {a, y};
  Walk<2> w = walk(operands);
  constexpr int V = 16 / (sizeof(A) > sizeof(Y) ? sizeof(A) : sizeof(Y));
  auto *from = static_cast<const A *>(a->data);
  auto *to = static_cast<Y *>(y->data);
  if (w.n > 0 && w.dense() && w.n % V == 0 && aligned(from) && aligned(to)) {
    GATUN_LAUNCH((mapKernel<V, A, Y, F>), dim3(call.blocks(w.n / V, 256)), dim3(threadsFor(w.n / V)), 0, call.stream(), from, to, w.n, f);
  } else {
    each(call, w, Map1<A, Y, F>{from, to, f});
  }
}

template <typename A, typename B, typename Y, typename F>
void map(const Call &call, const gatun_tensor *a, const gatun_tensor *b, const gatun_tensor *y, F f) {
  const gatun_tensor *const operands[3] = {a, b, y};
  Walk<3> w = walk(operands);
  constexpr int most = sizeof(A) > sizeof(Y) ? sizeof(A) : sizeof(Y);
  constexpr int V = 16 / (most > int{sizeof(B)} ? most : int{sizeof(B)});
  auto *left = static_cast<const A *>(a->data);
  auto *right = static_cast<const B *>(b->data);
  auto *to = static_cast<Y *>(y->data);
  if (w.n > 0 && w.dense() && w.n % V == 0 && aligned(left) && aligned(right) && aligned(to)) {
    GATUN_LAUNCH(
        (mapKernel<V, A, B, Y, F>), dim3(call.blocks(w.n / V, 256)), dim3(threadsFor(w.n / V)), 0, call.stream(), left, right, to, w.n, f);
  } else {
    each(call, w, Map2<A, B, Y, F>{left, right, to, f});
  }
}

} // namespace gatun
