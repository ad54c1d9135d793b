package dev.gatun.ai.testkit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** A client that shows the bytes of a connection as they are. */
final class RawClient implements AutoCloseable {
  final Socket socket;
  private final InputStream in;

  RawClient(ScriptedServer server) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(5_000);
    in = new BufferedInputStream(socket.getInputStream());
  }

  static String chat(String text, boolean stream) {
    return "{\"model\":\"gpt-5.4\",\"stream\":"
        + stream
        + ",\"messages\":[{\"role\":\"user\",\"content\":\""
        + text
        + "\"}]}";
  }

  static String post(String path, String body, String... headers) {
    var text = new StringBuilder("POST " + path + " HTTP/1.1\r\nHost: x\r\n");
    for (String header : headers) {
      text.append(header).append("\r\n");
    }
    int length = body.getBytes(StandardCharsets.UTF_8).length;
    return text.append("Content-Length: " + length + "\r\n\r\n").append(body).toString();
  }

  /** OpenAI's chat completions with a key. */
  RawClient ask(boolean stream) throws IOException {
    return send(post("/openai/v1/chat/completions", chat("hi", stream), "Authorization: Bearer k"));
  }

  RawClient send(String bytes) throws IOException {
    socket.getOutputStream().write(bytes.getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().flush();
    return this;
  }

  /** All bytes to the end of the connection. */
  String readAll() throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }

  /** The bytes up to the first end of a text. */
  String readUntil(String text) throws IOException {
    var got = new StringBuilder();
    while (!endsWith(got, text)) {
      got.append((char) next());
    }
    return got.toString();
  }

  /** The bytes until nothing comes for a time, or to the end. */
  String readUntilQuiet(int millis) throws IOException {
    socket.setSoTimeout(millis);
    var bytes = new ByteArrayOutputStream();
    try {
      for (int b = in.read(); b >= 0; b = in.read()) {
        bytes.write(b);
      }
    } catch (SocketTimeoutException e) {
      // quiet
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** One reply: its head, and its body by length or chunks, as sent. */
  String readReply() throws IOException {
    var text = new StringBuilder();
    while (!endsWith(text, "\r\n\r\n")) {
      text.append((char) next());
    }
    String head = text.toString();
    if (head.contains("Transfer-Encoding: chunked")) {
      while (!endsWith(text, "\r\n0\r\n\r\n")) {
        text.append((char) next());
      }
    } else {
      int at = head.indexOf("Content-Length: ") + "Content-Length: ".length();
      int length = Integer.parseInt(head.substring(at, head.indexOf('\r', at)));
      for (int i = 0; i < length; i++) {
        text.append((char) next());
      }
    }
    return new String(
        text.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  private static boolean endsWith(StringBuilder text, String end) {
    int at = text.length() - end.length();
    return at >= 0 && text.indexOf(end, at) == at;
  }

  private int next() throws IOException {
    int b = in.read();
    if (b < 0) {
      throw new IOException("the connection ended");
    }
    return b;
  }

  /** What stands after the head. */
  static String body(String reply) {
    return reply.substring(reply.indexOf("\r\n\r\n") + 4);
  }

  /** The bytes of the chunks of a body; the last chunk may be missing. */
  static String dechunk(String reply) {
    byte[] bytes = body(reply).getBytes(StandardCharsets.UTF_8);
    var out = new ByteArrayOutputStream();
    int at = 0;
    while (at < bytes.length) {
      int end = at;
      while (bytes[end] != '\r') {
        end++;
      }
      int length = Integer.parseInt(new String(bytes, at, end - at, StandardCharsets.US_ASCII), 16);
      if (length == 0) {
        break;
      }
      out.write(bytes, end + 2, length);
      at = end + 2 + length + 2;
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
