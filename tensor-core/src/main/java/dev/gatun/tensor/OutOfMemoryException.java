package dev.gatun.tensor;

/** A device has no room for a new tensor, also after trimming its cache. */
public final class OutOfMemoryException extends GatunException {
  private static final long serialVersionUID = 1L;

  public OutOfMemoryException(String message) {
    super(message);
  }
}
