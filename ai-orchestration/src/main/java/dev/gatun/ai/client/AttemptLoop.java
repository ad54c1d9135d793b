package dev.gatun.ai.client;

import dev.gatun.ai.Cost;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Usage;
import dev.gatun.ai.Usd;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.Failure;
import dev.gatun.ai.spi.CallContext;
import dev.gatun.ai.spi.Cancellation;
import dev.gatun.ai.spi.Deadline;
import dev.gatun.ai.spi.Limiter;
import dev.gatun.ai.spi.Prices;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The attempts of one call: whom to ask next, when to wait and when to give up. Used by one thread.
 *
 * @param <R> what the operation replies
 */
final class AttemptLoop<R> {
  private static final Logger log = LoggerFactory.getLogger("dev.gatun.ai");

  /** Estimates of the prompt may be wrong by so much before a reservation is too small. */
  private static final double SAFETY = 1.25;

  private final Settings settings;
  private final HedgeBudget hedges;
  private final AnswerLengths lengths;
  private final Call call;
  private final Plan plan;
  private final Operation<R> operation;

  private final List<Option> order;
  private final Map<ModelRef, Integer> tries = new HashMap<>();
  private final Map<ModelRef, Long> notBefore = new HashMap<>();
  private final Set<ModelRef> dropped = new HashSet<>();
  private final Set<KeyState> droppedKeys = new HashSet<>();
  private final List<AiException> errors = new ArrayList<>();
  private final List<AiException> blocked = new ArrayList<>();
  private final Set<ProviderState> asked = new HashSet<>();
  private int attempts;
  private @Nullable Option waitsFor;
  private Duration wait = Duration.ZERO;

  AttemptLoop(
      Settings settings,
      HedgeBudget hedges,
      AnswerLengths lengths,
      Call call,
      Plan plan,
      Operation<R> operation) {
    this.lengths = lengths;
    this.settings = settings;
    this.hedges = hedges;
    this.call = call;
    this.plan = plan;
    this.operation = operation;
    order = new ArrayList<>(plan.options());
  }

  /** A good reply, whose attempt is still open: whoever reads the reply ends it. */
  record Won<R>(R reply, OpenAttempt attempt) {}

  private record Target(Option option, KeyState key, long permit) {}

  /** What came of an attempt: a good reply, or an error of an attempt that has ended. */
  private record Result<R>(
      OpenAttempt attempt, Optional<R> reply, Optional<AiException> error, boolean repair) {}

  Won<R> run() {
    if (order.isEmpty()) {
      throw noCandidate();
    }
    while (true) {
      call.check();
      if (attempts >= settings.retries().maxAttempts()) {
        throw giveUp();
      }
      Target target = pick(true);
      if (target == null) {
        Option waited = waitsFor;
        if (waited == null) {
          throw giveUp();
        }
        if (wait.compareTo(call.deadline.remaining()) >= 0) {
          // Sleeping past the deadline helps nobody: say now when it may work.
          blocked.add(
              new AiException.RateLimited(
                  Failure.of(
                          waited.provider().id()
                              + " asked to wait "
                              + wait.toMillis()
                              + " ms, longer than the call's time limit allows")
                      .at(waited.ref())
                      .retryAfter(Optional.of(wait))));
          throw giveUp();
        }
        call.sleep(wait);
        continue;
      }
      Result<R> result = ask(target);
      if (result.reply().isPresent() && result.error().isEmpty()) {
        return new Won<>(result.reply().get(), result.attempt());
      }
      failed(result);
    }
  }

  private AiException noCandidate() {
    if (!plan.unhealthy().isEmpty()) {
      return Errors.all(plan.unhealthy());
    }
    StringBuilder why = new StringBuilder("No model can serve the request");
    plan.route().exclusions().stream()
        .limit(8)
        .forEach(x -> why.append("; ").append(x.model()).append(": ").append(x.reason()));
    return new AiException.NoCandidate(Failure.of(why.toString()));
  }

  private AiException giveUp() {
    List<AiException> all = new ArrayList<>(errors);
    if (all.isEmpty() || blocked.stream().anyMatch(AiException.RateLimited.class::isInstance)) {
      all.addAll(blocked);
    }
    if (all.isEmpty()) {
      all.add(Errors.outOfTime(call.limit));
    }
    return Errors.all(all);
  }

