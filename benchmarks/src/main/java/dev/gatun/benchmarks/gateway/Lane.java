package dev.gatun.benchmarks.gateway;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Requests of one kind.
 *
 * @param to whom
 * @param request the text of one
 * @param connections how many requests are under way at most; in a closed loop always as many
 * @param rate how many begin a second, whatever the answers do; 0 for a closed loop
 * @param words how many numbered words a right answer has; 0 if any answer with 200 is right
 * @param stream whether the answer is a stream of events
 */
record Lane(
    InetSocketAddress to, String request, int connections, double rate, int words, boolean stream) {
  /** The words of an answer: {@code tok0 tok1 tok2 …}. */
  static final String WORD = "tok";

  /** Gets a page. */
  static Lane get(int port, String path, String key, int connections, double rate) {
    return new Lane(
        local(port),
        "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + key + "\r\n\r\n",
        connections,
        rate,
        0,
        false);
  }

  /** Posts JSON. */
  static Lane post(
      int port,
      String path,
      Map<String, String> headers,
      String body,
      int connections,
      double rate,
      int words,
      boolean stream) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    StringBuilder head = new StringBuilder("POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    head.append("Content-Type: application/json\r\nContent-Length: ")
        .append(bytes.length)
        .append("\r\n\r\n")
        .append(body);
    return new Lane(local(port), head.toString(), connections, rate, words, stream);
  }

  private static InetSocketAddress local(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }
}
