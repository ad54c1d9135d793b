package dev.gatun.tensor;

/** An operation got a dtype that it does not take. */
public final class DTypeException extends GatunException {
  private static final long serialVersionUID = 1L;

  public DTypeException(String message) {
    super(message);
  }
}
