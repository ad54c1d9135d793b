package dev.gatun.tensor.op;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Shape;

/** What shape rules know of an operand: its dtype and shape. */
public record TensorType(DType dtype, Shape shape) {}
