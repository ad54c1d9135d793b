package dev.gatun.ai.sqlite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConfig;

/**
 * A SQLite database in a file, with a write-ahead log: a transaction that was committed survives
 * the end of the process, however it ends. One connection; thread-safe by a lock.
 */
public final class SqliteFile implements AutoCloseable {
  private final Path path;
  private final Connection connection;

  /** Work with a connection. */
  @FunctionalInterface
  public interface Work<T> {
    /** Does it. */
    T with(Connection connection) throws SQLException;
  }

  /**
   * Opens or creates a database.
   *
   * @param path the file; its folder is created
   * @param schema statements that create what is missing
   * @throws UncheckedIOException when the file is no database or cannot be written
   */
  public SqliteFile(Path path, String... schema) {
    this.path = path.toAbsolutePath();
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
    config.setBusyTimeout(5_000);
    try {
      Files.createDirectories(this.path.getParent());
      connection = config.createConnection("jdbc:sqlite:" + this.path);
      try (Statement s = connection.createStatement()) {
        for (String sql : schema) {
          s.execute(sql);
        }
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw failed("opened", e);
    } catch (IOException e) {
      throw new UncheckedIOException(new IOException("No folder for the database " + this.path, e));
    }
  }

  /** Reads. */
  public synchronized <T> T read(Work<T> work) {
    try {
      return work.with(connection);
    } catch (SQLException e) {
      throw failed("read", e);
    }
  }

  /** Writes in one transaction: all of it or nothing. */
  public synchronized <T> T write(Work<T> work) {
    try {
      connection.setAutoCommit(false);
      try {
        T result = work.with(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw failed("written", e);
    }
  }

  private UncheckedIOException failed(String what, SQLException e) {
    return new UncheckedIOException(
        new IOException("The database " + path + " cannot be " + what + ": " + e.getMessage(), e));
  }

  @Override
  public synchronized void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw failed("closed", e);
    }
  }
}
