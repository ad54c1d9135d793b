package dev.gatun.tensor.op;

/**
 * An operation as a value: what a {@code Tensor} method builds and the engine executes, records,
 * traces. Ops are pure: they read their inputs and make new outputs. All knowledge about ops (shape
 * rules, kernels, gradients, exports) is a {@code switch} over this sealed family, so the compiler
 * names every place that a new op must be added to.
 */
public sealed interface Op permits Primitive, Composite, CustomOp {

  /** A short lower-case name for messages, for example {@code matmul}. */
  String name();
}
