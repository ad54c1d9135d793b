package dev.gatun.tensor;

/** An operation gave NaN or an infinity while {@link NanCheck} was watching. */
public final class NonFiniteException extends GatunException {
  private static final long serialVersionUID = 1L;

  public NonFiniteException(String message) {
    super(message);
  }
}
