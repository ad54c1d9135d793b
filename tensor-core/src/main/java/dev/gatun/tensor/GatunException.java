package dev.gatun.tensor;

/** The root of all errors that Gatun raises on purpose; the message says what was expected. */
public class GatunException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public GatunException(String message) {
    super(message);
  }

  public GatunException(String message, Throwable cause) {
    super(message, cause);
  }
}
