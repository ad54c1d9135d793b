package dev.gatun.tensor.cpu.simd;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.op.ScaledDotProductAttention;
import dev.gatun.tensor.spi.Buf;
import dev.gatun.tensor.spi.Layout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;

/**
 * Attention for float32 that never stores the scores: keys pass block by block, and the softmax is
 * kept up as in T. Dao and others, "FlashAttention" (2022) and M. Milakov and N. Gimelshein,
 * "Online normalizer calculation for softmax" (2018).
 *
 * <p>Scores are computed with the keys as rows and a panel of queries as columns, {@code K·Qᵀ}: so
 * a query is a lane, its maximum and sum need no step across lanes, and the exponentials lie as the
 * next product, {@code Vᵀ·P}, reads them. A task is up to {@link #QUERIES} queries of one head; all
 * boundaries depend on the shape only, and so do the results. Stateless.
 */
final class FlashAttention {
  /** Keys of a block: a panel of scores stays in the L1 cache. */
  static final int KEYS = 192;

  /** Queries of a task: their sums stay in the L2 cache. */
  static final int QUERIES = 1024;

  /** Multiply-adds below which one thread does all. */
  private static final long PARALLEL_WORK = 1L << 18;

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  private static final int NR = Gemm.NR;
  private static final int KC = Gemm.KC;
  private static final int MR = Gemm.MR;

  private static final ThreadLocal<Buffers> BUFFERS = ThreadLocal.withInitial(Buffers::new);

  private FlashAttention() {}

  /** True for float32 operands from {@code first} on, and a mask of float32 or bool. */
  static boolean supports(List<DType> inputs, int first) {
    DType mask = inputs.size() > first + 3 ? inputs.get(first + 3) : DType.BOOL;
    return inputs.get(first) == DType.FLOAT32 && (mask == DType.BOOL || mask == DType.FLOAT32);
  }

  /** Executes the op. */
  static void run(ScaledDotProductAttention op, Buf[] in, Buf[] out) {
    Shape shape = out[0].shape();
    Shape lead = shape.slice(0, shape.rank() - 2);
    int queries = Math.toIntExact(shape.size(-2));
    int values = Math.toIntExact(shape.size(-1));
    int keys = Math.toIntExact(in[1].shape().size(-2));
    int width = Math.toIntExact(in[1].shape().size(-1));
    Heads q = Heads.of(in[0], lead, queries, width);
    Heads k = Heads.of(in[1], lead, keys, width);
    Heads v = Heads.of(in[2], lead, keys, values);
    Heads y = Heads.of(out[0], lead, queries, values);
    Heads logs = Heads.of(column(out[1]), lead, queries, 1);
    Mask mask = Mask.of(in, 3, op.causal(), lead, queries, keys);
    int heads = Math.toIntExact(lead.numel());
    int chunks = (queries + QUERIES - 1) / QUERIES;
    each(
        heads * chunks,
        (long) heads * queries * keys * (width + values),
        task -> {
          int head = task % heads;
          int from = task / heads * QUERIES;
          int to = Math.min(queries, from + QUERIES);
          new Task(
                  q.at(head),
                  k.at(head),
                  v.at(head),
                  mask.at(head),
                  y.at(head),
                  logs.at(head),
                  keys,
                  width,
                  values,
                  (float) op.scale(),
                  from,
                  to)
              .run(BUFFERS.get());
        });
  }

  /** One value a query, as a matrix of one column. */
  static Buf column(Buf values) {
    Layout layout = values.layout();
    long[] strides = Arrays.copyOf(layout.strides(), layout.rank() + 1);
    return values.with(Layout.of(layout.shape().concat(Shape.of(1)), strides, layout.offset()));
  }

  /** Runs tasks on all threads where it pays. */
  static void each(int tasks, long work, IntTask task) {
    if (work < PARALLEL_WORK) {
      for (int i = 0; i < tasks; i++) {
        task.run(i);
      }
    } else {
      ThreadPool.parallelFor(tasks, task);
    }
  }

