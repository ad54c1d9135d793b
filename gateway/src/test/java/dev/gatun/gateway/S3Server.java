package dev.gatun.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The part of Amazon S3's protocol that stores, reads and deletes objects, with paths for buckets.
 * It takes a request only when its signature (Signature Version 4) is right.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html">Signature
 *     Version 4</a>
 */
final class S3Server implements AutoCloseable {
  static final String ID = "AKIDEXAMPLE";
  static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

  final Map<String, byte[]> objects = new ConcurrentHashMap<>();
  final AtomicInteger refused = new AtomicInteger();

  /** How many of the next requests fail as an overloaded service does. */
  final AtomicInteger failing = new AtomicInteger();

  private final HttpServer server;

  S3Server() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private void handle(HttpExchange x) throws IOException {
    try (x) {
      byte[] body = x.getRequestBody().readAllBytes();
      String key = x.getRequestURI().getPath();
      if (failing.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
        error(x, 503, "SlowDown");
      } else if (!signed(x, body)) {
        refused.incrementAndGet();
        error(x, 403, "SignatureDoesNotMatch");
      } else if (x.getRequestMethod().equals("PUT")) {
        objects.put(key, body);
        x.getResponseHeaders().set("ETag", "\"0\"");
        x.sendResponseHeaders(200, -1);
      } else if (x.getRequestMethod().equals("DELETE")) {
        objects.remove(key);
        x.sendResponseHeaders(204, -1);
      } else if (objects.containsKey(key)) {
        byte[] bytes = Objects.requireNonNull(objects.get(key));
        x.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
        x.getResponseBody().write(bytes);
      } else {
        error(x, 404, "NoSuchKey");
      }
    }
  }

  private static void error(HttpExchange x, int status, String code) throws IOException {
    byte[] text =
        ("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>" + code + "</Code></Error>")
            .getBytes(StandardCharsets.UTF_8);
    x.getResponseHeaders().set("Content-Type", "application/xml");
    x.sendResponseHeaders(status, text.length);
    x.getResponseBody().write(text);
  }

  private static boolean signed(HttpExchange x, byte[] body) {
    String given = Objects.requireNonNullElse(x.getRequestHeaders().getFirst("Authorization"), "");
    String hash =
        Objects.requireNonNullElse(x.getRequestHeaders().getFirst("x-amz-content-sha256"), "");
    String time = Objects.requireNonNullElse(x.getRequestHeaders().getFirst("x-amz-date"), "");
    int names = given.indexOf("SignedHeaders=");
    if (names < 0 || time.length() < 8) {
      return false;
    }
    if (!hash.equals(sha256(body)) && !hash.equals("UNSIGNED-PAYLOAD")) {
      return false;
    }
    List<String> headers =
        List.of(given.substring(names + 14, given.indexOf(',', names)).split(";", -1));
    StringBuilder canonical =
        new StringBuilder(x.getRequestMethod() + "\n" + x.getRequestURI().getRawPath() + "\n")
            .append(Objects.requireNonNullElse(x.getRequestURI().getRawQuery(), ""))
            .append('\n');
    for (String name : headers) {
      canonical
          .append(name)
          .append(':')
          .append(String.join(",", x.getRequestHeaders().getOrDefault(name, List.of())).strip())
          .append('\n');
    }
    canonical.append('\n').append(String.join(";", headers)).append('\n').append(hash);
    String scope = time.substring(0, 8) + "/us-east-1/s3/aws4_request";
    String toSign =
        "AWS4-HMAC-SHA256\n"
            + time
            + "\n"
            + scope
            + "\n"
            + sha256(canonical.toString().getBytes(StandardCharsets.UTF_8));
    byte[] key = ("AWS4" + SECRET).getBytes(StandardCharsets.UTF_8);
    for (String part : scope.split("/", -1)) {
      key = hmac(key, part);
    }
    return given.startsWith("AWS4-HMAC-SHA256 Credential=" + ID + "/" + scope)
        && given.endsWith("Signature=" + HexFormat.of().formatHex(hmac(key, toSign)));
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
