package dev.gatun.gateway.observe;

import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.ProviderConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Who was refused, and what was changed: one JSON object a line, only ever appended, to {@code
 * GATUN_AUDIT_FILE}, and without one to the log {@code dev.gatun.gateway.audit}. No keys and no
 * texts. At most 100 lines a second: how many were left out is told by the next. The file may be
 * moved away at any time. Thread-safe.
 */
public final class AuditLog {
  private static final Logger LOG = LoggerFactory.getLogger("dev.gatun.gateway.audit");
  private static final int MOST_PER_SECOND = 100;

  private final Optional<Path> file;
  private long second;
  private int written;
  private long leftOut;

  private AuditLog(Optional<Path> file) {
    this.file = file;
  }

  /**
   * The audit log of a configuration.
   *
   * @throws IllegalArgumentException when the file cannot be written
   */
  public static AuditLog read(ProviderConfig config) {
    Optional<Path> file = config.get("GATUN_AUDIT_FILE").map(Path::of);
    file.ifPresent(f -> {
      try {
        append(f, "");
      } catch (IOException e) {
        throw new IllegalArgumentException(
            "GATUN_AUDIT_FILE " + f + " cannot be written: " + e.getClass().getSimpleName(), e);
      }
    });
    return new AuditLog(file);
  }

  /**
   * Writes a line.
   *
   * @param event what happened, such as {@code auth.refused}
   * @param details more of it
   */
  public synchronized void write(String event, Json.Obj details) {
    long now = System.nanoTime() / 1_000_000_000L;
    if (now != second) {
      second = now;
      written = 0;
    }
    if (++written > MOST_PER_SECOND) {
      leftOut++;
      return;
    }
    Json.Obj line = Json.object().put("at", Instant.now().toString()).put("event", event).build();
    line = line.merge(details);
    if (leftOut > 0) {
      line = line.with("left_out_before", Json.of(leftOut));
      leftOut = 0;
    }
    if (file.isEmpty()) {
      log(event, line.without("at", "event"));
      return;
    }
    String text = Json.write(line);
    try {
      append(file.get(), text + "\n");
    } catch (IOException e) {
      LOG.error("The audit file cannot be written ({}): {}", e.getClass().getSimpleName(), text);
    }
  }

  private static void log(String event, Json.Obj details) {
    LoggingEventBuilder line = LOG.atInfo();
    for (Map.Entry<String, Json> d : details.members().entrySet()) {
      line =
          line.addKeyValue(
              d.getKey(), d.getValue() instanceof Json.Str s ? s.value() : d.getValue());
    }
    line.log(event);
  }

  private static void append(Path file, String text) throws IOException {
    if (!Files.exists(file)
        && file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    Files.write(
        file,
        text.getBytes(StandardCharsets.UTF_8),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }
}
