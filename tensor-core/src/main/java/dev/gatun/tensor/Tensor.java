package dev.gatun.tensor;

import dev.gatun.tensor.op.BinaryKind;
import dev.gatun.tensor.op.BinaryScalar;
import dev.gatun.tensor.op.Dims;
import dev.gatun.tensor.op.Distribution;
import dev.gatun.tensor.op.Effect;
import dev.gatun.tensor.op.Gelu;
import dev.gatun.tensor.op.Linear;
import dev.gatun.tensor.op.LogSoftmax;
import dev.gatun.tensor.op.Op;
import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.op.ReduceKind;
import dev.gatun.tensor.op.ScanKind;
import dev.gatun.tensor.op.ScatterKind;
import dev.gatun.tensor.op.Silu;
import dev.gatun.tensor.op.Softmax;
import dev.gatun.tensor.op.TensorType;
import dev.gatun.tensor.op.UnaryKind;
import dev.gatun.tensor.op.Variance;
import dev.gatun.tensor.spi.Backend;
import dev.gatun.tensor.spi.Buf;
import dev.gatun.tensor.spi.Layout;
import dev.gatun.tensor.spi.Storage;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Cleaner;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An n-dimensional array on a device: a handle of a shared storage and a layout. Operations are
 * eager and make new tensors (views share the storage); semantics of broadcasting, type promotion
 * and indexing are PyTorch's.
 *
 * <p>A tensor is freed by {@link #close()}, by the {@link Scope} that owns it, or, when made
 * outside any scope, by the garbage collector. Reading from several threads is safe; closing or
 * changing a tensor while another thread uses it is not.
 */
public final class Tensor implements AutoCloseable {
  private static final Cleaner CLEANER = Cleaner.create();
  private static final VarHandle CLOSED;

  static {
    try {
      CLOSED = MethodHandles.lookup().findVarHandle(Tensor.class, "closed", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Buf buf;
  private final Device device;
  private Tracker.@Nullable Origin origin;
  private @Nullable Scope owner;
  private Cleaner.@Nullable Cleanable cleanable;
  private boolean requiresGrad;

  private int mark;
  private @Nullable TensorType type;

  /** What {@link #alias} made this from; null for a value of its own. */
  private @Nullable Tensor root;

  @SuppressWarnings("FieldMayBeFinal") // written through CLOSED
  private volatile boolean closed;

  /** The position in the owner's list. */
  int slot;

  /** Takes over one reference to the storage. */
  Tensor(Context context, Buf buf, Device device) {
    this.buf = buf;
    this.device = device;
    if (Tracker.ENABLED) {
      origin = Tracker.opened(buf.dtype(), buf.shape());
    }
    moveTo(context.scope);
  }

  // ---- Creation -------------------------------------------------------------------------------

  /** A 1-d float32 tensor of the values. */
  public static Tensor of(float... values) {
    return of(values, Shape.of(values.length));
  }

  /** A 1-d float64 tensor of the values. */
  public static Tensor of(double... values) {
    return of(values, Shape.of(values.length));
  }

  /** A 1-d int32 tensor of the values. */
  public static Tensor of(int... values) {
    return of(values, Shape.of(values.length));
  }

  /** A 1-d int64 tensor of the values. */
  public static Tensor of(long... values) {
    return of(values, Shape.of(values.length));
  }

  /** A 1-d bool tensor of the values. */
  public static Tensor of(boolean... values) {
    return of(values, Shape.of(values.length));
  }

  /** A float32 tensor of the values in row-major order. */
  public static Tensor of(float[] values, Shape shape) {
    return fromHost(MemorySegment.ofArray(values), DType.FLOAT32, shape, Gatun.defaultDevice());
  }

  /** A float64 tensor of the values in row-major order. */
  public static Tensor of(double[] values, Shape shape) {
    return fromHost(MemorySegment.ofArray(values), DType.FLOAT64, shape, Gatun.defaultDevice());
  }

  /** An int32 tensor of the values in row-major order. */
  public static Tensor of(int[] values, Shape shape) {
    return fromHost(MemorySegment.ofArray(values), DType.INT32, shape, Gatun.defaultDevice());
  }

  /** An int64 tensor of the values in row-major order. */
  public static Tensor of(long[] values, Shape shape) {
    return fromHost(MemorySegment.ofArray(values), DType.INT64, shape, Gatun.defaultDevice());
  }

  /** An int16 tensor of the values in row-major order. */
  public static Tensor of(short[] values, Shape shape) {
    return fromHost(MemorySegment.ofArray(values), DType.INT16, shape, Gatun.defaultDevice());
  }

  /** An int8 tensor of the values in row-major order. */
  public static Tensor of(byte[] values, Shape shape) {
    return fromHost(MemorySegment.ofArray(values), DType.INT8, shape, Gatun.defaultDevice());
  }

  /** A bool tensor of the values in row-major order. */
  public static Tensor of(boolean[] values, Shape shape) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (values[i] ? 1 : 0);
    }
    return fromHost(MemorySegment.ofArray(bytes), DType.BOOL, shape, Gatun.defaultDevice());
  }

  /**
   * A tensor of nested arrays, for example of a {@code float[][]}.
   *
   * @throws ShapeException when rows differ in length
   * @throws DTypeException when the innermost elements are not Java numbers or booleans
   */
  public static Tensor of(Object[] rows) {
    return HostArrays.tensor(rows);
  }

  /**
   * A tensor of the remaining elements of a buffer, in row-major order: float32, float64, int64,
   * int32, int16 or int8 by its type.
   */
  public static Tensor of(java.nio.Buffer values, Shape shape) {
    return HostArrays.tensor(values, shape);
  }

  /** A 0-d float32 tensor. */
  public static Tensor scalar(double value) {
    return full(Shape.scalar(), value);
  }

  /**
   * A copy of host memory in row-major order.
   *
   * @throws ShapeException when the memory does not hold exactly the shape's elements
   */
  public static Tensor fromHost(MemorySegment data, DType dtype, Shape shape, Device device) {
    long want = Math.multiplyExact(shape.numel(), (long) dtype.byteSize());
    if (data.byteSize() != want) {
      throw new ShapeException(
          "Shape " + shape + " of " + dtype + " needs " + want + " bytes, got " + data.byteSize());
    }
    Context c = Context.current();
    Tensor t = empty(c, shape, dtype, device);
    if (want > 0) {
      Devices.backend(device).write(data, t.buf);
    }
    return t;
  }

  /**
   * A tensor over native memory without a copy, where device and alignment allow; else a copy. The
   * memory must stay valid and unchanged while the tensor or a view of it lives.
   */
  public static Tensor wrap(MemorySegment data, DType dtype, Shape shape, Device device) {
    Context c = Context.current();
    long want = Math.multiplyExact(shape.numel(), (long) dtype.byteSize());
    if (data.byteSize() == want && want > 0) {
      Storage storage = Devices.backend(device).wrap(data, () -> {});
      if (storage != null) {
        return new Tensor(c, new Buf(storage, Layout.contiguous(shape), dtype), device);
      }
    }
    return fromHost(data, dtype, shape, device);
  }

  /** A tensor with undefined contents on a device. */
  public static Tensor empty(Shape shape, DType dtype, Device device) {
    return empty(Context.current(), shape, dtype, device);
  }

  private static Tensor empty(Context c, Shape shape, DType dtype, Device device) {
    long bytes = Math.multiplyExact(shape.numel(), (long) dtype.byteSize());
    Storage storage = Devices.backend(device).allocate(bytes);
    return new Tensor(c, new Buf(storage, Layout.contiguous(shape), dtype), device);
  }

  /** A constant float32 tensor on the default device. */
  public static Tensor full(Shape shape, double value) {
    return full(shape, value, DType.FLOAT32, Gatun.defaultDevice());
  }

  /** A constant tensor; a {@link Long} value is exact for every integer dtype. */
  public static Tensor full(Shape shape, Number value, DType dtype, Device device) {
    return Engine.create(device, new Primitive.Full(shape, dtype, value));
  }

  /** Float32 zeros on the default device. */
  public static Tensor zeros(Shape shape) {
    return full(shape, 0);
  }

  public static Tensor zeros(Shape shape, DType dtype, Device device) {
    return full(shape, 0L, dtype, device);
  }

  /** Float32 ones on the default device. */
  public static Tensor ones(Shape shape) {
    return full(shape, 1);
  }

  public static Tensor ones(Shape shape, DType dtype, Device device) {
    return full(shape, 1L, dtype, device);
  }

  /** Zeros of this tensor's shape, dtype and device. */
  public Tensor zerosLike() {
    return zeros(shape(), dtype(), device);
  }

  /** Ones of this tensor's shape, dtype and device. */
  public Tensor onesLike() {
    return ones(shape(), dtype(), device);
  }

  /** A constant of this tensor's shape, dtype and device. */
  public Tensor fullLike(Number value) {
    return full(shape(), value, dtype(), device);
  }

  /** The int64 numbers 0 … n - 1 on the default device. */
  public static Tensor arange(long n) {
    return iota(n, Gatun.defaultDevice());
  }

  /** The int64 numbers start … stop - 1 on the default device. */
  public static Tensor arange(long start, long stop) {
    return arange(start, stop, 1);
  }

  /** The int64 numbers start, start + step, … below stop (above it for a negative step). */
  public static Tensor arange(long start, long stop, long step) {
    return Creation.arange(start, stop, step);
  }

  /** The float32 numbers start, start + step, … below stop (above it for a negative step). */
  public static Tensor arange(double start, double stop, double step) {
    return arange(start, stop, step, DType.FLOAT32, Gatun.defaultDevice());
  }

  /** {@code n} float32 numbers from start to end at equal distances, both included. */
  public static Tensor linspace(double start, double end, long n) {
    return linspace(start, end, n, DType.FLOAT32, Gatun.defaultDevice());
  }

  public static Tensor linspace(double start, double end, long n, DType dtype, Device device) {
    return Creation.linspace(start, end, n, dtype, device);
  }

  /** {@code base} to the powers of {@link #linspace}. */
  public static Tensor logspace(double start, double end, long n, double base) {
    return logspace(start, end, n, base, DType.FLOAT32, Gatun.defaultDevice());
  }

  public static Tensor logspace(
      double start, double end, long n, double base, DType dtype, Device device) {
    return linspace(start, end, n, DType.FLOAT64, device).rpow(base).to(dtype);
  }

  /** A float32 matrix with ones on the diagonal, else zeros, on the default device. */
  public static Tensor eye(long n) {
    return eye(n, n, DType.FLOAT32, Gatun.defaultDevice());
  }

  /** A float32 [n, m] matrix with ones on the diagonal, else zeros, on the default device. */
  public static Tensor eye(long n, long m) {
    return eye(n, m, DType.FLOAT32, Gatun.defaultDevice());
  }

  public static Tensor eye(long n, long m, DType dtype, Device device) {
    return iota(n, device).reshape(n, 1).eq(iota(m, device)).to(dtype);
  }

  /** The numbers start, start + step, … below stop (above it for a negative step). */
  public static Tensor arange(double start, double stop, double step, DType dtype, Device device) {
    if (step == 0 || !Double.isFinite((stop - start) / step)) {
      throw new ShapeException(
          "arange needs finite bounds and a step other than 0, got "
              + start
              + ", "
              + stop
              + ", "
              + step);
    }
    long n = Math.max(0, (long) Math.ceil((stop - start) / step));
    return Engine.create(device, new Primitive.Iota(n, dtype, start, step));
  }

  /** Float32 standard-normal numbers from the default generator on the default device. */
  public static Tensor randn(Shape shape) {
    return randn(shape, DType.FLOAT32, Gatun.defaultDevice(), Generator.defaultGenerator());
  }

  /** Float32 standard-normal numbers on the default device. */
  public static Tensor randn(Shape shape, Generator generator) {
    return randn(shape, DType.FLOAT32, Gatun.defaultDevice(), generator);
  }

  /** Float32 standard-normal numbers of a new random stream on the default device. */
  public static Tensor randn(Shape shape, long seed) {
    return randn(shape, new Generator(seed));
  }

  /** Standard-normal numbers. */
  public static Tensor randn(Shape shape, DType dtype, Device device, Generator generator) {
    return random(Distribution.NORMAL, shape, dtype, device, generator);
  }

  /** Float32 numbers uniform in [0, 1) from the default generator on the default device. */
  public static Tensor rand(Shape shape) {
    return rand(shape, DType.FLOAT32, Gatun.defaultDevice(), Generator.defaultGenerator());
  }

  /** Float32 numbers uniform in [0, 1) on the default device. */
  public static Tensor rand(Shape shape, Generator generator) {
    return rand(shape, DType.FLOAT32, Gatun.defaultDevice(), generator);
  }

  /** Float32 numbers uniform in [0, 1) of a new random stream on the default device. */
  public static Tensor rand(Shape shape, long seed) {
    return rand(shape, new Generator(seed));
  }

  /** Numbers uniform in [0, 1). */
  public static Tensor rand(Shape shape, DType dtype, Device device, Generator generator) {
    return random(Distribution.UNIFORM, shape, dtype, device, generator);
  }

  static Tensor random(
      Distribution kind, Shape shape, DType dtype, Device device, Generator generator) {
    long offset = generator.take(shape.numel());
    return Engine.create(
        device, new Primitive.Random(kind, shape, dtype, generator.seed(), offset));
  }

  /** A 0-d tensor of this dtype and device. */
  Tensor constant(Number value) {
    return full(Shape.scalar(), value, dtype(), device);
  }

  /** The int64 numbers 0 … n - 1 on this device. */
  Tensor iota(long n) {
    return iota(n, device);
  }

  private static Tensor iota(long n, Device device) {
    return Engine.create(device, new Primitive.Iota(n, DType.INT64, 0, 1));
  }

  /** The operand as int64; only integers can be indices. */
  static Tensor index(String op, Tensor index) {
    if (!index.dtype().isInteger()) {
      throw new DTypeException(op + " needs an integer index, got dtype " + index.dtype());
    }
    return index.to(DType.INT64);
  }

  // ---- What it is -----------------------------------------------------------------------------

  public Shape shape() {
    return buf.layout().shape();
  }

  public DType dtype() {
    return buf.dtype();
  }

  public Device device() {
    return device;
  }

  /** The number of axes. */
  public int rank() {
    return shape().rank();
  }

  /** The number of elements. */
  public long numel() {
    return shape().numel();
  }

  /** The size of an axis; negative axes count from the end. */
  public long size(int axis) {
    return shape().size(axis);
  }

  /** True when the elements lie in row-major order without gaps. */
  public boolean isContiguous() {
    return buf.isContiguous();
  }

  /** Dtype and shape. */
  public TensorType type() {
    TensorType t = type;
    if (t == null) {
      t = new TensorType(dtype(), shape());
      type = t;
    }
    return t;
  }

  /** True when a tape that records on this thread tracks what is computed from this tensor. */
  public boolean requiresGrad() {
    return requiresGrad;
  }

  /** Asks tapes to track (or not) what is computed from this tensor. */
  public Tensor requiresGrad(boolean value) {
    if (value && !dtype().isFloat()) {
      throw new DTypeException("Only float tensors can require gradients, got " + dtype());
    }
    requiresGrad = value;
    return this;
  }

  /**
   * The handle that stands for this value in a tape: this one, or for what {@link Scope#hold} made,
   * the handle that it was made from (which may be closed).
   */
  public Tensor identity() {
    return root == null ? this : root;
  }

  /**
   * A number that a tape may note on this value to find its record again, 0 at first. The first
   * tape to do so keeps it, and checks that the record it finds is this value's.
   */
  public int mark() {
    return mark;
  }

  /** Notes a number: see {@link #mark()}. */
  public void mark(int number) {
    mark = number;
  }

  // ---- Lifetime -------------------------------------------------------------------------------

  /** The operand as kernels see it; valid while this tensor is open. */
  public Buf buf() {
    if (closed) {
      throw new UseAfterFreeException(
          "Tensor "
              + dtype()
              + shape()
              + " was used after it was closed or its scope ended; "
              + "use Scope.keep for tensors that outlive a scope");
    }
    return buf;
  }

  /** True after {@link #close()} or the end of the owning scope. */
  public boolean isClosed() {
    return closed;
  }

  /** Gives up this handle; the memory is freed when no view or tape uses it. Idempotent. */
  @Override
  public void close() {
    if (CLOSED.compareAndSet(this, false, true)) {
      if (owner != null) {
        owner.remove(this);
        owner = null;
      }
      free();
    }
  }

  /** As {@link #close()}, without taking it from the owner's list. */
  void freeFromScope() {
    if (CLOSED.compareAndSet(this, false, true)) {
      owner = null;
      free();
    }
  }

  private void free() {
    if (origin != null) {
      Tracker.closed(origin);
    }
    if (cleanable != null) {
      cleanable.clean();
    } else {
      buf.storage().release();
    }
  }

  @Nullable Scope owner() {
    return owner;
  }

  /** Changes the owner: a scope, or the garbage collector for null. */
  void moveTo(@Nullable Scope scope) {
    if (closed) {
      buf(); // throws
    }
    if (owner != null) {
      owner.remove(this);
    } else if (cleanable != null) {
      if (scope == null) {
        return;
      }
      buf.storage().retain();
      cleanable.clean();
      cleanable = null;
    }
    owner = scope;
    if (scope != null) {
      scope.add(this);
    } else {
      cleanable = CLEANER.register(this, new Release(buf.storage(), origin));
    }
  }

  /** What the collector runs; it must not reach the tensor. */
  private record Release(Storage storage, Tracker.@Nullable Origin origin) implements Runnable {
    @Override
    public void run() {
      if (origin != null) {
        Tracker.closed(origin);
      }
      storage.release();
    }
  }

  /** A new handle of the same storage. */
  Tensor withLayout(Context context, Layout layout) {
    Buf b = buf();
    if (!b.storage().retain()) {
      throw new UseAfterFreeException("Tensor " + dtype() + shape() + " was freed");
    }
    return new Tensor(context, b.with(layout), device);
  }

  /** A new handle of the same value: tapes track it as they track this one. */
  Tensor alias(Context context) {
    Tensor t = withLayout(context, buf().layout());
    t.root = identity();
    t.requiresGrad = requiresGrad;
    return t;
  }

  /** A new handle of the same values that no tape tracks. */
  public Tensor detach() {
    return withLayout(Context.current(), buf().layout());
  }

  // ---- Reading --------------------------------------------------------------------------------

  /** The elements in row-major order, converted to float32. */
  public float[] toFloatArray() {
    try (Tensor t = host(DType.FLOAT32)) {
      float[] out = new float[Math.toIntExact(numel())];
      t.read(MemorySegment.ofArray(out));
      return out;
    }
  }

  /** The elements in row-major order, converted to float64. */
  public double[] toDoubleArray() {
    try (Tensor t = host(DType.FLOAT64)) {
      double[] out = new double[Math.toIntExact(numel())];
      t.read(MemorySegment.ofArray(out));
      return out;
    }
  }

  /** The elements in row-major order, converted to int32. */
  public int[] toIntArray() {
    try (Tensor t = host(DType.INT32)) {
      int[] out = new int[Math.toIntExact(numel())];
      t.read(MemorySegment.ofArray(out));
      return out;
    }
  }

  /** The elements in row-major order, converted to int64. */
  public long[] toLongArray() {
    try (Tensor t = host(DType.INT64)) {
      long[] out = new long[Math.toIntExact(numel())];
      t.read(MemorySegment.ofArray(out));
      return out;
    }
  }

  /** The elements in row-major order, true where not zero. */
  public boolean[] toBooleanArray() {
    try (Tensor t = host(DType.BOOL)) {
      byte[] bytes = new byte[Math.toIntExact(numel())];
      t.read(MemorySegment.ofArray(bytes));
      boolean[] out = new boolean[bytes.length];
      for (int i = 0; i < out.length; i++) {
        out[i] = bytes[i] != 0;
      }
      return out;
    }
  }

  /**
   * The only element as a double.
   *
   * @throws ShapeException when there is not exactly one
   */
  public double item() {
    one("item");
    try (Tensor t = host(DType.FLOAT64)) {
      double[] out = new double[1];
      t.read(MemorySegment.ofArray(out));
      return out[0];
    }
  }

  /** The only element as a long. */
  public long itemLong() {
    one("itemLong");
    try (Tensor t = host(DType.INT64)) {
      long[] out = new long[1];
      t.read(MemorySegment.ofArray(out));
      return out[0];
    }
  }

  private void one(String method) {
    if (numel() != 1) {
      throw new ShapeException(method + " needs a tensor of one element, got shape " + shape());
    }
  }

  /**
   * Copies the bytes in row-major order to host memory.
   *
   * @throws ShapeException when the target is not exactly as large
   */
  public void copyTo(MemorySegment target) {
    try (Tensor t = host(dtype())) {
      t.read(target);
    }
  }

  private void read(MemorySegment target) {
    long want = numel() * dtype().byteSize();
    if (target.byteSize() != want) {
      throw new ShapeException(
          "Tensor "
              + dtype()
              + shape()
              + " has "
              + want
              + " bytes, the target "
              + target.byteSize());
    }
    if (want > 0) {
      Devices.backend(device).read(buf(), target);
    }
  }

  /** A contiguous handle of the given dtype that belongs to the caller alone. */
  private Tensor host(DType dtype) {
    Tensor plain = detach();
    Tensor cast = plain.to(dtype);
    Tensor dense = cast.contiguous();
    if (plain != cast && plain != dense) {
      plain.close();
    }
    if (cast != dense && cast != plain) {
      cast.close();
    }
    return dense;
  }

  // ---- Conversion -----------------------------------------------------------------------------

  /** This tensor if it has the dtype, else a converted copy. */
  public Tensor to(DType dtype) {
    return dtype == dtype() ? this : Engine.call(new Primitive.Cast(dtype), this);
  }

  /** This tensor if it is on the device, else a copy there; tapes follow it. */
  public Tensor to(Device target) {
    if (target.equals(device)) {
      return this;
    }
    try (Tensor dense = host(dtype())) {
      Tensor out = empty(shape(), dtype(), target);
      long bytes = numel() * dtype().byteSize();
      Backend to = Devices.backend(target);
      if (bytes > 0 && !to.copyFrom(Devices.backend(device), dense.buf(), out.buf)) {
        try (var arena = java.lang.foreign.Arena.ofConfined()) {
          MemorySegment staging = arena.allocate(bytes, 64);
          dense.read(staging);
          to.write(staging, out.buf);
        }
      }
      out.requiresGrad = requiresGrad;
      Engine.moved(this, out);
      return out;
    }
  }

  /** This tensor if it is contiguous, else a dense row-major copy. */
  public Tensor contiguous() {
    return isContiguous() ? this : copy();
  }

  /** A dense row-major copy with its own storage. */
  public Tensor copy() {
    return Engine.call(new Primitive.Contiguous(), this);
  }

  /** The same bits read as another dtype of the same size. */
  public Tensor bitcast(DType dtype) {
    return Engine.call(new Primitive.Bitcast(dtype), this);
  }

  // ---- Arithmetic -----------------------------------------------------------------------------

  private Tensor unary(UnaryKind kind) {
    return Engine.call(new Primitive.Unary(kind), this);
  }

  /** A float function: integers and bool are converted to float32 first. */
  private Tensor floatUnary(UnaryKind kind) {
    return toFloat().unary(kind);
  }

  Tensor toFloat() {
    return dtype().isFloat() ? this : to(DType.FLOAT32);
  }

  private Tensor binary(BinaryKind kind, Tensor other) {
    DType common = Promotion.common(this, other);
    return Engine.call(new Primitive.Binary(kind), to(common), other.to(common));
  }

  private Tensor floatBinary(BinaryKind kind, Tensor other) {
    DType common = Promotion.common(this, other);
    DType t = common.isFloat() ? common : DType.FLOAT32;
    return Engine.call(new Primitive.Binary(kind), to(t), other.to(t));
  }

  private Tensor scalar(BinaryKind kind, Number value, boolean reversed) {
    DType t = Promotion.withScalar(dtype(), value);
    return Engine.call(new BinaryScalar(kind, value, reversed), to(t));
  }

  private Tensor floatScalar(BinaryKind kind, double value, boolean reversed) {
    return Engine.call(new BinaryScalar(kind, value, reversed), toFloat());
  }

  public Tensor add(Tensor other) {
    return binary(BinaryKind.ADD, other);
  }

  public Tensor add(double value) {
    return scalar(BinaryKind.ADD, value, false);
  }

  public Tensor add(long value) {
    return scalar(BinaryKind.ADD, value, false);
  }

  public Tensor sub(Tensor other) {
    return binary(BinaryKind.SUB, other);
  }

  public Tensor sub(double value) {
    return scalar(BinaryKind.SUB, value, false);
  }

  public Tensor sub(long value) {
    return scalar(BinaryKind.SUB, value, false);
  }

  /** {@code value - this}. */
  public Tensor rsub(double value) {
    return scalar(BinaryKind.SUB, value, true);
  }

  /** {@code value - this}. */
  public Tensor rsub(long value) {
    return scalar(BinaryKind.SUB, value, true);
  }

  public Tensor mul(Tensor other) {
    return binary(BinaryKind.MUL, other);
  }

  public Tensor mul(double value) {
    return scalar(BinaryKind.MUL, value, false);
  }

  public Tensor mul(long value) {
    return scalar(BinaryKind.MUL, value, false);
  }

  /** True division: integers give float32. */
  public Tensor div(Tensor other) {
    return floatBinary(BinaryKind.DIV, other);
  }

  /** True division: integers give float32. */
  public Tensor div(double value) {
    return floatScalar(BinaryKind.DIV, value, false);
  }

  /** {@code value / this}. */
  public Tensor rdiv(double value) {
    return floatScalar(BinaryKind.DIV, value, true);
  }

  /** The quotient rounded down. */
  public Tensor floorDiv(Tensor other) {
    return binary(BinaryKind.FLOOR_DIV, other);
  }

  public Tensor floorDiv(double value) {
    return scalar(BinaryKind.FLOOR_DIV, value, false);
  }

  public Tensor floorDiv(long value) {
    return scalar(BinaryKind.FLOOR_DIV, value, false);
  }

  /** The quotient rounded towards zero. */
  public Tensor truncDiv(Tensor other) {
    return binary(BinaryKind.TRUNC_DIV, other);
  }

  public Tensor truncDiv(double value) {
    return scalar(BinaryKind.TRUNC_DIV, value, false);
  }

  public Tensor truncDiv(long value) {
    return scalar(BinaryKind.TRUNC_DIV, value, false);
  }

  /** What is left of {@link #floorDiv}; has the divisor's sign. */
  public Tensor remainder(Tensor other) {
    return binary(BinaryKind.REMAINDER, other);
  }

  public Tensor remainder(double value) {
    return scalar(BinaryKind.REMAINDER, value, false);
  }

  public Tensor remainder(long value) {
    return scalar(BinaryKind.REMAINDER, value, false);
  }

  /** What is left of {@link #truncDiv}; has the dividend's sign. */
  public Tensor fmod(Tensor other) {
    return binary(BinaryKind.FMOD, other);
  }

  public Tensor fmod(double value) {
    return scalar(BinaryKind.FMOD, value, false);
  }

  public Tensor fmod(long value) {
    return scalar(BinaryKind.FMOD, value, false);
  }

  public Tensor pow(Tensor exponent) {
    return binary(BinaryKind.POW, exponent);
  }

  public Tensor pow(double exponent) {
    return exponent == 2 && dtype().isFloat() ? square() : scalar(BinaryKind.POW, exponent, false);
  }

  public Tensor pow(long exponent) {
    return exponent == 2 && !dtype().isBool() ? square() : scalar(BinaryKind.POW, exponent, false);
  }

  /** {@code base ^ this}. */
  public Tensor rpow(double base) {
    return scalar(BinaryKind.POW, base, true);
  }

  /** {@code base ^ this}. */
  public Tensor rpow(long base) {
    return scalar(BinaryKind.POW, base, true);
  }

  /** The elementwise greater; NaN if either is. */
  public Tensor maximum(Tensor other) {
    return binary(BinaryKind.MAXIMUM, other);
  }

  public Tensor maximum(double value) {
    return scalar(BinaryKind.MAXIMUM, value, false);
  }

  public Tensor maximum(long value) {
    return scalar(BinaryKind.MAXIMUM, value, false);
  }

  /** The elementwise smaller; NaN if either is. */
  public Tensor minimum(Tensor other) {
    return binary(BinaryKind.MINIMUM, other);
  }

  public Tensor minimum(double value) {
    return scalar(BinaryKind.MINIMUM, value, false);
  }

  public Tensor minimum(long value) {
    return scalar(BinaryKind.MINIMUM, value, false);
  }

  public Tensor atan2(Tensor other) {
    return floatBinary(BinaryKind.ATAN2, other);
  }

  public Tensor copysign(Tensor other) {
    return floatBinary(BinaryKind.COPYSIGN, other);
  }

  public Tensor eq(Tensor other) {
    return binary(BinaryKind.EQ, other);
  }

  public Tensor eq(double value) {
    return scalar(BinaryKind.EQ, value, false);
  }

  public Tensor eq(long value) {
    return scalar(BinaryKind.EQ, value, false);
  }

  public Tensor ne(Tensor other) {
    return binary(BinaryKind.NE, other);
  }

  public Tensor ne(double value) {
    return scalar(BinaryKind.NE, value, false);
  }

  public Tensor ne(long value) {
    return scalar(BinaryKind.NE, value, false);
  }

  public Tensor lt(Tensor other) {
    return binary(BinaryKind.LT, other);
  }

  public Tensor lt(double value) {
    return scalar(BinaryKind.LT, value, false);
  }

  public Tensor lt(long value) {
    return scalar(BinaryKind.LT, value, false);
  }

  public Tensor le(Tensor other) {
    return binary(BinaryKind.LE, other);
  }

  public Tensor le(double value) {
    return scalar(BinaryKind.LE, value, false);
  }

  public Tensor le(long value) {
    return scalar(BinaryKind.LE, value, false);
  }

  public Tensor gt(Tensor other) {
    return binary(BinaryKind.GT, other);
  }

  public Tensor gt(double value) {
    return scalar(BinaryKind.GT, value, false);
  }

  public Tensor gt(long value) {
    return scalar(BinaryKind.GT, value, false);
  }

  public Tensor ge(Tensor other) {
    return binary(BinaryKind.GE, other);
  }

  public Tensor ge(double value) {
    return scalar(BinaryKind.GE, value, false);
  }

  public Tensor ge(long value) {
    return scalar(BinaryKind.GE, value, false);
  }

  /** Bitwise and of integers, logical and of bool. */
  public Tensor and(Tensor other) {
    return binary(BinaryKind.AND, other);
  }

  /** Bitwise or of integers, logical or of bool. */
  public Tensor or(Tensor other) {
    return binary(BinaryKind.OR, other);
  }

  /** Bitwise exclusive or of integers, logical of bool. */
  public Tensor xor(Tensor other) {
    return binary(BinaryKind.XOR, other);
  }

  /** Bitwise complement of integers, logical negation of bool. */
  public Tensor not() {
    return unary(UnaryKind.NOT);
  }

  /** Logical and of what is not zero; bool. */
  public Tensor logicalAnd(Tensor other) {
    return to(DType.BOOL).and(other.to(DType.BOOL));
  }

  /** Logical or of what is not zero; bool. */
  public Tensor logicalOr(Tensor other) {
    return to(DType.BOOL).or(other.to(DType.BOOL));
  }

  /** Logical exclusive or of what is not zero; bool. */
  public Tensor logicalXor(Tensor other) {
    return to(DType.BOOL).xor(other.to(DType.BOOL));
  }

  /** True where zero. */
  public Tensor logicalNot() {
    return to(DType.BOOL).not();
  }

  public Tensor shiftLeft(Tensor bits) {
    return binary(BinaryKind.SHL, bits);
  }

  public Tensor shiftLeft(long bits) {
    return scalar(BinaryKind.SHL, bits, false);
  }

  /** Arithmetic shift for signed types. */
  public Tensor shiftRight(Tensor bits) {
    return binary(BinaryKind.SHR, bits);
  }

  /** Arithmetic shift for signed types. */
  public Tensor shiftRight(long bits) {
    return scalar(BinaryKind.SHR, bits, false);
  }

  /** The elementwise greater; a NaN counts only if both are. */
  public Tensor fmax(Tensor other) {
    return ge(other).logicalOr(other.isNan()).where(this, other);
  }

  /** The elementwise smaller; a NaN counts only if both are. */
  public Tensor fmin(Tensor other) {
    return le(other).logicalOr(other.isNan()).where(this, other);
  }

  /** {@code log(exp(this) + exp(other))} without overflow. */
  public Tensor logaddexp(Tensor other) {
    Tensor high = toFloat().maximum(other);
    Tensor low = toFloat().minimum(other);
    // Equal infinities have no difference; the greater one is the answer.
    Tensor difference = high.isInf().where(high.constant(0L), low.sub(high));
    return high.add(difference.exp().log1p());
  }

  /** What is below {@code min} raised to it, what is above {@code max} lowered; NaN stays. */
  public Tensor clamp(double min, double max) {
    return clampMin(min).clampMax(max);
  }

  public Tensor clamp(long min, long max) {
    return clampMin(min).clampMax(max);
  }

  /** What is below {@code min} raised to it; the gradient at the bound is 1. */
  public Tensor clampMin(double min) {
    return bounded(BinaryKind.LT, min);
  }

  public Tensor clampMin(long min) {
    return bounded(BinaryKind.LT, min);
  }

  /** What is above {@code max} lowered to it; the gradient at the bound is 1. */
  public Tensor clampMax(double max) {
    return bounded(BinaryKind.GT, max);
  }

  public Tensor clampMax(long max) {
    return bounded(BinaryKind.GT, max);
  }

  private Tensor bounded(BinaryKind beyond, Number bound) {
    Tensor x = to(Promotion.withScalar(dtype(), bound));
    return x.scalar(beyond, bound, false).where(x.constant(bound), x);
  }

  /** {@code this + weight * (end - this)}. */
  public Tensor lerp(Tensor end, double weight) {
    return add(end.sub(this).mul(weight));
  }

  /** {@code this + weight * (end - this)}. */
  public Tensor lerp(Tensor end, Tensor weight) {
    return add(end.sub(this).mul(weight));
  }

  /** {@code this + value * a * b}. */
  public Tensor addcmul(Tensor a, Tensor b, double value) {
    return add(a.mul(b).mul(value));
  }

  /** {@code this + value * a / b}. */
  public Tensor addcdiv(Tensor a, Tensor b, double value) {
    return add(a.div(b).mul(value));
  }

  /**
   * True where {@code |this - other| <= atol + rtol * |other|}, or both are the same infinity, or
   * both are NaN if those are to be equal.
   */
  public Tensor isClose(Tensor other, double rtol, double atol, boolean equalNan) {
    DType common = Promotion.common(this, other);
    DType t = common.isFloat() ? common : DType.FLOAT64;
    Tensor a = detach().to(t);
    Tensor b = other.detach().to(t);
    Tensor error = a.sub(b).abs();
    Tensor near = error.le(b.abs().mul(rtol).add(atol)).and(error.isFinite());
    Tensor close = near.or(a.eq(b));
    return equalNan ? close.or(a.isNan().and(b.isNan())) : close;
  }

  /** As {@link #isClose} with relative tolerance 1e-5 and absolute 1e-8. */
  public Tensor isClose(Tensor other) {
    return isClose(other, 1e-5, 1e-8, false);
  }

  /** True when all elements are close as {@link #isClose} has it. */
  public boolean allClose(Tensor other, double rtol, double atol) {
    try (Scope _ = Scope.open()) {
      return isClose(other, rtol, atol, false).all().itemLong() != 0;
    }
  }

  public boolean allClose(Tensor other) {
    return allClose(other, 1e-5, 1e-8);
  }

  /** True when shapes and all elements are equal; a NaN equals nothing. */
  public boolean equal(Tensor other) {
    if (!shape().equals(other.shape())) {
      return false;
    }
    try (Scope _ = Scope.open()) {
      return detach().eq(other.detach()).all().itemLong() != 0;
    }
  }

  public Tensor neg() {
    return unary(UnaryKind.NEG);
  }

  public Tensor abs() {
    return unary(UnaryKind.ABS);
  }

  public Tensor sign() {
    return unary(UnaryKind.SIGN);
  }

  public Tensor square() {
    return unary(UnaryKind.SQUARE);
  }

  public Tensor relu() {
    return unary(UnaryKind.RELU);
  }

  public Tensor floor() {
    return unary(UnaryKind.FLOOR);
  }

  public Tensor ceil() {
    return unary(UnaryKind.CEIL);
  }

  /** To the nearest integer, halves to even. */
  public Tensor round() {
    return unary(UnaryKind.ROUND);
  }

  public Tensor trunc() {
    return unary(UnaryKind.TRUNC);
  }

  public Tensor exp() {
    return floatUnary(UnaryKind.EXP);
  }

  public Tensor exp2() {
    return floatUnary(UnaryKind.EXP2);
  }

  public Tensor expm1() {
    return floatUnary(UnaryKind.EXPM1);
  }

  public Tensor log() {
    return floatUnary(UnaryKind.LOG);
  }

  public Tensor log2() {
    return floatUnary(UnaryKind.LOG2);
  }

  public Tensor log10() {
    return floatUnary(UnaryKind.LOG10);
  }

  public Tensor log1p() {
    return floatUnary(UnaryKind.LOG1P);
  }

  public Tensor sqrt() {
    return floatUnary(UnaryKind.SQRT);
  }

  public Tensor rsqrt() {
    return floatUnary(UnaryKind.RSQRT);
  }

  public Tensor reciprocal() {
    return floatUnary(UnaryKind.RECIPROCAL);
  }

  public Tensor sin() {
    return floatUnary(UnaryKind.SIN);
  }

  public Tensor cos() {
    return floatUnary(UnaryKind.COS);
  }

  public Tensor tan() {
    return floatUnary(UnaryKind.TAN);
  }

  public Tensor asin() {
    return floatUnary(UnaryKind.ASIN);
  }

  public Tensor acos() {
    return floatUnary(UnaryKind.ACOS);
  }

  public Tensor atan() {
    return floatUnary(UnaryKind.ATAN);
  }

  public Tensor sinh() {
    return floatUnary(UnaryKind.SINH);
  }

  public Tensor cosh() {
    return floatUnary(UnaryKind.COSH);
  }

  public Tensor tanh() {
    return floatUnary(UnaryKind.TANH);
  }

  public Tensor asinh() {
    return floatUnary(UnaryKind.ASINH);
  }

  public Tensor acosh() {
    return floatUnary(UnaryKind.ACOSH);
  }

  public Tensor atanh() {
    return floatUnary(UnaryKind.ATANH);
  }

  public Tensor sigmoid() {
    return floatUnary(UnaryKind.SIGMOID);
  }

  public Tensor erf() {
    return floatUnary(UnaryKind.ERF);
  }

  public Tensor erfc() {
    return floatUnary(UnaryKind.ERFC);
  }

  public Tensor erfinv() {
    return floatUnary(UnaryKind.ERFINV);
  }

  /** The logarithm of the absolute value of the gamma function. */
  public Tensor lgamma() {
    return floatUnary(UnaryKind.LGAMMA);
  }

  public Tensor digamma() {
    return floatUnary(UnaryKind.DIGAMMA);
  }

  public Tensor isNan() {
    return unary(UnaryKind.IS_NAN);
  }

  public Tensor isInf() {
    return unary(UnaryKind.IS_INF);
  }

  public Tensor isFinite() {
    return unary(UnaryKind.IS_FINITE);
  }

  /** The Gaussian error linear unit, exact. */
  public Tensor gelu() {
    return Engine.call(new Gelu(false), toFloat());
  }

  /** The Gaussian error linear unit, exact or by its tanh approximation. */
  public Tensor gelu(boolean tanh) {
    return Engine.call(new Gelu(tanh), toFloat());
  }

  public Tensor silu() {
    return Engine.call(new Silu(), toFloat());
  }

  public Tensor softmax(int axis) {
    return Engine.call(new Softmax(shape().axis(axis)), toFloat());
  }

  public Tensor logSoftmax(int axis) {
    return Engine.call(new LogSoftmax(shape().axis(axis)), toFloat());
  }

  /** {@code this ? a : b} of a bool tensor, with broadcasting and promotion of a and b. */
  public Tensor where(Tensor a, Tensor b) {
    DType common = Promotion.common(a, b);
    return Engine.call(new Primitive.Where(), this, a.to(common), b.to(common));
  }

  // ---- Reductions: no axes means all ----------------------------------------------------------

  private Tensor reduce(ReduceKind kind, boolean keepDims, int... axes) {
    int[] normal = rank() == 0 ? new int[0] : shape().axes(axes);
    return Engine.call(new Primitive.Reduce(kind, Dims.of(normal), keepDims), this);
  }

  /** The sum; integers and bool accumulate in int64. */
  public Tensor sum(int... axes) {
    return sum(false, axes);
  }

  public Tensor sum(boolean keepDims, int... axes) {
    return wide().reduce(ReduceKind.SUM, keepDims, axes);
  }

  /** The product; integers and bool accumulate in int64. */
  public Tensor prod(int... axes) {
    return prod(false, axes);
  }

  public Tensor prod(boolean keepDims, int... axes) {
    return wide().reduce(ReduceKind.PROD, keepDims, axes);
  }

  private Tensor wide() {
    return dtype().isFloat() ? this : to(DType.INT64);
  }

  /** The mean; integers give float32. */
  public Tensor mean(int... axes) {
    return mean(false, axes);
  }

  public Tensor mean(boolean keepDims, int... axes) {
    Tensor sum = toFloat().reduce(ReduceKind.SUM, keepDims, axes);
    return sum.div((double) Reductions.count(this, axes));
  }

  /** {@code log(sum(exp(this)))} without overflow. */
  public Tensor logsumexp(int... axes) {
    return logsumexp(false, axes);
  }

  public Tensor logsumexp(boolean keepDims, int... axes) {
    return Reductions.logSumExp(toFloat(), keepDims, axes);
  }

  /** The unbiased variance (divisor n - 1). */
  public Tensor var(int... axes) {
    return var(1, false, axes);
  }

  /** The variance with divisor n - correction: 1 is unbiased, 0 the population's. */
  public Tensor var(double correction, boolean keepDims, int... axes) {
    int[] normal = rank() == 0 ? new int[0] : shape().axes(axes);
    return Engine.call(new Variance(Dims.of(normal), correction, keepDims), toFloat());
  }

  /** The unbiased standard deviation (divisor n - 1). */
  public Tensor std(int... axes) {
    return std(1, false, axes);
  }

  /** The standard deviation with divisor n - correction. */
  public Tensor std(double correction, boolean keepDims, int... axes) {
    return Reductions.sqrtOrZero(var(correction, keepDims, axes));
  }

  /** The Euclidean norm. */
  public Tensor norm(int... axes) {
    return norm(2, false, axes);
  }

  /** The p-norm of vectors over the axes, for any p, also 0 and the infinities. */
  public Tensor norm(double p, boolean keepDims, int... axes) {
    return Reductions.norm(toFloat(), p, keepDims, axes);
  }

  /** The greatest; gradients are shared evenly between ties. */
  public Tensor amax(int... axes) {
    return amax(false, axes);
  }

  public Tensor amax(boolean keepDims, int... axes) {
    return reduce(ReduceKind.MAX, keepDims, axes);
  }

  /** The smallest; gradients are shared evenly between ties. */
  public Tensor amin(int... axes) {
    return amin(false, axes);
  }

  public Tensor amin(boolean keepDims, int... axes) {
    return reduce(ReduceKind.MIN, keepDims, axes);
  }

  /** The greatest element along an axis and its index; the first NaN if there is one. */
  public ValuesIndices max(int axis) {
    return max(false, axis);
  }

  public ValuesIndices max(boolean keepDims, int axis) {
    return Reductions.pick(this, argmax(true, axis), axis, keepDims);
  }

  /** The smallest element along an axis and its index; the first NaN if there is one. */
  public ValuesIndices min(int axis) {
    return min(false, axis);
  }

  public ValuesIndices min(boolean keepDims, int axis) {
    return Reductions.pick(this, argmin(true, axis), axis, keepDims);
  }

  /** The median along an axis, the lower of two, and its index; NaN if any element is. */
  public ValuesIndices median(int axis) {
    return Reductions.median(this, axis, false);
  }

  public ValuesIndices median(boolean keepDims, int axis) {
    return Reductions.median(this, axis, keepDims);
  }

  /** The median of all elements, the lower of two. */
  public Tensor median() {
    return Reductions.median(reshape(-1), 0, false).values();
  }

  /** The int64 row-major index of the first greatest of all elements. */
  public Tensor argmax() {
    return reduce(ReduceKind.ARGMAX, false);
  }

  /** The int64 row-major index of the first smallest of all elements. */
  public Tensor argmin() {
    return reduce(ReduceKind.ARGMIN, false);
  }

  /** The int64 index of the first greatest element along an axis. */
  public Tensor argmax(int axis) {
    return argmax(false, axis);
  }

  public Tensor argmax(boolean keepDims, int axis) {
    return reduce(ReduceKind.ARGMAX, keepDims, axis);
  }

  /** The int64 index of the first smallest element along an axis. */
  public Tensor argmin(int axis) {
    return argmin(false, axis);
  }

  public Tensor argmin(boolean keepDims, int axis) {
    return reduce(ReduceKind.ARGMIN, keepDims, axis);
  }

  /** True where any element is not zero. */
  public Tensor any(int... axes) {
    return any(false, axes);
  }

  public Tensor any(boolean keepDims, int... axes) {
    return truth(ReduceKind.MAX, keepDims, axes);
  }

  /** True where no element is zero. */
  public Tensor all(int... axes) {
    return all(false, axes);
  }

  public Tensor all(boolean keepDims, int... axes) {
    return truth(ReduceKind.MIN, keepDims, axes);
  }

  private Tensor truth(ReduceKind kind, boolean keepDims, int... axes) {
    if (Reductions.count(this, axes) > 0) {
      return to(DType.BOOL).reduce(kind, keepDims, axes);
    }
    int[] normal = rank() == 0 ? new int[0] : shape().axes(axes);
    Shape out = shape().reduced(normal, keepDims);
    return full(out, kind == ReduceKind.MIN ? 1L : 0L, DType.BOOL, device); // of nothing
  }

  /** The int64 number of elements that are not zero. */
  public Tensor countNonZero(int... axes) {
    return to(DType.BOOL).sum(axes);
  }

  /** The running sum along an axis; integers accumulate in int64. */
  public Tensor cumsum(int axis) {
    return Engine.call(new Primitive.Scan(ScanKind.SUM, shape().axis(axis), false), wide());
  }

  /** The running product along an axis. */
  public Tensor cumprod(int axis) {
    return Engine.call(new Primitive.Scan(ScanKind.PROD, shape().axis(axis), false), wide());
  }

  // ---- Shape ----------------------------------------------------------------------------------

  /**
   * The same elements in row-major order under another shape; one size may be -1, which is then
   * computed. A view where strides allow it.
   */
  public Tensor reshape(long... sizes) {
    return reshape(Shape.of(Rearrange.complete(shape(), numel(), sizes)));
  }

  public Tensor reshape(Shape shape) {
    return shape.equals(shape()) ? this : Engine.call(new Primitive.Reshape(shape), this);
  }

  /** Axis i of the view is axis {@code order[i]} of this. */
  public Tensor permute(int... order) {
    int[] axes = order.length == 0 ? order : shape().axes(order);
    return Engine.call(new Primitive.Permute(Dims.of(axes)), this);
  }

  /** Two axes swapped. */
  public Tensor transpose(int axis0, int axis1) {
    int[] order = new int[rank()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    int a = shape().axis(axis0);
    int b = shape().axis(axis1);
    if (rank() == 0 || a == b) {
      return this;
    }
    order[a] = b;
    order[b] = a;
    return permute(order);
  }

  /** An axis moved to another position; the others keep their order. */
  public Tensor movedim(int source, int destination) {
    return movedim(new int[] {source}, new int[] {destination});
  }

  /** Axes moved to other positions; the others keep their order. */
  public Tensor movedim(int[] source, int[] destination) {
    return Rearrange.movedim(this, source, destination);
  }

  /** The last two axes swapped. */
  public Tensor t() {
    return rank() < 2 ? this : transpose(-2, -1);
  }

  /** Axes of size 1, and new leading axes, repeated without a copy. */
  public Tensor expand(Shape shape) {
    return shape.equals(shape()) ? this : Engine.call(new Primitive.Expand(shape), this);
  }

  /** As {@link #expand(Shape)}; -1 keeps a size. */
  public Tensor expand(long... sizes) {
    return expand(Rearrange.expanded(shape(), sizes));
  }

  /** Expanded to another tensor's shape. */
  public Tensor expandAs(Tensor other) {
    return expand(other.shape());
  }

  /** Reshaped to another tensor's shape. */
  public Tensor reshapeAs(Tensor other) {
    return reshape(other.shape());
  }

  /** A view without the axes of size 1. */
  public Tensor squeeze() {
    return reshape(Shape.of(Arrays.stream(shape().dims()).filter(d -> d != 1).toArray()));
  }

  /** A view without an axis of size 1; the same tensor if its size is not 1. */
  public Tensor squeeze(int axis) {
    int a = shape().axis(axis);
    return rank() == 0 || size(a) != 1 ? this : reshape(shape().without(a));
  }

  /** A view with an axis of size 1 put in at the position. */
  public Tensor unsqueeze(int axis) {
    int a = axis < 0 ? axis + rank() + 1 : axis;
    if (a < 0 || a > rank()) {
      throw new ShapeException("Cannot unsqueeze axis " + axis + " of shape " + shape());
    }
    return reshape(shape().insert(a, 1));
  }

  /** One axis split into several; one size may be -1. */
  public Tensor unflatten(int axis, long... sizes) {
    return Rearrange.unflatten(this, axis, sizes);
  }

  /** All axes merged into one. */
  public Tensor flatten() {
    return reshape(-1);
  }

  /** The axes from {@code start} to {@code end} merged into one. */
  public Tensor flatten(int start, int end) {
    int a = shape().axis(start);
    int b = shape().axis(end);
    if (rank() == 0) {
      return reshape(1);
    }
    if (a > b) {
      throw new ShapeException(
          "Cannot flatten axes " + start + " to " + end + " of shape " + shape() + ": they cross");
    }
    long n = shape().slice(a, b + 1).numel();
    return reshape(shape().slice(0, a).concat(Shape.of(n)).concat(shape().slice(b + 1, rank())));
  }

  /** Elements {@code start} to {@code start + length - 1} of an axis. */
  public Tensor narrow(int axis, long start, long length) {
    int a = shape().axis(axis);
    long n = rank() == 0 ? 0 : size(a);
    long from = start < 0 ? start + n : start;
    if (rank() == 0 || from < 0 || length < 0 || from + length > n) {
      throw new ShapeException(
          "narrow of axis "
              + axis
              + " of shape "
              + shape()
              + " from "
              + start
              + " with length "
              + length
              + " reaches outside it");
    }
    return from == 0 && length == n ? this : sliceExact(a, from, length, 1);
  }

  /**
   * Every step-th element of an axis from start to before stop, as Python slices: negative bounds
   * count from the end, bounds outside are clipped; for a negative step it runs backwards. A view.
   */
  public Tensor slice(int axis, long start, long stop, long step) {
    int a = shape().axis(axis);
    long n = size(a);
    if (step == 0) {
      throw new ShapeException("A slice's step must not be 0");
    }
    long low = step > 0 ? 0 : -1;
    long high = step > 0 ? n : n - 1;
    long from = Math.clamp(start < 0 ? start + n : start, low, high);
    long to = Math.clamp(stop < 0 ? stop + n : stop, low, high);
    long count =
        Math.max(0, step > 0 ? Math.ceilDiv(to - from, step) : Math.ceilDiv(from - to, -step));
    return sliceExact(a, count == 0 ? 0 : from, count, step);
  }

  private Tensor sliceExact(int axis, long start, long count, long step) {
    long[] starts = new long[rank()];
    long[] sizes = shape().toArray();
    long[] steps = new long[rank()];
    Arrays.fill(steps, 1);
    starts[axis] = start;
    sizes[axis] = count;
    steps[axis] = step;
    return Engine.call(new Primitive.Slice(Dims.of(starts), Dims.of(sizes), Dims.of(steps)), this);
  }

  /** The elements at one position of an axis, without the axis. A view. */
  public Tensor select(int axis, long index) {
    int a = shape().axis(axis);
    long n = size(a);
    if (index < -n || index >= n) {
      throw new ShapeException(
          "Index " + index + " is out of range for axis " + axis + " of shape " + shape());
    }
    return sliceExact(a, index < 0 ? index + n : index, 1, 1).reshape(shape().without(a));
  }

  /** The order along axes reversed. A view. */
  public Tensor flip(int... axes) {
    Tensor t = this;
    for (int a : shape().axes(axes)) {
      t = t.sliceExact(a, Math.max(0, size(a) - 1), size(a), -1);
    }
    return t;
  }

  /** Moved along an axis by {@code shift}; what leaves at one end comes in at the other. */
  public Tensor roll(long shift, int axis) {
    return Rearrange.roll(this, shift, axis);
  }

  /** Moved along several axes. */
  public Tensor roll(long[] shifts, int[] axes) {
    if (shifts.length != axes.length) {
      throw new ShapeException(
          "roll needs one shift for each axis, got "
              + Arrays.toString(shifts)
              + " and "
              + Arrays.toString(axes));
    }
    Tensor t = this;
    for (int i = 0; i < axes.length; i++) {
      t = t.roll(shifts[i], axes[i]);
    }
    return t;
  }

  /** Turned by quarters in the plane of two axes, from the first towards the second. */
  public Tensor rot90(int quarters, int axis0, int axis1) {
    return Rearrange.rot90(this, quarters, axis0, axis1);
  }

  /** The whole repeated along each axis; missing leading numbers or axes are 1. */
  public Tensor tile(long... repeats) {
    return Rearrange.tile(this, repeats);
  }

  /** As {@link #tile} with at least one number for each axis. */
  public Tensor repeat(long... repeats) {
    if (repeats.length < rank()) {
      throw new ShapeException(
          "repeat of shape "
              + shape()
              + " needs at least "
              + rank()
              + " numbers, got "
              + Arrays.toString(repeats));
    }
    return Rearrange.tile(this, repeats);
  }

  /** Each slice of an axis repeated. */
  public Tensor repeatInterleave(long times, int axis) {
    return Rearrange.repeatInterleave(this, times, axis);
  }

  /** Slice i of an axis repeated {@code times[i]} times. */
  public Tensor repeatInterleave(Tensor times, int axis) {
    return Rearrange.repeatInterleave(this, times, axis);
  }

  /** Windows of {@code size} elements of an axis, {@code step} apart, in a new last axis. */
  public Tensor unfold(int axis, long size, long step) {
    return Rearrange.unfold(this, axis, size, step);
  }

  /** Views of {@code size} elements of an axis each; the last may be smaller. */
  public Tensor[] split(long size, int axis) {
    return Rearrange.split(this, size, axis);
  }

  /** Views of the given sizes along an axis, which must add up to its size. */
  public Tensor[] split(long[] sizes, int axis) {
    return Rearrange.split(this, sizes, axis);
  }

  /** At most {@code chunks} views along an axis, of equal size but for the last. */
  public Tensor[] chunk(int chunks, int axis) {
    if (chunks <= 0) {
      throw new ShapeException("chunk needs a number above 0, got " + chunks);
    }
    long n = rank() == 0 ? 0 : size(axis);
    return n == 0 ? split(new long[chunks], axis) : split(Math.ceilDiv(n, (long) chunks), axis);
  }

  /** With zeros above the diagonal of the last two axes, which may be shifted up. */
  public Tensor tril(long diagonal) {
    return Rearrange.lower(this, diagonal).where(this, constant(0L));
  }

  public Tensor tril() {
    return tril(0);
  }

  /** With zeros below the diagonal of the last two axes, which may be shifted up. */
  public Tensor triu(long diagonal) {
    return Rearrange.lower(this, diagonal - 1).where(constant(0L), this);
  }

  public Tensor triu() {
    return triu(0);
  }

  /** Tensors of one shape one after another along a new axis. */
  public static Tensor stack(int axis, Tensor... parts) {
    Tensor[] wide = new Tensor[parts.length];
    for (int i = 0; i < parts.length; i++) {
      if (!parts[i].shape().equals(parts[0].shape())) {
        throw new ShapeException(
            "stack needs tensors of one shape, got "
                + parts[0].shape()
                + " and "
                + parts[i].shape());
      }
      wide[i] = parts[i].unsqueeze(axis);
    }
    if (parts.length == 0) {
      throw new ShapeException("stack needs at least one tensor");
    }
    return concat(axis < 0 ? axis + parts[0].rank() + 1 : axis, wide);
  }

  /** Tensors one after another along an axis. */
  public static Tensor concat(int axis, Tensor... parts) {
    if (parts.length == 0) {
      throw new ShapeException("concat needs at least one tensor");
    }
    DType common = parts[0].dtype();
    for (Tensor p : parts) {
      common = DType.promote(common, p.dtype());
    }
    Tensor[] same = new Tensor[parts.length];
    for (int i = 0; i < same.length; i++) {
      same[i] = parts[i].to(common);
    }
    return Engine.call(new Primitive.Concat(parts[0].shape().axis(axis)), same);
  }

  /** Padded with a value before and after each axis; negative amounts cut off. */
  public Tensor pad(long[] low, long[] high, double value) {
    if (low.length != rank() || high.length != rank()) {
      throw new ShapeException(
          "pad of shape "
              + shape()
              + " needs "
              + rank()
              + " amounts before and after, got "
              + low.length
              + " and "
              + high.length);
    }
    Tensor t = this;
    long[] lo = low.clone();
    long[] hi = high.clone();
    for (int a = 0; a < rank(); a++) {
      long from = Math.max(0, -lo[a]);
      long to = size(a) - Math.max(0, -hi[a]);
      if (from > 0 || to < size(a)) {
        t = t.narrow(a, from, Math.max(0, to - from));
      }
      lo[a] = Math.max(0, lo[a]);
      hi[a] = Math.max(0, hi[a]);
    }
    return Engine.call(new Primitive.Pad(Dims.of(lo), Dims.of(hi), value), t);
  }

  // ---- Indexing -------------------------------------------------------------------------------

  /**
   * The elements that an index expression names, with the placement rules of {@link Index}: a view
   * when all entries are basic, else a copy.
   *
   * @throws ShapeException when there are too many entries, a position is outside or a mask does
   *     not fit
   */
  public Tensor get(Index... indices) {
    return IndexExpression.get(this, indices);
  }

  /** A copy in which the elements that an index expression names are {@code values}, broadcast. */
  public Tensor with(Tensor values, Index... indices) {
    return IndexExpression.put(this, values, false, indices);
  }

  /**
   * As {@link #with(Tensor, Index...)}; accumulating adds the values, each time a place is named.
   */
  public Tensor indexPut(Tensor values, boolean accumulate, Index... indices) {
    return IndexExpression.put(this, values, accumulate, indices);
  }

  /** Elements picked along an axis: {@code y[i][j] = this[index[i][j]][j]} for axis 0. */
  public Tensor gather(int axis, Tensor index) {
    return Engine.call(new Primitive.Gather(shape().axis(axis)), this, index("gather", index));
  }

  /** A copy with elements of {@code source} combined at places along an axis. */
  public Tensor scatter(int axis, Tensor index, Tensor source, ScatterKind kind) {
    return Engine.call(
        new Primitive.Scatter(shape().axis(axis), kind), this, index("scatter", index), source);
  }

  /** A copy with elements of {@code source} at places along an axis; the last of several stays. */
  public Tensor scatter(int axis, Tensor index, Tensor source) {
    return scatter(axis, index, source, ScatterKind.SET);
  }

  /** A copy with elements of {@code source} added at places along an axis. */
  public Tensor scatterAdd(int axis, Tensor index, Tensor source) {
    return scatter(axis, index, source, ScatterKind.ADD);
  }

  /**
   * A copy with elements of {@code source} combined at places along an axis.
   *
   * @param includeSelf whether this tensor's own elements at those places count
   */
  public Tensor scatterReduce(
      int axis, Tensor index, Tensor source, ScatterReduction reduction, boolean includeSelf) {
    return Indexing.scatterReduce(this, axis, index, source, reduction, includeSelf);
  }

  /** Slices picked along an axis by a 1-d index. */
  public Tensor indexSelect(int axis, Tensor index) {
    return Engine.call(
        new Primitive.IndexSelect(shape().axis(axis)), this, index("indexSelect", index));
  }

  /** A copy with slices of {@code source} added along an axis at a 1-d index. */
  public Tensor indexAdd(int axis, Tensor index, Tensor source) {
    return Engine.call(
        new Primitive.IndexAdd(shape().axis(axis)), this, index("indexAdd", index), source);
  }

  /** A copy with slices of {@code alpha * source} added along an axis at a 1-d index. */
  public Tensor indexAdd(int axis, Tensor index, Tensor source, double alpha) {
    return indexAdd(axis, index, source.mul(alpha));
  }

  /** A copy with {@code value} where the mask is true; the mask broadcasts. */
  public Tensor maskedFill(Tensor mask, double value) {
    return mask.where(constant(value), this);
  }

  /** The elements where the mask is true, as a 1-d tensor; mask and tensor broadcast. */
  public Tensor maskedSelect(Tensor mask) {
    return Indexing.maskedSelect(this, mask);
  }

  /** The elements at row-major positions; negative ones count from the end. */
  public Tensor take(Tensor index) {
    return Indexing.take(this, index);
  }

  /** For class numbers, an int64 tensor with a new last axis that is 1 at the number. */
  public Tensor oneHot(long classes) {
    return Indexing.oneHot(this, classes);
  }

  /** The int64 indices [n, rank] of the elements that are not zero. */
  public Tensor nonZero() {
    return Engine.call(new Primitive.NonZero(), this);
  }

  /** Sorted along an axis, and the int64 indices; stable, NaN is greatest. */
  public ValuesIndices sort(int axis, boolean descending) {
    Tensor[] out = Engine.callAll(new Primitive.Sort(shape().axis(axis), descending), this);
    return new ValuesIndices(out[0], out[1]);
  }

  /** Sorted along the last axis, ascending. */
  public ValuesIndices sort() {
    return sort(-1, false);
  }

  /** The int64 indices that sort an axis. */
  public Tensor argsort(int axis, boolean descending) {
    return sort(axis, descending).indices();
  }

  /** The {@code k} greatest (or smallest) along an axis, in order, and their indices. */
  public ValuesIndices topk(long k, int axis, boolean largest) {
    if (k < 0 || k > (rank() == 0 ? 1 : size(axis))) {
      throw new ShapeException(
          "topk of "
              + k
              + " along axis "
              + axis
              + " of shape "
              + shape()
              + " has too few elements");
    }
    ValuesIndices sorted = sort(axis, largest);
    return rank() == 0
        ? sorted
        : new ValuesIndices(
            sorted.values().narrow(axis, 0, k), sorted.indices().narrow(axis, 0, k));
  }

  /** The {@code k} greatest along the last axis. */
  public ValuesIndices topk(long k) {
    return topk(k, -1, true);
  }

  // ---- Contraction ----------------------------------------------------------------------------

  /**
   * The matrix product over the last two axes; leading axes broadcast, 1-d operands are taken as a
   * row on the left and a column on the right, as in PyTorch.
   */
  public Tensor matmul(Tensor other) {
    if (rank() == 0 || other.rank() == 0) {
      throw new ShapeException(
          "matmul needs operands of rank 1 or more, got " + shape() + " and " + other.shape());
    }
    DType common = Promotion.common(this, other);
    Tensor a = rank() == 1 ? unsqueeze(0) : this;
    Tensor b = other.rank() == 1 ? other.unsqueeze(1) : other;
    Tensor y = Engine.call(new Primitive.MatMul(), a.to(common), b.to(common));
    if (rank() == 1) {
      y = y.squeeze(-2);
    }
    return other.rank() == 1 ? y.squeeze(-1) : y;
  }

  /**
   * {@code x · weightᵀ + bias}, of x [..., in], weight [out, in] and bias [out] or null: [...,
   * out].
   */
  public Tensor linear(Tensor weight, @Nullable Tensor bias) {
    boolean same = dtype().isFloat() && weight.dtype() == dtype();
    if (same && rank() >= 2 && (bias == null || bias.dtype() == dtype())) {
      return bias == null
          ? Engine.call(new Linear(), this, weight)
          : Engine.call(new Linear(), this, weight, bias);
    }
    Tensor y = matmul(weight.t());
    return bias == null ? y : y.add(bias);
  }

  // ---- Change in place ------------------------------------------------------------------------

  /** Overwrites the elements with another tensor's, broadcast and converted. */
  public Tensor assign(Tensor source) {
    Engine.apply(new Effect.Assign(), new Tensor[] {this}, source.to(dtype()).to(device));
    return this;
  }

  /** Overwrites the elements that an index expression names, broadcast and converted. */
  public Tensor assignAt(Tensor values, Index... indices) {
    IndexExpression.assign(this, values, indices);
    return this;
  }

  /** For example {@code Tensor[float32, [2, 3], cpu]}; the values with {@link #toText}. */
  @Override
  public String toString() {
    return "Tensor[" + dtype() + ", " + shape() + ", " + device + (closed ? ", closed" : "") + "]";
  }

  /**
   * The values as NumPy prints them: aligned, up to 8 decimals, of more than 1000 elements only the
   * first and last three along each axis.
   */
  public String toText() {
    return TensorText.format(this, 8);
  }

  /** The values with up to {@code precision} decimals. */
  public String toText(int precision) {
    return TensorText.format(this, precision);
  }

  /** Runs an op on this tensor alone; for ops without a method. */
  public Tensor apply(Op op) {
    return Engine.call(op, this);
  }
}
