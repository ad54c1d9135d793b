package dev.gatun.tensor.cuda;

import dev.gatun.nativelib.Abi;
import dev.gatun.nativelib.bindings.Gatun;
import dev.gatun.tensor.DType;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.op.BatchNorm;
import dev.gatun.tensor.op.BatchNormGrad;
import dev.gatun.tensor.op.BinaryKind;
import dev.gatun.tensor.op.BinaryScalar;
import dev.gatun.tensor.op.CrossEntropy;
import dev.gatun.tensor.op.CrossEntropyGrad;
import dev.gatun.tensor.op.Dims;
import dev.gatun.tensor.op.Effect;
import dev.gatun.tensor.op.LayerNorm;
import dev.gatun.tensor.op.LayerNormGrad;
import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.op.ScaledDotProductAttention;
import dev.gatun.tensor.op.ScaledDotProductAttentionGrad;
import dev.gatun.tensor.op.SoftmaxGrad;
import dev.gatun.tensor.op.UnaryKind;
import dev.gatun.tensor.op.Variance;
import dev.gatun.tensor.op.Window;
import dev.gatun.tensor.spi.Buf;
import dev.gatun.tensor.spi.Layout;
import dev.gatun.tensor.spi.Storage;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Each op as calls of {@code gatun.h}. Thread-safe. */
final class Kernels {
  private static final Dims NO_CEIL_PAD = Dims.of(0L, 0L, 0L);

  private final NativeContext context;
  private final Abi abi;
  private final MemorySegment c;

  Kernels(NativeContext context) {
    this.context = context;
    this.abi = context.abi();
    this.c = context.context();
  }

  /** Where the first element lies. */
  static MemorySegment address(Buf b) {
    return MemorySegment.ofAddress(((DeviceStorage) b.storage()).data().address() + b.byteOffset());
  }

  // ---- Elementwise ----

  void unary(UnaryKind kind, Buf x, Buf y) {
    Arguments a = Arguments.begin();
    context.done(abi.unary(c, Codes.of(kind), a.tensor(x), a.tensor(y)), kind.label());
  }

  void binary(BinaryKind kind, Buf x, Buf other, Buf y) {
    Arguments a = Arguments.begin();
    int status = abi.binary(c, Codes.of(kind), a.tensor(x), a.tensor(other), a.tensor(y));
    context.done(status, kind.label());
  }

  void binaryScalar(BinaryScalar op, Buf x, Buf y) {
    Arguments a = Arguments.begin();
    int kind = Codes.of(op.kind());
    long integer = integer(op.value(), x.dtype());
    int reversed = op.reversed() ? 1 : 0;
    double real = op.value().doubleValue();
    int status = abi.binaryScalar(c, kind, a.tensor(x), real, integer, reversed, a.tensor(y));
    context.done(status, op.name());
  }

  /** A number as an integer tensor of a dtype would hold it, as {@link Primitive.Full} says. */
  private static long integer(Number value, DType dtype) {
    if (value instanceof Long l) {
      return l;
    }
    double d = value.doubleValue();
    return dtype == DType.INT64 ? (long) d : dtype == DType.BOOL ? (d != 0 ? 1 : 0) : (int) d;
  }

  void where(Buf condition, Buf x, Buf other, Buf y) {
    Arguments a = Arguments.begin();
    int status = abi.where(c, a.tensor(condition), a.tensor(x), a.tensor(other), a.tensor(y));
    context.done(status, "where");
  }

  void copy(Buf x, Buf y) {
    Arguments a = Arguments.begin();
    context.done(abi.copy(c, a.tensor(x), a.tensor(y)), "copy");
  }

  void fill(Number value, Buf y) {
    Arguments a = Arguments.begin();
    boolean exact = value instanceof Long;
    long integer = exact ? value.longValue() : 0;
    int status = abi.fill(c, value.doubleValue(), integer, exact ? 1 : 0, a.tensor(y));
    context.done(status, "full");
  }

