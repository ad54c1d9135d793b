package dev.gatun.tensor.cuda;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.op.ActivationGrad;
import dev.gatun.tensor.op.BatchNorm;
import dev.gatun.tensor.op.BatchNormGrad;
import dev.gatun.tensor.op.BinaryScalar;
import dev.gatun.tensor.op.Composite;
import dev.gatun.tensor.op.CrossEntropy;
import dev.gatun.tensor.op.CrossEntropyGrad;
import dev.gatun.tensor.op.CustomOp;
import dev.gatun.tensor.op.Effect;
import dev.gatun.tensor.op.Gelu;
import dev.gatun.tensor.op.LayerNorm;
import dev.gatun.tensor.op.LayerNormGrad;
import dev.gatun.tensor.op.Linear;
import dev.gatun.tensor.op.LogSoftmax;
import dev.gatun.tensor.op.Op;
import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.op.ReluGrad;
import dev.gatun.tensor.op.ScaledDotProductAttention;
import dev.gatun.tensor.op.ScaledDotProductAttentionGrad;
import dev.gatun.tensor.op.Silu;
import dev.gatun.tensor.op.Softmax;
import dev.gatun.tensor.op.SoftmaxGrad;
import dev.gatun.tensor.op.Variance;
import dev.gatun.tensor.spi.Backend;
import dev.gatun.tensor.spi.Buf;
import dev.gatun.tensor.spi.MemoryStats;
import dev.gatun.tensor.spi.Storage;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What computes on a device behind {@code gatun.h}: which ops have a kernel there, and the way from
 * an op to it. Thread-safe; the work of all threads is done in the order in which it was issued.
 */
final class NativeBackend implements Backend {
  private final NativeContext context;
  private final Kernels kernels;

  NativeBackend(NativeContext context) {
    this.context = context;
    this.kernels = new Kernels(context);
  }

  @Override
  public Device device() {
    return context.device();
  }

  @Override
  public Storage allocate(long bytes) {
    return context.allocate(bytes);
  }

  @Override
  public boolean supports(Op op, List<DType> inputs) {
    return switch (op) {
      case Primitive _ -> true;
      case BinaryScalar _ -> true;
      case Softmax _, LogSoftmax _, LayerNorm _, Gelu _, Silu _ -> inputs.get(0).isFloat();
      case SoftmaxGrad _, LayerNormGrad _, ActivationGrad _, ReluGrad _ -> inputs.get(0).isFloat();
      case Variance _, CrossEntropy _, CrossEntropyGrad _ -> inputs.get(0).isFloat();
      case BatchNorm _, BatchNormGrad _ -> alike(inputs);
      case Linear _ -> alike(inputs);
      case ScaledDotProductAttention _ -> attention(inputs, 3);
      case ScaledDotProductAttentionGrad _ -> attention(inputs, 6);
      default -> false;
    };
  }

  private static boolean alike(List<DType> inputs) {
    return inputs.get(0).isFloat() && inputs.stream().allMatch(t -> t == inputs.get(0));
  }

  /** A mask, which comes last, is bool or of the operands' dtype. */
  private static boolean attention(List<DType> inputs, int operands) {
    return alike(inputs.subList(0, operands))
        && (inputs.size() == operands
            || inputs.get(operands) == DType.BOOL
            || inputs.get(operands) == inputs.get(0));
  }

  @Override
  public void execute(Op op, Buf[] in, Buf[] out) {
    switch (op) {
      case Primitive p -> primitive(p, in, out);
      case Composite c -> composite(c, in, out);
      case CustomOp c -> c.execute(device(), in, out);
    }
  }