  /** Some queries of one head. */
  private record Task(
      Heads.Matrix q,
      Heads.Matrix k,
      Heads.Matrix v,
      Mask mask,
      Heads.Matrix y,
      Heads.Matrix logs,
      int keys,
      int width,
      int values,
      float scale,
      int from,
      int to) {

    void run(Buffers b) {
      int n = to - from;
      int panels = (n + NR - 1) / NR;
      int result = (values + MR) * NR;
      float[] qt = b.queries(panels * NR * width);
      float[] o = b.results(panels * result);
      float[] greatest = b.greatest;
      float[] sums = b.sums;
      Arrays.fill(o, 0, panels * result, 0f);
      Arrays.fill(greatest, Float.NEGATIVE_INFINITY);
      Arrays.fill(sums, 0f);
      q.packTransposed(from, n, width, scale, qt);
      int end = mask.causal() ? Math.min(keys, to) : keys;
      for (int j = 0; j < end; j += KEYS) {
        int block = Math.min(KEYS, end - j);
        float[] ka = b.keys(Heads.rowsSize(KEYS, width));
        k.packRows(j, block, width, ka, KEYS);
        float[] va = b.values((values + MR) * KC);
        v.packColumns(j, block, values, va);
        for (int p = 0; p < panels; p++) {
          int first = from + p * NR;
          int rows = mask.rows(Math.min(to, first + NR), j, block);
          if (rows > 0) {
            Heads.scores(rows, width, ka, KEYS, qt, p * NR * width, b.scores, b.tile);
            mask.apply(b.scores, rows, j, first, Math.min(NR, to - first));
            AttentionKernels.softmax(b.scores, rows, greatest, sums, p * NR, b.factor);
            accumulate(rows, va, b, o, p * result);
          }
        }
      }
      finish(panels, result, o, greatest, sums);
    }

    /** Adds {@code Vᵀ·P} to what there is, which is scaled to the new maxima. */
    private void accumulate(int rows, float[] va, Buffers b, float[] o, int at) {
      for (int i = 0; i < values; ) {
        int height = GemmKernels.height(values - i);
        GemmKernels.packed(height, rows, va, i * KC, b.scores, 0, b.tile, 0);
        AttentionKernels.scaleAndAdd(o, at + i * NR, b.factor, b.tile, height);
        i += height;
      }
    }

    private void finish(int panels, int result, float[] o, float[] greatest, float[] sums) {
      for (int p = 0; p < panels; p++) {
        int first = from + p * NR;
        int lanes = Math.min(NR, to - first);
        if (keys > 0) {
          AttentionKernels.divide(o, p * result, values, sums, p * NR);
        }
        AttentionKernels.transpose(
            o, p * result, lanes, values, y.segment(), y.off() + first * y.row(), y.row(), 1f);
        for (int i = 0; i < lanes; i++) {
          float most = greatest[p * NR + i];
          double log = most < Float.POSITIVE_INFINITY ? most + Math.log(sums[p * NR + i]) : most;
          logs.segment().set(FLOAT, (logs.off() + first + i) * Float.BYTES, (float) log);
        }
      }
    }
  }

  /** What one thread works in, grown on demand and reused. */
  private static final class Buffers {
    private float[] queries = new float[0];
    private float[] results = new float[0];
    private float[] keys = new float[0];
    private float[] values = new float[0];
    private final float[] scores = new float[(KEYS + MR) * NR];
    private final float[] greatest = new float[QUERIES + NR];
    private final float[] sums = new float[QUERIES + NR];
    private final float[] factor = new float[NR];
    private final float[] tile = new float[MR * NR];

    float[] queries(int size) {
      queries = queries.length < size ? new float[size] : queries;
      return queries;
    }

    float[] results(int size) {
      results = results.length < size ? new float[size] : results;
      return results;
    }

    float[] keys(int size) {
      keys = keys.length < size ? new float[size] : keys;
      return keys;
    }

    float[] values(int size) {
      values = values.length < size ? new float[size] : values;
      return values;
    }
  }

  /** The mask of one head. */
  record Mask(
      boolean causal,
      boolean present,
      boolean bool,
      MemorySegment segment,
      long off,
      long row,
      long col,
      Heads all) {

    static Mask of(Buf[] in, int index, boolean causal, Shape lead, int queries, int keys) {
      if (in.length <= index) {
        return new Mask(causal, false, false, MemorySegment.NULL, 0, 0, 0, Heads.NONE);
      }
      Heads all = Heads.of(in[index], lead, queries, keys);
      return new Mask(
          causal, true, in[index].dtype() == DType.BOOL, MemorySegment.NULL, 0, 0, 0, all);
    }

    Mask at(int head) {
      if (!present) {
        return this;
      }
      Heads.Matrix m = all.at(head);
      return new Mask(causal, true, bool, m.segment(), m.off(), m.row(), m.col(), all);
    }

    /** How many of a block's keys any query before {@code queryEnd} may see. */
    int rows(int queryEnd, int key, int block) {
      return causal ? Math.min(block, queryEnd - key) : block;
    }

    /** Adds the mask to a panel of scores, or forbids what it forbids. */
    void apply(float[] s, int rows, int key, int query, int lanes) {
      if (present) {
        for (int r = 0; r < rows; r++) {
          long at = off + query * row + (key + r) * col;
          if (bool) {
            forbid(s, r * NR, at, lanes);
          } else {
            add(s, r * NR, at, lanes);
          }
        }
      }
      if (causal && key + rows - 1 > query) {
        AttentionKernels.forbidEarlier(s, Math.max(0, query + 1 - key), rows, key - query);
      }
    }

    private void forbid(float[] s, int to, long at, int lanes) {
      for (int i = 0; i < lanes; i++) {
        if (segment.get(ValueLayout.JAVA_BYTE, at + i * row) == 0) {
          s[to + i] = Float.NEGATIVE_INFINITY;
        }
      }
    }

    private void add(float[] s, int to, long at, int lanes) {
      for (int i = 0; i < lanes; i++) {
        s[to + i] += segment.get(FLOAT, (at + i * row) * Float.BYTES);
      }
    }
  }
}