  void iota(double start, double step, Buf y) {
    Arguments a = Arguments.begin();
    context.done(abi.iota(c, start, step, a.tensor(y)), "iota");
  }

  void random(Primitive.Random op, Buf y) {
    Arguments a = Arguments.begin();
    int distribution = Codes.of(op.distribution());
    context.done(abi.random(c, distribution, op.seed(), op.offset(), a.tensor(y)), op.name());
  }

  void activation(int kind, String name, Buf x, Buf y) {
    Arguments a = Arguments.begin();
    context.done(abi.activation(c, kind, a.tensor(x), a.tensor(y)), name);
  }

  void activationGrad(int kind, String name, Buf[] in, Buf y) {
    Arguments a = Arguments.begin();
    int status = abi.activationGrad(c, kind, a.tensor(in[0]), a.tensor(in[1]), a.tensor(y));
    context.done(status, name);
  }

  void reluGrad(String name, Buf[] in, Buf y) {
    activationGrad(Gatun.GATUN_RELU_GRAD(), name, in, y);
  }

  // ---- Moving ----

  void pad(Primitive.Pad op, Buf x, Buf y) {
    fill(op.value(), y);
    copy(x, part(y, op.low().toArray(), x.shape()));
  }

  void concat(Primitive.Concat op, Buf[] in, Buf y) {
    long[] start = new long[y.shape().rank()];
    for (Buf x : in) {
      copy(x, part(y, start, x.shape()));
      start[op.axis()] += x.shape().size(op.axis());
    }
  }

  private static Buf part(Buf y, long[] starts, Shape shape) {
    long[] ones = new long[starts.length];
    Arrays.fill(ones, 1);
    return y.with(y.layout().slice(starts, shape.toArray(), ones));
  }

  // ---- Folding ----

  void reduce(Primitive.Reduce op, Buf x, Buf y) {
    Arguments a = Arguments.begin();
    int kind = Codes.of(op.kind());
    context.done(abi.reduce(c, kind, bits(op.axes()), a.tensor(x), a.tensor(y)), op.name());
  }

  void variance(Variance op, Buf x, Buf y) {
    Arguments a = Arguments.begin();
    int status = abi.variance(c, bits(op.axes()), op.correction(), a.tensor(x), a.tensor(y));
    context.done(status, op.name());
  }

  private static long bits(Dims axes) {
    long bits = 0;
    for (int axis : axes.toIntArray()) {
      bits |= 1L << axis;
    }
    return bits;
  }

  void scan(Primitive.Scan op, Buf x, Buf y) {
    Arguments a = Arguments.begin();
    int kind = Codes.of(op.kind());
    int reverse = op.reverse() ? 1 : 0;
    context.done(abi.scan(c, kind, op.axis(), reverse, a.tensor(x), a.tensor(y)), op.name());
  }

  void softmax(int axis, boolean logarithmic, Buf x, Buf y) {
    Arguments a = Arguments.begin();
    int status = abi.softmax(c, axis(x, axis), logarithmic ? 1 : 0, a.tensor(x), a.tensor(y));
    context.done(status, logarithmic ? "logsoftmax" : "softmax");
  }

  void softmaxGrad(SoftmaxGrad op, Buf[] in, Buf y) {
    Arguments a = Arguments.begin();
    int axis = axis(y, op.axis());
    int logarithmic = op.log() ? 1 : 0;
    int status =
        abi.softmaxGrad(c, axis, logarithmic, a.tensor(in[0]), a.tensor(in[1]), a.tensor(y));
    context.done(status, op.name());
  }

  private static int axis(Buf x, int axis) {
    return x.shape().rank() == 0 ? 0 : x.shape().axis(axis);
  }

  void crossEntropy(CrossEntropy op, Buf[] in, Buf y) {
    Arguments a = Arguments.begin();
    context.done(abi.crossEntropy(c, a.tensor(in[0]), a.tensor(in[1]), a.tensor(y)), op.name());
  }

