package dev.gatun.ai.error;

import dev.gatun.ai.ModelRef;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A call that failed. The subclass says what happened, and with it what may be done next: {@link
 * #next} for the attempts of one call, {@link #trips} for the circuit breaker.
 */
public abstract sealed class AiException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** What the next attempt of the same call may be. */
  public enum Next {
    /** None. */
    STOP,
    /** The same model and key again, after a wait. */
    RETRY_SAME,
    /** Another key of the same provider, else another model. */
    OTHER_KEY,
    /** Another model. */
    OTHER_MODEL
  }

  private final transient Failure failure;
  private final Next next;
  private final boolean trips;

  private AiException(Failure failure, Next next, boolean trips) {
    super(failure.message(), failure.cause().orElse(null));
    this.failure = failure;
    this.next = next;
    this.trips = trips;
  }

  /** What is known. */
  public Failure failure() {
    return failure;
  }

  /** What the next attempt of the call may be. */
  public Next next() {
    return next;
  }

  /** Whether this counts against the provider's circuit breaker. */
  public boolean trips() {
    return trips;
  }

  /** Whom was asked. */
  public Optional<ModelRef> at() {
    return failure.at();
  }

  /** The HTTP status of the provider. */
  public OptionalInt status() {
    return failure.status();
  }

  /** How long the provider asks to wait. */
  public Optional<Duration> retryAfter() {
    return failure.retryAfter();
  }

  /** Whether the provider may charge the attempt. */
  public boolean mayHaveBilled() {
    return failure.mayHaveBilled();
  }

  /** The name of the error, such as {@code RateLimited}. */
  public String name() {
    return getClass().getSimpleName();
  }

  /** The request is wrong: nobody would accept it (400, 422). */
  public static final class InvalidRequest extends AiException {
    private static final long serialVersionUID = 1;

    /** Makes the error. */
    public InvalidRequest(Failure failure) {
      super(failure, Next.STOP, false);
    }
  }

  /** The prompt is too long for the model; another with a larger window may take it. */
  public static final class ContextLengthExceeded extends AiException {
    private static final long serialVersionUID = 1;

    /** Makes the error. */
    public ContextLengthExceeded(Failure failure) {
      super(failure, Next.OTHER_MODEL, false);
    }
  }

  /** The provider refused the key (401; 400 at some). The key is not used for a while. */
  public static final class AuthenticationFailed extends AiException {
    private static final long serialVersionUID = 1;

    /** Makes the error. */
    public AuthenticationFailed(Failure failure) {
      super(failure, Next.OTHER_KEY, false);
    }
  }

  /**
   * The account behind the key has no credit left (402; 429 at some). The key is not used for a
   * while.
   */
  public static final class QuotaExhausted extends AiException {
    private static final long serialVersionUID = 1;

    /** Makes the error. */
    public QuotaExhausted(Failure failure) {
      super(failure, Next.OTHER_KEY, false);
    }
  }

  /** The key may not use the model (403). */
  public static final class PermissionDenied extends AiException {
    private static final long serialVersionUID = 1;

    /** Makes the error. */
    public PermissionDenied(Failure failure) {
      super(failure, Next.OTHER_MODEL, false);
    }
  }

  /** The provider does not have the model, or no longer (404, 410). */
  public static final class ModelNotFound extends AiException {
    private static final long serialVersionUID = 1;

    /** Makes the error. */
    public ModelNotFound(Failure failure) {
      super(failure, Next.OTHER_MODEL, false);
    }
  }

  /**
   * The provider asks to slow down (429). Its wish when to come back holds for all callers of the
   * key.
   */
  public static final class RateLimited extends AiException {
    private static final long serialVersionUID = 1;

    /** Makes the error. */
    public RateLimited(Failure failure) {
      super(failure, Next.RETRY_SAME, false);
    }
  }

  /** The provider has too much to do (503, 529). */
  public static final class Overloaded extends AiException {
    private static final long serialVersionUID = 1;

    /** Makes the error. */
    public Overloaded(Failure failure) {
      super(failure, Next.RETRY_SAME, true);
    }
  }

  /** The provider failed (other 5xx). */
  public static final class ServerFault extends AiException {
    private static final long serialVersionUID = 1;

    /** Makes the error. */
    public ServerFault(Failure failure) {
      super(failure, Next.RETRY_SAME, true);
    }
  }

  /** No connection to the provider. */
  public static final class ConnectFailed extends AiException {
    private static final long serialVersionUID = 1;

    /** Makes the error. */
    public ConnectFailed(Failure failure) {
      super(failure, Next.OTHER_MODEL, true);
    }
  }

  /** A stream ended before its end marker. */
  public static final class StreamTruncated extends AiException {
    private static final long serialVersionUID = 1;

    /** Makes the error. */
    public StreamTruncated(Failure failure) {
      super(failure, Next.OTHER_MODEL, true);
    }
  }

  /** The provider's answer is not what its format says. */
  public static final class MalformedResponse extends AiException {
    private static final long serialVersionUID = 1;

    /** Makes the error. */
    public MalformedResponse(Failure failure) {
      super(failure, Next.OTHER_MODEL, true);
    }
  }

  /** The provider refused the content. */
  public static final class ContentFiltered extends AiException {
    private static final long serialVersionUID = 1;

    /** Makes the error. */
    public ContentFiltered(Failure failure) {
      super(failure, Next.STOP, false);
    }
  }

  /** The caller gave up. */
  public static final class Cancelled extends AiException {
    private static final long serialVersionUID = 1;

    /** Makes the error. */
    public Cancelled(Failure failure) {
      super(failure, Next.STOP, false);
    }
  }

  /** A budget or the request's own cost limit does not allow the call. */
  public static final class BudgetExceeded extends AiException {
    private static final long serialVersionUID = 1;

    /** Makes the error. */
    public BudgetExceeded(Failure failure) {
      super(failure, Next.STOP, false);
    }
  }

  /** A limit of requests or tokens a minute does not allow the call now. */
  public static final class LimitExceeded extends AiException {
    private static final long serialVersionUID = 1;

    /** Makes the error. */
    public LimitExceeded(Failure failure) {
      super(failure, Next.STOP, false);
    }
  }

  /** The circuit breaker of the provider is open. */
  public static final class CircuitOpen extends AiException {
    private static final long serialVersionUID = 1;

    /** Makes the error. */
    public CircuitOpen(Failure failure) {
      super(failure, Next.OTHER_MODEL, false);
    }
  }

  /** The provider has as many requests under way as are allowed. */
  public static final class BulkheadFull extends AiException {
    private static final long serialVersionUID = 1;

    /** Makes the error. */
    public BulkheadFull(Failure failure) {
      super(failure, Next.OTHER_MODEL, false);
    }
  }

  /** The answer does not fit the schema that was asked for, after a repair was tried. */
  public static final class SchemaViolation extends AiException {
    private static final long serialVersionUID = 1;

    /** Makes the error. */
    public SchemaViolation(Failure failure) {
      super(failure, Next.OTHER_MODEL, false);
    }
  }

  /** No model can serve the request; the message says why each cannot. */
  public static final class NoCandidate extends AiException {
    private static final long serialVersionUID = 1;

    /** Makes the error. */
    public NoCandidate(Failure failure) {
      super(failure, Next.STOP, false);
    }
  }

  /** Personal data could not be removed from the request, so it was not sent. */
  public static final class PrivacyViolation extends AiException {
    private static final long serialVersionUID = 1;

    /** Makes the error. */
    public PrivacyViolation(Failure failure) {
      super(failure, Next.STOP, false);
    }
  }

  /** A time limit passed. */
  public static final class TimedOut extends AiException {
    private static final long serialVersionUID = 1;

    /** Which limit. */
    public enum Phase {
      /** Of connecting. */
      CONNECT,
      /** Until the first token. */
      FIRST_TOKEN,
      /** Between two pieces of an answer. */
      IDLE,
      /** Of the whole call. */
      TOTAL
    }

    private final Phase phase;

    /** Makes the error. */
    public TimedOut(Phase phase, Failure failure) {
      super(failure, phase == Phase.TOTAL ? Next.STOP : Next.OTHER_MODEL, true);
      this.phase = phase;
    }

    /** Which limit passed. */
    public Phase phase() {
      return phase;
    }
  }

  /** Every attempt of a call failed. */
  public static final class AllAttemptsFailed extends AiException {
    private static final long serialVersionUID = 1;
    private final transient List<AiException> attempts;

    /**
     * Makes the error.
     *
     * @param attempts the errors of the attempts, in order; at least one
     */
    public AllAttemptsFailed(Failure failure, List<AiException> attempts) {
      super(failure, Next.STOP, false);
      this.attempts = List.copyOf(attempts);
    }

    /** The errors of the attempts, in order. */
    public List<AiException> attempts() {
      return attempts;
    }

    /**
     * The error that tells most: one of the request rather than one of the provider, one of the
     * provider rather than one of this client; the first of equals.
     */
    public AiException mostUseful() {
      AiException best = attempts.getFirst();
      for (AiException e : attempts) {
        if (rank(e) > rank(best)) {
          best = e;
        }
      }
      return best;
    }

    private static int rank(AiException e) {
      return switch (e) {
        case InvalidRequest _, ContextLengthExceeded _, ContentFiltered _ -> 6;
        case SchemaViolation _ -> 5;
        case RateLimited _, QuotaExhausted _ -> 4;
        case Overloaded _, ServerFault _, TimedOut _ -> 3;
        case StreamTruncated _, MalformedResponse _, ConnectFailed _ -> 2;
        case AuthenticationFailed _, PermissionDenied _, ModelNotFound _ -> 1;
        case CircuitOpen _, BulkheadFull _, LimitExceeded _, BudgetExceeded _ -> 0;
        case AllAttemptsFailed _, Cancelled _, NoCandidate _, PrivacyViolation _ -> 0;
      };
    }
  }
}
