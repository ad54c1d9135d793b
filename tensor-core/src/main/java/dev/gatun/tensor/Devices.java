package dev.gatun.tensor;

import dev.gatun.tensor.cpu.CpuProvider;
import dev.gatun.tensor.cpu.ScalarProvider;
import dev.gatun.tensor.spi.Backend;
import dev.gatun.tensor.spi.BackendProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;

/** The device registry: providers found once, backends opened on first use. Thread-safe. */
final class Devices {
  private static final List<BackendProvider> PROVIDERS = providers();
  private static final ConcurrentHashMap<Device, Backend> OPEN = new ConcurrentHashMap<>();

  private Devices() {}

  private static List<BackendProvider> providers() {
    var all = new ArrayList<BackendProvider>(List.of(new CpuProvider(), new ScalarProvider()));
    ServiceLoader.load(BackendProvider.class, Devices.class.getClassLoader()).forEach(all::add);
    return List.copyOf(all);
  }

  static List<BackendProvider.Found> list() {
    return PROVIDERS.stream().flatMap(p -> p.devices().stream()).toList();
  }

  static Backend backend(Device device) {
    Backend open = OPEN.get(device);
    return open != null ? open : OPEN.computeIfAbsent(device, Devices::open);
  }

  static List<Backend> opened() {
    return List.copyOf(OPEN.values());
  }

  private static Backend open(Device device) {
    for (BackendProvider p : PROVIDERS) {
      if (p.type().equals(device.type())) {
        return p.open(device);
      }
    }
    throw new DeviceException(
        "Unknown device '"
            + device
            + "'; known devices are "
            + String.join(", ", list().stream().map(f -> f.device().toString()).toList()));
  }
}
