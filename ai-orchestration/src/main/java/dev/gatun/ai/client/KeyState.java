package dev.gatun.ai.client;

import dev.gatun.ai.Status;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.Failure;
import dev.gatun.ai.spi.Secret;
import dev.gatun.ai.spi.TimeSource;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A key of a provider: its circuit, its bulkhead, and how long it is to be left alone. */
final class KeyState {
  final Secret key;
  final Breaker breaker;
  private final TimeSource time;
  private final int bulkhead;

  private int inFlight;
  private boolean gated;
  private long gatedUntil;
  private @Nullable AiException parkedBy;
  private long parkedUntil;

  KeyState(Secret key, Settings settings) {
    this.key = key;
    this.time = settings.time();
    this.bulkhead = settings.circuits().bulkhead();
    Settings.Circuits c = settings.circuits();
    breaker = new Breaker(time, c.failureRatio(), c.window(), c.open(), c.probes());
  }

  /** Takes a place, unless all are taken. */
  synchronized boolean enter() {
    if (inFlight >= bulkhead) {
      return false;
    }
    inFlight++;
    return true;
  }

  synchronized void leave() {
    inFlight--;
  }

  synchronized int inFlight() {
    return inFlight;
  }

  synchronized boolean full() {
    return inFlight >= bulkhead;
  }

  /** Nobody uses the key for so long; a shorter wish does not undo a longer one. */
  synchronized void gate(Duration wait) {
    long until = time.nanos() + wait.toNanos();
    if (!gated || until - gatedUntil > 0) {
      gated = true;
      gatedUntil = until;
    }
  }

  /** How long the provider wants to be left alone. */
  synchronized Duration waiting() {
    if (gated && gatedUntil - time.nanos() <= 0) {
      gated = false;
    }
    return gated ? Duration.ofNanos(gatedUntil - time.nanos()) : Duration.ZERO;
  }

  /** The key does not work: it is left alone for long. */
  synchronized void park(AiException why, Duration wait) {
    parkedBy = why;
    parkedUntil = time.nanos() + wait.toNanos();
  }

  /** Why the key is parked, if it is. */
  synchronized Optional<AiException> parked() {
    if (parkedBy != null && parkedUntil - time.nanos() <= 0) {
      parkedBy = null;
    }
    return Optional.ofNullable(parkedBy);
  }

  private synchronized Duration parkedFor() {
    return parkedBy == null ? Duration.ZERO : Duration.ofNanos(parkedUntil - time.nanos());
  }

  /** Why the key cannot be used at all now; a wait that was asked for is none of the reasons. */
  Optional<AiException> unusable(String provider) {
    Optional<AiException> parked = parked();
    if (parked.isPresent()) {
      return parked;
    }
    if (!breaker.permits()) {
      return Optional.of(
          new AiException.CircuitOpen(
              Failure.of("The circuit of " + provider + " is open after failures")
                  .retryAfter(Optional.of(breaker.remaining()).filter(Duration::isPositive))));
    }
    if (full()) {
      return Optional.of(
          new AiException.BulkheadFull(
              Failure.of(provider + " has " + bulkhead + " requests under way, the most allowed")));
    }
    return Optional.empty();
  }

  Status.KeyStatus status(String provider) {
    Optional<AiException> unusable = unusable(provider);
    Duration wait = waiting();
    Duration blocked = parked().isPresent() ? parkedFor() : wait;
    if (blocked.isZero()) {
      blocked = breaker.remaining();
    }
    String reason =
        unusable.isPresent() ? unusable.get().name() : wait.isPositive() ? "RateLimited" : "";
    return new Status.KeyStatus(
        key.fingerprint(),
        unusable.isEmpty() && wait.isZero(),
        blocked.isPositive() ? Optional.of(time.now().plus(blocked)) : Optional.empty(),
        reason);
  }
}
