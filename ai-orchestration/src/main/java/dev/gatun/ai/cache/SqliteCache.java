package dev.gatun.ai.cache;

import dev.gatun.ai.CacheMode;
import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.spi.ResponseCache;
import dev.gatun.ai.spi.TimeSource;
import dev.gatun.ai.sqlite.SqliteFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers in a SQLite file: they survive the process. When the texts exceed the limit, those that
 * were used longest ago go. A file that fails later is a miss and a line in the log. Thread-safe.
 */
public final class SqliteCache implements ResponseCache {
  private static final Logger LOG = LoggerFactory.getLogger(SqliteCache.class);

  private final SqliteFile file;
  private final long maxBytes;
  private final Duration ttl;
  private final TimeSource time;

  /**
   * Opens or creates a cache.
   *
   * @param path the file
   * @param maxBytes the most that the texts of answers may take
   * @param ttl how long an answer stays that does not say it
   * @throws UncheckedIOException when the file is no database or cannot be written
   */
  public SqliteCache(Path path, long maxBytes, Duration ttl) {
    this(path, maxBytes, ttl, TimeSource.SYSTEM);
  }

  /** Opens or creates a cache by a clock. */
  public SqliteCache(Path path, long maxBytes, Duration ttl, TimeSource time) {
    this.maxBytes = maxBytes;
    this.ttl = ttl;
    this.time = time;
    file =
        new SqliteFile(
            path,
            "CREATE TABLE IF NOT EXISTS answer (key TEXT PRIMARY KEY, text TEXT NOT NULL, bytes"
                + " INTEGER NOT NULL, expires INTEGER NOT NULL, used INTEGER NOT NULL) STRICT",
            "CREATE INDEX IF NOT EXISTS answer_used ON answer (used)",
            "CREATE TABLE IF NOT EXISTS tag (name TEXT NOT NULL, key TEXT NOT NULL REFERENCES"
                + " answer (key), PRIMARY KEY (name, key)) STRICT, WITHOUT ROWID",
            "CREATE INDEX IF NOT EXISTS tag_key ON tag (key)");
  }

  @Override
  public Optional<Stored> get(String key) {
    long now = time.now().toEpochMilli();
    try {
      return file.write(c -> find(c, key, now));
    } catch (UncheckedIOException | IllegalArgumentException e) {
      LOG.warn("A cached answer cannot be read: {}", e.getMessage());
      return Optional.empty();
    }
  }

  private static Optional<Stored> find(Connection c, String key, long now) throws SQLException {
    String text;
    long expires;
    try (PreparedStatement s =
        c.prepareStatement(
            "UPDATE answer SET used = ? WHERE key = ? AND expires > ? RETURNING text, expires")) {
      s.setLong(1, now);
      s.setString(2, key);
      s.setLong(3, now);
      try (ResultSet r = s.executeQuery()) {
        if (!r.next()) {
          return Optional.empty();
        }
        text = r.getString(1);
        expires = r.getLong(2);
      }
    }
    Set<String> tags = new HashSet<>();
    try (PreparedStatement s = c.prepareStatement("SELECT name FROM tag WHERE key = ?")) {
      s.setString(1, key);
      try (ResultSet r = s.executeQuery()) {
        while (r.next()) {
          tags.add(r.getString(1));
        }
      }
    }
    return Optional.of(
        new Stored(ResponseCodec.read(text), tags, Duration.ofMillis(expires - now)));
  }

  @Override
  public void put(String key, ChatResponse response, CacheMode mode) {
    String text = ResponseCodec.write(response);
    long now = time.now().toEpochMilli();
    long expires = now + mode.ttl().orElse(ttl).toMillis();
    try {
      file.write(c -> {
        remove(c, key);
        insert(c, key, text, expires, now);
        for (String tag : mode.tags()) {
          update(c, "INSERT INTO tag (name, key) VALUES (?, ?)", tag, key);
        }
        prune(c, now);
        return 0;
      });
    } catch (UncheckedIOException e) {
      LOG.warn("An answer is not cached: {}", e.getMessage());
    }
  }

  private static void insert(Connection c, String key, String text, long expires, long now)
      throws SQLException {
    try (PreparedStatement s =
        c.prepareStatement(
            "INSERT INTO answer (key, text, bytes, expires, used) VALUES (?, ?, ?, ?, ?)")) {
      s.setString(1, key);
      s.setString(2, text);
      s.setLong(3, text.length());
      s.setLong(4, expires);
      s.setLong(5, now);
      s.executeUpdate();
    }
  }

  private static void remove(Connection c, String key) throws SQLException {
    update(c, "DELETE FROM tag WHERE key = ?", key);
    update(c, "DELETE FROM answer WHERE key = ?", key);
  }

  /** Removes what has expired, then what was used longest ago, until the rest fits. */
  private void prune(Connection c, long now) throws SQLException {
    try (PreparedStatement s =
        c.prepareStatement(
            "DELETE FROM answer WHERE expires <= ? OR key IN (SELECT key FROM (SELECT key,"
                + " SUM(bytes) OVER (ORDER BY used DESC, rowid DESC) AS total FROM answer) WHERE"
                + " total > ?)")) {
      s.setLong(1, now);
      s.setLong(2, maxBytes);
      if (s.executeUpdate() > 0) {
        update(c, "DELETE FROM tag WHERE key NOT IN (SELECT key FROM answer)");
      }
    }
  }

  @Override
  public long invalidate(String tag) {
    return file.write(c -> {
      long n =
          update(c, "DELETE FROM answer WHERE key IN (SELECT key FROM tag WHERE name = ?)", tag);
      update(c, "DELETE FROM tag WHERE key NOT IN (SELECT key FROM answer)");
      return n;
    });
  }

  private static long update(Connection c, String sql, String... values) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        s.setString(i + 1, values[i]);
      }
      return s.executeUpdate();
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
