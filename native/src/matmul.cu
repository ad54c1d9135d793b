// Batched matrix products of any strides.
#include "contract.cuh"
#include "cublaslt.cuh"

namespace gatun {
namespace {

template <typename T>
struct Matrix {
  const T *data;
  Walk<1> batches;
  int64_t row, column;
  __device__ T load(int64_t batch, int64_t i, int64_t j) const {
    int64_t at[1];
    batches.locate(batch, at);
    return data[at[0] + i * row + j * column];
  }
  __device__ bool rowsAdjacent() const { return row == 1; }
};

template <typename T>
Matrix<T> matrix(const gatun_tensor *x) {
  Matrix<T> m{static_cast<const T *>(x->data), {}, x->stride[x->rank - 2], x->stride[x->rank - 1]};
  for (int a = 0; a < x->rank - 2; a++) {
    int64_t s[1] = {x->stride[a]};
    m.batches.add(x->shape[a], s);
  }
  return m;
}

template <typename T>
struct Product {
  T *y;
  const T *bias;
  int64_t m, n;
  template <typename C>
  __device__ void operator()(int64_t batch, int64_t i, int64_t j, C sum) const {
    y[(batch * m + i) * n + j] = down<T>(bias ? sum + up(bias[j]) : sum);
  }
};

} // namespace
} // namespace gatun

using namespace gatun;

int32_t gatun_matmul(gatun_context *context, const gatun_tensor *a, const gatun_tensor *b, const gatun_tensor *bias,
    int32_t precision, const gatun_tensor *y) {
  Call call(context, "matmul");
  int r = y->rank;
  if (r < 2 || a->rank != r || b->rank != r) {
    return fail(GATUN_INVALID, "matmul needs operands of one rank from 2 on");
  }
  if (multiplyByLibrary(call, a, b, bias, precision, y)) {
    return call.done();
  }
  int64_t m = y->shape[r - 2], n = y->shape[r - 1], k = a->shape[r - 1], batches = 1;
  for (int i = 0; i < r - 2; i++) {
    batches *= y->shape[i];
  }
  int status = GATUN_OK;
  auto run = [&](auto tag) {
    using T = typename decltype(tag)::type;
    status = contract<T>(call, m, n, k, batches, matrix<T>(a), matrix<T>(b),
        Product<T>{static_cast<T *>(y->data), bias ? static_cast<const T *>(bias->data) : nullptr, m, n});
  };
  bool known = withAny(y->dtype, run);
  return !known ? unsupported("matmul", y) : status != GATUN_OK ? status : call.done();
}
