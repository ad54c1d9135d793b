package dev.gatun.ai.error;

import dev.gatun.ai.ModelRef;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is known of a failure. Immutable.
 *
 * @param message one sentence; it must not hold a key or personal data
 * @param at whom was asked
 * @param status the HTTP status
 * @param code the provider's own code, or empty
 * @param requestId the provider's id of the request, or empty
 * @param retryAfter how long the provider asks to wait
 * @param mayHaveBilled whether the provider may charge the attempt
 * @param cause what caused it
 */
public record Failure(
    String message,
    Optional<ModelRef> at,
    OptionalInt status,
    String code,
    String requestId,
    Optional<Duration> retryAfter,
    boolean mayHaveBilled,
    Optional<Throwable> cause) {
  /** A failure of which only this is known; nothing was billed. */
  public static Failure of(String message) {
    return new Failure(
        message,
        Optional.empty(),
        OptionalInt.empty(),
        "",
        "",
        Optional.empty(),
        false,
        Optional.empty());
  }

  /** This failure of a model. */
  public Failure at(ModelRef model) {
    return new Failure(
        message, Optional.of(model), status, code, requestId, retryAfter, mayHaveBilled, cause);
  }

  /** This failure with an HTTP status. */
  public Failure status(int value) {
    return new Failure(
        message, at, OptionalInt.of(value), code, requestId, retryAfter, mayHaveBilled, cause);
  }

  /** This failure with the provider's own code. */
  public Failure code(String value) {
    return new Failure(message, at, status, value, requestId, retryAfter, mayHaveBilled, cause);
  }

  /** This failure with the provider's id of the request. */
  public Failure requestId(String value) {
    return new Failure(message, at, status, code, value, retryAfter, mayHaveBilled, cause);
  }

  /** This failure with a time to wait. */
  public Failure retryAfter(Optional<Duration> value) {
    return new Failure(message, at, status, code, requestId, value, mayHaveBilled, cause);
  }

  /** This failure of an attempt that may be charged. */
  public Failure billed(boolean value) {
    return new Failure(message, at, status, code, requestId, retryAfter, value, cause);
  }

  /** This failure with its cause. */
  public Failure cause(Throwable value) {
    return new Failure(
        message, at, status, code, requestId, retryAfter, mayHaveBilled, Optional.of(value));
  }
}
