package dev.gatun.tensor.cpu.simd;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.op.ActivationGrad;
import dev.gatun.tensor.op.BatchNorm;
import dev.gatun.tensor.op.BatchNormGrad;
import dev.gatun.tensor.op.BinaryKind;
import dev.gatun.tensor.op.BinaryScalar;
import dev.gatun.tensor.op.Composite;
import dev.gatun.tensor.op.CrossEntropy;
import dev.gatun.tensor.op.CrossEntropyGrad;
import dev.gatun.tensor.op.Effect;
import dev.gatun.tensor.op.Gelu;
import dev.gatun.tensor.op.LayerNorm;
import dev.gatun.tensor.op.LayerNormGrad;
import dev.gatun.tensor.op.Linear;
import dev.gatun.tensor.op.LogSoftmax;
import dev.gatun.tensor.op.MatMulInteger;
import dev.gatun.tensor.op.Op;
import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.op.ReluGrad;
import dev.gatun.tensor.op.ScaledDotProductAttention;
import dev.gatun.tensor.op.ScaledDotProductAttentionGrad;
import dev.gatun.tensor.op.ScatterKind;
import dev.gatun.tensor.op.Silu;
import dev.gatun.tensor.op.Softmax;
import dev.gatun.tensor.op.SoftmaxGrad;
import dev.gatun.tensor.op.UnaryKind;
import dev.gatun.tensor.op.Variance;
import dev.gatun.tensor.spi.Backend;
import dev.gatun.tensor.spi.Buf;
import dev.gatun.tensor.spi.Layout;
import dev.gatun.tensor.spi.MemoryStats;
import dev.gatun.tensor.spi.Storage;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The CPU backend on the Vector API. What is rare or not worth vectors (linear algebra, sorting,
 * integer division, special functions) runs in the scalar kernels, on the same memory. Thread-safe.
 */
public final class SimdBackend implements Backend {
  private final Device device;
  private final Backend scalar;

  /**
   * A backend that shares the memory of the scalar one and leaves to it what has no vector kernel.
   */
  public SimdBackend(Device device, Backend scalar) {
    this.device = device;
    this.scalar = scalar;
  }

