package dev.gatun.ai.testkit.wire;

import dev.gatun.ai.testkit.Content;
import dev.gatun.ai.testkit.Fault;
import dev.gatun.ai.testkit.Framing;
import dev.gatun.ai.testkit.Position;
import dev.gatun.ai.testkit.Timing;
import dev.gatun.ai.testkit.dialect.Frame;
import dev.gatun.ai.testkit.dialect.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Sends one reply as its script wants it: in time, in pieces, with its faults. */
public final class Delivery {
  private static final byte[] BOM = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  /** Hears how far a delivery is, always before the client can. */
  public interface Progress {
    /** The status line goes out. */
    void begins(int status);

    /** The last byte goes out; if a fault ended the reply, {@code whole} is false. */
    void ends(boolean whole);
  }

  private final Sink sink;
  private final Reply reply;
  private final Progress progress;
  private final Framing framing;
  private final Timing timing;
  private final long start;
  private final String date;
  private final boolean chunked;
  private final List<Fault> pending;

  private int bytes;
  private int events;
  private int tokens;
  private boolean ended;
  private boolean closes;

  /**
   * A delivery.
   *
   * @param start when the request had come, by {@link System#nanoTime}
   * @param date the Date header
   */
  public Delivery(Sink sink, Reply reply, long start, String date, Progress progress) {
    this.sink = sink;
    this.reply = reply;
    this.progress = progress;
    this.framing = reply.script().framing();
    this.timing = reply.script().timing();
    this.start = start;
    this.date = date;
    this.pending = new ArrayList<>(reply.script().faults());
    this.chunked =
        reply.stream()
            || framing.split() > 0
            || pending.stream()
                .anyMatch(fault ->
                    fault.kind() == Fault.Kind.BAD_CHUNK
                        || fault.kind() == Fault.Kind.TRUNCATED_CHUNK
                        || fault.kind() == Fault.Kind.TRUNCATE
                        || fault.kind() == Fault.Kind.MALFORMED);
  }

  /** Whether sending a script takes no time, so that no one needs to watch the client meanwhile. */
  public static boolean isInstant(Reply reply) {
    return reply.script().timing().isInstant()
        && !(reply.script().content() instanceof Content.Hang)
        && reply.script().framing().splitPause().isZero()
        && reply.script().faults().stream().noneMatch(f -> f.kind() == Fault.Kind.STALL);
  }

  /**
   * Sends the reply.
   *
   * @return whether it was sent whole and the connection can go on
   * @throws IOException if the client does not take it
   */
  public boolean run() throws IOException {
    if (!timing.headers().isZero()) {
      sink.waitUntil(start + timing.headers().toNanos());
    }
    if (reply.script().content() instanceof Content.Hang) {
      sink.stall(null);
    }
    if (reply.script().content() instanceof Content.Drop(boolean reset)) {
      if (reset) {
        reset();
      } else {
        cut();
      }
      return false;
    }
    if (reply.stream()) {
      head();
      stream();
    } else {
      // A reply that is no stream is ready when its last token would have been.
      waitForToken(reply.tokens());
      head();
      whole();
    }
    if (!ended) {
      while (!pending.isEmpty() && !ended) {
        trigger(pending.removeFirst());
      }
    }
    if (!ended && chunked) {
      sink.lastChunk();
    }
    if (!sink.closed()) {
      progress.ends(true);
      sink.flush();
    }
    return !sink.closed() && !closes;
  }

  private void cut() throws IOException {
    ended = true;
    progress.ends(false);
    sink.cut();
  }

  private void reset() throws IOException {
    ended = true;
    progress.ends(false);
    sink.reset();
  }

