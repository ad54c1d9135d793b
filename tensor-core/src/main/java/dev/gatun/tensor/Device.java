package dev.gatun.tensor;

import dev.gatun.tensor.spi.BackendProvider;
import java.util.List;

/**
 * Where a tensor lives and is computed: {@code cpu} (SIMD), {@code scalar} (the slow, exact
 * reference on the CPU), or a device of another module such as {@code cuda:0}. Operands of one
 * operation must be on one device; nothing moves between devices but by {@link Tensor#to(Device)}.
 *
 * @param type the kind, lower case
 * @param index the number among devices of that kind
 */
public record Device(String type, int index) {
  /** The SIMD CPU backend; the scalar one serves where the Vector API module is missing. */
  public static final Device CPU = new Device("cpu", 0);

  /** The scalar reference backend. */
  public static final Device SCALAR = new Device("scalar", 0);

  /**
   * The device of a name such as {@code cpu} or {@code cuda:1}.
   *
   * @throws DeviceException when no such device is known or it is not usable, with the reason
   */
  public static Device of(String name) {
    int colon = name.indexOf(':');
    String type = colon < 0 ? name : name.substring(0, colon);
    int index = 0;
    if (colon >= 0) {
      try {
        index = Integer.parseInt(name.substring(colon + 1));
      } catch (NumberFormatException e) {
        throw new DeviceException(
            "Device name '" + name + "' is malformed; expected TYPE or TYPE:NUMBER");
      }
    }
    Device device = new Device(type, index);
    Devices.backend(device);
    return device;
  }

  /** All devices the installed modules know, with a reason for each that is not usable. */
  public static List<BackendProvider.Found> list() {
    return Devices.list();
  }

  /** For example {@code cpu} or {@code cuda:1}. */
  @Override
  public String toString() {
    return index == 0 ? type : type + ":" + index;
  }
}
