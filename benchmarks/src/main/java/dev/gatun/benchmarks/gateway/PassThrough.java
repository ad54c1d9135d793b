package dev.gatun.benchmarks.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/**
 * A pass-through as one writes it with the JDK alone: its HTTP server on virtual threads before its
 * HTTP client, and none of what a gateway is for. What the gateway is measured against.
 */
final class PassThrough {
  private static final byte[] STREAM = "\"stream\":true".getBytes(StandardCharsets.US_ASCII);

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final String upstream;

  private PassThrough(String upstream) {
    this.upstream = upstream;
  }

  /** Runs until it is stopped. Arguments: its port, and the URL of the upstream. */
  public static void main(String[] args) throws IOException {
    PassThrough through = new PassThrough(args[1]);
    HttpServer server =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0])),
            1024);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/v1", through::pass);
    server.createContext(
        "/health",
        x -> {
          x.sendResponseHeaders(200, -1);
          x.close();
        });
    server.start();
  }

  private void pass(HttpExchange x) throws IOException {
    try (x) {
      byte[] body = x.getRequestBody().readAllBytes();
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(upstream + x.getRequestURI()))
              .header("Authorization", x.getRequestHeaders().getFirst("Authorization"))
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofByteArray(body))
              .build();
      if (asksForStream(body)) {
        stream(x, client.send(request, HttpResponse.BodyHandlers.ofInputStream()));
      } else {
        whole(x, client.send(request, HttpResponse.BodyHandlers.ofByteArray()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean asksForStream(byte[] body) {
    return new String(body, StandardCharsets.ISO_8859_1)
        .contains(new String(STREAM, StandardCharsets.US_ASCII));
  }

  private static void whole(HttpExchange x, HttpResponse<byte[]> answer) throws IOException {
    type(x, answer);
    x.sendResponseHeaders(answer.statusCode(), answer.body().length);
    x.getResponseBody().write(answer.body());
  }

  private static void stream(HttpExchange x, HttpResponse<InputStream> answer) throws IOException {
    type(x, answer);
    x.sendResponseHeaders(answer.statusCode(), 0);
    byte[] buffer = new byte[8192];
    try (InputStream in = answer.body()) {
      OutputStream out = x.getResponseBody();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
        out.flush();
      }
    }
  }

  private static void type(HttpExchange x, HttpResponse<?> answer) {
    answer
        .headers()
        .firstValue("content-type")
        .ifPresent(t -> x.getResponseHeaders().set("Content-Type", t));
  }
}
