package dev.gatun.examples.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A collector for traces by OTLP over HTTP, with just enough of Protocol Buffers to read them
 * (opentelemetry-proto, trace/v1/trace.proto).
 */
final class OtlpReceiver implements AutoCloseable {
  static final int SERVER = 2;
  static final int CLIENT = 3;

  private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final List<byte[]> bodies = new CopyOnWriteArrayList<>();
  private final Map<String, String> resources = new ConcurrentHashMap<>();

  /** A span that came. */
  record Span(
      String trace,
      String id,
      String parent,
      String name,
      int kind,
      Map<String, String> attributes) {}

  OtlpReceiver() throws IOException {
    var _ = Thread.ofVirtual().start(this::accept);
  }

  String url() {
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        var _ = Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = socket.getInputStream();
      while (true) {
        int length = 0;
        String request = line(in);
        if (request.isEmpty()) {
          return;
        }
        for (String h = line(in); !h.isEmpty(); h = line(in)) {
          if (h.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
            length = Integer.parseInt(h.substring(15).strip());
          }
        }
        byte[] body = in.readNBytes(length);
        if (request.startsWith("POST /v1/traces ")) {
          bodies.add(body);
        }
        socket
            .getOutputStream()
            .write(
                "HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
      }
    } catch (IOException e) {
      // The client has left.
    }
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      if (b != '\r') {
        out.write(b);
      }
    }
    return out.toString(StandardCharsets.US_ASCII);
  }

  /** All spans until now. */
  List<Span> spans() {
    List<Span> spans = new ArrayList<>();
    for (byte[] body : bodies) {
      each(
          body,
          (field, resourceSpans) -> {
            each(
                (byte[]) resourceSpans,
                (f, part) -> {
                  if (f == 1) {
                    each(
                        (byte[]) part,
                        (g, attribute) -> {
                          if (g == 1) {
                            attribute((byte[]) attribute, resources);
                          }
                        });
                  } else if (f == 2) {
                    each(
                        (byte[]) part,
                        (g, span) -> {
                          if (g == 2) {
                            spans.add(span((byte[]) span));
                          }
                        });
                  }
                });
          });
    }
    return spans;
  }

  /** Attributes of the resource, once spans were read. */
  Map<String, String> resources() {
    return resources;
  }

  /** All bytes that came, as text. */
  String everything() {
    StringBuilder all = new StringBuilder();
    bodies.forEach(b -> all.append(new String(b, StandardCharsets.ISO_8859_1)));
    return all.toString();
  }

  private static Span span(byte[] bytes) {
    Map<Integer, Object> fields = new HashMap<>();
    Map<String, String> attributes = new HashMap<>();
    each(
        bytes,
        (field, value) -> {
          if (field == 9) {
            attribute((byte[]) value, attributes);
          } else {
            fields.put(field, value);
          }
        });
    return new Span(
        hex(fields.get(1)),
        hex(fields.get(2)),
        hex(fields.get(4)),
        text(fields.get(5)),
        (int) (long) (Long) fields.getOrDefault(6, 0L),
        attributes);
  }

  private static void attribute(byte[] bytes, Map<String, String> to) {
    Map<Integer, Object> pair = new HashMap<>();
    each(bytes, pair::put);
    if (pair.get(1) == null || !(pair.get(2) instanceof byte[] value)) {
      return;
    }
    each(
        value,
        (_, v) -> to.put(text(pair.get(1)), v instanceof byte[] b ? text(b) : String.valueOf(v)));
  }

  private static String hex(@Nullable Object bytes) {
    return bytes instanceof byte[] b ? HexFormat.of().formatHex(b) : "";
  }

  private static String text(@Nullable Object bytes) {
    return bytes instanceof byte[] b ? new String(b, StandardCharsets.UTF_8) : "";
  }

  /** The fields of a message: numbers as Long, all else as bytes. */
  private static void each(byte[] message, BiConsumer<Integer, Object> field) {
    ByteBuffer in = ByteBuffer.wrap(message);
    while (in.hasRemaining()) {
      long tag = varint(in);
      int number = (int) (tag >>> 3);
      switch ((int) tag & 7) {
        case 0 -> field.accept(number, varint(in));
        case 1 -> field.accept(number, bytes(in, 8));
        case 2 -> field.accept(number, bytes(in, (int) varint(in)));
        case 5 -> field.accept(number, bytes(in, 4));
        default -> throw new IllegalArgumentException("wire type of field " + number);
      }
    }
  }

  private static byte[] bytes(ByteBuffer in, int length) {
    byte[] out = new byte[length];
    in.get(out);
    return out;
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte b = in.get();
      value |= (b & 0x7FL) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a number without an end");
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
