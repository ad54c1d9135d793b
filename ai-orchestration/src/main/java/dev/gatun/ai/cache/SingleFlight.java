package dev.gatun.ai.cache;

import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.Failure;
import dev.gatun.ai.spi.Deadline;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs equal work that is asked for at the same time once. Thread-safe.
 *
 * @param <V> what the work gives
 */
public final class SingleFlight<V> {
  private final ConcurrentHashMap<String, CompletableFuture<V>> flights = new ConcurrentHashMap<>();

  /** Nothing is under way. */
  public SingleFlight() {}

  /**
   * What some work gives.
   *
   * @param value the result, shared by all who waited
   * @param shared whether another caller did the work
   */
  public record Outcome<V>(V value, boolean shared) {}

  /**
   * Does the work, or waits for another caller who is doing it. A failure is shared too, except
   * when the other caller gave up or ran out of its own time: then the work is done again.
   *
   * @param key tells equal work
   * @param deadline how long to wait for another
   * @throws AiException what the work throws; {@link AiException.TimedOut} when the deadline passes
   *     and {@link AiException.Cancelled} when the thread is interrupted while it waits
   */
  public Outcome<V> run(String key, Deadline deadline, Supplier<V> work) {
    while (true) {
      CompletableFuture<V> mine = new CompletableFuture<>();
      CompletableFuture<V> other = flights.putIfAbsent(key, mine);
      if (other == null) {
        return new Outcome<>(lead(key, mine, work), false);
      }
      try {
        return new Outcome<>(other.get(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS), true);
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof AiException shared) || !ofTheLeaderAlone(shared)) {
          throw rethrow(e.getCause());
        }
      } catch (TimeoutException e) {
        throw new AiException.TimedOut(
            AiException.TimedOut.Phase.TOTAL,
            Failure.of("The time limit passed while an equal request was under way").cause(e));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AiException.Cancelled(
            Failure.of("Interrupted while an equal request was under way").cause(e));
      }
    }
  }

  private V lead(String key, CompletableFuture<V> mine, Supplier<V> work) {
    try {
      V value = work.get();
      flights.remove(key, mine);
      mine.complete(value);
      return value;
    } catch (Throwable e) {
      flights.remove(key, mine);
      mine.completeExceptionally(e);
      throw e;
    }
  }

  private static boolean ofTheLeaderAlone(AiException e) {
    return e instanceof AiException.Cancelled
        || (e instanceof AiException.TimedOut t && t.phase() == AiException.TimedOut.Phase.TOTAL);
  }

  private static RuntimeException rethrow(@Nullable Throwable cause) {
    if (cause instanceof RuntimeException r) {
      return r;
    }
    if (cause instanceof Error e) {
      throw e;
    }
    return new IllegalStateException(cause);
  }
}