  void crossEntropyGrad(CrossEntropyGrad op, Buf[] in, Buf y) {
    Arguments a = Arguments.begin();
    int status =
        abi.crossEntropyGrad(c, a.tensor(in[0]), a.tensor(in[1]), a.tensor(in[2]), a.tensor(y));
    context.done(status, op.name());
  }

  void layerNorm(LayerNorm op, Buf[] in, Buf y) {
    try (Temporaries t = new Temporaries()) {
      Buf x = t.dense(in[0]);
      Buf weight = in.length == 3 ? t.dense(in[1]) : null;
      Buf bias = in.length == 3 ? t.dense(in[2]) : null;
      Arguments a = Arguments.begin();
      int status =
          abi.layerNorm(
              c,
              op.axes(),
              op.epsilon(),
              a.tensor(x),
              optional(a, weight),
              optional(a, bias),
              a.tensor(y));
      context.done(status, op.name());
    }
  }

  void layerNormGrad(LayerNormGrad op, Buf[] in, Buf[] out) {
    try (Temporaries t = new Temporaries()) {
      Buf g = t.dense(in[0]);
      Buf x = t.dense(in[1]);
      boolean affine = in.length == 3;
      Buf weight = affine ? t.dense(in[2]) : null;
      Arguments a = Arguments.begin();
      int status =
          abi.layerNormGrad(
              c,
              op.axes(),
              op.epsilon(),
              a.tensor(g),
              a.tensor(x),
              optional(a, weight),
              a.tensor(out[0]),
              optional(a, affine ? out[1] : null),
              optional(a, affine ? out[2] : null));
      context.done(status, op.name());
    }
  }

  void batchNorm(BatchNorm op, Buf[] in, Buf[] out) {
    try (Temporaries t = new Temporaries()) {
      Buf x = t.dense(in[0]);
      Buf weight = in.length == 3 ? t.dense(in[1]) : null;
      Buf bias = in.length == 3 ? t.dense(in[2]) : null;
      Arguments a = Arguments.begin();
      int status =
          abi.batchNorm(
              c,
              op.epsilon(),
              a.tensor(x),
              optional(a, weight),
              optional(a, bias),
              a.tensor(out[0]),
              a.tensor(out[1]),
              a.tensor(out[2]));
      context.done(status, op.name());
    }
  }

  void batchNormGrad(BatchNormGrad op, Buf[] in, Buf[] out) {
    try (Temporaries t = new Temporaries()) {
      Buf g = t.dense(in[0]);
      Buf x = t.dense(in[1]);
      Buf mean = t.dense(in[2]);
      Buf variance = t.dense(in[3]);
      Buf weight = in.length == 5 ? t.dense(in[4]) : null;
      Arguments a = Arguments.begin();
      int status =
          abi.batchNormGrad(
              c,
              op.epsilon(),
              a.tensor(g),
              a.tensor(x),
              a.tensor(mean),
              a.tensor(variance),
              optional(a, weight),
              a.tensor(out[0]),
              a.tensor(out[1]),
              a.tensor(out[2]));
      context.done(status, op.name());
    }
  }

  private static MemorySegment optional(Arguments a, @Nullable Buf b) {
    return b == null ? MemorySegment.NULL : a.tensor(b);
  }

  // ---- Indexing ----

  void gather(Primitive.Gather op, Buf x, Buf index, Buf y) {
    Arguments a = Arguments.begin();
    int status = abi.gather(c, op.axis(), a.tensor(x), a.tensor(index), a.tensor(y));
    context.done(status, op.name());
  }

  void scatter(Primitive.Scatter op, Buf x, Buf index, Buf source, Buf y) {
    copy(x, y);
    Arguments a = Arguments.begin();
    int kind = Codes.of(op.kind());
    int status = abi.scatter(c, op.axis(), kind, a.tensor(index), a.tensor(source), a.tensor(y));
    context.done(status, op.name());
  }

