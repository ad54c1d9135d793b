// Stable sorting by merging runs of rising length, and finding what is not zero.
#include "fold.cuh"

#include <utility>

namespace gatun {
namespace {

// NaN is greatest; zeros are equal whatever their sign.
template <typename C>
__device__ bool less(C a, C b) {
  return a < b || (a == a && b != b);
}

template <typename T>
__device__ bool before(T a, T b, bool descending) {
  return descending ? less(up(b), up(a)) : less(up(a), up(b));
}

template <typename T>
struct Begin {
  const T *x;
  T *keys;
  int64_t *indices;
  int64_t n;
  __device__ void operator()(int64_t i, const int64_t (&at)[1]) const {
    keys[i] = x[at[0]];
    indices[i] = i % n;
  }
};

// Each element finds its place in the merged run: its own rank, and by binary search how many of the other run come before it.
template <typename T>
__global__ void merge(const T *__restrict__ keys, const int64_t *__restrict__ indices, T *outKeys, int64_t *outIndices, int64_t n,
    int64_t total, int64_t width, bool descending) {
  int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t e = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; e < total; e += step) {
    int64_t line = e / n, i = e - line * n, run = i / width;
    const T *all = keys + line * n;
    T key = all[i];
    bool left = run % 2 == 0;
    int64_t otherStart = left ? (run + 1) * width : (run - 1) * width;
    int64_t low = otherStart < n ? otherStart : n, high = otherStart + width < n ? otherStart + width : n;
    int64_t base = low;
    while (low < high) { // of equals the left run's come first
      int64_t middle = (low + high) / 2;
      bool counts = left ? before(all[middle], key, descending) : !before(key, all[middle], descending);
      if (counts) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    int64_t place = line * n + (left ? run : run - 1) * width + (i - run * width) + (low - base);
    outKeys[place] = key;
    outIndices[place] = indices[e];
  }
}

template <typename T>
struct End {
  const T *keys;
  const int64_t *indices;
  T *values;
  int64_t *places;
  __device__ void operator()(int64_t i, const int64_t (&at)[2]) const {
    values[at[0]] = keys[i];
    places[at[1]] = indices[i];
  }
};

// ---- What is not zero: counts of chunks, their running sum, then each chunk writes its own. ----

constexpr int CHUNK = 2048;

template <typename T>
__global__ void count(const T *x, Walk<1> w, int64_t *counts) {
  for (int64_t c = blockIdx.x; c * CHUNK < w.n; c += gridDim.x) {
    int64_t mine = 0;
    for (int64_t i = c * CHUNK + threadIdx.x; i < (c + 1) * CHUNK && i < w.n; i += blockDim.x) {
      int64_t at[1];
      w.locate(i, at);
      mine += up(x[at[0]]) != 0;
    }
    auto all = foldBlock(static_cast<long long>(mine), Add{}, 0ll);
    if (threadIdx.x == 0) {
      counts[c] = all;
    }
  }
}

__global__ void accumulate(int64_t *counts, int64_t n) { // exclusive, by one thread: one number for each 2048 elements
  int64_t sum = 0;
  for (int64_t i = 0; i < n; i++) {
    int64_t c = counts[i];
    counts[i] = sum;
    sum += c;
  }
}

struct Shape {
  int rank;
  int64_t size[GATUN_MAX_RANK];
};

template <typename T>
__global__ void find(const T *x, Walk<1> w, const int64_t *starts, Shape shape, int64_t *y) {
  // One warp for each chunk: ballots keep the order.
  int lane = static_cast<int>(threadIdx.x);
  for (int64_t c = blockIdx.x; c * CHUNK < w.n; c += gridDim.x) {
    int64_t next = starts[c];
    for (int64_t from = c * CHUNK; from < (c + 1) * CHUNK && from < w.n; from += 32) {
      int64_t i = from + lane;
      bool hit = false;
      if (i < w.n) {
        int64_t at[1];
        w.locate(i, at);
        hit = up(x[at[0]]) != 0;
      }
      unsigned hits = __ballot_sync(0xffffffffu, hit);
      if (hit) {
        int64_t place = next + __popc(hits & ((1u << lane) - 1));
        int64_t left = i;
        for (int a = shape.rank - 1; a >= 0; a--) {
          y[place * shape.rank + a] = left % shape.size[a];
          left /= shape.size[a];
        }
      }
      next += __popc(hits);
    }
  }
}

} // namespace
} // namespace gatun

