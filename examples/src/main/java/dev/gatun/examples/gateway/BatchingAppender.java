package dev.gatun.examples.gateway;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the lines of a service in a thread of its own, many at a time: a request waits neither for
 * a terminal nor for another request's line. Until {@link #defer} it writes each line at once, and
 * again when the process ends. A process that is killed loses the lines of the last 50
 * milliseconds, never a warning's order. Thread-safe.
 */
public final class BatchingAppender extends ConsoleAppender<ILoggingEvent> {
  private static final long WAIT = TimeUnit.MILLISECONDS.toNanos(50);
  private static final int MOST = 8192;
  private static final int BUFFER = 64 * 1024;

  private final ConcurrentLinkedQueue<ILoggingEvent> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger queued = new AtomicInteger();
  private volatile boolean deferred;
  private @Nullable Thread writer;

  /** By logback's configuration. */
  public BatchingAppender() {
    setImmediateFlush(false);
  }

  @Override
  public void setOutputStream(OutputStream out) {
    super.setOutputStream(new BufferedOutputStream(out, BUFFER));
  }

  /** Has what the log's configuration names write by threads of their own. */
  static void deferAll() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context
          .getLogger(Logger.ROOT_LOGGER_NAME)
          .iteratorForAppenders()
          .forEachRemaining(a -> {
            if (a instanceof BatchingAppender b) {
              b.defer();
            }
          });
    }
  }

  /** From now on lines are written by a thread of its own. */
  synchronized void defer() {
    if (!deferred) {
      deferred = true;
      writer = Thread.ofPlatform().daemon().name("gatun-log").start(this::write);
      Runtime.getRuntime().addShutdownHook(new Thread(this::atOnce, "gatun-log-end"));
    }
  }

  private void atOnce() {
    deferred = false;
    writeQueued();
  }

  @Override
  protected void append(ILoggingEvent event) {
    if (!deferred) {
      writeNow(event);
      return;
    }
    event.prepareForDeferredProcessing();
    queue.add(event);
    int waiting = queued.incrementAndGet();
    if (waiting > MOST / 2 || event.getLevel().isGreaterOrEqual(Level.WARN)) {
      LockSupport.unpark(writer);
    }
    // The process ends, or there are more lines than one thread can write: all help.
    if (!deferred || waiting > MOST) {
      writeQueued();
    }
  }

  private void write() {
    while (deferred) {
      if (queue.isEmpty()) {
        LockSupport.parkNanos(this, WAIT);
      }
      writeQueued();
    }
  }

  private synchronized void writeQueued() {
    int most = Math.min(queued.get(), MOST);
    for (int i = 0; i < most; i++) {
      ILoggingEvent event = queue.poll();
      if (event == null) {
        break; // another thread was here
      }
      queued.decrementAndGet();
      super.append(event);
    }
    flush();
  }

  private synchronized void writeNow(ILoggingEvent event) {
    super.append(event);
    flush();
  }

  private void flush() {
    try {
      getOutputStream().flush();
    } catch (IOException e) {
      addError("The log cannot be written", e);
    }
  }
}
