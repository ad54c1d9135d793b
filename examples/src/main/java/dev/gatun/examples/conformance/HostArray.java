package dev.gatun.examples.conformance;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;

/**
 * The elements of a tensor for a comparison: integers and bool exactly, floats as float64.
 *
 * @param dtype what they were
 * @param shape their sizes
 * @param integers the elements of an integer or bool tensor, else none
 * @param numbers the elements of a float tensor, else none
 */
record HostArray(DType dtype, Shape shape, long[] integers, double[] numbers) {

  static HostArray of(Tensor t) {
    boolean exact = !t.dtype().isFloat();
    return new HostArray(
        t.dtype(),
        t.shape(),
        exact ? t.toLongArray() : new long[0],
        exact ? new double[0] : t.toDoubleArray());
  }

  /** True for integers and bool, which are compared exactly. */
  boolean isExact() {
    return !dtype.isFloat();
  }
}