using namespace gatun;

int32_t gatun_sort(gatun_context *context, int32_t axis, int32_t descending, const gatun_tensor *x, const gatun_tensor *values,
    const gatun_tensor *indices) {
  Call call(context, "sort");
  int64_t total = numel(x), n = x->rank == 0 ? 1 : x->shape[axis];
  if (total == 0) {
    return GATUN_OK;
  }
  // Line after line: the axis moves to the end.
  Walk<1> from;
  Walk<2> to;
  for (int a = 0; a <= x->rank; a++) {
    int k = a == x->rank ? axis : a;
    if (x->rank > 0 && (a == x->rank || a != axis)) {
      int64_t s[1] = {x->stride[k]}, t[2] = {values->stride[k], indices->stride[k]};
      from.add(x->shape[k], s);
      to.add(x->shape[k], t);
    }
  }
  int status = GATUN_OK;
  bool known = withAny(x->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    Workspace k0(context, total * static_cast<int64_t>(sizeof(T))), k1(context, total * static_cast<int64_t>(sizeof(T)));
    Workspace i0(context, total * 8), i1(context, total * 8);
    for (Workspace *w : {&k0, &k1, &i0, &i1}) {
      if (w->status != GATUN_OK) {
        status = w->status;
        return;
      }
    }
    auto *keys = static_cast<T *>(k0.data), *otherKeys = static_cast<T *>(k1.data);
    auto *places = static_cast<int64_t *>(i0.data), *otherPlaces = static_cast<int64_t *>(i1.data);
    each(call, from, Begin<T>{static_cast<const T *>(x->data), keys, places, n});
    for (int64_t width = 1; width < n; width *= 2) {
      GATUN_LAUNCH(merge<T>, dim3(call.blocks(total, 256)), dim3(threadsFor(total)), 0, call.stream(), keys, places, otherKeys, otherPlaces, n, total,
          width, descending != 0);
      std::swap(keys, otherKeys);
      std::swap(places, otherPlaces);
    }
    each(call, to, End<T>{keys, places, static_cast<T *>(values->data), static_cast<int64_t *>(indices->data)});
  });
  return !known ? unsupported("sort", x) : status != GATUN_OK ? status : call.done();
}

int32_t gatun_nonzero(gatun_context *context, const gatun_tensor *x, const gatun_tensor *y) {
  Call call(context, "nonzero");
  const gatun_tensor *const operands[1] = {x};
  Walk<1> w = walk(operands);
  if (w.n == 0 || numel(y) == 0) {
    return GATUN_OK;
  }
  int64_t chunks = (w.n + CHUNK - 1) / CHUNK;
  Workspace counts(context, chunks * 8);
  if (counts.status != GATUN_OK) {
    return counts.status;
  }
  Shape shape{x->rank, {}};
  for (int a = 0; a < x->rank; a++) {
    shape.size[a] = x->shape[a];
  }
  auto *starts = static_cast<int64_t *>(counts.data);
  auto grid = dim3(static_cast<unsigned>(chunks < (1 << 20) ? chunks : 1 << 20));
  bool known = withAny(x->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    auto *from = static_cast<const T *>(x->data);
    GATUN_LAUNCH(count<T>, grid, dim3(256), 0, call.stream(), from, w, starts);
    GATUN_LAUNCH(accumulate, dim3(1), dim3(1), 0, call.stream(), starts, chunks);
    GATUN_LAUNCH(find<T>, grid, dim3(32), 0, call.stream(), from, w, starts, shape, static_cast<int64_t *>(y->data));
  });
  return known ? call.done() : unsupported("nonzero", x);
}
