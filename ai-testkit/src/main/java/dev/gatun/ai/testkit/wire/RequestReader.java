package dev.gatun.ai.testkit.wire;

import dev.gatun.ai.testkit.Headers;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the requests of one connection. Not thread-safe. */
final class RequestReader {
  private static final int LONGEST_LINE = 64 * 1024;
  private static final byte[] CONTINUE =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final InputStream in;
  private final OutputStream out;
  private final int largestBody;
  private byte[] buffer = new byte[8192];
  private int from;
  private int to;

  RequestReader(InputStream in, OutputStream out, int largestBody) {
    this.in = in;
    this.out = out;
    this.largestBody = largestBody;
  }

  /** Waits until the next request has begun; false at the end of the connection. */
  boolean await() throws IOException {
    return from < to || fill();
  }

  /** Whether bytes of another request have come already. */
  boolean hasMore() {
    return from < to;
  }

  /** The next request, or null at the end of the connection. */
  @Nullable Request read() throws IOException {
    if (!await()) {
      return null;
    }
    String line = line();
    while (line.isEmpty()) { // RFC 9112, 2.2: an empty line before a request is to be ignored
      line = line();
    }
    String[] words = line.split(" ", -1);
    if (words.length != 3 || !words[2].startsWith("HTTP/1.")) {
      throw new IOException("expected a request line of HTTP/1.1, and got: " + line);
    }
    List<String> lines = new ArrayList<>();
    for (String header = line(); !header.isEmpty(); header = line()) {
      int colon = header.indexOf(':');
      if (colon < 1) {
        throw new IOException("expected a header, and got: " + header);
      }
      lines.add(header.substring(0, colon));
      lines.add(header.substring(colon + 1).trim());
    }
    Headers headers = Headers.of(lines);
    byte[] body = body(headers);
    int question = words[1].indexOf('?');
    return new Request(
        words[0],
        question < 0 ? words[1] : words[1].substring(0, question),
        question < 0 ? "" : words[1].substring(question + 1),
        headers,
        body,
        System.nanoTime());
  }

  private byte[] body(Headers headers) throws IOException {
    if (headers.get("expect").filter("100-continue"::equalsIgnoreCase).isPresent()) {
      out.write(CONTINUE);
      out.flush();
    }
    if (headers.get("transfer-encoding").filter(t -> t.contains("chunked")).isPresent()) {
      var body = new ByteArrayOutputStream();
      while (true) {
        String size = line();
        int semicolon = size.indexOf(';');
        int length =
            Integer.parseInt((semicolon < 0 ? size : size.substring(0, semicolon)).trim(), 16);
        if (length == 0) {
          while (!line().isEmpty()) {
            // trailers
          }
          return body.toByteArray();
        }
        check(body.size() + (long) length);
        body.write(bytes(length));
        line();
      }
    }
    String length = headers.get("content-length").orElse("0");
    check(Long.parseLong(length));
    return bytes(Integer.parseInt(length));
  }

  private void check(long length) throws IOException {
    if (length < 0 || length > largestBody) {
      throw new IOException(
          "expected a body of at most " + largestBody + " bytes, and got " + length);
    }
  }

  private byte[] bytes(int length) throws IOException {
    var bytes = new byte[length];
    int have = Math.min(length, to - from);
    System.arraycopy(buffer, from, bytes, 0, have);
    from += have;
    while (have < length) {
      int read = in.read(bytes, have, length - have);
      if (read < 0) {
        throw new EOFException("the connection ended in the middle of a body");
      }
      have += read;
    }
    return bytes;
  }

  private String line() throws IOException {
    int at = from;
    while (true) {
      for (; at < to; at++) {
        if (buffer[at] == '\n') {
          int end = at > from && buffer[at - 1] == '\r' ? at - 1 : at;
          String line = new String(buffer, from, end - from, StandardCharsets.ISO_8859_1);
          from = at + 1;
          return line;
        }
      }
      if (to - from > LONGEST_LINE) {
        throw new IOException("expected a line of at most " + LONGEST_LINE + " bytes");
      }
      int scanned = at - from;
      if (!fill()) {
        throw new EOFException("the connection ended in the middle of a head");
      }
      at = from + scanned;
    }
  }

  /** Reads more; false at the end. Moves the unread bytes to the front if need be. */
  private boolean fill() throws IOException {
    if (from == to) {
      from = 0;
      to = 0;
    } else if (to == buffer.length) {
      if (from > 0) {
        System.arraycopy(buffer, from, buffer, 0, to - from);
        to -= from;
        from = 0;
      } else {
        buffer = java.util.Arrays.copyOf(buffer, 2 * buffer.length);
      }
    }
    int read = in.read(buffer, to, buffer.length - to);
    if (read < 0) {
      return false;
    }
    to += read;
    return true;
  }
}
