// What attention and its gradients share.
#pragma once

#include "fold.cuh"

namespace gatun {

// [batches, rows, columns] with a dense last axis.
template <typename T>
struct Operand {
  const T *data;
  int64_t batch, row;
};

template <typename T>
Operand<T> operand(const gatun_tensor *x) {
  return {static_cast<const T *>(x->data), x->stride[0], x->stride[1]};
}

struct Mask {
  const void *data;
  int64_t batch, row, column;
  bool isBool;

  // The score of a key for a query.
  template <typename T, typename C>
  __device__ C on(C score, int64_t b, int64_t query, int64_t key) const {
    if (!data) {
      return score;
    }
    int64_t place = b * batch + query * row + key * column;
    if (isBool) {
      return static_cast<const uint8_t *>(data)[place] ? score : C(-INFINITY);
    }
    return score + up(static_cast<const T *>(data)[place]);
  }
};

inline Mask maskOf(const gatun_tensor *mask) {
  return mask ? Mask{mask->data, mask->stride[0], mask->stride[1], mask->stride[2], mask->dtype == GATUN_BOOL}
              : Mask{nullptr, 0, 0, 0, false};
}

inline bool fitsAttention(std::initializer_list<const gatun_tensor *> operands) {
  return std::all_of(operands.begin(), operands.end(),
      [](const gatun_tensor *x) { return x->rank == 3 && x->shape[1] <= INT32_MAX && x->shape[2] <= INT32_MAX; });
}

} // namespace gatun
