package dev.gatun.tensor.cuda;

import dev.gatun.nativelib.Abi;
import dev.gatun.nativelib.NativeLibrary;
import dev.gatun.nativelib.NativeLibraryException;
import dev.gatun.nativelib.bindings.Gatun;
import dev.gatun.nativelib.bindings.gatun_device_info;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.DeviceException;
import dev.gatun.tensor.spi.Backend;
import dev.gatun.tensor.spi.BackendProvider.Found;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The devices of one native library, which is looked for once, when first asked for. Thread-safe.
 */
final class NativeDevices {
  private final String type;
  private final boolean synchronous;
  private @Nullable Abi abi;
  private @Nullable String missing;

  NativeDevices(String type, boolean synchronous) {
    this.type = type;
    this.synchronous = synchronous;
  }

  private synchronized @Nullable Abi library() {
    if (abi == null && missing == null) {
      try {
        abi = NativeLibrary.load(type).abi();
      } catch (NativeLibraryException e) {
        missing = e.getMessage();
      }
    }
    return abi;
  }

  private String reason() {
    return missing == null ? "there is no library" : missing;
  }

  /** All devices, or one that says why there are none. */
  List<Found> list() {
    Abi abi = library();
    Device first = new Device(type, 0);
    if (abi == null) {
      return List.of(new Found(first, false, reason()));
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
      int status = abi.deviceCount(count);
      if (status != Gatun.GATUN_OK()) {
        return List.of(new Found(first, false, abi.lastError()));
      }
      List<Found> all = new ArrayList<>();
      for (int i = 0; i < count.get(ValueLayout.JAVA_INT, 0); i++) {
        all.add(found(abi, new Device(type, i), arena.allocate(gatun_device_info.layout())));
      }
      return all.isEmpty() ? List.of(new Found(first, false, "no device is there")) : all;
    }
  }

  private static Found found(Abi abi, Device device, MemorySegment info) {
    if (abi.deviceProperties(device.index(), info) != Gatun.GATUN_OK()) {
      return new Found(device, false, abi.lastError());
    }
    String description =
        "%s, compute capability %d.%d, %d multiprocessors, %.1f GiB%s"
            .formatted(
                gatun_device_info.name(info).getString(0),
                gatun_device_info.compute_major(info),
                gatun_device_info.compute_minor(info),
                gatun_device_info.multiprocessors(info),
                gatun_device_info.total_memory(info) / 0x1p30,
                products(gatun_device_info.cublaslt_version(info)));
    return new Found(device, true, description);
  }

  /** What multiplies matrices, where it is not the library's own kernels. */
  private static String products(int cublaslt) {
    return cublaslt == 0
        ? ""
        : ", cuBLASLt %d.%d.%d".formatted(cublaslt / 10_000, cublaslt / 100 % 100, cublaslt % 100);
  }

  Backend open(Device device) {
    Abi abi = library();
    if (abi == null) {
      throw new DeviceException("Device " + device + " is not usable: " + reason());
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment context = arena.allocate(ValueLayout.ADDRESS);
      if (abi.contextCreate(device.index(), context) != Gatun.GATUN_OK()) {
        String text = abi.lastError();
        String reason =
            list().stream()
                .filter(f -> !f.usable())
                .map(Found::description)
                .findFirst()
                .orElse(text);
        throw new DeviceException("Device " + device + " is not usable: " + reason);
      }
      return new NativeBackend(
          new NativeContext(device, abi, context.get(ValueLayout.ADDRESS, 0), synchronous));
    }
  }
}
