package dev.gatun.gateway.http;

import io.helidon.http.HttpPrologue;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionListener;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Notices clients that leave while nothing is sent to them. Helidon itself notices at the second
 * write after that, so never while a model thinks. A second thread waits for the client's next
 * byte: the end of the stream ends the wait and interrupts the handler. A byte of a next request
 * stays in the reader's buffer.
 *
 * <p>The waiting thread must not outlive the exchange, so a connection that was watched is closed
 * after it. Most answers are quicker than the delay before a watch begins, and keep theirs.
 */
final class DisconnectWatch implements Http1ConnectionListener, AutoCloseable {
  private static final Duration DELAY = Duration.ofMillis(250);

  // The server reads a request's first line in the thread that then handles it.
  private static final ThreadLocal<ConnectionContext> CONNECTIONS = new ThreadLocal<>();
  private final ScheduledThreadPoolExecutor timer;

  DisconnectWatch() {
    timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("gatun-disconnect-timer").factory());
    timer.setRemoveOnCancelPolicy(true);
  }

  @Override
  public void prologue(ConnectionContext context, HttpPrologue prologue) {
    CONNECTIONS.set(context);
  }

  /** A watch of this thread's request, which has not begun. HTTP/2 is not watched. */
  Watch open() {
    return new Watch(CONNECTIONS.get());
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }

  /** The watch of one exchange. */
  final class Watch {
    private final @Nullable ConnectionContext connection;
    private final Thread handler = Thread.currentThread();
    private @Nullable Future<?> start;
    private boolean watching;
    private boolean done;
    private boolean left;

    private Watch(@Nullable ConnectionContext connection) {
      this.connection = connection;
    }

    /** Begins after the delay, unless it is all over by then. */
    synchronized void beginLater() {
      if (connection != null && start == null && !done) {
        start = timer.schedule(this::begin, DELAY.toMillis(), TimeUnit.MILLISECONDS);
      }
    }

    /** Begins now. */
    synchronized void begin() {
      ConnectionContext watched = connection;
      if (watched == null || watching || done) {
        return;
      }
      watching = true;
      Thread.ofVirtual()
          .name("gatun-disconnect-watch")
          .start(() -> {
            try {
              watched.dataReader().ensureAvailable();
            } catch (RuntimeException _) {
              leave();
            }
          });
    }

    private synchronized void leave() {
      if (!done) {
        left = true;
        handler.interrupt();
      }
    }

    /** Whether the connection must be closed after the exchange. */
    synchronized boolean began() {
      return watching;
    }

    /** The handler is through with what an interrupt may end. */
    synchronized void end() {
      done = true;
      if (start != null) {
        start.cancel(false);
      }
      if (left) {
        Thread.interrupted();
      }
    }

    /** Closes a connection that was watched; to be called after the answer was sent. */
    void close() {
      end();
      if (connection != null && began()) {
        connection.serverSocket().close();
      }
    }
  }
}
