package dev.gatun.ai.provider.http;

import java.io.IOException;
import java.util.Optional;
import okio.Buffer;
import okio.BufferedSource;
import okio.ByteString;

/**
 * Reads server-sent events (WHATWG HTML, section 9.2): lines end with LF, CRLF or CR, a leading
 * byte order mark and comments are skipped, several data lines make one. Not thread-safe.
 */
public final class Sse {
  private static final long MAX_LINE = 8 << 20;
  private static final ByteString LINE_ENDS = ByteString.encodeUtf8("\r\n");

  private final BufferedSource source;
  private final Runnable comment;
  private boolean first = true;
  private boolean skipLineFeed;

  /**
   * Reads the events of a source.
   *
   * @param comment is told of each comment: servers send them to say that they are still there
   */
  public Sse(BufferedSource source, Runnable comment) {
    this.source = source;
    this.comment = comment;
  }

  /**
   * An event.
   *
   * @param name its name, or empty
   * @param data its data
   */
  public record Event(String name, String data) {}

  /**
   * Waits for the next event that has data.
   *
   * @return the event, or empty at the end of the source; what an unfinished last event had is not
   *     an event
   * @throws IOException when the source fails or an event is longer than 8 MiB
   */
  public Optional<Event> next() throws IOException {
    String name = "";
    StringBuilder data = null;
    while (true) {
      Optional<String> read = line();
      if (read.isEmpty()) {
        return Optional.empty();
      }
      String line = read.get();
      if (line.isEmpty()) {
        if (data != null) {
          return Optional.of(new Event(name, data.toString()));
        }
        name = "";
      } else if (line.startsWith("data:")) {
        String value = value(line, 5);
        data = data == null ? new StringBuilder(value) : data.append('\n').append(value);
        if (data.length() > MAX_LINE) {
          throw tooLong();
        }
      } else if (line.startsWith("event:")) {
        name = value(line, 6);
      } else if (line.startsWith(":")) {
        comment.run();
      }
    }
  }

  private static IOException tooLong() {
    return new IOException("An event of the stream is longer than " + MAX_LINE + " bytes");
  }

  private static String value(String line, int from) {
    return line.startsWith(" ", from) ? line.substring(from + 1) : line.substring(from);
  }

  private Optional<String> line() throws IOException {
    if (skipLineFeed) {
      skipLineFeed = false;
      if (source.request(1) && source.getBuffer().getByte(0) == '\n') {
        source.skip(1);
      }
    }
    if (first) {
      first = false;
      if (source.request(3) && source.rangeEquals(0, ByteString.decodeHex("efbbbf"))) {
        source.skip(3);
      }
    }
    // Searched as it arrives: a stream without lines must not fill the memory first.
    Buffer buffer = source.getBuffer();
    long end = buffer.indexOfElement(LINE_ENDS);
    for (long from = buffer.size(); end < 0; from = buffer.size()) {
      if (from > MAX_LINE) {
        throw tooLong();
      }
      if (!source.request(from + 1)) {
        return Optional.empty();
      }
      end = buffer.indexOfElement(LINE_ENDS, from);
    }
    String line = buffer.readUtf8(end);
    // What follows a CR is looked at when the next line is read: it may not have arrived yet.
    skipLineFeed = buffer.readByte() == '\r';
    return Optional.of(line);
  }
}
