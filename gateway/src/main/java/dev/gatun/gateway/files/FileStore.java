package dev.gatun.gateway.files;

import dev.gatun.gateway.files.FileStorage.LocalCopy;
import dev.gatun.gateway.http.Problem;
import dev.gatun.gateway.state.Database;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The uploaded files of all tenants: what is known of them in the database, their bytes in a
 * storage. Another tenant's file is none. Thread-safe.
 */
public final class FileStore {
  private static final Logger LOG = LoggerFactory.getLogger(FileStore.class);
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Database database;
  private final FileStorage storage;
  private final long mostStored;

  /**
   * Files in a database and a storage.
   *
   * @param mostStored the most bytes of a tenant's files together
   */
  public FileStore(Database database, FileStorage storage, long mostStored) {
    this.database = database;
    this.storage = storage;
    this.mostStored = mostStored;
  }

  /**
   * Keeps an upload.
   *
   * @throws Problem 413 when the tenant's files would be too large together, 503 when the storage
   *     fails
   */
  public StoredFile add(String tenant, Upload upload, String purpose) {
    byte[] random = new byte[16];
    RANDOM.nextBytes(random);
    String id = "file-" + HexFormat.of().formatHex(random);
    checkSpace(database.read(c -> stored(c, tenant)), upload.bytes());
    try {
      storage.put(id, upload.file());
    } catch (IOException e) {
      throw unavailable(e);
    }
    try {
      return database.write(c -> {
        checkSpace(stored(c, tenant), upload.bytes());
        return insert(c, tenant, id, upload, purpose);
      });
    } catch (RuntimeException e) {
      // Nobody will ever know of it.
      deleteBytes(id);
      throw e;
    }
  }

  private void checkSpace(long stored, long more) {
    if (stored + more > mostStored) {
      throw Problem.of(
          413,
          "storage-full",
          "All files and models together may have "
              + mostStored
              + " bytes; "
              + stored
              + " are stored, and this file has "
              + more);
    }
  }

  private static long stored(Connection c, String tenant) throws SQLException {
    try (PreparedStatement s =
        c.prepareStatement(
            "SELECT (SELECT COALESCE(SUM(bytes), 0) FROM files WHERE tenant = ?)"
                + " + (SELECT COALESCE(SUM(bytes), 0) FROM models WHERE tenant = ?)")) {
      s.setString(1, tenant);
      s.setString(2, tenant);
      ResultSet r = s.executeQuery();
      r.next();
      return r.getLong(1);
    }
  }

  private StoredFile insert(Connection c, String tenant, String id, Upload upload, String purpose)
      throws SQLException {
    try (PreparedStatement s =
        c.prepareStatement(
            "INSERT INTO files (id, tenant, name, purpose, content_type, bytes, sha256,"
                + " created_at) VALUES (?, ?, ?, ?, ?, ?, ?, "
                + database.dialect().now()
                + ") RETURNING *")) {
      s.setString(1, id);
      s.setString(2, tenant);
      s.setString(3, upload.name());
      s.setString(4, purpose);
      s.setString(5, upload.contentType());
      s.setLong(6, upload.bytes());
      s.setString(7, upload.sha256());
      ResultSet r = s.executeQuery();
      r.next();
      return file(r);
    }
  }

  /** A tenant's file. */
  public Optional<StoredFile> find(String tenant, String id) {
    return database.read(c -> files(c, "tenant = ? AND id = ?", 1, tenant, id)).stream()
        .findFirst();
  }

  /**
   * A tenant's files, the newest first.
   *
   * @param after older than the file of this id
   */
  public List<StoredFile> list(String tenant, Optional<String> after, int limit) {
    return database.read(c ->
        after.isEmpty()
            ? files(c, "tenant = ?", limit, tenant)
            : files(
                c,
                "tenant = ? AND (created_at, id) < (SELECT created_at, id FROM files WHERE tenant ="
                    + " ? AND id = ?)",
                limit,
                tenant,
                tenant,
                after.get()));
  }

  /**
   * Deletes a tenant's file.
   *
   * @return whether there was one
   */
  public boolean delete(String tenant, String id) {
    boolean gone =
        database.write(c -> {
          try (PreparedStatement s =
              c.prepareStatement("DELETE FROM files WHERE tenant = ? AND id = ?")) {
            s.setString(1, tenant);
            s.setString(2, id);
            return s.executeUpdate() > 0;
          }
        });
    if (gone) {
      deleteBytes(id);
    }
    return gone;
  }

  private void deleteBytes(String id) {
    try {
      storage.delete(id);
    } catch (IOException e) {
      LOG.warn("The bytes of {} cannot be deleted", id, e);
    }
  }

  /**
   * The bytes of a tenant's file.
   *
   * @throws Problem 404 when there is none
   */
  public LocalCopy open(String tenant, String id) {
    if (find(tenant, id).isEmpty()) {
      throw missing();
    }
    try {
      return storage.get(id);
    } catch (NoSuchFileException e) {
      throw missing();
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  /** There is no such file. */
  public static Problem missing() {
    return Problem.of(404, "file-not-found", "There is no such file");
  }

  /** The storage cannot be reached. */
  public static Problem unavailable(IOException e) {
    LOG.error("The storage of files fails", e);
    return Problem.of(503, "storage-unavailable", "The gateway's storage of files fails now");
  }

  private static List<StoredFile> files(Connection c, String where, int limit, String... arguments)
      throws SQLException {
    try (PreparedStatement s =
        c.prepareStatement(
            "SELECT * FROM files WHERE " + where + " ORDER BY created_at DESC, id DESC LIMIT ?")) {
      for (int i = 0; i < arguments.length; i++) {
        s.setString(i + 1, arguments[i]);
      }
      s.setInt(arguments.length + 1, limit);
      ResultSet r = s.executeQuery();
      List<StoredFile> out = new ArrayList<>();
      while (r.next()) {
        out.add(file(r));
      }
      return out;
    }
  }

  private static StoredFile file(ResultSet r) throws SQLException {
    return new StoredFile(
        r.getString("id"),
        r.getString("name"),
        r.getString("purpose"),
        r.getString("content_type"),
        r.getLong("bytes"),
        r.getString("sha256"),
        r.getLong("created_at"));
  }
}
