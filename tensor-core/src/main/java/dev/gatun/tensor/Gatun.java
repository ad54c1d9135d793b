package dev.gatun.tensor;

import dev.gatun.tensor.spi.Backend;
import dev.gatun.tensor.spi.MemoryStats;
import java.util.List;

/**
 * The documented global state of the runtime: default device and random stream, memory counters.
 * Thread-safe.
 */
public final class Gatun {
  private static volatile Device defaultDevice =
      Device.of(System.getProperty("gatun.device", "cpu"));

  private Gatun() {}

  /** The device of tensors made without naming one: {@code -Dgatun.device}, or cpu. */
  public static Device defaultDevice() {
    return defaultDevice;
  }

  /** Sets the device of tensors made without naming one. */
  public static void setDefaultDevice(Device device) {
    Devices.backend(device);
    defaultDevice = device;
  }

  /** Seeds the default random stream. */
  public static void manualSeed(long seed) {
    Generator.defaultGenerator().seed(seed);
  }

  /** The memory counters of a device. */
  public static MemoryStats memory(Device device) {
    return Devices.backend(device).memory();
  }

  /** The memory counters of the default device. */
  public static MemoryStats memory() {
    return memory(defaultDevice());
  }

  /** Gives the cached memory of all devices back to the system. */
  public static void trimMemory() {
    Devices.opened().forEach(Backend::trim);
  }

  /** Waits until all work of a device is done. */
  public static void synchronize(Device device) {
    Devices.backend(device).synchronize();
  }

  /**
   * One line per live tensor with the place that made it, largest first; empty unless the JVM runs
   * with {@code -Dgatun.trackTensors=true}.
   */
  public static List<String> leakReport() {
    return Tracker.report();
  }
}
