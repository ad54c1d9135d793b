package dev.gatun.tensor;

/** A device is unknown, or known and not usable on this machine. */
public final class DeviceException extends GatunException {
  private static final long serialVersionUID = 1L;

  public DeviceException(String message) {
    super(message);
  }
}
