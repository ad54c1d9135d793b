package dev.gatun.tensor.cpu.simd;

import dev.gatun.tensor.Shape;
import dev.gatun.tensor.op.ScaledDotProductAttentionGrad;
import dev.gatun.tensor.spi.Buf;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The gradients of {@link FlashAttention}: the weights are computed again block by block from the
 * logarithms of the sums that the forward pass left. Each head is one task. Stateless.
 */
final class FlashAttentionGrad {
  private static final int KEYS = FlashAttention.KEYS;
  private static final int QUERIES = FlashAttention.QUERIES;

  /** Queries of a block. */
  private static final int BLOCK = 192;

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  private static final int NR = Gemm.NR;
  private static final int KC = Gemm.KC;
  private static final int MR = Gemm.MR;

  private static final ThreadLocal<Buffers> BUFFERS = ThreadLocal.withInitial(Buffers::new);

  private FlashAttentionGrad() {}

  /** Executes the op. */
  static void run(ScaledDotProductAttentionGrad op, Buf[] in, Buf[] out) {
    Shape shape = in[0].shape();
    Shape lead = shape.slice(0, shape.rank() - 2);
    int queries = Math.toIntExact(shape.size(-2));
    int values = Math.toIntExact(shape.size(-1));
    int keys = Math.toIntExact(in[4].shape().size(-2));
    int width = Math.toIntExact(in[4].shape().size(-1));
    Heads g = Heads.of(in[0], lead, queries, values);
    Heads y = Heads.of(in[1], lead, queries, values);
    Heads logs = Heads.of(FlashAttention.column(in[2]), lead, queries, 1);
    Heads q = Heads.of(in[3], lead, queries, width);
    Heads k = Heads.of(in[4], lead, keys, width);
    Heads v = Heads.of(in[5], lead, keys, values);
    FlashAttention.Mask mask = FlashAttention.Mask.of(in, 6, op.causal(), lead, queries, keys);
    Heads gq = Heads.of(out[0], lead, queries, width);
    Heads gk = Heads.of(out[1], lead, keys, width);
    Heads gv = Heads.of(out[2], lead, keys, values);
    int heads = Math.toIntExact(lead.numel());
    FlashAttention.each(
        heads,
        (long) heads * queries * keys * (width + values),
        head ->
            new Task(
                    g.at(head),
                    y.at(head),
                    logs.at(head),
                    q.at(head),
                    k.at(head),
                    v.at(head),
                    mask.at(head),
                    gq.at(head),
                    gk.at(head),
                    gv.at(head),
                    queries,
                    keys,
                    width,
                    values,
                    (float) op.scale())
                .run(BUFFERS.get()));
  }

