package dev.gatun.tensor.cpu;

import dev.gatun.tensor.Device;
import dev.gatun.tensor.spi.Backend;
import dev.gatun.tensor.spi.BackendProvider;
import java.util.List;

/** The scalar reference device. */
public final class ScalarProvider implements BackendProvider {
  @Override
  public String type() {
    return "scalar";
  }

  @Override
  public List<Found> devices() {
    return List.of(new Found(Device.SCALAR, true, "CPU, scalar reference"));
  }

  @Override
  public Backend open(Device device) {
    return new ScalarBackend(device);
  }
}