  /** Sends the status line and the headers to the buffer. */
  private void head() throws IOException {
    progress.begins(reply.status());
    var head = new StringBuilder(512);
    head.append("HTTP/1.1 ").append(reply.status()).append(' ').append(reason(reply.status()));
    head.append("\r\nDate: ").append(date);
    boolean own = false;
    for (int i = 0; i < reply.headers().size(); i += 2) {
      head.append("\r\n").append(reply.headers().get(i)).append(": ");
      head.append(reply.headers().get(i + 1));
      own |= reply.headers().get(i).equalsIgnoreCase("content-type");
      closes |=
          reply.headers().get(i).equalsIgnoreCase("connection")
              && reply.headers().get(i + 1).equalsIgnoreCase("close");
    }
    if (!own && !reply.contentType().isEmpty()) {
      head.append("\r\nContent-Type: ").append(reply.contentType());
    }
    if (chunked) {
      head.append("\r\nTransfer-Encoding: chunked\r\n\r\n");
    } else {
      head.append("\r\nContent-Length: ").append(reply.body().length).append("\r\n\r\n");
    }
    sink.write(head.toString());
    if (!timing.isInstant() || !pending.isEmpty()) {
      sink.flush();
    }
  }

  private void whole() throws IOException {
    byte[] body = reply.body();
    if (triggerReached(true)) {
      return;
    }
    // What is to happen after an event or a token of a body happens in its middle.
    pending.replaceAll(fault ->
        fault.at().unit() == Position.Unit.BYTES
            ? fault
            : new Fault(
                fault.kind(),
                Position.afterBytes(body.length / 2),
                fault.failure(),
                fault.duration()));
    send(body);
  }

  private void stream() throws IOException {
    if (framing.bom()) {
      send(BOM);
    }
    for (Frame frame : reply.frames()) {
      if (frame.kind() == Frame.Kind.TERMINAL && !framing.terminal()) {
        continue;
      }
      boolean token = frame.kind() == Frame.Kind.TOKEN;
      boolean closing = frame.kind() == Frame.Kind.CLOSE || frame.kind() == Frame.Kind.TERMINAL;
      if (token) {
        waitForToken(tokens);
      }
      if (triggerReached(token || tokens > 0 || closing)) {
        return;
      }
      if (closing && triggerLate()) {
        return;
      }
      if (framing.comments()) {
        send((": keep-alive" + end() + end()).getBytes(StandardCharsets.UTF_8));
      }
      if (framing.unknownEvents()) {
        send(text("x.unheard_of", "{\"type\":\"x.unheard_of\",\"hello\":[1,2,3]}"));
      }
      send(text(frame.event(), padded(frame.data())));
      if (ended) {
        return;
      }
      events++;
      if (token) {
        tokens++;
      }
      if (!timing.token().isZero()) {
        sink.flush();
      }
    }
  }

  /** Waits for the time of the event with content that so many go before. */
  private void waitForToken(long before) throws IOException {
    if (!timing.isInstant()) {
      long first = Math.max(timing.headers().toNanos(), timing.firstToken().toNanos());
      sink.waitUntil(start + first + before * timing.token().toNanos());
    }
  }

  /** Triggers the faults whose count of events or tokens is reached. Whether the body has ended. */
  private boolean triggerReached(boolean content) throws IOException {
    for (int i = 0; i < pending.size() && !ended; i++) {
      Fault fault = pending.get(i);
      boolean reached =
          switch (fault.at().unit()) {
            case BYTES -> false;
            case EVENTS -> events >= fault.at().count();
            case TOKENS -> content && tokens >= fault.at().count();
          };
      if (reached) {
        pending.remove(i--);
        trigger(fault);
      }
    }
    return ended;
  }

  /**
   * Before the end of the content: triggers the faults that wait for more tokens than there are.
   */
  private boolean triggerLate() throws IOException {
    for (int i = 0; i < pending.size() && !ended; i++) {
      if (pending.get(i).at().unit() == Position.Unit.TOKENS) {
        trigger(pending.remove(i--));
      }
    }
    return ended;
  }

