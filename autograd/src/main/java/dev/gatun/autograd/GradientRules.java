package dev.gatun.autograd;

import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.ActivationGrad;
import dev.gatun.tensor.op.BatchNorm;
import dev.gatun.tensor.op.BatchNormGrad;
import dev.gatun.tensor.op.BinaryScalar;
import dev.gatun.tensor.op.Composite;
import dev.gatun.tensor.op.CrossEntropy;
import dev.gatun.tensor.op.CrossEntropyGrad;
import dev.gatun.tensor.op.CustomOp;
import dev.gatun.tensor.op.Gelu;
import dev.gatun.tensor.op.HardSigmoid;
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
import dev.gatun.tensor.op.Silu;
import dev.gatun.tensor.op.Softmax;
import dev.gatun.tensor.op.SoftmaxGrad;
import dev.gatun.tensor.op.Variance;

/**
 * The gradient rule of every op: the compiler proves that none is missing. Where functions have
 * kinks the rules follow PyTorch: the derivative of relu and abs at 0 is 0, that of a clamp at its
 * bound 1; at a tie maximum and minimum halve the gradient, amax and amin share it evenly. g is the
 * gradient of the output, a, b, c (x for one) are the inputs, y is the output.
 */
final class GradientRules {
  private static final Rule SAME = Rule.g(g -> g);
  private static final Rule CAST = Rule.of(Rule.wrt(s -> s.g().to(s.dtype(0))));
  private static final Rule RESHAPE = Rule.of(Rule.wrt(s -> s.g().reshape(s.shape(0))));
  private static final Rule WHERE =
      Rule.of(
          Rule.wrt(Step::g), // never asked: the condition is bool
          Rule.wrt(Saves.A, s -> Shapes.only(s.g(), s.a())),
          Rule.wrt(Saves.A, s -> Shapes.fill(s.g(), s.a(), 0)));

  private GradientRules() {}

  /** The rule of an op on these operands. */
  static Rule of(Op op, Tensor... inputs) {
    return switch (op) {
      case Primitive p -> primitive(p, inputs);
      case Composite c -> composite(c);
      case DifferentiableOp d -> custom(d);
      case CustomOp c ->
          Rule.missing(
              "Custom op '"
                  + c.name()
                  + "' has no gradient: implement DifferentiableOp, or detach its inputs");
    };
  }

  private static Rule primitive(Primitive op, Tensor[] in) {
    return switch (op) {
      case Primitive.Unary u -> UnaryRules.of(u.kind());
      case Primitive.Binary b -> BinaryRules.of(b.kind());
      case Primitive.Where _ -> WHERE;
      case Primitive.Cast _ -> CAST;
      case Primitive.Bitcast _ -> Rule.NONE;
      case Primitive.Contiguous _ -> SAME;

      case Primitive.Reshape _ -> RESHAPE;
      case Primitive.Permute p -> ShapeGradients.permute(p);
      case Primitive.Expand _ -> SAME; // the tape sums what was broadcast
      case Primitive.Slice p -> ShapeGradients.slice(p);
      case Primitive.Pad p -> ShapeGradients.pad(p);
      case Primitive.Concat p -> ShapeGradients.concat(p);

      case Primitive.Reduce r -> FoldRules.reduce(r);
      case Primitive.Scan s -> FoldRules.scan(s);

      case Primitive.Gather p -> IndexRules.gather(p.axis());
      case Primitive.Scatter p -> IndexRules.scatter(p);
      case Primitive.IndexSelect p -> IndexRules.indexSelect(p.axis());
      case Primitive.IndexAdd p -> IndexRules.indexAdd(p.axis());
      case Primitive.Sort p -> IndexRules.sort(p.axis());
      case Primitive.NonZero _ -> Rule.NONE;

      case Primitive.MatMul _ -> ContractionRules.matmul(in[0], in[1]);
      case Primitive.Convolution c -> ContractionRules.convolution(c);
      case Primitive.ConvolutionInputGrad c -> ContractionRules.convolutionInputGrad(c);
      case Primitive.ConvolutionWeightGrad c -> ContractionRules.convolutionWeightGrad(c);
      case Primitive.MaxPool _ -> IndexRules.maxPool();
      case Primitive.AvgPool p -> ContractionRules.avgPool(p);
      case Primitive.AvgPoolGrad p -> ContractionRules.avgPoolGrad(p);

      case Primitive.Full _ -> Rule.NONE;
      case Primitive.Iota _ -> Rule.NONE;
      case Primitive.Random _ -> Rule.NONE;

      case Primitive.Cholesky _ -> LinalgRules.cholesky();
      case Primitive.Solve _ -> LinalgRules.solve();
      case Primitive.SignLogDet _ -> LinalgRules.signLogDet();
      case Primitive.Eigh _ -> LinalgRules.eigh();
    };
  }

  /** Closed rules where they save time or memory, or are more exact; else the parts have rules. */
  private static Rule composite(Composite op) {
    return switch (op) {
      case BinaryScalar b -> BinaryRules.scalar(b);
      case Variance v -> FoldRules.variance(v);
      case Softmax s -> CompositeRules.softmax(s.axis(), false);
      case LogSoftmax s -> CompositeRules.softmax(s.axis(), true);
      case SoftmaxGrad _ -> Rule.DECOMPOSE;
      case LayerNorm n -> CompositeRules.layerNorm(n);
      case LayerNormGrad _ -> Rule.DECOMPOSE;
      case BatchNorm n -> CompositeRules.batchNorm(n);
      case BatchNormGrad _ -> Rule.DECOMPOSE;
      case Gelu g -> CompositeRules.gelu(g.tanh());
      case Silu _ -> CompositeRules.silu();
      case ActivationGrad _ -> Rule.DECOMPOSE;
      case ReluGrad _ -> CompositeRules.RELU_GRAD;
      case Linear _ -> ContractionRules.LINEAR;
      case HardSigmoid _ -> CompositeRules.hardSigmoid();
      case CrossEntropy _ -> CompositeRules.crossEntropy();
      case CrossEntropyGrad _ -> Rule.DECOMPOSE;
      case MatMulInteger _ -> Rule.NONE;
      case ScaledDotProductAttention a -> CompositeRules.attention(a);
      case ScaledDotProductAttentionGrad _ -> Rule.DECOMPOSE;
    };
  }

  private static Rule custom(DifferentiableOp op) {
    return Rule.all(
        Saves.ALL,
        s -> {
          Tensor[] inputs = new Tensor[s.inputs()];
          Tensor[] outputs = new Tensor[s.outputs()];
          Tensor[] gradients = new Tensor[s.outputs()];
          for (int i = 0; i < inputs.length; i++) {
            inputs[i] = s.x(i);
          }
          for (int i = 0; i < outputs.length; i++) {
            outputs[i] = s.y(i);
            gradients[i] = s.g(i);
          }
          return op.gradients(inputs, outputs, gradients);
        });
  }
}