  /** One head. */
  private record Task(
      Heads.Matrix g,
      Heads.Matrix y,
      Heads.Matrix logs,
      Heads.Matrix q,
      Heads.Matrix k,
      Heads.Matrix v,
      FlashAttention.Mask mask,
      Heads.Matrix gq,
      Heads.Matrix gk,
      Heads.Matrix gv,
      int queries,
      int keys,
      int width,
      int values,
      float scale) {

    void run(Buffers b) {
      clear(gk, keys, width);
      clear(gv, keys, values);
      for (int from = 0; from < queries; from += QUERIES) {
        chunk(from, Math.min(queries, from + QUERIES), b);
      }
    }

    private static void clear(Heads.Matrix m, int rows, int columns) {
      long bytes = (long) rows * columns * Float.BYTES;
      m.segment().asSlice(m.off() * Float.BYTES, bytes).fill((byte) 0);
    }

    private void chunk(int from, int to, Buffers b) {
      int n = to - from;
      int panels = (n + NR - 1) / NR;
      b.prepare(panels * NR, width, values);
      q.packTransposed(from, n, width, scale, b.qt);
      g.packTransposed(from, n, values, 1f, b.gt);
      q.packPanels(from, n, width, panels * NR, scale, b.qp);
      g.packPanels(from, n, values, panels * NR, 1f, b.gp);
      statistics(from, n, panels * NR, b);
      int gradient = (width + MR) * NR;
      Arrays.fill(b.gqt, 0, panels * gradient, 0f);
      int end = mask.causal() ? Math.min(keys, to) : keys;
      for (int j = 0; j < end; j += KEYS) {
        keyBlock(from, to, j, Math.min(KEYS, end - j), b);
      }
      for (int p = 0; p < panels; p++) {
        int first = from + p * NR;
        AttentionKernels.transpose(
            b.gqt,
            p * gradient,
            Math.min(NR, to - first),
            width,
            gq.segment(),
            gq.off() + first * gq.row(),
            gq.row(),
            scale);
      }
    }

    /** The logarithms and the products of result and gradient; lanes without a query weigh 0. */
    private void statistics(int from, int n, int padded, Buffers b) {
      for (int i = 0; i < n; i++) {
        b.deltas[i] =
            AttentionKernels.dot(
                g.segment(),
                g.off() + (from + i) * g.row(),
                g.col(),
                y.segment(),
                y.off() + (from + i) * y.row(),
                y.col(),
                values);
        long at = logs.off() + (from + i) * logs.row();
        b.logs[i] = logs.segment().get(FLOAT, at * Float.BYTES);
      }
      Arrays.fill(b.deltas, n, padded, 0f);
      Arrays.fill(b.logs, n, padded, Float.POSITIVE_INFINITY);
    }

    private void keyBlock(int from, int to, int j, int block, Buffers b) {
      k.packRows(j, block, width, b.ka, KEYS);
      v.packRows(j, block, values, b.va, KEYS);
      k.packColumns(j, block, width, b.kta);
      int distance = (to - from + NR - 1) / NR * NR;
      Arrays.fill(b.gka, 0, (KEYS + MR) * ceil(width), 0f);
      Arrays.fill(b.gva, 0, (KEYS + MR) * ceil(values), 0f);
      for (int i = from; i < to; i += BLOCK) {
        int last = Math.min(to, i + BLOCK);
        int start = mask.causal() ? i + Math.max(0, j - i) / NR * NR : i;
        if (start >= last) {
          continue;
        }
        for (int first = start; first < last; first += NR) {
          panel(from, first, Math.min(last, first + NR), j, block, first - start, b);
        }
        int depth = last - start;
        product(block, depth, b.p, b.gp, start - from, distance, values, b.gva, b.tile);
        product(block, depth, b.ds, b.qp, start - from, distance, width, b.gka, b.tile);
      }
      add(b.gka, block, width, gk, j);
      add(b.gva, block, values, gv, j);
    }

    /** The weights and gradients of one panel of queries, and what it adds to their gradient. */
    private void panel(int from, int first, int end, int j, int block, int column, Buffers b) {
      int rows = mask.rows(end, j, block);
      int at = first - from;
      Heads.scores(rows, width, b.ka, KEYS, b.qt, at * width, b.scores, b.tile);
      mask.apply(b.scores, rows, j, first, end - first);
      Heads.scores(rows, values, b.va, KEYS, b.gt, at * values, b.products, b.tile);
      AttentionKernels.weights(b.scores, b.products, rows, b.logs, b.deltas, at, b.p, b.ds, column);
      AttentionKernels.clear(b.p, b.ds, rows, block, column);
      int to = at / NR * (width + MR) * NR;
      for (int e = 0; e < width; ) {
        int height = GemmKernels.height(width - e);
        GemmKernels.packed(height, rows, b.kta, e * KC, b.products, 0, b.tile, 0);
        AttentionKernels.add(b.gqt, to + e * NR, b.tile, height);
        e += height;
      }
    }

    /** Adds rows of a times panels of b, of which {@code depth} rows count from {@code row} on. */
    private static void product(
        int rows,
        int depth,
        float[] a,
        float[] b,
        int row,
        int distance,
        int columns,
        float[] sums,
        float[] tile) {
      for (int c = 0; c < columns; c += NR) {
        for (int i = 0; i < rows; ) {
          int height = GemmKernels.height(rows - i);
          GemmKernels.packed(height, depth, a, i * KC, b, c * distance + row * NR, tile, 0);
          AttentionKernels.add(sums, (KEYS + MR) * c + i * NR, tile, height);
          i += height;
        }
      }
    }

    private static void add(float[] sums, int rows, int columns, Heads.Matrix to, int j) {
      MemorySegment segment = to.segment();
      for (int c = 0; c < columns; c += NR) {
        int n = Math.min(NR, columns - c);
        AttentionKernels.addRows(
            sums, (KEYS + MR) * c, rows, n, segment, to.off() + j * to.row() + c, to.row());
      }
    }
  }

  private static int ceil(int columns) {
    return (columns + NR - 1) / NR * NR;
  }

  /** What one thread works in, grown on demand and reused. */
  private static final class Buffers {
    private float[] qt = new float[0];
    private float[] gt = new float[0];
    private float[] qp = new float[0];
    private float[] gp = new float[0];
    private float[] gqt = new float[0];
    private float[] ka = new float[0];
    private float[] va = new float[0];
    private float[] kta = new float[0];
    private float[] gka = new float[0];
    private float[] gva = new float[0];
    private final float[] scores = new float[(KEYS + MR) * NR];
    private final float[] products = new float[(KEYS + MR) * NR];
    private final float[] p = new float[(KEYS + MR) * KC];
    private final float[] ds = new float[(KEYS + MR) * KC];
    private final float[] logs = new float[QUERIES + NR];
    private final float[] deltas = new float[QUERIES + NR];
    private final float[] tile = new float[MR * NR];

    void prepare(int padded, int width, int values) {
      qt = grown(qt, padded * width);
      gt = grown(gt, padded * values);
      qp = grown(qp, padded * ceil(width));
      gp = grown(gp, padded * ceil(values));
      gqt = grown(gqt, padded * (width + MR));
      ka = grown(ka, Heads.rowsSize(KEYS, width));
      va = grown(va, Heads.rowsSize(KEYS, values));
      kta = grown(kta, (width + MR) * KC);
      gka = grown(gka, (KEYS + MR) * ceil(width));
      gva = grown(gva, (KEYS + MR) * ceil(values));
    }

    private static float[] grown(float[] buffer, int size) {
      return buffer.length < size ? new float[size] : buffer;
    }
  }
}