  /** The hardware in use, for people. */
  public static String describe() {
    int threads = ThreadPool.size();
    return "CPU, "
        + SimdSpecies.bits()
        + "-bit SIMD, "
        + threads
        + (threads == 1 ? " thread" : " threads");
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public Storage allocate(long bytes) {
    return scalar.allocate(bytes);
  }

  @Override
  public boolean supports(Op op, List<DType> inputs) {
    return switch (op) {
      case BinaryScalar b -> true;
      case Silu c -> true;
      case ReluGrad c -> true;
      case BatchNorm c -> inputs.get(0) == DType.FLOAT32;
      case BatchNormGrad c -> inputs.get(0) == DType.FLOAT32;
      case Linear c -> inputs.get(0) == DType.FLOAT32 || inputs.get(0) == DType.FLOAT64;
      case Variance c -> inputs.get(0) == DType.FLOAT32;
      case LayerNorm c -> inputs.stream().allMatch(t -> t == DType.FLOAT32);
      case LayerNormGrad c -> inputs.get(0) == DType.FLOAT32;
      case Softmax c -> inputs.get(0) == DType.FLOAT32;
      case LogSoftmax c -> inputs.get(0) == DType.FLOAT32;
      case SoftmaxGrad c -> inputs.get(0) == DType.FLOAT32;
      case CrossEntropy c -> inputs.get(0) == DType.FLOAT32;
      case CrossEntropyGrad c -> inputs.get(0) == DType.FLOAT32;
      case Gelu g -> inputs.get(0) != DType.FLOAT64;
      case ActivationGrad g -> inputs.get(0) != DType.FLOAT64;
      case MatMulInteger m -> true;
      case ScaledDotProductAttention a -> FlashAttention.supports(inputs, 0);
      case ScaledDotProductAttentionGrad a -> FlashAttention.supports(inputs, 3);
      case Composite c -> false;
      default -> scalar.supports(op, inputs);
    };
  }

  @Override
  public void execute(Op op, Buf[] in, Buf[] out) {
    boolean done =
        switch (op) {
          case Primitive p -> primitive(p, in, out);
          case BinaryScalar b -> binaryScalar(b, in[0], out[0]);
          case Silu c -> silu(in[0], out[0]);
          case ReluGrad c -> reluGrad(in, out[0]);
          case BatchNorm c -> {
            BatchNorms.forward(this, c.epsilon(), in, out);
            yield true;
          }
          case BatchNormGrad c -> {
            BatchNorms.backward(this, c.epsilon(), in, out);
            yield true;
          }
          case Linear c -> {
            Products.linear(this, in, out[0]);
            yield true;
          }
          case MatMulInteger m -> {
            IntegerProducts.matmul(this, in[0], in[1], out[0]);
            yield true;
          }
          case ScaledDotProductAttention a -> {
            FlashAttention.run(a, in, out);
            yield true;
          }
          case ScaledDotProductAttentionGrad a -> {
            FlashAttentionGrad.run(a, in, out);
            yield true;
          }
          case Gelu g -> floats(g.tanh() ? FloatKernels.GELU_TANH : FloatKernels.GELU, in, out[0]);
          case ActivationGrad g -> floats(FloatKernels.gradient(g.kind()), in, out[0]);
          case Variance c -> {
            Reductions.variance(this, c.axes().toIntArray(), c.correction(), in[0], out[0]);
            yield true;
          }
          case LayerNorm c -> layerNorm(c, in, out[0]);
          case LayerNormGrad c -> layerNormGrad(c, in, out);
          case Softmax c ->
              softmax(c.axis(), in, out[0], (n, x, y) -> Rows.softmax(false, n, x[0], y));
          case LogSoftmax c ->
              softmax(c.axis(), in, out[0], (n, x, y) -> Rows.softmax(true, n, x[0], y));
          case SoftmaxGrad c ->
              softmax(
                  c.axis(), in, out[0], (n, x, y) -> Rows.softmaxGrad(c.log(), n, x[0], x[1], y));
          case CrossEntropy c ->
              rows(in, out[0], (n, x, y) -> Rows.crossEntropy(n, x[0], x[1], y), 0);
          case CrossEntropyGrad c ->
              rows(in, out[0], (n, x, y) -> Rows.crossEntropyGrad(n, x[0], x[1], x[2], y), 1);
          default -> false;
        };
    if (!done) {
      scalar.execute(op, in, out);
    }
  }

  /** False where the scalar kernel is to be used. */
  private boolean primitive(Primitive op, Buf[] in, Buf[] out) {
    switch (op) {
      case Primitive.Unary u -> {
        return unary(u.kind(), in[0], out[0]);
      }
      case Primitive.Binary b -> {
        return binary(b.kind(), in, out[0]);
      }
      case Primitive.Where w -> {
        return where(in, out[0]);
      }
      case Primitive.Cast c -> Copies.cast(in[0], out[0]);
      case Primitive.Contiguous c -> Copies.copy(in[0], out[0]);
      case Primitive.Bitcast c -> Copies.copy(in[0], out[0]);
      case Primitive.Full f -> Copies.full(f.value(), out[0]);
      case Primitive.Pad p -> Copies.pad(p, in[0], out[0]);
      case Primitive.Concat c -> Copies.concat(c.axis(), in, out[0]);
      case Primitive.Reduce r -> {
        if (!Reductions.supports(in[0].dtype())) {
          return false;
        }
        Reductions.reduce(this, r, in[0], out[0]);
      }
      case Primitive.MatMul m -> {
        if (!Products.supports(in[0].dtype())) {
          return false;
        }
        Products.matmul(this, in[0], in[1], out[0]);
      }
      case Primitive.Convolution c -> {
        if (!Convolutions.supports(in[0].dtype(), c.window())) {
          return false;
        }
        Convolutions.forward(this, c.window(), c.groups(), in[0], in[1], out[0]);
      }
      case Primitive.ConvolutionInputGrad c -> {
        if (!Convolutions.supports(in[0].dtype(), c.window())) {
          return false;
        }
        Convolutions.inputGrad(this, c.window(), c.groups(), in[0], in[1], out[0]);
      }
      case Primitive.ConvolutionWeightGrad c -> {
        if (!Convolutions.supports(in[0].dtype(), c.window())) {
          return false;
        }
        Convolutions.weightGrad(this, c.window(), c.groups(), in[0], in[1], out[0]);
      }
      case Primitive.Random r -> random(r, out[0]);
      case Primitive.MaxPool m -> {
        if (!Pools.supports(in[0].dtype(), m.window())) {
          return false;
        }
        Pools.max(this, m.window(), in[0], out[0], out[1]);
      }
      case Primitive.AvgPool a -> {
        if (!Pools.supports(in[0].dtype(), a.window())) {
          return false;
        }
        Pools.average(this, a.window(), a.countPadding(), a.divisor(), a.ceilPad(), in[0], out[0]);
      }
      case Primitive.AvgPoolGrad a -> {
        if (!Pools.supports(in[0].dtype(), a.window())) {
          return false;
        }
        Pools.averageGrad(
            this, a.window(), a.countPadding(), a.divisor(), a.ceilPad(), in[0], out[0]);
      }
      case Primitive.IndexSelect s -> {
        return Indexing.indexSelect(s.axis(), in[0], in[1], out[0]);
      }
      case Primitive.IndexAdd s -> {
        return Indexing.indexAdd(s.axis(), in[0], in[1], in[2], out[0]);
      }
      case Primitive.Gather g -> {
        return Indexing.gather(g.axis(), in[0], in[1], out[0]);
      }
      case Primitive.Scatter s -> {
        return s.kind() == ScatterKind.ADD
            && Indexing.scatterAdd(s.axis(), in[0], in[1], in[2], out[0]);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private static boolean unary(UnaryKind kind, Buf x, Buf y) {
    DType wide = Elementwise.wide(x.dtype());
    if (kind.domain() == UnaryKind.Domain.PREDICATE || kind.domain() == UnaryKind.Domain.BITS) {
      return false;
    }
    Elementwise.Kernel kernel =
        switch (wide) {
          case FLOAT32 -> FloatKernels.unary(kind);
          case FLOAT64 -> DoubleKernels.unary(kind);
          default -> LongKernels.unary(kind);
        };
    if (kernel == null) {
      return false;
    }
    Elementwise.run(new Buf[] {x}, new DType[] {wide}, y, wide, kernel);
    return true;
  }

  private static boolean floats(Elementwise.Kernel kernel, Buf[] in, Buf y) {
    DType[] wide = new DType[in.length];
    Arrays.fill(wide, DType.FLOAT32);
    Elementwise.run(in, wide, y, DType.FLOAT32, kernel);
    return true;
  }

  private static boolean silu(Buf x, Buf y) {
    DType wide = Elementwise.wide(x.dtype());
    Elementwise.Kernel kernel = wide == DType.FLOAT32 ? FloatKernels.SILU : DoubleKernels.silu();
    Elementwise.run(new Buf[] {x}, new DType[] {wide}, y, wide, kernel);
    return true;
  }

  private static boolean reluGrad(Buf[] in, Buf y) {
    DType wide = Elementwise.wide(y.dtype());
    Elementwise.Kernel kernel =
        wide == DType.FLOAT32 ? FloatKernels.RELU_GRAD : DoubleKernels.reluGrad();
    Elementwise.run(in, new DType[] {wide, wide}, y, wide, kernel);
    return true;
  }

  private boolean layerNorm(LayerNorm op, Buf[] in, Buf y) {
    if (y.numel() == 0) {
      return true;
    }
    int n = normalised(op.axes(), y.shape());
    Buf[] dense = contiguous(in);
    try {
      Buf[] affine = Arrays.copyOfRange(dense, 1, dense.length);
      LayerNorms.forward(n, op.epsilon(), dense[0], affine, y);
    } finally {
      release(dense, in);
    }
    return true;
  }

  private boolean layerNormGrad(LayerNormGrad op, Buf[] in, Buf[] out) {
    Buf[] parameters = Arrays.copyOfRange(out, 1, out.length);
    if (in[0].numel() == 0) {
      for (Buf p : parameters) {
        Copies.full(0f, p);
      }
      return true;
    }
    int n = normalised(op.axes(), in[1].shape());
    Buf ones =
        new Buf(allocate((long) n * Float.BYTES), Layout.contiguous(Shape.of(n)), DType.FLOAT32);
    Buf[] dense = contiguous(in);
    try {
      if (in.length < 3) {
        Copies.full(1f, ones);
      }
      Buf weight = in.length < 3 ? ones : dense[2];
      LayerNorms.backward(this, n, op.epsilon(), dense[0], dense[1], weight, out[0], parameters);
    } finally {
      release(dense, in);
      ones.storage().release();
    }
    return true;
  }

  /** The number of elements of the last axes. */
  private static int normalised(int axes, Shape shape) {
    int rank = shape.rank();
    return Math.toIntExact(shape.slice(rank - axes, rank).numel());
  }

  /** Computes runs of n dense elements. */
  private interface RowKernel {
    void run(int n, Buf[] in, Buf out);
  }

  /** Rows [N, C] of scores, given by one of the operands. */
  private boolean rows(Buf[] in, Buf y, RowKernel kernel, int scores) {
    Shape x = in[scores].shape();
    if (x.numel() == 0) {
      if (x.size(0) > 0) {
        Indexing.check("crossentropy", 0, 1, x); // no target is in range
      }
      return true;
    }
    Buf[] dense = contiguous(in);
    try {
      kernel.run(Math.toIntExact(x.size(1)), dense, y);
    } finally {
      release(dense, in);
    }
    return true;
  }

  /** Runs along an axis of operands that all have the shape of y. */
  private boolean softmax(int axis, Buf[] in, Buf y, RowKernel kernel) {
    int rank = y.shape().rank();
    if (y.numel() == 0) {
      return true;
    }
    int last = rank == 0 ? -1 : y.shape().axis(axis);
    int n = rank == 0 ? 1 : Math.toIntExact(y.shape().size(last));
    if (last == rank - 1) {
      Buf[] dense = contiguous(in);
      try {
        kernel.run(n, dense, y);
      } finally {
        release(dense, in);
      }
      return true;
    }
    // The axis is brought to the end and back.
    int[] order = new int[rank];
    for (int i = 0; i < rank; i++) {
      order[i] = i == rank - 1 ? last : i == last ? rank - 1 : i;
    }
    Buf[] turned = new Buf[in.length];
    Buf[] dense = new Buf[in.length];
    for (int i = 0; i < in.length; i++) {
      turned[i] = in[i].with(in[i].layout().permute(order));
      dense[i] = contiguous(turned[i]);
    }
    Storage storage = allocate(y.numel() * Float.BYTES);
    try {
      Buf result = new Buf(storage, Layout.contiguous(turned[0].shape()), y.dtype());
      kernel.run(n, dense, result);
      Copies.copy(result.with(result.layout().permute(order)), y);
    } finally {
      release(dense, turned);
      storage.release();
    }
    return true;
  }

  /** Divides the stream of numbers among the threads: element i depends on its number only. */
  private void random(Primitive.Random op, Buf y) {
    long n = y.numel();
    int tasks = n < Elementwise.PARALLEL ? 1 : ThreadPool.size();
    long blocks = (n + 3) / 4;
    ThreadPool.parallelFor(
        tasks,
        t -> {
          long from = blocks * t / tasks * 4;
          long count = Math.min(n, blocks * (t + 1) / tasks * 4) - from;
          Shape shape = Shape.of(count);
          Layout part = Layout.of(shape, new long[] {1}, y.offset() + from);
          scalar.execute(
              new Primitive.Random(
                  op.distribution(), shape, op.dtype(), op.seed(), op.offset() + from),
              new Buf[0],
              new Buf[] {y.with(part)});
        });
  }

  private static Elementwise.@Nullable Kernel binaryKernel(BinaryKind kind, DType wide) {
    if (kind.domain() == BinaryKind.Domain.COMPARE) {
      return switch (wide) {
        case FLOAT32 -> FloatKernels.compare(kind);
        case FLOAT64 -> DoubleKernels.compare(kind);
        default -> LongKernels.compare(kind);
      };
    }
    return switch (wide) {
      case FLOAT32 -> FloatKernels.binary(kind);
      case FLOAT64 -> DoubleKernels.binary(kind);
      default -> LongKernels.binary(kind);
    };
  }

  private static boolean binary(BinaryKind kind, Buf[] in, Buf y) {
    DType wide = Elementwise.wide(in[0].dtype());
    Elementwise.Kernel kernel = binaryKernel(kind, wide);
    if (kernel == null) {
      return false;
    }
    boolean compare = kind.domain() == BinaryKind.Domain.COMPARE;
    Elementwise.run(in, new DType[] {wide, wide}, y, compare ? DType.BOOL : wide, kernel);
    return true;
  }

  /** As {@link #binary}, with the number as a 0-d operand. */
  private boolean binaryScalar(BinaryScalar op, Buf x, Buf y) {
    DType dtype = x.dtype();
    Storage storage = allocate(Double.BYTES);
    try {
      Buf number = new Buf(storage, Layout.contiguous(Shape.scalar()), dtype);
      Copies.full(op.value(), number);
      Buf b = number.expand(x.shape());
      BinaryKind kind = op.kind();
      if (kind == BinaryKind.POW
          && !op.reversed()
          && dtype.isFloat()
          && op.value().doubleValue() == 2) {
        return unary(UnaryKind.SQUARE, x, y);
      }
      Buf[] in = op.reversed() ? new Buf[] {b, x} : new Buf[] {x, b};
      if (!binary(kind, in, y)) {
        scalar.execute(new Primitive.Binary(kind), in, new Buf[] {y});
      }
      return true;
    } finally {
      storage.release();
    }
  }

  private static boolean where(Buf[] in, Buf y) {
    DType dtype = y.dtype();
    Elementwise.Kernel kernel;
    switch (dtype.byteSize()) {
      case 4 ->
          kernel =
              (b, at, out, outAt, n) ->
                  FloatKernels.where(b[0], at[0], b[1], at[1], b[2], at[2], out, outAt, n);
      case 8 ->
          kernel =
              (b, at, out, outAt, n) ->
                  DoubleKernels.where(b[0], at[0], b[1], at[1], b[2], at[2], out, outAt, n);
      default -> {
        return false;
      }
    }
    Elementwise.run(in, new DType[] {DType.BOOL, dtype, dtype}, y, dtype, kernel);
    return true;
  }

  @Override
  public boolean supports(Effect effect, List<DType> operands) {
    return effect instanceof Effect.Assign || operands.get(0) == DType.FLOAT32;
  }

  @Override
  public void apply(Effect effect, Buf[] targets, Buf[] inputs) {
    if (effect instanceof Effect.Assign) {
      Copies.copy(inputs[0], targets[0]);
      return;
    }
    if (inputs[0].numel() == 0) {
      return;
    }
    Buf[] dense = new Buf[targets.length];
    for (int i = 0; i < dense.length; i++) {
      dense[i] = contiguous(targets[i]);
    }
    Buf grad = contiguous(inputs[0]);
    try {
      Optimizers.apply(effect, dense, grad);
      for (int i = 0; i < dense.length; i++) {
        if (!targets[i].isContiguous()) {
          Copies.copy(dense[i], targets[i]);
        }
      }
    } finally {
      for (int i = 0; i < dense.length; i++) {
        release(dense[i], targets[i]);
      }
      release(grad, inputs[0]);
    }
  }

  private Buf contiguous(Buf x) {
    return contiguous(this, x);
  }

  private Buf[] contiguous(Buf[] in) {
    Buf[] dense = new Buf[in.length];
    for (int i = 0; i < in.length; i++) {
      dense[i] = contiguous(in[i]);
    }
    return dense;
  }

  /** The operand itself if it is dense, else a dense copy, for {@link #release} to give back. */
  static Buf contiguous(Backend backend, Buf x) {
    if (x.isContiguous()) {
      return x;
    }
    Storage storage = backend.allocate(x.numel() * x.dtype().byteSize());
    Buf copy = new Buf(storage, Layout.contiguous(x.shape()), x.dtype());
    Copies.copy(x, copy);
    return copy;
  }

  private static void release(Buf[] copies, Buf[] originals) {
    for (int i = 0; i < copies.length; i++) {
      release(copies[i], originals[i]);
    }
  }

  static void release(Buf copy, Buf original) {
    if (!copy.storage().equals(original.storage())) {
      copy.storage().release();
    }
  }

  @Override
  public void read(Buf source, MemorySegment target) {
    scalar.read(source, target);
  }

  @Override
  public void write(MemorySegment source, Buf target) {
    scalar.write(source, target);
  }

  @Override
  public @Nullable Storage wrap(MemorySegment host, Runnable onFree) {
    return scalar.wrap(host, onFree);
  }

  @Override
  public void synchronize() {
    // Every call has finished when it returns.
  }

  @Override
  public MemoryStats memory() {
    return scalar.memory();
  }

  @Override
  public void trim() {
    scalar.trim();
  }
}
