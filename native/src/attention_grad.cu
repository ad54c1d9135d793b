// The gradients of attention without stored scores: each tile of weights is computed again from the logarithms that the forward pass kept
// (Dao, FlashAttention-2, 2023). One kernel adds up over the queries for keys and values, one over the keys for queries, so that every sum
// belongs to one block and has one order.
#include "attention.cuh"
#include "rows.cuh"

namespace gatun {
namespace {

constexpr int TILE = 32, THREADS = 256, PADDED = TILE + 1; // queries and keys of a tile
constexpr int SUMS = 16;                                   // columns of a thread, 8 apart

template <typename T>
struct Problem {
  using C = Compute<T>;
  Operand<T> q, k, v, g;
  Mask mask;
  const T *logs;
  const C *delta; // of each query, the sum of g y
  int64_t batches;
  int queries, keys, e, width;
  bool causal;
  C scale;
};

// The delta of each query.
template <typename T>
struct Delta {
  using C = Compute<T>;
  const T *g, *y;
  C *delta;
  __device__ void warp(const Rows<2> &rows, int64_t r, const int64_t (&at)[2], int lane) const {
    C sum = 0;
    for (int64_t i = lane; i < rows.n; i += 32) {
      sum += up(g[at[0] + i]) * up(y[at[1] + i]);
    }
    sum = foldWarp(sum, Add{});
    if (lane == 0) {
      delta[r] = sum;
    }
  }
  __device__ void block(const Rows<2> &rows, int64_t r, const int64_t (&at)[2]) const {
    C sum = 0;
    for (int64_t i = threadIdx.x; i < rows.n; i += blockDim.x) {
      sum += up(g[at[0] + i]) * up(y[at[1] + i]);
    }
    sum = foldBlock(sum, Add{}, C(0));
    if (threadIdx.x == 0) {
      delta[r] = sum;
    }
  }
};

// Up to TILE rows of an operand, copied to shared memory where that has room for all of them, else read where they are.
template <typename T, bool SHARED>
struct Strip {
  using C = Compute<T>;
  C *shared;
  int columns;
  const T *data;
  int64_t row;
  int rows;

  __device__ Strip(C *shared, int columns) : shared(shared), columns(columns), data(nullptr), row(0), rows(0) {}

  __device__ void load(const Operand<T> &o, int64_t batch, int from, int all) {
    data = o.data + batch * o.batch + from * o.row;
    row = o.row;
    rows = all - from < TILE ? all - from : TILE;
    for (int i = static_cast<int>(threadIdx.x); SHARED && i < TILE * columns; i += THREADS) {
      int r = i / columns, c = i - r * columns;
      shared[r * (columns + 1) + c] = r < rows ? up(data[r * row + c]) : C(0);
    }
  }

  __device__ C at(int r, int c) const { return SHARED ? shared[r * (columns + 1) + c] : up(data[(r < rows ? r : 0) * row + c]); }
};

// The four strips and, for each query and key, the weight p and the gradient d of the score.
template <typename T, bool SHARED>
struct Tiles {
  using C = Compute<T>;
  C *p, *d;
  Strip<T, SHARED> q, k, v, g;

  __device__ Tiles(const Problem<T> &o, C *memory)
      : p(memory), d(p + TILE * PADDED), q(d + TILE * PADDED, o.e), k(q.shared + TILE * (o.e + 1), o.e),
        v(k.shared + TILE * (o.e + 1), o.width), g(v.shared + TILE * (o.width + 1), o.width) {}

  static int64_t bytes(int64_t e, int64_t width) {
    int64_t strips = SHARED ? 2 * TILE * (e + 1) + 2 * TILE * (width + 1) : 0;
    return static_cast<int64_t>(sizeof(C)) * (2 * TILE * PADDED + strips);
  }