  void indexSelect(Primitive.IndexSelect op, Buf x, Buf index, Buf y) {
    Arguments a = Arguments.begin();
    int status = abi.indexSelect(c, op.axis(), a.tensor(x), a.tensor(index), a.tensor(y));
    context.done(status, op.name());
  }

  void indexAdd(Primitive.IndexAdd op, Buf x, Buf index, Buf source, Buf y) {
    copy(x, y);
    Arguments a = Arguments.begin();
    int status = abi.indexAdd(c, op.axis(), a.tensor(index), a.tensor(source), a.tensor(y));
    context.done(status, op.name());
  }

  void sort(Primitive.Sort op, Buf x, Buf values, Buf indices) {
    Arguments a = Arguments.begin();
    int descending = op.descending() ? 1 : 0;
    int status =
        abi.sort(c, op.axis(), descending, a.tensor(x), a.tensor(values), a.tensor(indices));
    context.done(status, op.name());
  }

  void nonZero(Buf x, Buf y) {
    Arguments a = Arguments.begin();
    context.done(abi.nonzero(c, a.tensor(x), a.tensor(y)), "nonzero");
  }

  // ---- Contraction and windows ----

  void matmul(Buf x, Buf other, @Nullable Buf bias, Buf y) {
    Shape batch = y.shape().slice(0, y.shape().rank() - 2);
    Arguments a = Arguments.begin();
    int status =
        abi.matmul(
            c,
            a.tensor(x.expand(batch.concat(matrix(x)))),
            a.tensor(other.expand(batch.concat(matrix(other)))),
            optional(a, bias),
            0,
            a.tensor(y));
    context.done(status, "matmul");
  }

  private static Shape matrix(Buf b) {
    int r = b.shape().rank();
    return b.shape().slice(r - 2, r);
  }

  /** x · weightᵀ + bias with all leading axes of x as rows. */
  void linear(Buf[] in, Buf y) {
    try (Temporaries t = new Temporaries()) {
      Buf x = t.rows(in[0]);
      Buf weight = in[1].with(in[1].layout().permute(1, 0));
      Shape rows = Shape.of(x.shape().size(0), y.shape().size(-1));
      Buf bias = in.length > 2 ? t.dense(in[2]) : null;
      matmul(x, weight, bias, y.with(y.layout().reshape(rows).orElseThrow()));
    }
  }

  void convolution(int direction, Window window, int groups, Buf x, Buf w, Buf y) {
    Arguments a = Arguments.begin();
    int status =
        abi.convolution(
            c,
            direction,
            a.window(window, NO_CEIL_PAD),
            groups,
            a.tensor(spatial(x)),
            a.tensor(spatial(w)),
            a.tensor(spatial(y)));
    context.done(status, "convolution");
  }

  void maxPool(Primitive.MaxPool op, Buf x, Buf values, Buf indices) {
    Arguments a = Arguments.begin();
    int status =
        abi.maxPool(
            c,
            a.window(op.window(), NO_CEIL_PAD),
            a.tensor(spatial(x)),
            a.tensor(spatial(values)),
            a.tensor(spatial(indices)));
    context.done(status, op.name());
  }

  void avgPool(Primitive.AvgPool op, Buf x, Buf y) {
    Arguments a = Arguments.begin();
    MemorySegment window = a.window(op.window(), op.ceilPad());
    average(a, window, op.countPadding(), op.divisor(), false, x, y);
  }

  void avgPoolGrad(Primitive.AvgPoolGrad op, Buf gradient, Buf y) {
    Arguments a = Arguments.begin();
    MemorySegment window = a.window(op.window(), op.ceilPad());
    average(a, window, op.countPadding(), op.divisor(), true, gradient, y);
  }

