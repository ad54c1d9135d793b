// Reading and writing at places that a tensor of indices names.
#include "walk.cuh"

namespace gatun {
namespace {

enum Kind { SET, ADD, MUL, MAX, MIN };

// y[i] = x[place(i) + index(i) * step]
template <typename T>
struct Pick {
  const T *x;
  const int64_t *index;
  T *y;
  int64_t step, size;
  gatun_fault_info *fault;
  __device__ void operator()(int64_t, const int64_t (&at)[3]) const {
    int64_t i = index[at[1]];
    if (i < 0 || i >= size) {
      note(fault, GATUN_FAULT_INDEX, i, size);
      return;
    }
    y[at[2]] = x[at[0] + i * step];
  }
};

template <typename C>
__device__ C combine(int kind, C a, C b) {
  switch (kind) {
  case SET: return b;
  case ADD: return a + b;
  case MUL: return a * b;
  case MAX: return greater(a, b);
  default: return smaller(a, b);
  }
}

// All of a line's values, in order: several for one place are combined as the reference does, on every run alike.
template <typename T>
struct Combine {
  const int64_t *index;
  const T *source;
  T *y;
  int64_t n, indexStep, sourceStep, yStep, size;
  int kind;
  gatun_fault_info *fault;
  __device__ void operator()(int64_t, const int64_t (&at)[3]) const {
    for (int64_t k = 0; k < n; k++) {
      int64_t i = index[at[0] + k * indexStep];
      if (i < 0 || i >= size) {
        note(fault, GATUN_FAULT_INDEX, i, size);
        return;
      }
      T *place = y + at[2] + i * yStep;
      T value = source[at[1] + k * sourceStep];
      *place = kind == SET ? value : down<T>(combine(kind, up(*place), up(value)));
    }
  }
};

int64_t stride(const gatun_tensor *x, int axis) { return x->rank == 0 ? 1 : x->stride[axis]; }
int64_t size(const gatun_tensor *x, int axis) { return x->rank == 0 ? 1 : x->shape[axis]; }

// shape: of the index (gather) or of y (index_select); index steps come with it.
int pick(const Call &call, int axis, const gatun_tensor *x, const gatun_tensor *index, bool whole, const gatun_tensor *y) {
  Walk<3> w;
  for (int a = 0; a < y->rank; a++) {
    int64_t indexStride = whole ? index->stride[a] : a == axis ? index->stride[0] : 0;
    int64_t s[3] = {a == axis ? 0 : x->stride[a], indexStride, y->stride[a]};
    w.add(y->shape[a], s);
  }
  bool known = withBits(x->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    each(call, w,
        Pick<T>{static_cast<const T *>(x->data), static_cast<const int64_t *>(index->data), static_cast<T *>(y->data),
            stride(x, axis), size(x, axis), call.fault()});
  });
  return known ? GATUN_OK : unsupported("gather", x);
}

int combineLines(const Call &call, int axis, int kind, const gatun_tensor *index, bool whole, const gatun_tensor *source,
    const gatun_tensor *y) {
  const gatun_tensor *shape = whole ? index : source;
  Walk<3> lines;
  int64_t n = shape->rank == 0 ? 1 : shape->shape[axis];
  for (int a = 0; a < shape->rank; a++) {
    if (a != axis) {
      int64_t s[3] = {whole ? index->stride[a] : 0, source->stride[a], y->stride[a]};
      lines.add(shape->shape[a], s);
    }
  }
  int64_t indexStep = index->rank == 0 ? 0 : whole ? index->stride[axis] : index->stride[0];
  bool known = withAny(y->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    each(call, lines,
        Combine<T>{static_cast<const int64_t *>(index->data), static_cast<const T *>(source->data), static_cast<T *>(y->data), n,
            indexStep, source->rank == 0 ? 0 : source->stride[axis], stride(y, axis), size(y, axis), kind, call.fault()});
  });
  return known ? GATUN_OK : unsupported("scatter", y);
}

} // namespace
} // namespace gatun

using namespace gatun;

int32_t gatun_gather(
    gatun_context *context, int32_t axis, const gatun_tensor *x, const gatun_tensor *index, const gatun_tensor *y) {
  Call call(context, "gather");
  int status = pick(call, axis, x, index, true, y);
  return status != GATUN_OK ? status : call.done();
}

int32_t gatun_index_select(
    gatun_context *context, int32_t axis, const gatun_tensor *x, const gatun_tensor *index, const gatun_tensor *y) {
  Call call(context, "index select");
  int status = pick(call, axis, x, index, false, y);
  return status != GATUN_OK ? status : call.done();
}

int32_t gatun_scatter(gatun_context *context, int32_t axis, int32_t kind, const gatun_tensor *index, const gatun_tensor *source,
    const gatun_tensor *y) {
  Call call(context, "scatter");
  int status = combineLines(call, axis, kind, index, true, source, y);
  return status != GATUN_OK ? status : call.done();
}

int32_t gatun_index_add(
    gatun_context *context, int32_t axis, const gatun_tensor *index, const gatun_tensor *source, const gatun_tensor *y) {
  Call call(context, "index add");
  int status = combineLines(call, axis, ADD, index, false, source, y);
  return status != GATUN_OK ? status : call.done();
}
