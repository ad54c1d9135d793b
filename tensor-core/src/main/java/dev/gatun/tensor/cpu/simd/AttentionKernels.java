package dev.gatun.tensor.cpu.simd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops of attention between its matrix products. They run over panels: rows of {@link Gemm#NR}
 * elements, one for each query of a group, so that what belongs to a query stays in its lane and
 * nothing is summed across lanes. Stateless.
 */
final class AttentionKernels {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final VectorSpecies<Float> SPECIES = SimdSpecies.floats();
  private static final int LANES = SPECIES.length();
  private static final int NR = 2 * LANES;

  /** Adding it to a number rounds that to an integer, which then lies in the lowest bits. */
  private static final float ROUND = 0x1.8p23f;

  /** The number of a lane in a panel's row. */
  private static final float[] NUMBERS = numbers();

  private AttentionKernels() {}

  private static float[] numbers() {
    float[] numbers = new float[NR];
    for (int i = 0; i < NR; i++) {
      numbers[i] = i;
    }
    return numbers;
  }

  private static FloatVector load(float[] from, int at) {
    return FloatVector.fromArray(SPECIES, from, at);
  }

  private static FloatVector all(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }

  /**
   * {@code e^x} for x up to 1, within two units in the last place; 0 where the result would be
   * subnormal. The polynomial is that of S. L. Moshier's Cephes library.
   */
  private static FloatVector exp(FloatVector x) {
    FloatVector shifted = x.fma(all(1.442695f), all(ROUND));
    FloatVector n = shifted.sub(ROUND);
    FloatVector r = n.fma(all(-0.6933594f), x);
    r = n.fma(all(2.12194440e-4f), r);
    FloatVector p = r.fma(all(0.00019875691f), all(0.0013981999f));
    p = p.fma(r, all(0.008333452f));
    p = p.fma(r, all(0.041665796f));
    p = p.fma(r, all(0.16666666f));
    p = p.fma(r, all(0.5f));
    p = p.fma(r.mul(r), r).add(1f);
    var power =
        shifted
            .reinterpretAsInts()
            .add(127 - Float.floatToRawIntBits(ROUND))
            .lanewise(VectorOperators.LSHL, 23)
            .reinterpretAsFloats();
    return p.mul(power).blend(0f, x.compare(VectorOperators.LT, -87f));
  }

  /**
   * Takes a panel of scores into the running softmax of its queries: the scores become {@code
   * e^(score - greatest so far)}.
   *
   * @param s the panel, from its start
   * @param rows keys
   * @param greatest of each query, from {@code at}; updated
   * @param sums of the exponentials of each query, from {@code at}; updated
   * @param factor receives what earlier sums have to be multiplied with
   */
  static void softmax(float[] s, int rows, float[] greatest, float[] sums, int at, float[] factor) {
    maxima(s, rows, greatest, at, factor);
    factor(factor, greatest, at, 0);
    factor(factor, greatest, at, LANES);
    exponentials(s, rows, greatest, sums, at, factor, 0);
    exponentials(s, rows, greatest, sums, at, factor, LANES);
  }

  /** A NaN may be passed over: its exponential is NaN in any case. */
  private static void maxima(float[] s, int rows, float[] greatest, int at, float[] before) {
    FloatVector a0 = load(greatest, at);
    FloatVector a1 = load(greatest, at + LANES);
    a0.intoArray(before, 0);
    a1.intoArray(before, LANES);
    FloatVector b0 = a0;
    FloatVector b1 = a1;
    int r = 0;
    for (; r < rows - 1; r += 2) {
      int q = r * NR;
      FloatVector v = load(s, q);
      a0 = a0.blend(v, v.compare(VectorOperators.GT, a0));
      v = load(s, q + LANES);
      a1 = a1.blend(v, v.compare(VectorOperators.GT, a1));
      v = load(s, q + 2 * LANES);
      b0 = b0.blend(v, v.compare(VectorOperators.GT, b0));
      v = load(s, q + 3 * LANES);
      b1 = b1.blend(v, v.compare(VectorOperators.GT, b1));
    }
    if (r < rows) {
      FloatVector v = load(s, r * NR);
      a0 = a0.blend(v, v.compare(VectorOperators.GT, a0));
      v = load(s, r * NR + LANES);
      a1 = a1.blend(v, v.compare(VectorOperators.GT, a1));
    }
    a0 = a0.blend(b0, b0.compare(VectorOperators.GT, a0));
    a1 = a1.blend(b1, b1.compare(VectorOperators.GT, a1));
    a0.intoArray(greatest, at);
    a1.intoArray(greatest, at + LANES);
  }

  /** What earlier sums have to be multiplied with. */
  private static void factor(float[] factor, float[] greatest, int at, int column) {
    FloatVector m = finite(FloatVector.fromArray(SPECIES, greatest, at + column));
    exp(FloatVector.fromArray(SPECIES, factor, column).sub(m)).intoArray(factor, column);
  }

  /** One vector of each row: two exponentials in one loop would be too much for C2's inlining. */
  private static void exponentials(
      float[] s, int rows, float[] greatest, float[] sums, int at, float[] factor, int column) {
    FloatVector m = finite(FloatVector.fromArray(SPECIES, greatest, at + column));
    FloatVector f = FloatVector.fromArray(SPECIES, factor, column);
    FloatVector sum = FloatVector.fromArray(SPECIES, sums, at + column).mul(f);
    for (int r = 0; r < rows; r++) {
      int q = r * NR + column;
      FloatVector p = exp(FloatVector.fromArray(SPECIES, s, q).sub(m));
      p.intoArray(s, q);
      sum = sum.add(p);
    }
    sum.intoArray(sums, at + column);
  }

  /** Where all is forbidden so far: minus infinity less itself would be no number. */
  private static FloatVector finite(FloatVector greatest) {
    var none = greatest.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY);
    return greatest.blend(0f, none);
  }

  /** Forbids the lanes below {@code first + row} in rows {@code from} to {@code rows}. */
  static void forbidEarlier(float[] s, int from, int rows, int first) {
    FloatVector n0 = load(NUMBERS, 0);
    FloatVector n1 = load(NUMBERS, LANES);
    FloatVector never = all(Float.NEGATIVE_INFINITY);
    for (int r = from; r < rows; r++) {
      float bound = first + r;
      int q = r * NR;
      load(s, q).blend(never, n0.compare(VectorOperators.LT, bound)).intoArray(s, q);
      load(s, q + LANES)
          .blend(never, n1.compare(VectorOperators.LT, bound))
          .intoArray(s, q + LANES);
    }
  }

  /** {@code o = o * factor + tile}, the factor by lane. */
  static void scaleAndAdd(float[] o, int at, float[] factor, float[] tile, int rows) {
    FloatVector f0 = load(factor, 0);
    FloatVector f1 = load(factor, LANES);
    for (int r = 0; r < rows; r++) {
      int q = r * NR;
      load(o, at + q).fma(f0, load(tile, q)).intoArray(o, at + q);
      load(o, at + q + LANES).fma(f1, load(tile, q + LANES)).intoArray(o, at + q + LANES);
    }
  }

  /** {@code o = o + tile}. */
  static void add(float[] o, int at, float[] tile, int rows) {
    for (int q = 0; q < rows * NR; q += LANES) {
      load(o, at + q).add(load(tile, q)).intoArray(o, at + q);
    }
  }

  /** {@code x = x * factor}. */
  static void scale(float[] x, int at, int n, float factor) {
    int i = at;
    for (; i <= at + n - LANES; i += LANES) {
      load(x, i).mul(factor).intoArray(x, i);
    }
    for (; i < at + n; i++) {
      x[i] *= factor;
    }
  }

  /** {@code o = o / sums}, the sums by lane. */
  static void divide(float[] o, int at, int rows, float[] sums, int sumsAt) {
    FloatVector s0 = load(sums, sumsAt);
    FloatVector s1 = load(sums, sumsAt + LANES);
    for (int r = 0; r < rows; r++) {
      int q = at + r * NR;
      load(o, q).div(s0).intoArray(o, q);
      load(o, q + LANES).div(s1).intoArray(o, q + LANES);
    }
  }

  /**
   * The weights and the gradient of the scores of a panel.
   *
   * @param s scores; destroyed
   * @param t the gradient of the weights; becomes that of the scores
   * @param rows keys
   * @param logs of the sums of exponentials of each query, from {@code at}
   * @param deltas the products of result and gradient of each query, from {@code at}
   * @param p receives the weights, row by row at distance {@link Gemm#KC} from {@code to}
   * @param ds receives the gradient of the scores likewise
   */
  static void weights(
      float[] s,
      float[] t,
      int rows,
      float[] logs,
      float[] deltas,
      int at,
      float[] p,
      float[] ds,
      int to) {
    weights(s, t, rows, logs, deltas, at, p, ds, to, 0);
    weights(s, t, rows, logs, deltas, at, p, ds, to, LANES);
  }

  private static void weights(
      float[] s,
      float[] t,
      int rows,
      float[] logs,
      float[] deltas,
      int at,
      float[] p,
      float[] ds,
      int to,
      int column) {
    FloatVector log = FloatVector.fromArray(SPECIES, logs, at + column);
    FloatVector delta = FloatVector.fromArray(SPECIES, deltas, at + column);
    for (int r = 0; r < rows; r++) {
      int q = r * NR + column;
      int o = to + r * Gemm.KC + column;
      FloatVector weight = exp(FloatVector.fromArray(SPECIES, s, q).sub(log));
      FloatVector gradient = FloatVector.fromArray(SPECIES, t, q).sub(delta).mul(weight);
      weight.intoArray(p, o);
      gradient.intoArray(ds, o);
      gradient.intoArray(t, q);
    }
  }

  /** Zeros in rows {@code from} to {@code rows} of two operands, a panel wide. */
  static void clear(float[] p, float[] ds, int from, int rows, int to) {
    FloatVector zero = all(0f);
    for (int r = from; r < rows; r++) {
      int o = to + r * Gemm.KC;
      zero.intoArray(p, o);
      zero.intoArray(p, o + LANES);
      zero.intoArray(ds, o);
      zero.intoArray(ds, o + LANES);
    }
  }

  /** The sum of products of two rows, in four chains where both are dense. */
  static float dot(
      MemorySegment a, long aOff, long aCol, MemorySegment b, long bOff, long bCol, int n) {
    float s0 = 0f;
    float s1 = 0f;
    float s2 = 0f;
    float s3 = 0f;
    int i = 0;
    if (aCol == 1 && bCol == 1) {
      long p = aOff * Float.BYTES;
      long q = bOff * Float.BYTES;
      for (; i <= n - 4; i += 4) {
        long at = (long) i * Float.BYTES;
        s0 = Math.fma(a.get(FLOAT, p + at), b.get(FLOAT, q + at), s0);
        s1 = Math.fma(a.get(FLOAT, p + at + 4), b.get(FLOAT, q + at + 4), s1);
        s2 = Math.fma(a.get(FLOAT, p + at + 8), b.get(FLOAT, q + at + 8), s2);
        s3 = Math.fma(a.get(FLOAT, p + at + 12), b.get(FLOAT, q + at + 12), s3);
      }
    }
    for (; i < n; i++) {
      float x = a.get(FLOAT, (aOff + i * aCol) * Float.BYTES);
      s0 = Math.fma(x, b.get(FLOAT, (bOff + i * bCol) * Float.BYTES), s0);
    }
    return s0 + s1 + (s2 + s3);
  }

  /** Adds {@code n} elements of each of a panel's rows to rows of dense columns. */
  static void addRows(float[] from, int at, int rows, int n, MemorySegment to, long off, long row) {
    for (int r = 0; r < rows; r++) {
      long o = (off + r * row) * Float.BYTES;
      int p = at + r * NR;
      int i = 0;
      for (; i <= n - LANES; i += LANES) {
        long q = o + (long) i * Float.BYTES;
        FloatVector.fromMemorySegment(SPECIES, to, q, ORDER)
            .add(FloatVector.fromArray(SPECIES, from, p + i))
            .intoMemorySegment(to, q, ORDER);
      }
      for (; i < n; i++) {
        long q = o + (long) i * Float.BYTES;
        to.set(FLOAT, q, to.get(FLOAT, q) + from[p + i]);
      }
    }
  }

  /** Writes a panel's lanes as rows: element (lane, r) to {@code off + lane * row + r}. */
  static void transpose(
      float[] from, int at, int lanes, int rows, MemorySegment to, long off, long row, float by) {
    for (int lane = 0; lane < lanes; lane++) {
      long q = (off + lane * row) * Float.BYTES;
      int p = at + lane;
      for (int r = 0; r < rows; r++) {
        to.set(FLOAT, q + (long) r * Float.BYTES, from[p + r * NR] * by);
      }
    }
  }
}