  private void trigger(Fault fault) throws IOException {
    switch (fault.kind()) {
      case CUT -> cut();
      case RESET -> reset();
      case STALL -> sink.stall(fault.duration());
      case TRUNCATE -> {
        ended = true;
        sink.lastChunk();
      }
      case ERROR -> {
        for (Frame frame : reply.failed().apply(Objects.requireNonNull(fault.failure()), events)) {
          raw(text(frame.event(), frame.data()));
        }
        ended = true;
        sink.lastChunk();
      }
      case MALFORMED -> raw(text(brokenEvent(), "{\"id\":\"broken\",\"choices\":[{\"ind"));
      case BAD_CHUNK -> {
        sink.write("zz\r\nno chunk\r\n");
        cut();
      }
      case TRUNCATED_CHUNK -> {
        sink.write("40\r\ndata: {\"id\":");
        cut();
      }
    }
  }

  /** The name of the event that comes next, so that a broken one is read as content. */
  private @Nullable String brokenEvent() {
    for (Frame frame : reply.frames()) {
      if (frame.kind() == Frame.Kind.TOKEN) {
        return frame.event();
      }
    }
    return null;
  }

  private String end() {
    String own = framing.lineEnd();
    return own == null ? reply.lineEnd() : own;
  }

  private byte[] text(@Nullable String event, String data) {
    String end = end();
    var text = new StringBuilder(data.length() + 48);
    if (event != null) {
      text.append("event: ").append(event).append(end);
    }
    return text.append("data: ")
        .append(data)
        .append(end)
        .append(end)
        .toString()
        .getBytes(StandardCharsets.UTF_8);
  }

  private String padded(String data) {
    return framing.padding() > 0 && data.endsWith("}")
        ? data.substring(0, data.length() - 1) + " ".repeat(framing.padding()) + "}"
        : data;
  }

  /** Sends bytes of the body, and on the way the faults that wait for a byte among them. */
  private void send(byte[] data) throws IOException {
    int from = 0;
    pending.sort(Comparator.comparingInt(fault -> fault.at().count()));
    for (int i = 0; i < pending.size() && !ended; i++) {
      Fault fault = pending.get(i);
      int at = fault.at().count() - bytes;
      if (fault.at().unit() == Position.Unit.BYTES && at < data.length) {
        pieces(data, from, at);
        from = at;
        pending.remove(i--);
        trigger(fault);
      }
    }
    if (!ended) {
      pieces(data, from, data.length);
      bytes += data.length;
    }
  }

  private void pieces(byte[] data, int from, int to) throws IOException {
    int step = framing.split();
    if (step > 0) {
      for (int at = from; at < to; at += step) {
        piece(data, at, Math.min(step, to - at));
        sink.flush();
        if (!framing.splitPause().isZero()) {
          sink.stall(framing.splitPause());
        }
      }
      return;
    }
    int split = framing.splitAt() - bytes;
    if (framing.splitAt() >= 0 && split > from && split < to) {
      piece(data, from, split - from);
      sink.stall(framing.splitPause());
      piece(data, split, to - split);
    } else {
      piece(data, from, to - from);
    }
  }

  private void raw(byte[] data) throws IOException {
    piece(data, 0, data.length);
  }

  private void piece(byte[] data, int offset, int length) throws IOException {
    if (chunked) {
      sink.chunk(data, offset, length);
    } else {
      sink.write(data, offset, length);
    }
  }

  private static String reason(int status) {
    return switch (status) {
      case 200 -> "OK";
      case 400 -> "Bad Request";
      case 401 -> "Unauthorized";
      case 402 -> "Payment Required";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 408 -> "Request Timeout";
      case 409 -> "Conflict";
      case 410 -> "Gone";
      case 413 -> "Payload Too Large";
      case 422 -> "Unprocessable Entity";
      case 429 -> "Too Many Requests";
      case 500 -> "Internal Server Error";
      case 502 -> "Bad Gateway";
      case 503 -> "Service Unavailable";
      case 504 -> "Gateway Timeout";
      default -> "";
    };
  }
}
