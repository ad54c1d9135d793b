package dev.gatun.tensor.conformance;

import dev.gatun.tensor.Device;

final class CpuConformanceTest extends BackendConformance {
  @Override
  protected Device device() {
    return Device.CPU;
  }
}
