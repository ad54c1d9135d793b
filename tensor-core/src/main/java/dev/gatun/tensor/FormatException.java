package dev.gatun.tensor;

/** A file or byte stream is not what its format promises: truncated, oversized or corrupt. */
public final class FormatException extends GatunException {
  private static final long serialVersionUID = 1L;

  public FormatException(String message) {
    super(message);
  }

  public FormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
