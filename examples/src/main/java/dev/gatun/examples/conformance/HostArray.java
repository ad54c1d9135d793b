package dev.gatun.examples.conformance;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;

/** The elements of a tensor for a comparison: integers and bool exactly, floats as float64. */
final class HostArray {
  private final DType dtype;
  private final Shape shape;
  private final long[] integers;
  private final double[] numbers;

  private HostArray(Tensor t) {
    dtype = t.dtype();
    shape = t.shape();
    integers = isExact() ? t.toLongArray() : new long[0];
    numbers = isExact() ? new double[0] : t.toDoubleArray();
  }

  static HostArray of(Tensor t) {
    return new HostArray(t);
  }

  DType dtype() {
    return dtype;
  }

  Shape shape() {
    return shape;
  }

  /** True for integers and bool, which are compared exactly. */
  boolean isExact() {
    return !dtype.isFloat();
  }

  /** The elements of an integer or bool tensor. */
  long[] integers() {
    return integers;
  }

  /** The elements of a float tensor. */
  double[] numbers() {
    return numbers;
  }
}
