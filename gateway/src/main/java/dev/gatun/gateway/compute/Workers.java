package dev.gatun.gateway.compute;

import dev.gatun.gateway.http.Problem;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A few platform threads for work that computes. Requests are answered on virtual threads, of which
 * only as many run at once as there are cores: one that computes would keep others from their
 * answers. Thread-safe.
 */
public final class Workers implements AutoCloseable {
  private static final int MOST_WAITING = 16;

  private final ThreadPoolExecutor pool;

  /** As many as half of the cores, at least one. */
  public Workers() {
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_WAITING),
            Thread.ofPlatform().daemon().name("gatun-compute-", 0).factory());
    pool.allowCoreThreadTimeOut(true);
  }

  /**
   * Computes, and waits for it.
   *
   * @throws Problem 503 when too much is waiting already, and what the work throws
   */
  public <T> T run(Supplier<T> work) {
    Future<T> future;
    try {
      future = pool.submit(work::get);
    } catch (RejectedExecutionException _) {
      throw Problem.of(503, "overloaded", "The gateway has too much to compute")
          .retryAfter(Optional.of(Duration.ofSeconds(2)));
    }
    try {
      return result(future);
    } catch (InterruptedException e) {
      future.cancel(true);
      Thread.currentThread().interrupt();
      throw Problem.of(499, "cancelled", "The client left");
    }
  }

  /**
   * Waits for what a computation on another thread gives.
   *
   * @throws InterruptedException when the wait was interrupted, and what the computation throws
   */
  public static <T> T result(Future<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException r -> throw r;
        case Error error -> throw error;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