  // All threads, two queries and two keys each.
  __device__ void weights(const Problem<T> &o, int64_t b, int firstQuery, int firstKey) {
    int i0 = static_cast<int>(threadIdx.x) / 16, j0 = static_cast<int>(threadIdx.x) % 16;
    C scores[2][2] = {{C(0), C(0)}, {C(0), C(0)}}, slopes[2][2] = {{C(0), C(0)}, {C(0), C(0)}};
    GATUN_UNROLL(2)
    for (int l = 0; l < o.e; l++) {
      C x[2] = {q.at(i0, l), q.at(i0 + 16, l)}, y[2] = {k.at(j0, l), k.at(j0 + 16, l)};
      for (int n = 0; n < 4; n++) {
        scores[n / 2][n % 2] += x[n / 2] * y[n % 2];
      }
    }
    GATUN_UNROLL(2)
    for (int l = 0; l < o.width; l++) {
      C x[2] = {g.at(i0, l), g.at(i0 + 16, l)}, y[2] = {v.at(j0, l), v.at(j0 + 16, l)};
      for (int n = 0; n < 4; n++) {
        slopes[n / 2][n % 2] += x[n / 2] * y[n % 2];
      }
    }
    for (int n = 0; n < 4; n++) {
      int i = i0 + n / 2 * 16, j = j0 + n % 2 * 16, query = firstQuery + i, key = firstKey + j;
      C weight = 0, slope = 0;
      if (query < o.queries && key < o.keys && !(o.causal && key > query)) {
        int64_t row = b * o.queries + query;
        C score = o.mask.template on<T>(scores[n / 2][n % 2] * o.scale, b, query, key);
        weight = exp(score - up(o.logs[row]));
        slope = weight * (slopes[n / 2][n % 2] - o.delta[row]) * o.scale;
      }
      p[i * PADDED + j] = weight;
      d[i * PADDED + j] = slope;
    }
  }
};

// dk and dv of a tile of keys: 8 threads for each, 8 * SUMS columns at a time.
template <typename T, bool SHARED>
__global__ void __launch_bounds__(THREADS) attentionGradKeys(Problem<T> o, T *dk, T *dv) {
  using C = Compute<T>;
  GATUN_DYNAMIC_SHARED(C, memory);
  Tiles<T, SHARED> t(o, memory);
  int r = static_cast<int>(threadIdx.x) / 8, c = static_cast<int>(threadIdx.x) % 8;
  int columns = o.e > o.width ? o.e : o.width;
  int firstKey = static_cast<int>(blockIdx.x) * TILE, key = firstKey + r;
  for (int64_t b = blockIdx.z; b < o.batches; b += gridDim.z) {
    __syncthreads();
    t.k.load(o.k, b, firstKey, o.keys);
    t.v.load(o.v, b, firstKey, o.keys);
    for (int first = 0; first < columns; first += 8 * SUMS) {
      C keySums[SUMS], valueSums[SUMS];
      for (int s = 0; s < SUMS; s++) {
        keySums[s] = valueSums[s] = C(0);
      }
      for (int query = o.causal ? firstKey : 0; query < o.queries; query += TILE) {
        __syncthreads();
        t.q.load(o.q, b, query, o.queries);
        t.g.load(o.g, b, query, o.queries);
        __syncthreads();
        t.weights(o, b, query, firstKey);
        __syncthreads();
        GATUN_UNROLL(1)
        for (int i = 0; i < t.q.rows; i++) {
          C p = t.p[i * PADDED + r], d = t.d[i * PADDED + r];
          for (int s = 0; s < SUMS && first + 8 * s < columns; s++) {
            int column = first + c + 8 * s;
            keySums[s] += column < o.e ? d * t.q.at(i, column) : C(0);
            valueSums[s] += column < o.width ? p * t.g.at(i, column) : C(0);
          }
        }
      }
      for (int s = 0; s < SUMS && key < o.keys; s++) {
        int column = first + c + 8 * s;
        if (column < o.e) {
          dk[(b * o.keys + key) * o.e + column] = down<T>(keySums[s]);
        }
        if (column < o.width) {
          dv[(b * o.keys + key) * o.width + column] = down<T>(valueSums[s]);
        }
      }
    }
  }
}

// dq of a tile of queries, likewise.
template <typename T, bool SHARED>
__global__ void __launch_bounds__(THREADS) attentionGradQueries(Problem<T> o, T *dq) {
  using C = Compute<T>;
  GATUN_DYNAMIC_SHARED(C, memory);
  Tiles<T, SHARED> t(o, memory);
  int r = static_cast<int>(threadIdx.x) / 8, c = static_cast<int>(threadIdx.x) % 8;
  int firstQuery = static_cast<int>(blockIdx.x) * TILE, query = firstQuery + r;
  int last = o.causal && firstQuery + TILE < o.keys ? firstQuery + TILE : o.keys;
  for (int64_t b = blockIdx.z; b < o.batches; b += gridDim.z) {
    __syncthreads();
    t.q.load(o.q, b, firstQuery, o.queries);
    t.g.load(o.g, b, firstQuery, o.queries);
    for (int first = 0; first < o.e; first += 8 * SUMS) {
      C sums[SUMS];
      for (C &s : sums) {
        s = C(0);
      }
      for (int key = 0; key < last; key += TILE) {
        __syncthreads();
        t.k.load(o.k, b, key, o.keys);
        t.v.load(o.v, b, key, o.keys);
        __syncthreads();
        t.weights(o, b, firstQuery, key);
        __syncthreads();
        GATUN_UNROLL(1)
        for (int j = 0; j < t.k.rows; j++) {
          C d = t.d[r * PADDED + j];
          for (int s = 0; s < SUMS && first + 8 * s < o.e; s++) {
            int column = first + c + 8 * s;
            sums[s] += column < o.e ? d * t.k.at(j, column) : C(0);
          }
        }
      }
      for (int s = 0; s < SUMS && query < o.queries; s++) {
        int column = first + c + 8 * s;
        if (column < o.e) {
          dq[(b * o.queries + query) * o.e + column] = down<T>(sums[s]);
        }
      }
    }
  }
}

template <typename T, bool SHARED>
void launch(const Call &call, const Problem<T> &o, T *dq, T *dk, T *dv) {
  int64_t bytes = Tiles<T, SHARED>::bytes(o.e, o.width);
  auto grid = [&](int rows) {
    return dim3(static_cast<unsigned>((rows + TILE - 1) / TILE), 1, static_cast<unsigned>(std::min<int64_t>(o.batches, 65535)));
  };
  auto shared = static_cast<size_t>(bytes);
  if (o.keys > 0) {
    call.allowShared(attentionGradKeys<T, SHARED>, bytes);
    GATUN_LAUNCH((attentionGradKeys<T, SHARED>), grid(o.keys), dim3(THREADS), shared, call.stream(), o, dk, dv);
  }
  if (o.queries > 0) {
    call.allowShared(attentionGradQueries<T, SHARED>, bytes);
    GATUN_LAUNCH((attentionGradQueries<T, SHARED>), grid(o.queries), dim3(THREADS), shared, call.stream(), o, dq);
  }
}

} // namespace
} // namespace gatun

