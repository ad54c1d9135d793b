package dev.gatun.tensor.conformance;

import dev.gatun.tensor.Device;

/** Strided operands against contiguous ones on the reference itself. */
final class ScalarConformanceTest extends BackendConformance {
  @Override
  protected Device device() {
    return Device.SCALAR;
  }
}
