package dev.gatun.tensor.op;

/** The activations whose gradients an {@link ActivationGrad} computes. */
public enum ActivationKind {
  /** From the output. */
  SIGMOID,
  /** From the output. */
  TANH,
  /** From the input. */
  SILU,
  /** From the input. */
  GELU,
  /** From the input, for the tanh approximation. */
  GELU_TANH
}