  private void average(
      Arguments a,
      MemorySegment window,
      boolean countPadding,
      long divisor,
      boolean gradient,
      Buf x,
      Buf y) {
    int status =
        abi.avgPool(
            c,
            window,
            countPadding ? 1 : 0,
            divisor,
            gradient ? 1 : 0,
            a.tensor(spatial(x)),
            a.tensor(spatial(y)));
    context.done(status, gradient ? "avgpoolgrad" : "avgpool");
  }

  /** [N, C, spatial...] with three spatial axes: missing ones of size 1 come first. */
  private static Buf spatial(Buf b) {
    Layout layout = b.layout();
    int missing = 5 - layout.rank();
    long[] sizes = new long[5];
    long[] strides = new long[5];
    for (int i = 0; i < 5; i++) {
      int axis = i < 2 ? i : i - missing;
      boolean real = i < 2 || axis >= 2;
      sizes[i] = real ? layout.shape().size(axis) : 1;
      strides[i] = real ? layout.stride(axis) : 0;
    }
    return b.with(Layout.of(Shape.of(sizes), strides, layout.offset()));
  }

  void attention(ScaledDotProductAttention op, Buf[] in, Buf[] out) {
    Shape y = out[0].shape();
    Shape lead = y.slice(0, y.rank() - 2);
    try (Temporaries t = new Temporaries()) {
      Buf q = t.batch(in[0], lead, true);
      Buf k = t.batch(in[1], lead, true);
      Buf v = t.batch(in[2], lead, true);
      Buf mask = in.length > 3 ? t.mask(in[3], lead, q, k) : null;
      Arguments a = Arguments.begin();
      int status =
          abi.attention(
              c,
              op.causal() ? 1 : 0,
              op.scale(),
              a.tensor(q),
              a.tensor(k),
              a.tensor(v),
              optional(a, mask),
              a.tensor(result(out[0], lead)),
              a.tensor(out[1]));
      context.done(status, op.name());
    }
  }

  void attentionGrad(ScaledDotProductAttentionGrad op, Buf[] in, Buf[] out) {
    Shape y = in[0].shape();
    Shape lead = y.slice(0, y.rank() - 2);
    try (Temporaries t = new Temporaries()) {
      Buf g = t.batch(in[0], lead, true);
      Buf result = t.batch(in[1], lead, true);
      Buf logs = t.dense(in[2]);
      Buf q = t.batch(in[3], lead, true);
      Buf k = t.batch(in[4], lead, true);
      Buf v = t.batch(in[5], lead, true);
      Buf mask = in.length > 6 ? t.mask(in[6], lead, q, k) : null;
      Arguments a = Arguments.begin();
      int status =
          abi.attentionGrad(
              c,
              op.causal() ? 1 : 0,
              op.scale(),
              a.tensor(g),
              a.tensor(result),
              a.tensor(logs),
              a.tensor(q),
              a.tensor(k),
              a.tensor(v),
              optional(a, mask),
              a.tensor(result(out[0], lead)),
              a.tensor(result(out[1], lead)),
              a.tensor(result(out[2], lead)));
      context.done(status, op.name());
    }
  }

  /** An output [..., m, n] as [batches, m, n]. */
  private static Buf result(Buf b, Shape lead) {
    return b.with(Layout.contiguous(Shape.of(lead.numel()).concat(matrix(b))));
  }

  // ---- Linear algebra ----

  void cholesky(Buf x, Buf y) {
    try (Temporaries t = new Temporaries()) {
      Buf dense = t.dense(x);
      Arguments a = Arguments.begin();
      context.done(abi.cholesky(c, a.tensor(dense), a.tensor(y)), "cholesky");
    }
  }

