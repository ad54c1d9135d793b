package dev.gatun.ai.testkit.wire;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The sending side of a connection during one reply: bytes as they are, chunks, pauses that end
 * when the client leaves, and the rude ways to end. One thread sends; another may call {@link
 * #clientGone}.
 */
public final class Sink {
  private static final byte[] CRLF = {'\r', '\n'};
  private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final Socket socket;
  private final OutputStream out;
  private final byte[] buffer;
  private int filled;
  private volatile @Nullable Thread sender;
  private volatile boolean gone;
  private boolean closed;

  /** A sink that gathers what it sends in this buffer, which no other may use meanwhile. */
  Sink(Socket socket, OutputStream out, byte[] buffer) {
    this.socket = socket;
    this.out = out;
    this.buffer = buffer;
  }

  void begin(Thread thread) {
    sender = thread;
  }

  /** Whether this side has ended the connection. */
  public boolean closed() {
    return closed;
  }

  boolean gone() {
    return gone;
  }

  /** Tells the sender, whatever it waits for, that the client has left. */
  void clientGone() {
    gone = true;
    Thread waiting = sender;
    if (waiting != null) {
      LockSupport.unpark(waiting);
    }
    closeQuietly(); // ends a write that waits for a client that does not read
  }

  /** Buffers bytes of the head, or of a body of known length. */
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (length > buffer.length - filled) {
      send();
      if (length > buffer.length) {
        checkClient();
        out.write(bytes, offset, length);
        return;
      }
    }
    System.arraycopy(bytes, offset, buffer, filled, length);
    filled += length;
  }

  /** Buffers bytes. */
  public void write(byte[] bytes) throws IOException {
    write(bytes, 0, bytes.length);
  }

  /** Buffers ASCII text. */
  public void write(String text) throws IOException {
    write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Buffers a chunk of these bytes. */
  public void chunk(byte[] bytes, int offset, int length) throws IOException {
    if (length > 0) {
      write(Integer.toHexString(length));
      write(CRLF);
      write(bytes, offset, length);
      write(CRLF);
    }
  }

  /** Buffers the end of a chunked body. */
  public void lastChunk() throws IOException {
    write(LAST_CHUNK);
  }

  private void send() throws IOException {
    checkClient();
    if (filled > 0) {
      out.write(buffer, 0, filled);
      filled = 0;
    }
  }

  /** Sends what is buffered. */
  public void flush() throws IOException {
    send();
  }

  private void checkClient() throws ClientGone {
    if (gone) {
      throw new ClientGone();
    }
  }

  /**
   * Sends what is buffered and waits until a time.
   *
   * @throws ClientGone if the client leaves meanwhile
   */
  public void waitUntil(long nanoTime) throws IOException {
    send();
    while (true) {
      checkClient();
      long rest = nanoTime - System.nanoTime();
      if (rest <= 0) {
        return;
      }
      LockSupport.parkNanos(this, rest);
      if (Thread.interrupted()) {
        throw new ClientGone(); // the server closes
      }
    }
  }

  /**
   * Sends what is buffered, and waits for a time, or until the client leaves.
   *
   * @param duration how long, or null for ever
   * @throws ClientGone if the client leaves
   */
  public void stall(@Nullable Duration duration) throws IOException {
    waitUntil(System.nanoTime() + (duration == null ? Long.MAX_VALUE / 4 : duration.toNanos()));
  }

  /** Sends what is buffered, and closes the connection in order (FIN). */
  public void cut() throws IOException {
    send();
    closed = true;
    // Half-closing first lets the client read all that was sent, whatever it has still to send.
    socket.shutdownOutput();
    socket.close();
  }

  /** Sends what is buffered, and resets the connection (RST). */
  public void reset() throws IOException {
    send();
    closed = true;
    socket.setSoLinger(true, 0);
    socket.close();
  }

  /** Closes the connection. */
  void close() {
    closed = true;
    closeQuietly();
  }

  private void closeQuietly() {
    try {
      socket.close();
    } catch (IOException e) {
      // It is closed as far as it can be.
    }
  }
}
