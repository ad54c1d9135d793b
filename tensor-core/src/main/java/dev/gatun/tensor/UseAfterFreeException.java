package dev.gatun.tensor;

/** A tensor was used after it was closed, or after its scope closed. */
public final class UseAfterFreeException extends GatunException {
  private static final long serialVersionUID = 1L;

  public UseAfterFreeException(String message) {
    super(message);
  }
}
