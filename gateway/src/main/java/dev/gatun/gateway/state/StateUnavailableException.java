package dev.gatun.gateway.state;

/** The database cannot be reached now. What was being done was not done, and may be tried again. */
public final class StateUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1;

  StateUnavailableException(Throwable cause) {
    super("The gateway's database cannot be reached now", cause);
  }

  StateUnavailableException() {
    super("The gateway's database cannot be reached now");
  }
}
