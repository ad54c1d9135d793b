package dev.gatun.nn.data;

import dev.gatun.nn.data.DataLoader.BatchPlan;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes batches on a thread of its own into a bounded queue. Nothing here refers to the iterator
 * that takes them, so that an abandoned iterator becomes unreachable and stops this. Thread-safe.
 */
final class Prefetcher {
  private final ArrayDeque<Batch> ready = new ArrayDeque<>();
  private final int capacity;
  private @Nullable Throwable failure;
  private boolean stopped;
  private boolean finished;

  private Prefetcher(int capacity) {
    this.capacity = capacity;
  }

  static Prefetcher start(Dataset data, BatchPlan plan, int capacity) {
    var p = new Prefetcher(capacity);
    Thread.ofPlatform().name("gatun-loader").daemon().start(() -> p.work(data, plan));
    return p;
  }

  private void work(Dataset data, BatchPlan plan) {
    try {
      for (long i = 0; i < plan.batches() && waitForRoom(); i++) {
        put(data.get(plan.indices(i)));
      }
    } catch (Throwable e) { // whatever it is, the taker must hear of it
      fail(e);
    } finally {
      finish();
    }
  }

  private synchronized boolean waitForRoom() throws InterruptedException {
    while (!stopped && ready.size() >= capacity) {
      wait();
    }
    return !stopped;
  }

  private synchronized void put(Batch batch) {
    if (stopped) {
      batch.close();
    } else {
      ready.add(batch);
      notifyAll();
    }
  }

  private synchronized void fail(Throwable e) {
    failure = e;
    notifyAll();
  }

  private synchronized void finish() {
    finished = true;
    notifyAll();
  }

  /** The next batch, in order; waits for it. */
  synchronized Batch take() {
    try {
      while (ready.isEmpty() && !finished) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for a batch", e);
    }
    if (ready.isEmpty()) {
      throw raised(Objects.requireNonNull(failure));
    }
    Batch batch = ready.remove();
    notifyAll();
    return batch;
  }

  private static RuntimeException raised(Throwable e) {
    return switch (e) {
      case RuntimeException r -> r;
      case Error error -> throw error;
      default -> new IllegalStateException("The thread that makes batches was interrupted", e);
    };
  }

  /** Frees what is ready, and waits until the thread makes no more. */
  synchronized void stop() {
    stopped = true;
    ready.forEach(Batch::close);
    ready.clear();
    notifyAll();
    boolean interrupted = false;
    while (!finished) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
