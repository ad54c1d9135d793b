package dev.gatun.tensor.cuda;

import dev.gatun.tensor.Device;
import dev.gatun.tensor.spi.Backend;
import dev.gatun.tensor.spi.BackendProvider;
import java.util.List;

/** NVIDIA's GPUs. Thread-safe. */
public final class CudaProvider implements BackendProvider {
  private final NativeDevices devices =
      new NativeDevices(type(), Boolean.getBoolean("gatun.cuda.sync"));

  /** For the service loader. */
  public CudaProvider() {}

  @Override
  public String type() {
    return "cuda";
  }

  @Override
  public List<Found> devices() {
    return devices.list();
  }

  @Override
  public Backend open(Device device) {
    return devices.open(device);
  }
}
