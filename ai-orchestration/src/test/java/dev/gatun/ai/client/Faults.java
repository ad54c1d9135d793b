package dev.gatun.ai.client;

import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.Failure;
import java.time.Duration;
import java.util.Optional;

/** Errors as providers throw them. */
final class Faults {
  private Faults() {}

  private static Failure failure(String message) {
    return Failure.of(message);
  }

  static AiException overloaded() {
    return new AiException.Overloaded(failure("overloaded").status(503));
  }

  static AiException serverFault() {
    return new AiException.ServerFault(failure("broken").status(500));
  }

  static AiException rateLimited(Duration after) {
    return new AiException.RateLimited(
        failure("slow down").status(429).retryAfter(Optional.of(after)));
  }

  static AiException wrongKey() {
    return new AiException.AuthenticationFailed(failure("wrong key").status(401));
  }

  static AiException noCredit() {
    return new AiException.QuotaExhausted(failure("no credit").status(402));
  }

  static AiException truncated() {
    return new AiException.StreamTruncated(failure("cut").billed(true));
  }

  static AiException invalid() {
    return new AiException.InvalidRequest(failure("wrong").status(400));
  }

  static AiException connect() {
    return new AiException.ConnectFailed(failure("no connection"));
  }

  static AiException tooLong() {
    return new AiException.ContextLengthExceeded(failure("too long").status(400));
  }
}
