package dev.gatun.ai.client;

import dev.gatun.ai.Attempt;
import dev.gatun.ai.Cost;
import dev.gatun.ai.Route;
import dev.gatun.ai.Task;
import dev.gatun.ai.Usd;
import dev.gatun.ai.spi.CallObserver;
import dev.gatun.ai.spi.Cancellation;
import dev.gatun.ai.spi.Deadline;
import dev.gatun.ai.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** One call of a user, from its begin to its answer or error. */
final class Call {
  final String id;
  final long seed;
  final String tenant;
  final Task task;
  final Map<String, String> metadata;
  final Optional<Usd> maxCost;
  final Duration limit;
  final Deadline deadline;
  final Cancellation cancellation = new Cancellation();
  final CallObserver.Call observer;
  final SplittableRandom random;

  private final TimeSource time;
  private final long begun;
  private final List<Attempt> attempts = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private long elsewhere;

  Call(
      String id,
      long seed,
      String tenant,
      Task task,
      Map<String, String> metadata,
      Optional<Usd> maxCost,
      Duration limit,
      TimeSource time,
      CallObserver.Call observer) {
    this.id = id;
    this.seed = seed;
    this.tenant = tenant;
    this.task = task;
    this.metadata = metadata;
    this.maxCost = maxCost;
    this.limit = limit;
    this.time = time;
    this.observer = observer;
    random = new SplittableRandom(seed);
    begun = time.nanos();
    deadline = new Deadline(time, begun + limit.toNanos());
  }

  /** Fails when nobody waits for the answer any more. */
  void check() {
    if (cancellation.isCancelled()) {
      throw Errors.cancelled("The call was cancelled");
    }
    if (Thread.currentThread().isInterrupted()) {
      throw Errors.interrupted();
    }
    if (deadline.passed()) {
      throw Errors.outOfTime(limit);
    }
  }

  /** Counts time that is a provider's, or an intended wait. */
  void elsewhere(long nanos) {
    elsewhere += nanos;
  }

  void sleep(Duration wait) {
    long from = time.nanos();
    try {
      time.sleep(wait);
    } catch (InterruptedException e) {
      throw Errors.interrupted();
    } finally {
      elsewhere += time.nanos() - from;
    }
  }

  synchronized void attempted(Attempt attempt) {
    attempts.add(attempt);
  }

  synchronized void note(String reason) {
    notes.add(reason);
  }

  /** What all attempts cost so far. */
  synchronized Cost cost() {
    Cost sum = Cost.FREE;
    for (Attempt a : attempts) {
      sum = sum.plus(a.cost());
    }
    return sum;
  }

  synchronized Route route(String policy, List<String> reasons, boolean cached) {
    long took = time.nanos() - begun;
    List<String> all = new ArrayList<>(reasons);
    all.addAll(notes);
    return new Route(
        policy,
        all,
        attempts,
        cached,
        Duration.ofNanos(took),
        Duration.ofNanos(Math.max(0, took - elsewhere)));
  }
}
