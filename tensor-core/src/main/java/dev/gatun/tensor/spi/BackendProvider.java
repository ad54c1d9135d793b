package dev.gatun.tensor.spi;

import dev.gatun.tensor.Device;
import java.util.List;

/** Finds the devices of one kind; discovered by {@link java.util.ServiceLoader}. */
public interface BackendProvider {

  /**
   * What one look at the machine found.
   *
   * @param device its name
   * @param usable whether {@link #open} would succeed
   * @param description the hardware, or one sentence on why it is not usable and how to get it
   */
  record Found(Device device, boolean usable, String description) {}

  /** The device type served, for example {@code cuda}. */
  String type();

  /** The devices of this kind, unusable ones with the reason; never throws. */
  List<Found> devices();

  /**
   * The backend of one device; called once per device.
   *
   * @throws dev.gatun.tensor.DeviceException with the reason when it is not usable
   */
  Backend open(Device device);
}
