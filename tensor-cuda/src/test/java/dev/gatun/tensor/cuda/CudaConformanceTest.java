package dev.gatun.tensor.cuda;

import dev.gatun.tensor.Device;
import dev.gatun.tensor.conformance.BackendConformance;
import org.junit.jupiter.api.BeforeAll;

final class CudaConformanceTest extends BackendConformance {
  @BeforeAll
  static void present() {
    Devices.assumeUsable("cuda");
  }

  @Override
  protected Device device() {
    return Device.of("cuda");
  }
}
