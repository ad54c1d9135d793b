package dev.gatun.tensor;

/** No kernel and no decomposition exists for an operation on a device and dtype. */
public final class UnsupportedOpException extends GatunException {
  private static final long serialVersionUID = 1L;

  public UnsupportedOpException(String message) {
    super(message);
  }
}