  /**
   * The next model and key, with their permits taken; null when there is none now, and then {@link
   * #waitsFor} tells whether waiting helps.
   *
   * @param mayWait whether a short wait for a better model goes before asking the next one
   */
  private @Nullable Target pick(boolean mayWait) {
    blocked.clear();
    waitsFor = null;
    long now = settings.time().nanos();
    for (Option o : order) {
      if (dropped.contains(o.ref())) {
        continue;
      }
      long own = Math.max(0, notBefore.getOrDefault(o.ref(), now) - now);
      KeyState best = null;
      Duration bestWait = Duration.ofNanos(Long.MAX_VALUE);
      for (KeyState k : o.provider().keys) {
        if (droppedKeys.contains(k)) {
          continue;
        }
        Optional<AiException> unusable = k.unusable(o.provider().id());
        if (unusable.isPresent()) {
          blocked.add(Errors.at(unusable.get(), o.ref()));
          continue;
        }
        Duration w = k.waiting();
        int c = w.compareTo(bestWait);
        if (best == null || c < 0 || (c == 0 && k.inFlight() < best.inFlight())) {
          best = k;
          bestWait = w;
        }
      }
      if (best == null) {
        continue;
      }
      Duration w = bestWait.toNanos() > own ? bestWait : Duration.ofNanos(own);
      if (w.isZero()) {
        Target t = take(o, best);
        if (t != null) {
          return t;
        }
      } else {
        if (waitsFor == null || w.compareTo(wait) < 0) {
          waitsFor = o;
          wait = w;
        }
        if (mayWait && w.compareTo(settings.retries().patience()) <= 0) {
          waitsFor = o;
          wait = w;
          return null;
        }
      }
    }
    return null;
  }

  private @Nullable Target take(Option o, KeyState k) {
    if (!k.enter()) {
      blocked.add(
          new AiException.BulkheadFull(
              Failure.of(o.provider().id() + " has as many requests under way as are allowed")
                  .at(o.ref())));
      return null;
    }
    long permit = k.breaker.acquire();
    if (permit < 0) {
      k.leave();
      blocked.add(
          new AiException.CircuitOpen(
              Failure.of("The circuit of " + o.provider().id() + " is open after failures")
                  .at(o.ref())
                  .retryAfter(Optional.of(k.breaker.remaining()).filter(Duration::isPositive))));
      return null;
    }
    return new Target(o, k, permit);
  }

  private Result<R> ask(Target first) {
    if (settings.hedging().isEmpty()) {
      OpenAttempt attempt = open(first);
      long from = settings.time().nanos();
      try {
        return Thread.currentThread().isVirtual()
            ? attempt(attempt, call.cancellation)
            : apart(attempt);
      } finally {
        call.elsewhere(settings.time().nanos() - from);
      }
    }
    return hedged(first, settings.hedging().get());
  }

