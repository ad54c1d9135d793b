package dev.gatun.gateway.state;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.gatun.ai.spi.ProviderConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * The gateway's database. Without settings it is a SQLite file with a write-ahead log, which
 * several processes of one machine may share; with {@code GATUN_DATABASE_URL} it is PostgreSQL.
 *
 * <p>A database that cannot be reached keeps nobody from starting: it is tried again each second,
 * and until then, as in every later outage, what needs it fails at once with {@link
 * StateUnavailableException}. Thread-safe.
 */
public final class Database implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);
  private static final Duration PROBE = Duration.ofSeconds(1);
  // How long the first work waits for the tables to be brought up to date.
  private static final Duration START = Duration.ofSeconds(10);

  private final Dialect dialect;
  private final HikariDataSource pool;
  // SQLite has one writer; waiting here is fair, waiting in SQLite is a lottery.
  private final ReentrantLock writer = new ReentrantLock(true);
  private final CountDownLatch firstProbe = new CountDownLatch(1);
  private final Thread monitor;
  private volatile boolean up;

  /** Work with a connection. */
  @FunctionalInterface
  public interface Work<T> {
    /** Does it. */
    T with(Connection connection) throws SQLException;
  }

  /**
   * Where the database is.
   *
   * @param folder where the SQLite file is, if there is no URL
   * @param url a JDBC URL of PostgreSQL
   * @param user who connects, unless the URL says so
   * @param password the password, unless the URL says so
   * @param connections the most connections at once
   */
  public record Settings(
      Path folder,
      Optional<String> url,
      Optional<String> user,
      Optional<String> password,
      int connections) {
    /**
     * Reads {@code GATUN_DATA_DIR} (default {@code .gatun} in the home directory), {@code
     * GATUN_DATABASE_URL}, {@code GATUN_DATABASE_USER}, {@code GATUN_DATABASE_PASSWORD} and {@code
     * GATUN_DATABASE_CONNECTIONS} (default 10).
     *
     * @throws IllegalArgumentException when the URL is another database's
     */
    public static Settings read(ProviderConfig config) {
      Optional<String> url = config.get("GATUN_DATABASE_URL").filter(u -> !u.isBlank());
      if (url.isPresent() && !url.get().startsWith("jdbc:postgresql:")) {
        throw new IllegalArgumentException(
            "GATUN_DATABASE_URL must be jdbc:postgresql://HOST/DATABASE");
      }
      String connections = config.get("GATUN_DATABASE_CONNECTIONS").orElse("10");
      if (!connections.matches("[1-9][0-9]{0,3}")) {
        throw new IllegalArgumentException(
            "GATUN_DATABASE_CONNECTIONS must be a whole number from 1 to 9999, got '"
                + connections
                + "'");
      }
      return new Settings(
          config
              .get("GATUN_DATA_DIR")
              .filter(d -> !d.isBlank())
              .map(Path::of)
              .orElseGet(() -> Path.of(System.getProperty("user.home"), ".gatun")),
          url,
          config.get("GATUN_DATABASE_USER"),
          config.get("GATUN_DATABASE_PASSWORD"),
          Integer.parseInt(connections));
    }

    /** Without the password, which the URL may have too. */
    @Override
    public String toString() {
      return url.isPresent() ? "PostgreSQL" : "SQLite in " + folder;
    }
  }

  /**
   * Opens a database and begins to bring its tables up to date.
   *
   * @throws UncheckedIOException when the folder of the SQLite file cannot be written
   */
  public Database(Settings settings) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("gatun-state");
    config.setInitializationFailTimeout(-1);
    config.setConnectionTimeout(2_000);
    config.setMinimumIdle(1);
    if (settings.url().isPresent()) {
      dialect = Dialect.POSTGRESQL;
      config.setJdbcUrl(settings.url().get());
      settings.user().ifPresent(config::setUsername);
      settings.password().ifPresent(config::setPassword);
      config.setMaximumPoolSize(settings.connections());
      config.addDataSourceProperty("connectTimeout", "2");
      config.addDataSourceProperty("socketTimeout", "10");
      config.addDataSourceProperty("tcpKeepAlive", "true");
      config.addDataSourceProperty("ApplicationName", "gatun");
    } else {
      dialect = Dialect.SQLITE;
      config.setDataSource(sqlite(settings.folder()));
      config.setMaximumPoolSize(4);
    }
    pool = new HikariDataSource(config);
    monitor = Thread.ofVirtual().name("gatun-database-monitor").start(this::monitor);
  }

  private static SQLiteDataSource sqlite(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(
          new IOException("GATUN_DATA_DIR " + folder + " cannot be created or written", e));
    }
    if (!Files.isWritable(folder)) {
      throw new UncheckedIOException(
          new IOException("GATUN_DATA_DIR " + folder + " cannot be written"));
    }
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    // What was acknowledged survives a power cut too.
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
    config.setBusyTimeout(5_000);
    config.enforceForeignKeys(true);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + folder.resolve("gatun.db"));
    return source;
  }

  private void monitor() {
    boolean migrated = false;
    try {
      while (!Thread.interrupted()) {
        try {
          if (!migrated) {
            Migrations.run(pool, dialect);
            migrated = true;
          }
          probe();
          if (!up) {
            LOG.info("The database is there");
            up = true;
          }
        } catch (SQLException | RuntimeException e) {
          if (Thread.currentThread().isInterrupted()) {
            return;
          }
          down(e);
        }
        firstProbe.countDown();
        Thread.sleep(PROBE);
      }
    } catch (InterruptedException _) {
      // Closed.
    }
  }

  private void probe() throws SQLException {
    try (Connection c = pool.getConnection();
        var s = c.createStatement()) {
      s.setQueryTimeout(2);
      s.execute("SELECT 1");
    }
  }

  private void down(Exception e) {
    if (up || firstProbe.getCount() > 0) {
      LOG.warn("The database cannot be reached: {}", e.getMessage());
    }
    up = false;
  }

  /** Whether it could be reached when it was last used or probed. Without I/O. */
  public boolean isUp() {
    return up;
  }

  /** In what its SQL differs. */
  public Dialect dialect() {
    return dialect;
  }

  /**
   * Reads, or does a single statement.
   *
   * @throws StateUnavailableException when the database cannot be reached
   */
  public <T> T read(Work<T> work) {
    return run(work);
  }

  /**
   * Writes in one transaction: all of it or nothing.
   *
   * @throws StateUnavailableException when the database cannot be reached
   */
  public <T> T write(Work<T> work) {
    boolean alone = dialect == Dialect.SQLITE;
    if (alone) {
      writer.lock();
    }
    try {
      return run(c -> {
        c.setAutoCommit(false);
        try {
          T result = work.with(c);
          c.commit();
          return result;
        } catch (SQLException | RuntimeException e) {
          rollback(c, e);
          throw e;
        }
      });
    } finally {
      if (alone) {
        writer.unlock();
      }
    }
  }

  private static void rollback(Connection c, Exception cause) {
    try {
      c.rollback();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  private <T> T run(Work<T> work) {
    awaitUp();
    try (Connection c = pool.getConnection()) {
      return work.with(c);
    } catch (SQLException e) {
      if (unreachable(e)) {
        // An interrupt closes the connection that its thread reads from: that is no outage.
        if (!Thread.currentThread().isInterrupted() && !pool.isClosed()) {
          down(e);
        }
        throw new StateUnavailableException(e);
      }
      throw new IllegalStateException("The database refused a statement: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      // A pool that is closed under a connection answers as it likes.
      if (pool.isClosed()) {
        throw new StateUnavailableException(e);
      }
      throw e;
    }
  }

  private void awaitUp() {
    try {
      if (up || (firstProbe.await(START.toMillis(), TimeUnit.MILLISECONDS) && up)) {
        return;
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    throw new StateUnavailableException();
  }

  /** By SQLSTATE's classes for connections (08), shutdowns (57P) and resources (53). */
  private boolean unreachable(SQLException e) {
    String state = e.getSQLState();
    return e instanceof SQLTransientConnectionException
        || pool.isClosed()
        // The pool's own error, of a connection that it has given up, has no state.
        || (state == null && dialect == Dialect.POSTGRESQL)
        || (state != null && state.matches("(08|57P|53).*"))
        // SQLite's SQLITE_BUSY: another process writes for longer than we wait.
        || e.getErrorCode() == 5;
  }

  @Override
  public void close() {
    monitor.interrupt();
    pool.close();
  }
}
