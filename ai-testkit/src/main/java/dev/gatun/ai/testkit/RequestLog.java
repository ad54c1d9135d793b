package dev.gatun.ai.testkit;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The last requests, within a number and an amount of bytes, and counts of all. Thread-safe. */
final class RequestLog {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition added = lock.newCondition();
  private final Deque<RecordedRequest> kept = new ArrayDeque<>();
  private final Map<Dialect, Long> counts = new EnumMap<>(Dialect.class);
  private final int mostRequests;
  private final long mostBytes;
  private long bytes;
  private long count;

  RequestLog(int mostRequests, long mostBytes) {
    this.mostRequests = mostRequests;
    this.mostBytes = mostBytes;
  }

  void add(RecordedRequest request) {
    lock.lock();
    try {
      count++;
      counts.merge(request.dialect(), 1L, Long::sum);
      kept.addLast(request);
      bytes += weight(request);
      while (kept.size() > mostRequests || (bytes > mostBytes && kept.size() > 1)) {
        bytes -= weight(kept.removeFirst());
      }
      added.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** About the memory that a request takes: its body, as JSON too, and its headers. */
  private static long weight(RecordedRequest request) {
    return 1024 + 4L * request.bodySize();
  }

  List<RecordedRequest> all() {
    lock.lock();
    try {
      return List.copyOf(kept);
    } finally {
      lock.unlock();
    }
  }

  long count() {
    lock.lock();
    try {
      return count;
    } finally {
      lock.unlock();
    }
  }

  long count(Dialect dialect) {
    lock.lock();
    try {
      return counts.getOrDefault(dialect, 0L);
    } finally {
      lock.unlock();
    }
  }

  boolean await(long wanted, Duration limit) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long rest = limit.toNanos();
      while (count < wanted) {
        if (rest <= 0) {
          return false;
        }
        rest = added.awaitNanos(rest);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  void clear() {
    lock.lock();
    try {
      kept.clear();
      bytes = 0;
      count = 0;
      counts.clear();
    } finally {
      lock.unlock();
    }
  }
}
