package dev.gatun.tensor.cpu.simd;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The fork-join loop of the CPU kernels: a fixed set of daemon threads and a static partition.
 *
 * <p>The calling thread takes part, so a pool of size {@code n} owns {@code n - 1} threads. Workers
 * spin for some tens of microseconds after a loop, because the next one usually follows at once,
 * and then park. The size is the system property {@code gatun.threads}, by default the number of
 * available processors. The threads start with the first loop that needs them.
 *
 * <p>One loop runs at a time. A loop that starts inside another, or while another thread's loop
 * holds the workers, runs inline on its caller: it neither waits nor oversubscribes the machine.
 */
final class ThreadPool {

  private static final long SPIN_NANOS = 50_000;
  private static final int SPINS_PER_CLOCK = 64;

  private static final ThreadPool SHARED =
      new ThreadPool(
          Integer.getInteger("gatun.threads", Runtime.getRuntime().availableProcessors()));

  private final int size;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Worker> workers = new ArrayList<>();

  private ThreadPool(int size) {
    this.size = Math.max(1, size);
  }

  /** Returns the number of threads a loop can use, the caller included. */
  static int size() {
    return SHARED.size;
  }

  /** Returns whether a loop started now, on this thread, would run inline. */
  static boolean wouldRunInline() {
    return SHARED.size == 1
        || Thread.currentThread() instanceof Worker
        || SHARED.lock.isHeldByCurrentThread();
  }

  /**
   * Runs {@code body} for each index below {@code tasks} and returns when all have ended.
   *
   * <p>Thread {@code t} of {@code n} runs the indices congruent to {@code t} modulo {@code n}. When
   * tasks throw, the first exception reaches the caller, the others are suppressed under it.
   *
   * @param tasks the number of tasks
   * @param body what to run
   */
  static void parallelFor(int tasks, IntTask body) {
    SHARED.run(tasks, body);
  }

  private void run(int tasks, IntTask body) {
    if (tasks <= 1
        || size == 1
        || Thread.currentThread() instanceof Worker
        || lock.isHeldByCurrentThread()
        || !lock.tryLock()) {
      for (int i = 0; i < tasks; i++) {
        body.run(i);
      }
      return;
    }
    try {
      fork(tasks, body);
    } finally {
      lock.unlock();
    }
  }

  private void fork(int tasks, IntTask body) {
    startWorkers();
    int threads = Math.min(tasks, size);
    Loop loop = new Loop(tasks, threads, body, Thread.currentThread());
    for (int i = 1; i < threads; i++) {
      workers.get(i - 1).submit(loop);
    }
    loop.runShare(0);
    loop.await();
    Throwable failure = loop.failure();
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
    if (failure != null) {
      // A task declares no checked exception, so only a sneaky throw arrives here.
      throw new IllegalStateException(failure);
    }
  }

  private void startWorkers() {
    // When a thread fails to start, the next loop goes on from there.
    while (workers.size() < size - 1) {
      Worker worker = new Worker(workers.size() + 1);
      worker.start();
      workers.add(worker);
    }
  }

  /** One parallel loop in progress. */
  private static final class Loop {
    private final int tasks;
    private final int threads;
    private final IntTask body;
    private final Thread caller;
    private final AtomicInteger pending;
    private @Nullable Throwable failure;
    private volatile boolean callerParked;

    Loop(int tasks, int threads, IntTask body, Thread caller) {
      this.tasks = tasks;
      this.threads = threads;
      this.body = body;
      this.caller = caller;
      this.pending = new AtomicInteger(threads - 1);
    }

    void runShare(int thread) {
      try {
        for (int i = thread; i < tasks; i += threads) {
          body.run(i);
        }
      } catch (Throwable t) {
        fail(t);
      }
    }

    @SuppressWarnings("ReferenceEquality") // the same exception cannot suppress itself
    private synchronized void fail(Throwable t) {
      if (failure == null) {
        failure = t;
      } else if (failure != t) {
        failure.addSuppressed(t);
      }
    }

    /** The first exception of a task; complete once the loop has ended. */
    synchronized @Nullable Throwable failure() {
      return failure;
    }

    void finish() {
      if (pending.decrementAndGet() == 0 && callerParked) {
        LockSupport.unpark(caller);
      }
    }

    void await() {
      long deadline = System.nanoTime() + SPIN_NANOS;
      int spins = 0;
      while (pending.get() != 0) {
        Thread.onSpinWait();
        if (++spins % SPINS_PER_CLOCK == 0 && System.nanoTime() - deadline > 0) {
          parkUntilDone();
          return;
        }
      }
    }

    private void parkUntilDone() {
      boolean interrupted = false;
      callerParked = true;
      // The workers use the caller's arrays and segments: an interrupt must not end the wait.
      while (pending.get() != 0) {
        LockSupport.park(this);
        interrupted |= Thread.interrupted();
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** A pool thread. */
  private static final class Worker extends Thread {
    private static final Loop NONE = new Loop(0, 1, task -> {}, Thread.currentThread());

    private final int index;
    private final AtomicReference<Loop> next = new AtomicReference<>(NONE);
    private volatile boolean parked;

    Worker(int index) {
      super("gatun-cpu-" + index);
      this.index = index;
      setDaemon(true);
    }

    void submit(Loop loop) {
      next.set(loop);
      if (parked) {
        LockSupport.unpark(this);
      }
    }

    @Override
    public void run() {
      while (true) {
        Loop loop = take();
        try {
          loop.runShare(index);
        } finally {
          loop.finish();
        }
      }
    }

    private Loop take() {
      long deadline = System.nanoTime() + SPIN_NANOS;
      int spins = 0;
      while (next.get() == NONE) {
        Thread.onSpinWait();
        if (++spins % SPINS_PER_CLOCK == 0 && System.nanoTime() - deadline > 0) {
          parked = true;
          while (next.get() == NONE) {
            LockSupport.park(this);
            // A pending interrupt would turn the park into a spin.
            interrupted();
          }
          parked = false;
        }
      }
      return next.getAndSet(NONE);
    }
  }
}