using namespace gatun;

int32_t gatun_attention_grad(gatun_context *context, int32_t causal, double scale, const gatun_tensor *g, const gatun_tensor *y,
    const gatun_tensor *logs, const gatun_tensor *q, const gatun_tensor *k, const gatun_tensor *v, const gatun_tensor *mask,
    const gatun_tensor *dq, const gatun_tensor *dk, const gatun_tensor *dv) {
  Call call(context, "attention gradient");
  if (!fitsAttention({g, y, q, k, v}) || !isDense(logs)) {
    return fail(GATUN_INVALID, "the gradient of attention needs operands of rank 3 and dense logarithms");
  }
  int64_t batches = g->shape[0], queries = q->shape[1], keys = k->shape[1], e = q->shape[2], width = v->shape[2];
  if (batches == 0) {
    return GATUN_OK;
  }
  int status = GATUN_OK;
  bool known = withFloat(q->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using C = Compute<T>;
    Workspace delta(call.context(), batches * queries * static_cast<int64_t>(sizeof(C)));
    status = delta.status;
    if (status != GATUN_OK) {
      return;
    }
    auto *deltas = static_cast<C *>(delta.data);
    eachRow(call, rowsAlong(2, {g, y}), Delta<T>{static_cast<const T *>(g->data), static_cast<const T *>(y->data), deltas});
    Problem<T> o{operand<T>(q), operand<T>(k), operand<T>(v), operand<T>(g), maskOf(mask), static_cast<const T *>(logs->data), deltas,
        batches, static_cast<int>(queries), static_cast<int>(keys), static_cast<int>(e), static_cast<int>(width), causal != 0,
        static_cast<C>(scale)};
    auto *q1 = static_cast<T *>(dq->data), *k1 = static_cast<T *>(dk->data), *v1 = static_cast<T *>(dv->data);
    if (Tiles<T, true>::bytes(e, width) <= call.sharedLimit()) {
      launch<T, true>(call, o, q1, k1, v1);
    } else {
      launch<T, false>(call, o, q1, k1, v1);
    }
  });
  return !known ? unsupported("attention gradient", q) : status != GATUN_OK ? status : call.done();
}