  /**
   * Runs an attempt in a virtual thread. A platform thread that waits for a socket does not notice
   * an interrupt; one that waits for another thread does, and then cancels the request.
   */
  private Result<R> apart(OpenAttempt attempt) {
    CompletableFuture<Result<R>> done = new CompletableFuture<>();
    Thread.startVirtualThread(() -> {
      try {
        Result<R> result = attempt(attempt, call.cancellation);
        if (!done.complete(result)) {
          result.reply().ifPresent(operation::discard);
        }
      } catch (Throwable e) {
        done.completeExceptionally(e);
      }
    });
    try {
      return done.get();
    } catch (InterruptedException e) {
      if (!done.cancel(false) && !done.isCompletedExceptionally()) {
        done.join().reply().ifPresent(operation::discard); // it came at the same moment
      }
      attempt.cancel(0);
      call.cancellation.cancel();
      throw Errors.interrupted();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException r -> throw r;
        case Error r -> throw r;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }

  /** Reserves what the attempt may need; gives the permits back when there is not that much. */
  private OpenAttempt open(Target t) {
    boolean opened = false;
    try {
      OptionalInt maxOutput = maxOutput(t.option());
      Limiter.Reservation reservation = settings.limiter().reserve(demand(t, maxOutput));
      attempts++;
      if (asked.add(t.option().provider())) {
        t.option().provider().retries.firstRequest();
      }
      OpenAttempt attempt =
          new OpenAttempt(
              call, t.option(), t.key(), t.permit(), maxOutput, reservation, settings, lengths);
      opened = true;
      return attempt;
    } finally {
      if (!opened) {
        t.key().breaker.forget(t.permit());
        t.key().leave();
      }
    }
  }

  private Limiter.Demand demand(Target t, OptionalInt maxOutput) {
    long input = (long) Math.ceil(t.option().inputTokens() * SAFETY);
    long output =
        maxOutput.orElse((int) Math.min(Integer.MAX_VALUE, t.option().model().maxOutput()));
    return new Limiter.Demand(
        call.tenant,
        t.option().ref(),
        t.key().key.fingerprint(),
        input + output,
        worst(t.option(), input, output));
  }

  /** The highest cost of so many tokens. */
  private Usd worst(Option o, long input, long output) {
    Optional<Prices> prices = o.model().prices();
    if (prices.isEmpty()) {
      return Usd.ZERO;
    }
    Prices.Tier tier = prices.get().tier(input);
    boolean reasons = tier.reasoning() > tier.output();
    return prices
        .get()
        .of(
            new Usage(
                input,
                0,
                0,
                0,
                reasons ? 0 : output,
                reasons ? output : 0,
                operation.searches(),
                1,
                Optional.empty(),
                true));
  }

  /**
   * How long the answer may be: as the request says, or as this client must say so that a budget
   * holds, and never more than the request's own cost limit can pay.
   */
  private OptionalInt maxOutput(Option o) {
    OptionalInt most = operation.maxOutput();
    if (most.isEmpty() && !settings.limiter().equals(Limiter.UNLIMITED)) {
      most =
          OptionalInt.of((int) Math.min(settings.defaultMaxOutputTokens(), o.model().maxOutput()));
    }
    if (call.maxCost.isEmpty()) {
      return most;
    }
    Usd left = call.maxCost.get().minus(call.cost().amount());
    long input = (long) Math.ceil(o.inputTokens() * SAFETY);
    long perToken =
        o.model()
            .prices()
            .map(p -> p.tier(input))
            .map(t -> Math.max(t.output(), t.reasoning()))
            .orElse(0L);
    long forOutput = left.minus(worst(o, input, 0)).pico();
    long affordable =
        perToken == 0 ? (forOutput >= 0 ? Long.MAX_VALUE : 0) : Math.max(0, forOutput / perToken);
    if (affordable < 1) {
      throw new AiException.BudgetExceeded(
          Failure.of(
                  "The request may cost "
                      + call.maxCost.get()
                      + ", of which "
                      + left
                      + " is left: not enough for an attempt at "
                      + o.ref())
              .at(o.ref()));
    }
    long cap = Math.min(most.orElse(Integer.MAX_VALUE), affordable);
    return cap >= o.model().maxOutput() && most.isEmpty()
        ? OptionalInt.empty()
        : OptionalInt.of((int) Math.min(cap, Integer.MAX_VALUE));
  }

  /** Runs an attempt to its good reply or its end. */
  private Result<R> attempt(OpenAttempt attempt, Cancellation cancellation) {
    Option o = attempt.option;
    R reply;
    try {
      reply =
          operation.run(
              o.provider().provider,
              o.model(),
              attempt.key.key,
              context(o, cancellation),
              attempt.maxOutput);
    } catch (RuntimeException e) {
      AiException error = ofTheAttempt(Errors.taxonomy(e));
      attempt.fail(error, Optional.empty(), 0);
      return new Result<>(attempt, Optional.empty(), Optional.of(error), false);
    } catch (Error e) {
      attempt.cancel(0);
      throw e;
    }
    Optional<AiException> problem = operation.check(reply);
    if (problem.isPresent()) {
      boolean repair = operation.repair(reply, problem.get());
      attempt.fail(problem.get(), Optional.of(operation.usage(reply)), 0);
      return new Result<>(attempt, Optional.empty(), problem, repair);
    }
    return new Result<>(attempt, Optional.of(reply), Optional.empty(), false);
  }

  /** The time of an attempt is over: that of the call may not be. */
  private AiException ofTheAttempt(AiException e) {
    return e instanceof AiException.TimedOut t
            && t.phase() == AiException.TimedOut.Phase.TOTAL
            && !call.deadline.passed()
        ? new AiException.TimedOut(AiException.TimedOut.Phase.FIRST_TOKEN, e.failure())
        : e;
  }

  /** An attempt has half of the time that is left, as long as there may be another one. */
  private CallContext context(Option o, Cancellation cancellation) {
    Duration left = call.deadline.remaining();
    boolean last = attempts >= settings.retries().maxAttempts() || !othersLeft(o.ref());
    Duration share = last ? left : left.dividedBy(2);
    Settings.Timeouts t = settings.timeouts();
    Duration first =
        operation.streams() && t.firstToken().compareTo(share) < 0 ? t.firstToken() : share;
    return new CallContext(
        call.id,
        operation.streams() ? call.deadline : Deadline.in(share, settings.time()),
        t.connect().compareTo(share) < 0 ? t.connect() : share,
        first,
        t.idle(),
        cancellation);
  }

  /** Decides what the failure of an attempt means for the next one. */
  private void failed(Result<R> result) {
    AiException e = result.error().orElseThrow();
    Option o = result.attempt().option;
    KeyState key = result.attempt().key;
    errors.add(e);
    call.note(o.ref() + " failed: " + e.name());
    if (result.repair()) {
      return;
    }
    switch (e.next()) {
      case STOP -> throw e;
      case RETRY_SAME -> retrySame(e, o, key);
      case OTHER_KEY -> {
        droppedKeys.add(key);
        Duration parked = e.retryAfter().orElse(settings.circuits().parked());
        key.park(e, parked);
        log.atWarn()
            .addKeyValue("provider", o.provider().id())
            .addKeyValue("key", key.key.fingerprint())
            .addKeyValue("reason", e.name())
            .addKeyValue("seconds", parked.toSeconds())
            .log("A key does not work and is left alone");
      }
      case OTHER_MODEL -> {
        boolean alone = !othersLeft(o.ref());
        if (alone && e.trips() && o.provider().retries.take()) {
          again(o, backoff(o.ref()));
        } else {
          drop(o, e);
        }
      }
    }
  }

  private void retrySame(AiException e, Option o, KeyState key) {
    Duration backoff = backoff(o.ref());
    boolean limited = e instanceof AiException.RateLimited;
    if (limited || e.retryAfter().isPresent()) {
      // For every caller of the key, and never shorter than the provider wants.
      key.gate(e.retryAfter().orElse(backoff));
    }
    boolean tired = tries.getOrDefault(o.ref(), 0) > settings.retries().perModel();
    if (tired && othersLeft(o.ref())) {
      drop(o, e);
    } else if (!limited) {
      if (o.provider().retries.take()) {
        again(o, backoff);
      } else {
        drop(o, e);
      }
    }
  }

  private void again(Option o, Duration backoff) {
    notBefore.put(o.ref(), settings.time().nanos() + backoff.toNanos());
  }

  /** Leaves a model; after a fault of its provider, the provider's other models come last. */
  private void drop(Option o, AiException e) {
    dropped.add(o.ref());
    if (e.trips()) {
      List<Option> same = order.stream().filter(x -> x.provider() == o.provider()).toList();
      order.removeAll(same);
      order.addAll(same);
    }
  }

  private boolean othersLeft(ModelRef than) {
    for (Option o : order) {
      if (!o.ref().equals(than) && !dropped.contains(o.ref())) {
        for (KeyState k : o.provider().keys) {
          if (!droppedKeys.contains(k) && k.unusable(o.provider().id()).isEmpty()) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /** Doubles with each try, up to a limit, less a random part of up to half: tries spread out. */
  private Duration backoff(ModelRef model) {
    int n = tries.merge(model, 1, Integer::sum);
    Settings.Retries r = settings.retries();
    double nanos =
        Math.min(
            (double) r.maxBackoff().toNanos(), (double) r.backoff().toNanos() * Math.pow(2, n - 1));
    return Duration.ofNanos((long) (nanos * (0.5 + 0.5 * call.random.nextDouble())));
  }

  // Hedging: a second model is asked when the first is slow; the first good answer wins.

  private final class Runner {
    final OpenAttempt attempt;
    final Cancellation cancellation = new Cancellation();
    final Cancellation.Registration link;

    Runner(OpenAttempt attempt, LinkedBlockingQueue<Finish<R>> finished) {
      this.attempt = attempt;
      link = call.cancellation.onCancel(cancellation::cancel);
      Thread.startVirtualThread(() -> {
        Finish<R> f;
        try {
          Result<R> r = AttemptLoop.this.attempt(attempt, cancellation);
          f = new Finish<>(attempt, r);
        } catch (Throwable e) {
          f =
              new Finish<>(
                  attempt,
                  new Result<>(
                      attempt,
                      Optional.empty(),
                      Optional.of(
                          new AiException.MalformedResponse(
                              Failure.of("The provider failed with " + e).cause(e))),
                      false));
        }
        link.close();
        if (!deliver(f, finished)) {
          f.result().reply().ifPresent(operation::discard);
        }
      });
    }

    private boolean lost;

    private synchronized boolean deliver(Finish<R> f, LinkedBlockingQueue<Finish<R>> to) {
      return !lost && to.add(f);
    }

    /** Ends the attempt for good: its answer is not wanted. */
    void lose() {
      synchronized (this) {
        lost = true;
      }
      // Its account first: once cancelled, its own thread would end it.
      attempt.cancel(0);
      cancellation.cancel();
    }
  }

  private record Finish<R>(OpenAttempt attempt, Result<R> result) {}

  private Result<R> hedged(Target first, Settings.Hedging hedging) {
    LinkedBlockingQueue<Finish<R>> finished = new LinkedBlockingQueue<>();
    List<Runner> runners = new ArrayList<>(2);
    OpenAttempt opened = open(first);
    long from = settings.time().nanos();
    try {
      runners.add(new Runner(opened, finished));
      Finish<R> f = finished.poll(hedging.after().toNanos(), TimeUnit.NANOSECONDS);
      if (f == null) {
        openSecond(first).ifPresent(second -> runners.add(new Runner(second, finished)));
        f = finished.take();
      }
      remove(runners, f);
      if (f.result().error().isPresent() && !runners.isEmpty()) {
        failed(f.result());
        f = finished.take();
        remove(runners, f);
      }
      return f.result();
    } catch (InterruptedException e) {
      throw Errors.interrupted();
    } finally {
      runners.forEach(Runner::lose);
      // Replies that arrived and that nobody took.
      for (Finish<R> f = finished.poll(); f != null; f = finished.poll()) {
        f.result().reply().ifPresent(operation::discard);
      }
      call.elsewhere(settings.time().nanos() - from);
    }
  }

  private void remove(List<Runner> runners, Finish<R> f) {
    runners.removeIf(r -> r.attempt == f.attempt());
  }

  private Optional<OpenAttempt> openSecond(Target first) {
    if (attempts >= settings.retries().maxAttempts()) {
      return Optional.empty();
    }
    boolean added = dropped.add(first.option().ref());
    try {
      Target second = pick(false);
      if (second == null) {
        return Optional.empty();
      }
      Cost expected =
          second.option().model().prices().isEmpty()
              ? Cost.UNKNOWN
              : new Cost(
                  worst(
                      second.option(),
                      second.option().inputTokens(),
                      lengths.expected(call.task, second.option().ref())),
                  Cost.Source.ESTIMATED);
      if (!hedges.take(expected)) {
        second.key().breaker.forget(second.permit());
        second.key().leave();
        return Optional.empty();
      }
      try {
        OpenAttempt opened = open(second);
        call.note(first.option().ref() + " was slow: " + second.option().ref() + " asked too");
        return Optional.of(opened);
      } catch (AiException e) {
        return Optional.empty(); // A budget that does not allow a second request allows the first.
      }
    } finally {
      if (added) {
        dropped.remove(first.option().ref());
      }
    }
  }
}
