package dev.gatun.benchmarks.gateway;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Reads one HTTP/1.1 answer after another from bytes as they come. Used by one thread. */
final class Answer {
  private enum State {
    HEAD,
    LENGTH,
    CHUNK_SIZE,
    CHUNK,
    CHUNK_END,
    TRAILER,
    DONE
  }

  private static final byte[] FIRST = (Lane.WORD + "0").getBytes(StandardCharsets.US_ASCII);

  private final ByteArrayOutputStream head = new ByteArrayOutputStream(512);
  private final ByteArrayOutputStream body = new ByteArrayOutputStream(2048);
  private State state = State.HEAD;
  private int status;
  private boolean closes;
  private long left;
  private int line;
  private boolean begun;

  /** Forgets the answer before the next one. */
  void reset() {
    head.reset();
    body.reset();
    state = State.HEAD;
    status = 0;
    closes = false;
    left = 0;
    line = 0;
    begun = false;
  }

  boolean isDone() {
    return state == State.DONE;
  }

  /** Whether the server closes the connection after it. */
  boolean closes() {
    return closes;
  }

  /** Whether the first word has come; asked after each read until it has. */
  boolean hasBegun() {
    if (!begun) {
      begun = contains(body.toByteArray(), FIRST);
    }
    return begun;
  }

  /** Takes what has come. */
  void take(ByteBuffer in) {
    while (in.hasRemaining() && state != State.DONE) {
      switch (state) {
        case HEAD -> takeHead(in.get());
        case LENGTH -> {
          copy(in);
          if (left == 0) {
            state = State.DONE;
          }
        }
        case CHUNK_SIZE -> takeSize(in.get());
        case CHUNK -> {
          copy(in);
          if (left == 0) {
            state = State.CHUNK_END;
          }
        }
        case CHUNK_END -> {
          if (in.get() == '\n') {
            state = State.CHUNK_SIZE;
          }
        }
        case TRAILER -> {
          byte b = in.get();
          if (b == '\n') {
            if (line == 0) {
              state = State.DONE;
            }
            line = 0;
          } else if (b != '\r') {
            line++;
          }
        }
        case DONE -> throw new AssertionError();
      }
    }
  }

  private void copy(ByteBuffer in) {
    int n = (int) Math.min(left, in.remaining());
    body.write(in.array(), in.arrayOffset() + in.position(), n);
    in.position(in.position() + n);
    left -= n;
  }

  private void takeSize(byte b) {
    int digit = Character.digit(b, 16);
    if (digit >= 0 && line == 0) {
      left = left * 16 + digit;
    } else if (b == '\n') {
      state = left == 0 ? State.TRAILER : State.CHUNK;
      line = 0;
    } else {
      line = 1; // what follows the size
    }
  }

  private void takeHead(byte b) {
    if (b == '\n') {
      if (line == 0) {
        parseHead();
        return;
      }
      line = 0;
    } else if (b != '\r') {
      line++;
    }
    head.write(b);
  }

  private void parseHead() {
    String text = head.toString(StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    status = Integer.parseInt(text.substring(9, 12));
    closes = text.contains("\nconnection: close");
    line = 0;
    int length = text.indexOf("\ncontent-length:");
    if (length >= 0) {
      left = Long.parseLong(text.substring(length + 16, text.indexOf('\n', length + 1)).strip());
      state = left == 0 ? State.DONE : State.LENGTH;
    } else {
      state = text.contains("\ntransfer-encoding: chunked") ? State.CHUNK_SIZE : State.DONE;
      left = 0;
    }
  }

  /** What is wrong with the answer; empty when it is right. */
  String wrong(Lane lane) {
    if (status != 200) {
      return "status " + status + ": " + beginning();
    }
    if (lane.words() == 0) {
      return "";
    }
    byte[] bytes = body.toByteArray();
    if (lane.stream()) {
      String text = new String(bytes, StandardCharsets.UTF_8);
      int from = 0;
      for (int i = 0; i < lane.words(); i++) {
        int at = text.indexOf(Lane.WORD + i, from);
        if (at < 0) {
          return "word " + i + " is missing: " + beginning();
        }
        from = at + 1;
      }
      return text.contains("[DONE]") ? "" : "no end marker: " + beginning();
    }
    byte[] last = (Lane.WORD + (lane.words() - 1)).getBytes(StandardCharsets.US_ASCII);
    return contains(bytes, last) ? "" : "the last word is missing: " + beginning();
  }

  private String beginning() {
    String text = body.toString(StandardCharsets.UTF_8);
    return text.length() > 300 ? text.substring(0, 300) + "…" : text;
  }

  private static boolean contains(byte[] in, byte[] what) {
    for (int i = 0; i <= in.length - what.length; i++) {
      int j = 0;
      while (j < what.length && in[i + j] == what[j]) {
        j++;
      }
      if (j == what.length) {
        return true;
      }
    }
    return false;
  }
}
