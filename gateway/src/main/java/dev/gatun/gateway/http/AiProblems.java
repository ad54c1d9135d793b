package dev.gatun.gateway.http;

import dev.gatun.ai.error.AiException;
import java.time.Duration;
import java.util.Optional;

/**
 * What clients are told of a failed call. Texts of providers stay inside for errors of keys and
 * accounts: they are about the operator's secrets, not about the request.
 */
public final class AiProblems {
  private AiProblems() {}

  /** The problem of an error. */
  public static Problem of(AiException e) {
    Problem problem =
        switch (e) {
          case AiException.InvalidRequest _ -> Problem.of(400, "invalid-request", message(e));
          case AiException.ContextLengthExceeded _ ->
              Problem.of(400, "context-length-exceeded", message(e));
          case AiException.ContentFiltered _ -> Problem.of(400, "content-filtered", message(e));
          case AiException.PrivacyViolation _ -> Problem.of(400, "privacy-violation", message(e));
          case AiException.AuthenticationFailed _ ->
              Problem.of(502, "upstream-auth", "A provider refused the gateway's key");
          case AiException.QuotaExhausted _ ->
              Problem.of(503, "upstream-quota", "The gateway's account at a provider is exhausted");
          case AiException.PermissionDenied _ ->
              Problem.of(404, "model-not-available", "The gateway may not use this model");
          case AiException.ModelNotFound _ -> Problem.of(404, "model-not-found", message(e));
          case AiException.NoCandidate _ -> Problem.of(404, "no-model", message(e));
          case AiException.RateLimited _ ->
              Problem.of(429, "upstream-rate-limited", "The provider asks to slow down");
          case AiException.LimitExceeded _ -> Problem.of(429, "rate-limited", message(e));
          case AiException.BudgetExceeded _ -> Problem.of(402, "budget-exceeded", message(e));
          case AiException.Overloaded _ ->
              Problem.of(503, "upstream-overloaded", "The provider has too much to do");
          case AiException.CircuitOpen _, AiException.BulkheadFull _ ->
              Problem.of(503, "upstream-unavailable", message(e));
          case AiException.TimedOut _ -> Problem.of(504, "timed-out", message(e));
          case AiException.Cancelled _ -> Problem.of(499, "cancelled", "The client left");
          case AiException.AllAttemptsFailed all -> ofAll(all);
          case AiException.ServerFault _,
              AiException.ConnectFailed _,
              AiException.StreamTruncated _,
              AiException.MalformedResponse _,
              AiException.SchemaViolation _ ->
              Problem.of(502, "upstream-failed", e.name() + " at the provider");
        };
    Optional<Duration> wait = e.retryAfter();
    return wait.isPresent() ? problem.retryAfter(wait) : problem;
  }

  /** Of many attempts, the last one's problem tells most: it is what was left to try. */
  private static Problem ofAll(AiException.AllAttemptsFailed all) {
    return of(all.attempts().getLast());
  }

  private static String message(AiException e) {
    return e.failure().message();
  }
}
