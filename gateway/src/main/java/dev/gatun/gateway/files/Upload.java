package dev.gatun.gateway.files;

import dev.gatun.gateway.http.Exchange;
import dev.gatun.gateway.http.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Headers;
import okhttp3.MultipartReader;
import okio.BufferedSource;
import okio.Okio;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file on its way in: the body of a request, or the part {@code file} of {@code
 * multipart/form-data}, written to a folder as it arrives. Closing it deletes it, unless it was
 * moved.
 *
 * @param file where it lies, under a name of the gateway's own
 * @param name what the client calls it; for show only
 * @param contentType what the client says it is
 * @param bytes its size
 * @param sha256 its hash, in hexadecimal digits
 * @param fields the other parts of the form
 */
public record Upload(
    Path file,
    String name,
    String contentType,
    long bytes,
    String sha256,
    Map<String, String> fields)
    implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Upload.class);
  private static final int LONGEST_FIELD = 64 * 1024;
  private static final int LONGEST_NAME = 200;
  private static final int MOST_PARTS = 32;
  private static final Pattern PARAMETER =
      Pattern.compile(
          ";\\s*(name|filename)\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^;\\s]*))",
          Pattern.CASE_INSENSITIVE);

  /** Copies the map. */
  public Upload {
    fields = Map.copyOf(fields);
  }

  /**
   * Receives a file.
   *
   * @param folder where to write it; it must exist
   * @param most the most bytes of the request's body
   * @throws Problem 400 when the form is broken or has no file, 413 when it is too large, 503 when
   *     it cannot be written
   */
  public static Upload receive(Exchange exchange, Path folder, long most) {
    String type = exchange.header("content-type").orElse("application/octet-stream");
    InputStream body = exchange.bodyStream(most);
    if (type.toLowerCase(Locale.ROOT).startsWith("multipart/form-data")) {
      return form(type, body, folder);
    }
    Upload whole = write(body, exchange.query("filename").orElse(""), type, folder);
    if (whole.bytes == 0) {
      whole.close();
      throw Problem.of(400, "invalid-request", "The body must be a file, got nothing");
    }
    return whole;
  }

  /**
   * A file that the gateway itself has written.
   *
   * @param name what to call it; for show only
   */
  public static Upload of(Path file, String name, String contentType) throws IOException {
    MessageDigest digest = digest();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return new Upload(
        file,
        printable(name),
        contentType,
        Files.size(file),
        HexFormat.of().formatHex(digest.digest()),
        Map.of());
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("Every JDK has SHA-256", e);
    }
  }

  private static Upload form(String type, InputStream body, Path folder) {
    Upload found = null;
    Map<String, String> fields = new LinkedHashMap<>();
    boolean done = false;
    try (BufferedSource source = Okio.buffer(Okio.source(body));
        MultipartReader parts = new MultipartReader(source, boundary(type))) {
      int count = 0;
      for (MultipartReader.Part part = parts.nextPart();
          part != null;
          part = parts.nextPart(), count++) {
        if (count == MOST_PARTS) {
          throw bad("A form may have " + MOST_PARTS + " parts");
        }
        Map<String, String> names = disposition(part.headers());
        String name = names.getOrDefault("name", "");
        if (name.equals("file")) {
          if (found != null) {
            throw bad("A form may have one part 'file', got two");
          }
          found =
              write(
                  part.body().inputStream(),
                  names.getOrDefault("filename", ""),
                  Optional.ofNullable(part.headers().get("content-type"))
                      .orElse("application/octet-stream"),
                  folder);
        } else {
          byte[] value = part.body().inputStream().readNBytes(LONGEST_FIELD + 1);
          if (value.length > LONGEST_FIELD) {
            throw bad("A field of a form may have " + LONGEST_FIELD + " bytes");
          }
          fields.put(name, new String(value, java.nio.charset.StandardCharsets.UTF_8));
        }
      }
      if (found == null) {
        throw bad("A form must have a part named 'file', got " + fields.keySet());
      }
      done = true;
      return new Upload(
          found.file, found.name, found.contentType, found.bytes, found.sha256, fields);
    } catch (IOException e) {
      throw bad("The multipart/form-data body is broken or ends too early");
    } finally {
      if (!done && found != null) {
        found.close();
      }
    }
  }

  private static Problem bad(String sentence) {
    return Problem.of(400, "invalid-form", sentence);
  }

  private static String boundary(String type) {
    Matcher m =
        Pattern.compile(
                ";\\s*boundary\\s*=\\s*(?:\"([^\"]{1,70})\"|([^;\\s]{1,70}))",
                Pattern.CASE_INSENSITIVE)
            .matcher(type);
    if (!m.find()) {
      throw bad("The content type multipart/form-data must have a boundary");
    }
    return m.group(1) != null ? m.group(1) : m.group(2);
  }

  private static Map<String, String> disposition(Headers headers) {
    Map<String, String> out = new LinkedHashMap<>();
    @Nullable String value = headers.get("content-disposition");
    Matcher m = PARAMETER.matcher(value == null ? "" : value);
    while (m.find()) {
      String text = m.group(2) != null ? m.group(2).replaceAll("\\\\(.)", "$1") : m.group(3);
      out.putIfAbsent(m.group(1).toLowerCase(Locale.ROOT), text);
    }
    return out;
  }

  private static Upload write(InputStream from, String name, String type, Path folder) {
    Path file = folder.resolve("upload-" + UUID.randomUUID() + ".part");
    boolean done = false;
    try {
      MessageDigest digest = digest();
      try (OutputStream out =
          new DigestOutputStream(
              Files.newOutputStream(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
              digest)) {
        copy(from, out);
      }
      done = true;
      return new Upload(
          file,
          printable(name),
          printable(type),
          Files.size(file),
          HexFormat.of().formatHex(digest.digest()),
          Map.of());
    } catch (ProtocolException | java.io.EOFException e) {
      throw bad("The multipart/form-data body is broken or ends too early");
    } catch (IOException e) {
      LOG.error("An upload cannot be written to {}", folder, e);
      throw Problem.of(503, "storage-unavailable", "The gateway cannot store files now");
    } finally {
      if (!done) {
        delete(file);
      }
    }
  }

  private static void copy(InputStream from, OutputStream to) throws IOException {
    byte[] buffer = new byte[64 * 1024];
    for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
      to.write(buffer, 0, n);
    }
  }

  /** For show: no path, no control characters, not endless. */
  private static String printable(String text) {
    String last = text.substring(Math.max(text.lastIndexOf('\\'), -1) + 1);
    String clean = last.replaceAll("[\\p{Cntrl}]", "");
    return clean.length() > LONGEST_NAME ? clean.substring(0, LONGEST_NAME) : clean;
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.warn("{} cannot be deleted", file, e);
    }
  }

  @Override
  public void close() {
    delete(file);
  }
}
