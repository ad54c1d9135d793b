package dev.gatun.tensor.op;

import dev.gatun.tensor.Tensor;

/**
 * An operation that is defined by a decomposition into primitives (or other composites), and that a
 * backend may execute in one fused kernel instead.
 */
public sealed interface Composite extends Op
    permits BinaryScalar,
        Variance,
        Softmax,
        LogSoftmax,
        SoftmaxGrad,
        CrossEntropy,
        CrossEntropyGrad,
        LayerNorm,
        LayerNormGrad,
        BatchNorm,
        BatchNormGrad,
        Gelu,
        Silu,
        ActivationGrad,
        HardSigmoid,
        ReluGrad,
        Linear,
        MatMulInteger,
        ScaledDotProductAttention,
        ScaledDotProductAttentionGrad {

  /** The types of the outputs. */
  TensorType[] infer(TensorType... inputs);

  /** The definition: the outputs computed with other ops. */
  Tensor[] decompose(Tensor... inputs);
}
