package dev.gatun.tensor.cpu;

import dev.gatun.tensor.Device;
import dev.gatun.tensor.spi.Backend;
import dev.gatun.tensor.spi.BackendProvider;
import java.util.List;

/** The SIMD CPU device. */
public final class CpuProvider implements BackendProvider {
  @Override
  public String type() {
    return "cpu";
  }

  @Override
  public List<Found> devices() {
    return List.of(new Found(Device.CPU, true, "CPU"));
  }

  @Override
  public Backend open(Device device) {
    return new ScalarBackend(device);
  }
}
