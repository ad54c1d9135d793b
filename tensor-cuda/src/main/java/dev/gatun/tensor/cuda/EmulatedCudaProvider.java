package dev.gatun.tensor.cuda;

import dev.gatun.tensor.Device;
import dev.gatun.tensor.spi.Backend;
import dev.gatun.tensor.spi.BackendProvider;
import java.util.List;

/**
 * The kernels for NVIDIA's GPUs on the host: for tests, not for work. Listed where its library is
 * found. Thread-safe.
 */
public final class EmulatedCudaProvider implements BackendProvider {
  private final NativeDevices devices = new NativeDevices(type(), true);

  /** For the service loader. */
  public EmulatedCudaProvider() {}

  @Override
  public String type() {
    return "cuda-emulated";
  }

  @Override
  public List<Found> devices() {
    return devices.list().stream().filter(Found::usable).toList();
  }

  @Override
  public Backend open(Device device) {
    return devices.open(device);
  }
}
