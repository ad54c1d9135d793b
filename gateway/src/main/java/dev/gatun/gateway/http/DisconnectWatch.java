package dev.gatun.gateway.http;

import io.helidon.http.HttpPrologue;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionListener;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Notices clients that leave while nothing is sent to them. Helidon itself notices at the second
 * write after that, so never while a model thinks. A second thread waits for the client's next
 * byte: the end of the stream ends the wait and interrupts the handler. A byte of a next request
 * stays in the reader's buffer.
 *
 * <p>Two threads must not read one connection. So after its answer a watched exchange waits for the
 * watching thread, that is for the next request's first byte, which the server would do anyway: the
 * connection lives on. Most answers are quicker than the delay before a watch begins.
 */
final class DisconnectWatch implements Http1ConnectionListener, AutoCloseable {
  private static final Duration DELAY = Duration.ofMillis(150);
  private static final Duration STEP = Duration.ofMillis(50);

  // The server reads a request's first line in the thread that then handles it.
  private static final ThreadLocal<ConnectionContext> CONNECTIONS = new ThreadLocal<>();
  // Looked through now and then: most exchanges are over before, and a timer for each would cost
  // more than all else here.
  private final Set<Watch> waiting = ConcurrentHashMap.newKeySet();
  private final Set<Watch> reading = ConcurrentHashMap.newKeySet();
  private final Thread timer =
      Thread.ofPlatform().daemon().name("gatun-disconnect-timer").start(this::beginDue);

  DisconnectWatch() {}

  private void beginDue() {
    try {
      while (true) {
        Thread.sleep(STEP);
        long now = System.nanoTime();
        for (Watch w : waiting) {
          if (now - w.due >= 0) {
            w.begin();
          }
        }
        for (Watch w : reading) {
          if (now - w.bodyDue >= 0) {
            w.closeConnection();
          }
        }
      }
    } catch (InterruptedException _) {
      // Closed.
    }
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
    timer.interrupt();
  }

  /** The watch of one exchange. */
  final class Watch {
    private final @Nullable ConnectionContext connection;
    private final Thread handler = Thread.currentThread();
    private long due;
    private volatile long bodyDue;
    private @Nullable Thread watcher;
    private boolean sent;
    private boolean done;
    private boolean left;

    private Watch(@Nullable ConnectionContext connection) {
      this.connection = connection;
    }

    /** Closes the connection if the body, or its next part, is not there in time. */
    void expectBody(Duration within) {
      if (connection != null) {
        bodyDue = System.nanoTime() + within.toNanos();
        reading.add(this);
      }
    }

    /** What was expected is there. */
    void bodyArrived() {
      reading.remove(this);
    }

    private void closeConnection() {
      reading.remove(this);
      if (connection != null) {
        connection.serverSocket().close();
      }
    }

    /** Begins after the delay, unless it is all over by then. */
    synchronized void beginLater() {
      if (connection != null && watcher == null && !done) {
        due = System.nanoTime() + DELAY.toNanos();
        waiting.add(this);
      }
    }

    /** Begins now. */
    synchronized void begin() {
      waiting.remove(this);
      ConnectionContext watched = connection;
      if (watched == null || watcher != null || done) {
        return;
      }
      watcher =
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

    /** The handler is through with what an interrupt may end. */
    synchronized void end() {
      done = true;
      waiting.remove(this);
      if (left) {
        Thread.interrupted();
      }
    }

    /**
     * The answer was sent, or the handler has returned; whichever comes second waits, when this was
     * watched, for the connection's next request.
     *
     * @param closes whether there shall be none
     */
    void sentOrReturned(BooleanSupplier closes) {
      end();
      Thread reads;
      synchronized (this) {
        boolean second = sent;
        sent = true;
        if (!second || connection == null) {
          return;
        }
        reads = watcher;
      }
      if (closes.getAsBoolean()) {
        closeConnection();
        return;
      }
      if (reads == null) {
        return;
      }
      try {
        reads.join();
      } catch (InterruptedException _) {
        // The server stops. Without its connection this thread ends, and quietly if it is not told.
        connection.serverSocket().close();
      }
    }
  }
}
