package dev.gatun.tensor;

/** An operation got a shape, axis or index that does not fit. */
public final class ShapeException extends GatunException {
  private static final long serialVersionUID = 1L;

  public ShapeException(String message) {
    super(message);
  }
}