  void solve(Buf x, Buf right, Buf y) {
    Shape batch = y.shape().slice(0, y.shape().rank() - 2);
    try (Temporaries t = new Temporaries()) {
      Buf matrices = t.dense(x).expand(batch.concat(matrix(x)));
      Buf sides = t.dense(right).expand(y.shape());
      Arguments a = Arguments.begin();
      context.done(abi.solve(c, a.tensor(matrices), a.tensor(sides), a.tensor(y)), "solve");
    }
  }

  void signLogDet(Buf x, Buf sign, Buf log) {
    try (Temporaries t = new Temporaries()) {
      Buf dense = t.dense(x);
      Arguments a = Arguments.begin();
      int status = abi.signLogDet(c, a.tensor(dense), a.tensor(sign), a.tensor(log));
      context.done(status, "signlogdet");
    }
  }

  void eigh(Buf x, Buf values, Buf vectors) {
    try (Temporaries t = new Temporaries()) {
      Buf dense = t.dense(x);
      Arguments a = Arguments.begin();
      int status = abi.eigh(c, a.tensor(dense), a.tensor(values), a.tensor(vectors));
      context.done(status, "eigh");
    }
  }

  // ---- Optimizer steps ----

  void sgd(Effect.SgdStep s, Buf[] targets, Buf gradient) {
    Arguments a = Arguments.begin();
    int status =
        abi.sgd(
            c,
            s.learningRate(),
            s.momentum(),
            s.dampening(),
            s.weightDecay(),
            s.nesterov() ? 1 : 0,
            s.firstStep() ? 1 : 0,
            a.tensor(targets[0]),
            optional(a, s.momentum() == 0 ? null : targets[1]),
            a.tensor(gradient));
    context.done(status, s.name());
  }

  void adam(Effect.AdamStep s, Buf[] targets, Buf gradient) {
    Arguments a = Arguments.begin();
    int status =
        abi.adam(
            c,
            s.learningRate(),
            s.beta1(),
            s.beta2(),
            s.epsilon(),
            s.weightDecay(),
            s.decoupled() ? 1 : 0,
            s.step(),
            a.tensor(targets[0]),
            a.tensor(targets[1]),
            a.tensor(targets[2]),
            a.tensor(gradient));
    context.done(status, s.name());
  }

  /** Dense copies for the length of a call. */
  private final class Temporaries implements AutoCloseable {
    private final List<Storage> storages = new ArrayList<>();

    Buf dense(Buf b) {
      if (b.isContiguous()) {
        return b;
      }
      Storage storage = context.allocate(b.numel() * b.dtype().byteSize());
      storages.add(storage);
      Buf copy = new Buf(storage, Layout.contiguous(b.shape()), b.dtype());
      copy(b, copy);
      return copy;
    }

    /** [..., n] as [rows, n]. */
    Buf rows(Buf b) {
      long n = b.shape().size(-1);
      Shape shape = Shape.of(b.shape().slice(0, b.shape().rank() - 1).numel(), n);
      return reshaped(b, shape);
    }

    /** [..., m, n], broadcast to leading axes, as [batches, m, n]. */
    Buf batch(Buf b, Shape lead, boolean rowsDense) {
      Shape matrix = matrix(b);
      Buf all = b.expand(lead.concat(matrix));
      if (rowsDense && matrix.size(1) > 1 && all.layout().stride(all.shape().rank() - 1) != 1) {
        all = dense(all);
      }
      return reshaped(all, Shape.of(lead.numel()).concat(matrix));
    }

    /** An attention mask for [batches, queries, keys]. */
    Buf mask(Buf b, Shape lead, Buf q, Buf k) {
      Shape scores = Shape.of(q.shape().size(1), k.shape().size(1));
      return batch(b.expand(lead.concat(scores)), lead, false);
    }

    private Buf reshaped(Buf b, Shape shape) {
      Optional<Layout> layout = b.layout().reshape(shape);
      return layout.isPresent() ? b.with(layout.get()) : dense(b).with(Layout.contiguous(shape));
    }

    @Override
    public void close() {
      storages.forEach(Storage::release);
    }
  }
}
