package dev.gatun.tensor.cpu;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.op.Composite;
import dev.gatun.tensor.op.CustomOp;
import dev.gatun.tensor.op.Effect;
import dev.gatun.tensor.op.Op;
import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.spi.Backend;
import dev.gatun.tensor.spi.Buf;
import dev.gatun.tensor.spi.MemoryStats;
import dev.gatun.tensor.spi.Storage;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The reference: every primitive for every dtype, one element at a time, accumulating in double or
 * long. Slow and meant to be obviously right; other backends are tested against it. Thread-safe.
 */
final class ScalarBackend implements Backend {
  static final HostAllocator ALLOCATOR = new HostAllocator();

  private final Device device;

  ScalarBackend(Device device) {
    this.device = device;
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public Storage allocate(long bytes) {
    return ALLOCATOR.allocate(bytes);
  }

  @Override
  public boolean supports(Op op, List<DType> inputs) {
    return op instanceof Primitive;
  }

  @Override
  public void execute(Op op, Buf[] in, Buf[] out) {
    switch (op) {
      case Primitive p -> primitive(p, in, out);
      case Composite c -> throw new IllegalStateException(c.name() + " must be decomposed");
      case CustomOp c -> c.execute(device, in, out);
    }
  }

  private static void primitive(Primitive op, Buf[] in, Buf[] out) {
    switch (op) {
      case Primitive.Unary u -> ScalarElementwise.unary(u.kind(), in[0], out[0]);
      case Primitive.Binary b -> ScalarElementwise.binary(b.kind(), in[0], in[1], out[0]);
      case Primitive.Where w -> ScalarElementwise.where(in[0], in[1], in[2], out[0]);
      case Primitive.Cast c -> ScalarElementwise.copy(in[0], out[0]);
      case Primitive.Contiguous c -> ScalarElementwise.copy(in[0], out[0]);
      case Primitive.Bitcast c -> ScalarElementwise.bitcast(in[0], out[0]);
      case Primitive.Full f -> ScalarElementwise.full(f.value(), out[0]);
      case Primitive.Iota i -> ScalarElementwise.iota(i.start(), i.step(), out[0]);
      case Primitive.Reduce r -> ScalarReduce.reduce(r, in[0], out[0]);
      case Primitive.Scan s -> ScalarReduce.scan(s, in[0], out[0]);
      case Primitive.View v -> throw new IllegalStateException(v.name() + " needs no kernel");
      case Primitive.Pad p -> ScalarMove.pad(p, in[0], out[0]);
      case Primitive.Concat c -> ScalarMove.concat(c, in, out[0]);
      case Primitive.Gather g -> ScalarIndex.gather(g.axis(), in[0], in[1], out[0]);
      case Primitive.Scatter s -> ScalarIndex.scatter(s, in[0], in[1], in[2], out[0]);
      case Primitive.IndexSelect s -> ScalarIndex.indexSelect(s.axis(), in[0], in[1], out[0]);
      case Primitive.IndexAdd s -> ScalarIndex.indexAdd(s.axis(), in[0], in[1], in[2], out[0]);
      case Primitive.Sort s -> ScalarMove.sort(s, in[0], out[0], out[1]);
      case Primitive.NonZero z -> ScalarMove.nonZero(in[0], out[0]);
      case Primitive.MatMul m -> ScalarContraction.matmul(in[0], in[1], out[0]);
      case Primitive.Convolution c -> ScalarConvolution.forward(c, in[0], in[1], out[0]);
      case Primitive.ConvolutionInputGrad c -> ScalarConvolution.inputGrad(c, in[0], in[1], out[0]);
      case Primitive.ConvolutionWeightGrad c ->
          ScalarConvolution.weightGrad(c, in[0], in[1], out[0]);
      case Primitive.MaxPool m -> ScalarPool.max(m, in[0], out[0], out[1]);
      case Primitive.AvgPool a -> ScalarPool.average(a, in[0], out[0]);
      case Primitive.AvgPoolGrad a -> ScalarPool.averageGrad(a, in[0], out[0]);
      case Primitive.Random r -> ScalarRandom.random(r, out[0]);
      case Primitive.Cholesky c -> ScalarLinalg.cholesky(in[0], out[0]);
      case Primitive.Solve s -> ScalarLinalg.solve(in[0], in[1], out[0]);
      case Primitive.SignLogDet d -> ScalarLinalg.signLogDet(in[0], out[0], out[1]);
      case Primitive.Eigh e -> ScalarLinalg.eigh(in[0], out[0], out[1]);
    }
  }

  @Override
  public boolean supports(Effect effect, List<DType> operands) {
    return effect instanceof Effect.Assign;
  }

  @Override
  public void apply(Effect effect, Buf[] targets, Buf[] inputs) {
    ScalarElementwise.copy(inputs[0], targets[0]);
  }

  @Override
  public void read(Buf source, MemorySegment target) {
    MemorySegment.copy(source.segment(), source.byteOffset(), target, 0, target.byteSize());
  }

  @Override
  public void write(MemorySegment source, Buf target) {
    MemorySegment.copy(source, 0, target.segment(), target.byteOffset(), source.byteSize());
  }

  @Override
  public @Nullable Storage wrap(MemorySegment host, Runnable onFree) {
    return host.isNative() && host.address() % 64 == 0 ? new WrappedStorage(host, onFree) : null;
  }

  @Override
  public void synchronize() {
    // Every call has finished when it returns.
  }

  @Override
  public MemoryStats memory() {
    return ALLOCATOR.stats();
  }

  @Override
  public void trim() {
    ALLOCATOR.trim();
  }
}
