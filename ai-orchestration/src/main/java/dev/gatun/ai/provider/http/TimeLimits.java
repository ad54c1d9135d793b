package dev.gatun.ai.provider.http;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Ends requests whose time is over. One thread looks through all that are under way now and then: a
 * timer for each request, or a time limit for each read of a socket, would cost more than the rest
 * of a call. Thread-safe.
 */
final class TimeLimits implements AutoCloseable {
  /** A request is ended so much too late at most. */
  private static final Duration STEP = Duration.ofMillis(10);

  /** The thread ends when nothing was under way for so many steps. */
  private static final int IDLE_STEPS = 500;

  private final Set<Limited> limited = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Thread thread;
  private volatile boolean closed;

  /** What is under way, and until when. */
  static final class Limited {
    private final Runnable end;
    private volatile long due;
    private boolean over;
    private volatile boolean expired;

    /**
     * Something to be watched.
     *
     * @param within its time, from now
     * @param end ends it from another thread; it must be quick and must not throw
     */
    Limited(Duration within, Runnable end) {
      this.end = end;
      limit(within);
    }

    /** Sets the time that it has from now. */
    void limit(Duration within) {
      due = System.nanoTime() + within.toNanos();
    }

    /** Whether it was ended because its time was over. */
    boolean isExpired() {
      return expired;
    }

    private boolean expires(long now) {
      return now - due >= 0 && expire();
    }

    private synchronized boolean expire() {
      if (!over) {
        over = true;
        expired = true;
        end.run();
      }
      return true;
    }

    private synchronized void over() {
      over = true;
    }
  }

  /** Watches something until {@link #done}. */
  void watch(Limited l) {
    limited.add(l);
    if (thread == null) {
      start();
    }
  }

  /** It has ended by itself. */
  void done(Limited l) {
    l.over();
    limited.remove(l);
  }

  private synchronized void start() {
    if (thread == null) {
      thread = Thread.ofPlatform().daemon().name("gatun-time-limits").start(this::look);
    }
  }

  private void look() {
    int idle = 0;
    while (true) {
      LockSupport.parkNanos(this, STEP.toNanos());
      if (!limited.isEmpty()) {
        idle = 0;
        long now = System.nanoTime();
        limited.removeIf(l -> l.expires(now));
      } else if ((closed || ++idle > IDLE_STEPS) && retire()) {
        return;
      }
    }
  }

  /** Whether this thread may end: what is added later starts another. */
  private synchronized boolean retire() {
    thread = null;
    if (limited.isEmpty()) {
      return true;
    }
    // Added by one who saw this thread still there.
    thread = Thread.currentThread();
    return false;
  }

  /** The thread ends as soon as nothing is under way. */
  @Override
  public void close() {
    closed = true;
  }
}
