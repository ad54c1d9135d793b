package dev.gatun.ai.testkit.wire;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Accepts connections, each served by a virtual thread that reads its requests and, where a reply
 * takes its time, watches for the client to leave while a second one sends.
 */
public final class HttpListener implements AutoCloseable {
  private static final int BACKLOG = 4096;
  private static final int OUTPUT_BUFFER = 16 * 1024;

  /** Answers requests. */
  public interface Handler {
    /** A reply in the making. */
    Job accept(Request request);
  }

  /** One reply. */
  public interface Job {
    /** Whether it is sent without waiting for anything. */
    boolean isInstant();

    /**
     * Sends it.
     *
     * @return whether the connection can serve another request
     */
    boolean run(Sink sink);
  }

  private final ServerSocket server;
  private final Handler handler;
  private final int largestBody;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * Begins to listen.
   *
   * @param address the address to bind
   * @param port the port, 0 for a free one
   * @throws IOException if the port is taken
   */
  public HttpListener(InetAddress address, int port, int largestBody, Handler handler)
      throws IOException {
    this.handler = handler;
    this.largestBody = largestBody;
    server = new ServerSocket();
    server.setReuseAddress(true);
    server.bind(new InetSocketAddress(address, port), BACKLOG);
    Thread.ofPlatform().name("ai-testkit-" + port()).daemon().start(this::accept);
  }

  /** The port that it listens on. */
  public int port() {
    return server.getLocalPort();
  }

  /** Connections open now. */
  public int connections() {
    return connections.size();
  }

  private void accept() {
    while (!closed) {
      try {
        Socket socket = server.accept();
        connections.add(socket);
        Thread.ofVirtual().name("ai-testkit-connection").start(() -> serve(socket));
        if (closed) {
          socket.close();
        }
      } catch (IOException e) {
        if (!closed) {
          // Out of file descriptors, most likely: let connections end before the next try.
          LockSupport.parkNanos(10_000_000);
        }
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      var out = socket.getOutputStream();
      var buffer = new byte[OUTPUT_BUFFER];
      var reader = new RequestReader(socket.getInputStream(), out, largestBody);
      for (Request request = reader.read(); request != null; request = reader.read()) {
        Job job = handler.accept(request);
        var sink = new Sink(socket, out, buffer);
        boolean last = closesAfter(request);
        boolean goOn = job.isInstant() ? job.run(sink) : watched(job, sink, reader, last);
        if (!goOn || last) {
          return;
        }
      }
    } catch (IOException | RuntimeException e) {
      // The client went away or does not speak HTTP/1.1: there is no one to tell.
    } finally {
      connections.remove(socket);
    }
  }

  private static boolean closesAfter(Request request) {
    return request.headers().get("connection").filter("close"::equalsIgnoreCase).isPresent();
  }

  /** Runs a job on a thread of its own, and tells it if the client leaves meanwhile. */
  private static boolean watched(Job job, Sink sink, RequestReader reader, boolean last) {
    var goesOn = new boolean[1];
    Thread sender =
        Thread.ofVirtual()
            .name("ai-testkit-reply")
            .unstarted(() -> {
              goesOn[0] = job.run(sink);
              if (last || !goesOn[0]) {
                sink.close(); // ends the watch too
              }
            });
    sink.begin(sender);
    sender.start();
    try {
      // A client that sends nothing more is waiting; one that closes is gone. Bytes of a next
      // request end the watch: they are kept for the reader.
      if (!reader.await()) {
        sink.clientGone();
      }
    } catch (IOException e) {
      sink.clientGone(); // without effect if this side has closed
    }
    try {
      sender.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    return goesOn[0] && !sink.gone();
  }

  @Override
  public void close() {
    closed = true;
    try {
      server.close();
    } catch (IOException e) {
      // It accepts nothing more in any case.
    }
    for (Socket socket : connections) {
      try {
        socket.close();
      } catch (IOException e) {
        // The connection is as closed as it can be.
      }
    }
  }
}
