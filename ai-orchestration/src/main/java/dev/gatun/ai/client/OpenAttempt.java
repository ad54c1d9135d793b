package dev.gatun.ai.client;

import dev.gatun.ai.Attempt;
import dev.gatun.ai.Cost;
import dev.gatun.ai.Usage;
import dev.gatun.ai.cost.Pricing;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.spi.Ledger;
import dev.gatun.ai.spi.Limiter;
import dev.gatun.ai.spi.RateLimits;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An attempt under way: it holds a place in the bulkhead, a permit of the breaker and a reservation
 * of the limiter, and gives all of them back when it ends, once, whoever ends it.
 */
final class OpenAttempt {
  private static final Logger log = LoggerFactory.getLogger("dev.gatun.ai");

  final Call call;
  final Option option;
  final KeyState key;
  final OptionalInt maxOutput;
  private final Settings settings;
  private final AnswerLengths lengths;
  private final long permit;
  private final Limiter.Reservation reservation;
  private final long begun;
  private final AtomicBoolean ended = new AtomicBoolean();

  OpenAttempt(
      Call call,
      Option option,
      KeyState key,
      long permit,
      OptionalInt maxOutput,
      Limiter.Reservation reservation,
      Settings settings,
      AnswerLengths lengths) {
    this.lengths = lengths;
    this.call = call;
    this.option = option;
    this.key = key;
    this.permit = permit;
    this.maxOutput = maxOutput;
    this.reservation = reservation;
    this.settings = settings;
    begun = settings.time().nanos();
    call.observer.attemptBegins(option.ref());
  }

  /** The first content has arrived. */
  void firstContent() {
    long after = settings.time().nanos() - begun;
    stats().firstContent.observe(after);
    call.observer.firstContent(option.ref(), Duration.ofNanos(after));
  }

  private ModelStats stats() {
    return option.provider().stats(option.ref().model());
  }

  /** It gave an answer. */
  void succeed(String served, Usage usage, RateLimits limits) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    long took = settings.time().nanos() - begun;
    key.breaker.success(permit);
    stats().whole.observe(took);
    stats().learn(option.inputTokens(), usage);
    if (!usage.estimated()) {
      lengths.observe(call.task, option.ref(), usage.totalOutput());
    }
    heed(limits);
    close("ok", served, usage, true, took, Optional.empty());
  }

  /**
   * It failed.
   *
   * @param known what it consumed, where the reply told it
   * @param output the tokens that had arrived
   */
  void fail(AiException e, Optional<Usage> known, long output) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    long took = settings.time().nanos() - begun;
    if (counts(e, took)) {
      key.breaker.failure(permit);
    } else {
      key.breaker.forget(permit);
    }
    boolean cancelled = e instanceof AiException.Cancelled;
    boolean billed = known.isPresent() || e.mayHaveBilled() || output > 0 || cancelled;
    Usage usage = known.orElseGet(() -> billed ? estimate(output) : Usage.NONE);
    String outcome = cancelled ? "cancelled" : e.name();
    close(outcome, "", usage, billed, took, Optional.of(e));
  }

  /** Nobody needs its answer any more. */
  void cancel(long output) {
    fail(
        new AiException.Cancelled(
            dev.gatun.ai.error.Failure.of("No longer needed").at(option.ref()).billed(true)),
        Optional.empty(),
        output);
  }

  /** A short time limit of the caller says nothing about the provider. */
  private boolean counts(AiException e, long took) {
    return e.trips()
        && !(e instanceof AiException.TimedOut t
            && t.phase() == AiException.TimedOut.Phase.TOTAL
            && took < settings.timeouts().firstToken().toNanos());
  }

  private Usage estimate(long output) {
    return new Usage(option.inputTokens(), 0, 0, 0, output, 0, 0, 1, Optional.empty(), true);
  }

  /** A key that is told to have nothing left is left alone until its window is new. */
  private void heed(RateLimits limits) {
    boolean empty =
        (limits.remainingRequests().isPresent() && limits.remainingRequests().getAsLong() <= 0)
            || (limits.remainingTokens().isPresent() && limits.remainingTokens().getAsLong() <= 0);
    if (empty && limits.reset().isPresent()) {
      key.gate(limits.reset().get());
    }
  }

  private void close(
      String outcome,
      String served,
      Usage usage,
      boolean billed,
      long took,
      Optional<AiException> error) {
    key.leave();
    Cost cost =
        billed ? Pricing.of(usage, option.provider().prices(option.model(), served)) : Cost.FREE;
    if (billed) {
      reservation.settle(usage, cost);
    } else {
      reservation.release();
    }
    Attempt attempt =
        new Attempt(
            option.ref(),
            key.key.fingerprint(),
            outcome,
            Duration.ofNanos(took),
            usage,
            cost,
            billed);
    call.attempted(attempt);
    option.provider().record(error.map(AiException::name), took, cost);
    try {
      settings
          .ledger()
          .record(
              new Ledger.Entry(
                  settings.time().now(), call.id, call.tenant, call.task, attempt, call.metadata));
    } catch (RuntimeException e) {
      log.atError().setCause(e).addKeyValue("call", call.id).log("The ledger lost an attempt");
    }
    call.observer.attemptEnds(attempt, error);
    if (error.isPresent() && log.isDebugEnabled()) {
      log.atDebug()
          .addKeyValue("call", call.id)
          .addKeyValue("model", option.ref())
          .addKeyValue("key", key.key.fingerprint())
          .addKeyValue("outcome", outcome)
          .addKeyValue("ms", took / 1_000_000)
          .log("Attempt failed");
    }
  }
}