  private void primitive(Primitive op, Buf[] in, Buf[] out) {
    switch (op) {
      case Primitive.Unary u -> kernels.unary(u.kind(), in[0], out[0]);
      case Primitive.Binary b -> kernels.binary(b.kind(), in[0], in[1], out[0]);
      case Primitive.Where _ -> kernels.where(in[0], in[1], in[2], out[0]);
      case Primitive.Cast _, Primitive.Contiguous _ -> kernels.copy(in[0], out[0]);
      case Primitive.Bitcast _ ->
          kernels.copy(in[0], new Buf(out[0].storage(), out[0].layout(), in[0].dtype()));
      case Primitive.Full f -> kernels.fill(f.value(), out[0]);
      case Primitive.Iota i -> kernels.iota(i.start(), i.step(), out[0]);
      case Primitive.Reduce r -> kernels.reduce(r, in[0], out[0]);
      case Primitive.Scan s -> kernels.scan(s, in[0], out[0]);
      case Primitive.View v -> throw new IllegalStateException(v.name() + " needs no kernel");
      case Primitive.Pad p -> kernels.pad(p, in[0], out[0]);
      case Primitive.Concat c -> kernels.concat(c, in, out[0]);
      case Primitive.Gather g -> kernels.gather(g, in[0], in[1], out[0]);
      case Primitive.Scatter s -> kernels.scatter(s, in[0], in[1], in[2], out[0]);
      case Primitive.IndexSelect s -> kernels.indexSelect(s, in[0], in[1], out[0]);
      case Primitive.IndexAdd s -> kernels.indexAdd(s, in[0], in[1], in[2], out[0]);
      case Primitive.Sort s -> kernels.sort(s, in[0], out[0], out[1]);
      case Primitive.NonZero _ -> kernels.nonZero(in[0], out[0]);
      case Primitive.MatMul _ -> kernels.matmul(in[0], in[1], null, out[0]);
      case Primitive.Convolution c ->
          kernels.convolution(0, c.window(), c.groups(), in[0], in[1], out[0]);
      case Primitive.ConvolutionInputGrad c ->
          kernels.convolution(1, c.window(), c.groups(), in[0], in[1], out[0]);
      case Primitive.ConvolutionWeightGrad c ->
          kernels.convolution(2, c.window(), c.groups(), in[0], in[1], out[0]);
      case Primitive.MaxPool m -> kernels.maxPool(m, in[0], out[0], out[1]);
      case Primitive.AvgPool a -> kernels.avgPool(a, in[0], out[0]);
      case Primitive.AvgPoolGrad a -> kernels.avgPoolGrad(a, in[0], out[0]);
      case Primitive.Random r -> kernels.random(r, out[0]);
      case Primitive.Cholesky _ -> kernels.cholesky(in[0], out[0]);
      case Primitive.Solve _ -> kernels.solve(in[0], in[1], out[0]);
      case Primitive.SignLogDet _ -> kernels.signLogDet(in[0], out[0], out[1]);
      case Primitive.Eigh _ -> kernels.eigh(in[0], out[0], out[1]);
    }
  }

  private void composite(Composite op, Buf[] in, Buf[] out) {
    switch (op) {
      case BinaryScalar b -> kernels.binaryScalar(b, in[0], out[0]);
      case Softmax s -> kernels.softmax(s.axis(), false, in[0], out[0]);
      case LogSoftmax s -> kernels.softmax(s.axis(), true, in[0], out[0]);
      case SoftmaxGrad s -> kernels.softmaxGrad(s, in, out[0]);
      case CrossEntropy c -> kernels.crossEntropy(c, in, out[0]);
      case CrossEntropyGrad c -> kernels.crossEntropyGrad(c, in, out[0]);
      case Variance v -> kernels.variance(v, in[0], out[0]);
      case LayerNorm n -> kernels.layerNorm(n, in, out[0]);
      case LayerNormGrad n -> kernels.layerNormGrad(n, in, out);
      case BatchNorm n -> kernels.batchNorm(n, in, out);
      case BatchNormGrad n -> kernels.batchNormGrad(n, in, out);
      case Gelu g -> kernels.activation(g.tanh() ? 1 : 0, g.name(), in[0], out[0]);
      case Silu s -> kernels.activation(2, s.name(), in[0], out[0]);
      case ActivationGrad g -> kernels.activationGrad(Codes.of(g.kind()), g.name(), in, out[0]);
      case ReluGrad g -> kernels.reluGrad(g.name(), in, out[0]);
      case Linear _ -> kernels.linear(in, out[0]);
      case ScaledDotProductAttention a -> kernels.attention(a, in, out);
      case ScaledDotProductAttentionGrad a -> kernels.attentionGrad(a, in, out);
      default -> throw new IllegalStateException(op.name() + " must be decomposed");
    }
  }

  @Override
  public boolean supports(Effect effect, List<DType> operands) {
    return effect instanceof Effect.Assign || operands.get(0).isFloat();
  }

  @Override
  public void apply(Effect effect, Buf[] targets, Buf[] inputs) {
    switch (effect) {
      case Effect.Assign _ -> kernels.copy(inputs[0], targets[0]);
      case Effect.SgdStep s -> kernels.sgd(s, targets, inputs[0]);
      case Effect.AdamStep a -> kernels.adam(a, targets, inputs[0]);
    }
  }

  @Override
  public void read(Buf source, MemorySegment target) {
    context.read(Kernels.address(source), target);
  }

  @Override
  public void write(MemorySegment source, Buf target) {
    context.write(source, Kernels.address(target));
  }

  @Override
  public boolean copyFrom(Backend other, Buf source, Buf target) {
    return other instanceof NativeBackend from
        && context.copyFrom(
            from.context,
            Kernels.address(source),
            Kernels.address(target),
            source.numel() * source.dtype().byteSize());
  }

  @Override
  public void synchronize() {
    context.synchronize();
  }

  @Override
  public MemoryStats memory() {
    return context.memory();
  }

  @Override
  public void trim() {
    context.trim();
  }
}
