// Attention that never stores the scores: softmax over the keys as they pass (Milakov and Gimelshein 2018; Dao and others,
// FlashAttention, 2022). A warp has one query; the warps of a block share the keys and values in shared memory.
#include "attention.cuh"

namespace gatun {
namespace {

constexpr int WARPS = 8, KEYS = 32;

// Of each value 32 * VALUES numbers at a time. Tiles in shared memory where they fit; else the operands are read where they are, more often.
template <typename T, int VALUES, bool TILED>
__global__ void attentionKernel(Operand<T> q, Operand<T> k, Operand<T> v, Mask mask, T *y, T *logs, int64_t batches, int queries,
    int keys, int e, int width, bool causal, double scale) {
  using C = Compute<T>;
  GATUN_DYNAMIC_SHARED(C, memory); // query [WARPS][e], keys [KEYS][e + 1], values [KEYS][width]
  C *query = memory, *keyTile = query + WARPS * e, *valueTile = keyTile + KEYS * (e + 1);
  int warp = static_cast<int>(threadIdx.x) / 32, lane = static_cast<int>(threadIdx.x) % 32;
  int tiles = (queries + WARPS - 1) / WARPS;
  for (int64_t job = blockIdx.x; job < batches * tiles; job += gridDim.x) {
    int64_t b = job / tiles;
    int row = static_cast<int>(job % tiles) * WARPS + warp;
    bool active = row < queries;
    int reach = static_cast<int>(job % tiles) * WARPS + WARPS;
    int last = causal && reach < keys ? reach : keys;
    const T *queryRow = q.data + b * q.batch + (active ? row : 0) * q.row;
    __syncthreads();
    for (int i = lane; TILED && i < e; i += 32) {
      query[warp * e + i] = active ? up(queryRow[i]) : C(0);
    }
    for (int first = 0; first == 0 || first < width; first += 32 * VALUES) {
      C sums[VALUES];
      for (C &s : sums) {
        s = 0;
      }
      C most = -INFINITY, total = 0;
      for (int from = 0; from < last; from += KEYS) {
        if (TILED) {
          __syncthreads();
          for (int i = static_cast<int>(threadIdx.x); i < KEYS * e; i += WARPS * 32) {
            int key = from + i / e;
            keyTile[i / e * (e + 1) + i % e] = key < keys ? up(k.data[b * k.batch + key * k.row + i % e]) : C(0);
          }
          for (int i = static_cast<int>(threadIdx.x); i < KEYS * width; i += WARPS * 32) {
            int key = from + i / width;
            valueTile[i] = key < keys ? up(v.data[b * v.batch + key * v.row + i % width]) : C(0);
          }
          __syncthreads();
        }
        int key = from + lane;
        C score = -INFINITY;
        if (active && key < keys && !(causal && key > row)) {
          C dot = 0;
          const T *keyRow = k.data + b * k.batch + key * k.row;
          for (int i = 0; i < e; i++) {
            dot += TILED ? query[warp * e + i] * keyTile[lane * (e + 1) + i] : up(queryRow[i]) * up(keyRow[i]);
          }
          score = mask.on<T>(dot * static_cast<C>(scale), b, row, key);
        }
        C top = Greatest{}(most, foldWarp(score, Greatest{}));
        C base = top == C(-INFINITY) ? C(0) : top; // all forbidden so far: weights stay 0
        C weight = exp(score - base), keep = exp(most - base);
        total = total * keep + foldWarp(weight, Add{});
        for (C &s : sums) {
          s *= keep;
        }
        for (int l = 0; l < KEYS; l++) {
          C w = __shfl_sync(0xffffffffu, weight, l);
          if (from + l < last && w != 0) {
            const T *valueRow = v.data + b * v.batch + (from + l) * v.row;
            for (int c = 0; c < VALUES; c++) {
              int column = first + lane + c * 32;
              if (column < width) {
                sums[c] += w * (TILED ? valueTile[l * width + column] : up(valueRow[column]));
              }
            }
          }
        }
        most = top;
      }
      if (active) {
        for (int c = 0; c < VALUES; c++) {
          int column = first + lane + c * 32;
          if (column < width) { // 0 / 0 where all keys are forbidden, as softmax has it
            y[(b * queries + row) * width + column] = down<T>(sums[c] / total);
          }
        }
        if (lane == 0 && first == 0) {
          logs[b * queries + row] = down<T>(most + log(total));
        }
      }
    }
  }
}

} // namespace
} // namespace gatun

using namespace gatun;

int32_t gatun_attention(gatun_context *context, int32_t causal, double scale, const gatun_tensor *q, const gatun_tensor *k,
    const gatun_tensor *v, const gatun_tensor *mask, const gatun_tensor *y, const gatun_tensor *logs) {
  Call call(context, "attention");
  int64_t batches = y->shape[0], queries = y->shape[1], width = y->shape[2], keys = k->shape[1], e = q->shape[2];
  if (!fitsAttention({q, k, v})) {
    return fail(GATUN_INVALID, "attention needs operands of rank 3");
  }
  if (batches == 0 || queries == 0) {
    return GATUN_OK;
  }
  Mask m = maskOf(mask);
  int64_t jobs = batches * ((queries + WARPS - 1) / WARPS);
  auto grid = dim3(static_cast<unsigned>(std::min<int64_t>(jobs, 1 << 20)));
  bool known = withFloat(q->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    auto needed = static_cast<int64_t>(sizeof(Compute<T>)) * (WARPS * e + KEYS * (e + 1) + KEYS * width);
    bool tiled = needed <= call.sharedLimit();
    auto run = [&](auto kernel) {
      call.allowShared(kernel, tiled ? needed : 0);
      GATUN_LAUNCH(kernel, grid, dim3(WARPS * 32), tiled ? static_cast<size_t>(needed) : 0, call.stream(), operand<T>(q),
          operand<T>(k), operand<T>(v), m, static_cast<T *>(y->data), static_cast<T *>(logs->data), batches,
          static_cast<int>(queries), static_cast<int>(keys), static_cast<int>(e), static_cast<int>(width), causal != 0, scale);
    };
    if (!tiled) {
      run(attentionKernel<T, 8, false>);
    } else if (width <= 32) {
      run(attentionKernel<T, 1, true>);
    } else if (width <= 64) {
      run(attentionKernel<T, 2, true>);
    } else if (width <= 128) {
      run(attentionKernel<T, 4, true>);
    } else {
      run(attentionKernel<T, 8, true>);
    }
  });
  return known ? call.done() : unsupported("attention", q);
}
